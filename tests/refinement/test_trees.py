"""Trees as arrays score as scikit-learn does, and as many are kept as are borne out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from synthgan._random import make_rng
from synthgan.encoders import EncodedTable
from synthgan.held_out import hold_out
from synthgan.layout import BlockSpec, Layout
from synthgan.refinement.boosting import (
    NUMBERS_OF_TREES,
    count_borne_out,
    flatten_trees,
    grow_trees,
)
from synthgan.refinement.trees import Trees

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 5)],
        [BlockSpec("atom", "softmax", 3, has_rank=True), BlockSpec("rank", "rank", 1)],
        [BlockSpec("rank", "rank", 1)],
    ]
)
N_CELLS = 4


def make_table(seed: int, n_rows: int, *, tied: bool = False) -> EncodedTable:
    """Make a table; where it is tied, the last rank is above .7 in level 3 only."""
    rng = make_rng(seed, "test")
    codes = np.stack([rng.integers(0, 3, n_rows), rng.integers(0, 5, n_rows)], axis=1)
    ranks = rng.random((n_rows, 2), dtype=np.float32)
    if tied:
        high = codes[:, 1] == 3
        ranks[:, 1] = np.where(high, 0.7 + 0.3 * ranks[:, 1], 0.7 * ranks[:, 1])
    return EncodedTable(codes.astype(np.int32), ranks)


def grow(train: EncodedTable, made: EncodedTable, deadline: float = math.inf) -> Any:
    told: list[float] = []
    trees = grow_trees(
        LAYOUT,
        hold_out(train, 0),
        made,
        make_table(5, 3000),
        0,
        deadline,
        lambda n_trees, most: told.append(n_trees / most),
    )
    return trees, told


@pytest.mark.parametrize("n_rows", [1, 700, 5000])
@pytest.mark.parametrize("max_leaf_nodes", [2, 9, 31])
def test_scores_are_those_of_scikit_learn(n_rows: int, max_leaf_nodes: int) -> None:
    rng = np.random.default_rng(max_leaf_nodes)
    cells = rng.random((4000, 6), dtype=np.float32)
    cells[:, :3] = np.floor(6 * cells[:, :3])
    above = cells[:, 0] * cells[:, 3] + rng.random(4000) > 2 * cells[:, 4]
    model = HistGradientBoostingClassifier(
        max_iter=40, max_leaf_nodes=max_leaf_nodes, class_weight="balanced"
    ).fit(cells, above)
    expected = list(model.staged_decision_function(cells[:n_rows]))
    for n_trees in (1, 40):
        trees = Trees(6, *flatten_trees(model, n_trees))
        scores = trees.score(cells[:n_rows])
        np.testing.assert_allclose(scores, expected[n_trees - 1], atol=1e-4)


def test_a_tree_of_fewer_splits_has_splits_that_take_no_row() -> None:
    rng = np.random.default_rng(0)
    cells = rng.random((300, 1), dtype=np.float32)
    model = HistGradientBoostingClassifier(max_iter=30, min_samples_leaf=100)
    model.fit(cells, (cells[:, 0] > 0.5) ^ (rng.random(300) < 0.01))
    leaves, features, thresholds, values = flatten_trees(model, 30)
    wide = Trees(
        1,
        np.pad(leaves, ((0, 0), (0, 3))),
        np.pad(features, ((0, 0), (0, 3))),
        np.pad(thresholds, ((0, 0), (0, 3)), constant_values=np.inf),
        np.pad(values, ((0, 0), (0, 3)), constant_values=99.0),
    )
    narrow = Trees(1, leaves, features, thresholds, values)
    np.testing.assert_array_equal(wide.score(cells), narrow.score(cells))


def test_trees_without_a_split_score_all_rows_alike() -> None:
    model = HistGradientBoostingClassifier(max_iter=2)
    cells = np.zeros((100, 2), dtype=np.float32)
    model.fit(cells, np.arange(100) % 2)
    for n_trees in (1, 2):
        scores = Trees(2, *flatten_trees(model, n_trees)).score(cells)
        np.testing.assert_allclose(scores, 0, atol=1e-6)


def test_a_row_on_a_threshold_stays_below() -> None:
    zeros = np.zeros((1, 1), dtype=np.int32)
    trees = Trees(1, zeros, zeros, np.array([[0.5]]), np.array([[-1.0, 2.0]]))
    assert trees.score(np.array([[0.5], [0.50001]])).tolist() == [-1, 2]


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, np.array([[0, 2]])),
        (0, np.array([[-1, 0]])),
        (0, np.array([[0.0, 1.0]])),
        (1, np.array([[0, 3]])),
        (1, np.array([[0, 0, 0]])),
        (2, np.zeros((2, 2))),
        (3, np.zeros((1, 2))),
    ],
)
def test_arrays_that_do_not_fit_are_refused(place: int, wrong: np.ndarray) -> None:
    arrays = [*np.zeros((2, 1, 2), dtype=int), np.zeros((1, 2)), np.zeros((1, 3))]
    Trees(3, *arrays)
    arrays[place] = wrong
    with pytest.raises(ValueError, match="refinement trees: "):
        Trees(3, *arrays)


def test_a_threshold_that_rows_do_not_keep_is_found() -> None:
    arrays, told = grow(make_table(1, 4000, tied=True), make_table(2, 12_000))
    made = make_table(4, 4000)
    scores = Trees(N_CELLS, *arrays).score(LAYOUT.cells(made.codes, made.ranks))
    is_level, is_high = made.codes[:, 1] == 3, made.ranks[:, 1] > 0.7
    # Each bin of a cell holds one rank in 255.
    is_clear = np.abs(made.ranks[:, 1] - 0.7) > 0.02
    broken = scores[is_clear & (is_level != is_high)]
    assert broken.max() < scores[is_clear & (is_level == is_high)].min()
    # Ranks fill .3 or .7 of the line, where made ones fill all of it.
    for group, share in ((is_level & is_high, 0.3), (~is_level & ~is_high, 0.7)):
        expected = pytest.approx(math.log(1 / share), abs=0.15)
        assert np.median(scores[group]) == expected
    assert told == sorted(told)


def test_trees_that_held_out_rows_do_not_bear_out_are_not_kept() -> None:
    arrays, told = grow(make_table(1, 4000), make_table(2, 12_000))
    assert len(arrays) == 0 or len(arrays[0]) < 10
    assert told == [NUMBERS_OF_TREES[0] / NUMBERS_OF_TREES[-1]]


def test_a_deadline_ends_the_growth() -> None:
    arrays, told = grow(make_table(1, 4000, tied=True), make_table(2, 12_000), 0.0)
    assert len(told) == 1
    assert len(arrays[0]) <= NUMBERS_OF_TREES[0]


def test_the_same_seed_grows_the_same_trees() -> None:
    tables = make_table(1, 2000, tied=True), make_table(2, 4000)
    for once, again in zip(grow(*tables)[0], grow(*tables)[0], strict=True):
        np.testing.assert_array_equal(once, again)


def test_the_smallest_number_within_a_standard_error_is_borne_out() -> None:
    is_real = np.arange(400) < 200
    noise = np.random.default_rng(0).normal(0, 0.1, 400)
    means = [0.69, 0.65, 0.601, 0.6, 0.62]
    losses = np.array([mean + number * noise for number, mean in enumerate(means)])
    losses += np.array(means)[:, None] - losses.mean(axis=1, keepdims=True)
    # One standard error of the difference of the third and the fourth is .005.
    assert count_borne_out(losses, is_real) == 3
    assert count_borne_out(losses[:2], is_real) == 2
    assert count_borne_out(losses + 0.2, is_real) == 0

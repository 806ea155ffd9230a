"""Walks give the rows that rejection would give, however they start."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from keras import ops
from scipy import stats

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.candidates import Choose, MakeCandidate
from synthgan.encoders import EncodedTable
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import build_generator
from synthgan.training.sampler import Sampler
from synthgan.training.walk import draw_starts, take_last, walk

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 5)],
        [
            BlockSpec("atom", "softmax", 3, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
    ]
)
POOL = RowRange(11, 0, 16 * BLOCK_SIZE)
#: Where the codes of the two columns stand.
LEVEL, ATOM = (LAYOUT.column_blocks(column)[0].index for column in (0, 1))
N_LEVELS, N_ATOMS = 5, 3


@pytest.fixture(scope="module")
def sampler() -> Sampler:
    network = build_generator(LAYOUT, 4, (8,), count(303))
    weights = [ops.convert_to_numpy(v.value) for v in network.trainable_variables]
    return Sampler(LAYOUT, 4, (8,), weights)


@pytest.fixture(scope="module")
def pool(sampler: Sampler) -> EncodedTable:
    return sampler.sample(POOL)


def is_inside(table: EncodedTable, _: slice = slice(None)) -> np.ndarray:
    """Tell which rows have one level and a low rank: about one in twenty."""
    return np.asarray((table.codes[:, LEVEL] == 2) & (table.ranks[:, 0] < 0.3))


def walk_inside(
    sampler: Sampler,
    pool: EncodedTable,
    rows: RowRange,
    n_starts: int,
    choose: Choose = take_last,
) -> EncodedTable:
    places = np.flatnonzero(is_inside(pool))[:n_starts]
    everyone = np.arange(rows.n_rows)
    starts = draw_starts(sampler, POOL, pool, [(everyone, places)], rows)
    return walk(sampler, rows, starts, is_inside, choose)


def prefer_low(make_candidate: MakeCandidate, rng: np.random.Generator) -> EncodedTable:
    """Choose the lowest rank of three candidates."""
    chosen = make_candidate(0)
    for k in (1, 2):
        other = make_candidate(k)
        chosen = chosen.replace(other.ranks[:, 0] < chosen.ranks[:, 0], other)
    return chosen


@pytest.fixture(scope="module")
def rejected(sampler: Sampler) -> EncodedTable:
    """Rows that rejection leaves, many and exact."""
    many = sampler.sample(RowRange(5, 0, 40 * BLOCK_SIZE))
    return many.take(is_inside(many))


def test_all_rows_belong_and_are_those_of_rejection(
    sampler: Sampler, pool: EncodedTable, rejected: EncodedTable
) -> None:
    walked = walk_inside(sampler, pool, RowRange(1, 0, 1_000), 10_000)
    assert is_inside(walked).all()
    found = stats.ks_2samp(walked.ranks[:, 0], rejected.ranks[:, 0])
    atoms = [
        np.bincount(t.codes[:, ATOM], minlength=N_ATOMS) for t in (walked, rejected)
    ]
    assert found.pvalue > 0.001
    assert stats.chi2_contingency(np.stack(atoms) + 1).pvalue > 0.001


def test_rows_are_chosen_among_the_states_of_their_walk(
    sampler: Sampler, pool: EncodedTable, rejected: EncodedTable
) -> None:
    walked = walk_inside(sampler, pool, RowRange(1, 0, 1_000), 10_000, prefer_low)
    assert is_inside(walked).all()
    # The states differ: the lowest of three is lower than one, and not as low as the
    # lowest of three rows that have nothing to do with each other.
    three = rejected.ranks[: len(rejected) // 3 * 3, 0].reshape(-1, 3).min(axis=1)
    middle = walked.ranks[:, 0].mean()
    assert three.mean() - 0.005 < middle < rejected.ranks[:, 0].mean() - 0.005


def test_rows_that_share_a_start_differ(sampler: Sampler, pool: EncodedTable) -> None:
    walked = walk_inside(sampler, pool, RowRange(1, 0, 1_000), 20)
    assert is_inside(walked).all()
    # Steps that all leave are rare.
    assert len(np.unique(walked.ranks[:, 0])) > 970


@pytest.mark.parametrize(("start", "n_rows"), [(0, 1), (700, 300), (BLOCK_SIZE - 1, 2)])
def test_a_row_is_the_same_whatever_is_asked_for_beside_it(
    sampler: Sampler, pool: EncodedTable, start: int, n_rows: int
) -> None:
    many = walk_inside(sampler, pool, RowRange(1, 0, BLOCK_SIZE + 10), 100)
    some = walk_inside(sampler, pool, RowRange(1, start, n_rows), 100)
    part = slice(start, start + n_rows)
    np.testing.assert_array_equal(some.codes, many.codes[part])
    np.testing.assert_array_equal(some.ranks, many.ranks[part])


def test_each_row_walks_in_its_own_part(sampler: Sampler, pool: EncodedTable) -> None:
    rows = RowRange(3, 100, 900)
    levels = np.arange(rows.n_rows) % N_LEVELS
    matches = [
        (np.flatnonzero(levels == level), np.flatnonzero(pool.codes[:, LEVEL] == level))
        for level in range(N_LEVELS)
    ]
    starts = draw_starts(sampler, POOL, pool, matches, rows)
    walked = walk(
        sampler, rows, starts, lambda made, place: made.codes[:, LEVEL] == levels[place]
    )
    np.testing.assert_array_equal(walked.codes[:, LEVEL], levels)


def test_a_pools_rows_are_found_again_from_their_noise(
    sampler: Sampler, pool: EncodedTable
) -> None:
    # Some rows of every block, as many as a block has.
    places = np.arange(0, 16 * BLOCK_SIZE, 16)
    made = sampler.make(sampler.find_noise(POOL, places))
    np.testing.assert_array_equal(made.codes, pool.codes[places])
    np.testing.assert_allclose(made.ranks, pool.ranks[places], atol=1e-6)

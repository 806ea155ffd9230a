"""A generator with a planted fault is put right by keeping some of its rows."""

from __future__ import annotations

import dataclasses
import math
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keras import ops

from synthgan._random import RowRange, make_rng, make_seeds
from synthgan.encoders import EncodedTable
from synthgan.encoders.quantiles import QuantileFunction
from synthgan.held_out import hold_out
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import RowFeatures, build_discriminator
from synthgan.refinement import fit as fit_module
from synthgan.refinement.calibration import (
    CUT_SHARE,
    MAX_CANDIDATES,
    N_BINS,
    find_bound,
    fit_offsets,
    keep_chances,
)
from synthgan.refinement.fit import fit_refinement
from synthgan.refinement.ratio import (
    Ratio,
    RatioNetwork,
    RatioTrainer,
    load_ratio,
)
from synthgan.refinement.refiner import MAX_ROUNDS, Refiner, find_best
from synthgan.refinement.state import effective_share
from synthgan.refinement.tails import (
    END_VARIANCE,
    MAX_AT_END,
    count_at_end,
    fit_tails,
    stretch_tails,
)

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 2)],
        [BlockSpec("level", "softmax", 2)],
        [BlockSpec("rank", "rank", 1)],
    ]
)


def make_rows(rows: RowRange, agreement: float = 0.5) -> EncodedTable:
    """Make two choices that agree in a share of the rows, and a uniform rank."""
    rng = make_rng(rows.seed, "test")
    first = rng.integers(0, 2, rows.n_rows)
    second = np.where(rng.random(rows.n_rows) < agreement, first, 1 - first)
    codes = np.stack([first, second], axis=1).astype(np.int32)
    return EncodedTable(codes, rng.random((rows.n_rows, 1), dtype=np.float32))


def agreement(table: EncodedTable) -> float:
    return float((table.codes[:, 0] == table.codes[:, 1]).mean())


def choose_rows(choose, rows: RowRange, make) -> EncodedTable:
    """Choose among candidates that are ranges of other seeds."""
    return choose(
        lambda k: make(RowRange(rows.seed + k, 0, rows.n_rows)), make_rng(rows.seed)
    )


def start_weights() -> list[np.ndarray]:
    """Return an untrained discriminator's weights."""
    width = RowFeatures(LAYOUT).features_width + LAYOUT.n_columns
    untrained = build_discriminator(width, (16,), make_seeds(1, "discriminator"))
    return [ops.convert_to_numpy(v) for v in untrained.trainable_variables]


def fit(train: EncodedTable, make=make_rows, deadline: float = math.inf):
    return fit_refinement(
        LAYOUT,
        hold_out(train, 0),
        lambda rows, choose: (
            make(rows) if choose is None else choose_rows(choose, rows, make)
        ),
        start_weights(),
        (16,),
        0,
        deadline,
        lambda share: None,
    )


def keep(refinement, make=make_rows, n_rows=20_000) -> EncodedTable:
    """Make rows without given cells."""
    return choose_rows(Refiner(LAYOUT, refinement).keep, RowRange(900, 0, n_rows), make)


def choose(refinement, make=make_rows, n_rows=20_000) -> EncodedTable:
    """Make rows as those with given cells are."""
    return choose_rows(
        Refiner(LAYOUT, refinement).choose, RowRange(900, 0, n_rows), make
    )


@pytest.fixture(scope="module")
def refinement():
    return fit(make_rows(RowRange(1, 0, 6000), agreement=0.9))


@pytest.mark.parametrize("refine", [keep, choose])
def test_a_relation_that_the_generator_missed_is_put_right(refinement, refine) -> None:
    assert agreement(make_rows(RowRange(2, 0, 20_000))) == pytest.approx(0.5, abs=0.02)
    assert agreement(refine(refinement)) == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("refine", [keep, choose])
def test_single_columns_stay_right(refinement, refine) -> None:
    rows = refine(refinement)
    np.testing.assert_allclose(rows.codes.mean(axis=0), 0.5, atol=0.02)
    assert rows.ranks.mean() == pytest.approx(0.5, abs=0.01)


def test_no_more_candidates_are_made_than_the_acceptance_rate_asks_for(
    refinement,
) -> None:
    # Weights of 1.8 and .2, each on half of the rows: if they were learned without
    # noise, 1 / 1.8 would be kept.
    assert refinement.acceptance_rate == pytest.approx(1 / 1.8, abs=0.1)
    asked = []

    def make_candidate(k: int) -> EncodedTable:
        asked.append(k)
        return make_rows(RowRange(k, 0, 20_000))

    rows = Refiner(LAYOUT, refinement).keep(make_candidate, make_rng(0))
    assert len(rows) == 20_000
    assert len(asked) == math.ceil(1 / refinement.acceptance_rate)


@pytest.mark.parametrize("bound", [math.inf, math.nan])
def test_a_bound_that_nothing_reaches_ends_all_the_same(
    refinement, bound: float
) -> None:
    made = make_rows(RowRange(1, 0, 100))
    asked = []

    def make_candidate(k: int) -> EncodedTable:
        asked.append(k)
        return made

    damaged = dataclasses.replace(refinement, bound=bound)
    rows = Refiner(LAYOUT, damaged).keep(make_candidate, make_rng(0))
    np.testing.assert_array_equal(rows.codes, made.codes)
    assert len(asked) == MAX_ROUNDS


@settings(max_examples=200)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=100))
@example([20.0] + 49 * [-20.0])
@example([0.0] + 4_000 * [-15.0])
def test_a_bound_cuts_off_little_and_keeps_enough(log_weights: list[float]) -> None:
    bound = find_bound(np.array(log_weights))
    weights = np.exp(log_weights)
    assert bound <= max(log_weights) + 1e-9
    kept = keep_chances(np.array(log_weights), bound).mean()
    assert kept > 0.99 / MAX_CANDIDATES
    if kept > 1.01 / MAX_CANDIDATES:
        cut_off = np.maximum(weights - np.exp(bound), 0).sum()
        assert cut_off <= (CUT_SHARE + 1e-9) * weights.sum()


def test_rows_are_kept_by_networks_trees_offsets_and_both_caps(
    refinement, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets = [np.zeros_like(own) for own in refinement.offsets]
    offsets[1][1] = -0.3
    known = dataclasses.replace(
        refinement,
        offsets=offsets,
        tails=[np.empty((2, 0), dtype=np.float32)],
        bound=1.0,
        cap=0.8,
        trees_cap=0.4,
    )
    refiner = Refiner(LAYOUT, known)
    by_networks, by_trees = np.array([2.0, -1.0]), np.array([-0.5, 9.0])
    monkeypatch.setattr(
        refiner, "score_by_networks", lambda table: by_networks[table.codes[:, 0]]
    )
    monkeypatch.setattr(
        refiner, "score_by_trees", lambda table: by_trees[table.codes[:, 1]]
    )
    rows = choose_rows(refiner.keep, RowRange(1, 0, 100_000), make_rows)
    log_weights = np.array([[0.8 - 0.5, 0.8 + 0.4 - 0.3], [-1 - 0.5, -1 + 0.4 - 0.3]])
    expected = np.exp(log_weights)
    got = np.zeros((2, 2))
    np.add.at(got, tuple(rows.codes.T), 1)
    np.testing.assert_allclose(got / got.sum(), expected / expected.sum(), atol=0.008)


def test_few_rows_are_calibrated_on_many_candidates() -> None:
    """The made rows that a calibration draws must not add chance of their own."""
    train = make_rows(RowRange(1, 0, 1_000))
    rows = keep(fit(train), n_rows=50_000)
    shares = [
        np.histogram(table.ranks, np.linspace(0, 1, N_BINS + 1))[0] / len(table)
        for table in (train, rows)
    ]
    of_rank = np.abs(np.cumsum(shares[0]) - np.cumsum(shares[1])).max()
    of_choices = np.abs(train.codes.mean(axis=0) - rows.codes.mean(axis=0))
    # .027 with as many rows as were trained on.
    assert of_rank + of_choices.sum() < 0.015


def test_the_effective_share_is_that_of_the_true_ratio(refinement) -> None:
    # Weights .9 / .5 and .1 / .5, each on half of the rows.
    assert refinement.effective_share == pytest.approx(1 / 1.64, abs=0.08)


def test_no_more_cells_are_made_at_once_than_memory_is_set_aside_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit_module, "MAX_CELLS", 12_000)
    most = 0

    def make_watched(rows: RowRange) -> EncodedTable:
        nonlocal most
        most = max(most, rows.n_rows)
        return make_rows(rows)

    # Candidates for the last calibration would be many more.
    fit(make_rows(RowRange(1, 0, 6_000), agreement=0.9), make_watched)
    assert 0 < most * LAYOUT.n_cells <= 12_000


@pytest.mark.parametrize("deadline", [250_000, 350_000])
def test_rows_that_are_dear_to_make_are_fewer_if_time_is_short(
    deadline: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0

    def make_slowly(rows: RowRange) -> EncodedTable:
        nonlocal clock
        clock += rows.n_rows  # a second a row
        return make_rows(rows)

    monkeypatch.setattr(time, "perf_counter", lambda: clock)
    train = make_rows(RowRange(1, 0, 6_000), agreement=0.9)
    fit(train, make_slowly, deadline)
    assert clock <= deadline
    clock = 0
    fit(train, make_slowly)
    assert clock > 350_000


def test_a_right_generator_is_left_alone() -> None:
    refinement = fit(make_rows(RowRange(1, 0, 6000)))
    if refinement is not None:
        assert refinement.effective_share > 0.95
        assert agreement(keep(refinement)) == pytest.approx(0.5, abs=0.04)


def test_networks_are_added_up_and_weights_that_do_not_fit_are_refused() -> None:
    first, second = RatioNetwork(LAYOUT, (8,)), RatioNetwork(LAYOUT, (8,))
    weights = [
        [ops.convert_to_numpy(v) for v in model.variables] for model in (first, second)
    ]
    rows = make_rows(RowRange(1, 0, 50))
    apart = [load_ratio(LAYOUT, (8,), own)(rows) for own in weights]
    both = load_ratio(LAYOUT, (8,), [*weights[0], *weights[1]])(rows)
    np.testing.assert_allclose(both, apart[0] + apart[1], rtol=1e-5)
    for wrong in (weights[0][:-1], [*weights[0], *weights[1][:-1]], []):
        with pytest.raises(ValueError, match="refinement weights: expected"):
            load_ratio(LAYOUT, (8,), wrong)


def make_half(low: float, seed: int) -> EncodedTable:
    """Make rows of which all ranks are low ones, or high ones."""
    table = make_rows(RowRange(seed, 0, 3_000))
    return EncodedTable(table.codes, low + table.ranks / 2)


def train_ratio(
    trainer: RatioTrainer, weights: list[np.ndarray], deadline: float = math.inf
) -> Ratio:
    made, held_out_made = make_half(0.5, 2), make_half(0.5, 3)
    return trainer.train(made, held_out_made, weights, deadline, lambda *steps: None)


def held_out_loss(
    weights: list[np.ndarray], deadline: float = math.inf, jitter: float = 0.0
) -> float:
    """Train a ratio of low ranks to high ones from some weights."""
    trainer = RatioTrainer(LAYOUT, hold_out(make_half(0.0, 1), 0), (16,), 0, jitter)
    return train_ratio(trainer, weights, deadline).held_out_loss


def test_a_training_knows_nothing_of_the_one_before() -> None:
    trainer = RatioTrainer(LAYOUT, hold_out(make_half(0.0, 1), 0), (16,), 0, jitter=1.0)
    # Cut short: what is left over of it then shows.
    first, again = (
        train_ratio(trainer, start_weights(), deadline=-math.inf) for _ in range(2)
    )
    for one, other in zip(first.weights, again.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_differences_smaller_than_the_jitter_are_not_learned() -> None:
    assert held_out_loss(start_weights()) < 0.1
    assert held_out_loss(start_weights(), jitter=100.0) > 0.5


@pytest.mark.parametrize("n_candidates", [1, 2, 16])
@pytest.mark.parametrize("spread", [0.0, 0.3, 3.0])
def test_the_best_candidate_is_found_without_all_scores(
    n_candidates: int, spread: float
) -> None:
    rng = np.random.default_rng(n_candidates)
    known = rng.gumbel(size=(n_candidates, 500))
    dear = np.minimum(spread * rng.normal(size=known.shape), spread)
    asked = np.zeros(known.shape, dtype=int)

    def score(places: np.ndarray, rows: np.ndarray) -> np.ndarray:
        asked[places, rows] += 1
        return dear[places, rows]

    best = find_best(known, score, spread)
    np.testing.assert_array_equal(best, (known + dear).argmax(axis=0))
    assert asked.max() == 1
    if n_candidates == 16 and spread < 1:
        assert asked.mean() < 0.2


def test_a_start_whose_scores_lie_elsewhere_costs_no_time() -> None:
    weights = start_weights()
    shifted = [*weights[:-1], weights[-1] + 5.0]
    usual, other = (
        held_out_loss(own, time.perf_counter()) for own in (weights, shifted)
    )
    assert other == pytest.approx(usual, abs=1e-3)
    assert usual < 0.6


def make_wrong(rows: RowRange) -> EncodedTable:
    """Make a choice that is rare, and low ranks too often."""
    table = make_rows(rows)
    rare = make_rng(rows.seed, "wrong").random(rows.n_rows) < 0.2
    table.codes[:, 0] = rare
    table.ranks[:] = table.ranks**2
    return table


@pytest.mark.parametrize("refine", [keep, choose])
def test_a_wrong_frequency_is_put_right(refine) -> None:
    rows = refine(fit(make_rows(RowRange(1, 0, 6_000)), make_wrong), make_wrong)
    np.testing.assert_allclose(rows.codes.mean(axis=0), 0.5, atol=0.03)
    ranks = np.sort(rows.ranks[:, 0])
    assert np.abs(ranks - np.linspace(0, 1, len(ranks))).max() < 0.03


def test_offsets_put_a_wrong_frequency_right() -> None:
    train = make_rows(RowRange(1, 0, 6000))
    candidates = make_wrong(RowRange(3, 0, 32_000))
    offsets = fit_offsets(train, candidates, np.zeros(32_000), LAYOUT)
    assert offsets[0][1] - offsets[0][0] > 1
    assert offsets[1][1] - offsets[1][0] == pytest.approx(0, abs=0.1)
    assert offsets[2][30] - offsets[2][2] > 0.5


def test_tails_reach_the_ends_as_often_as_they_should() -> None:
    def make_short(seed: int, n_rows: int) -> EncodedTable:
        table = make_rows(RowRange(seed, 0, n_rows))
        middle = np.abs(table.ranks - 0.5)
        np.copyto(
            table.ranks, np.where(middle > 0.495, table.ranks * 0.99, table.ranks)
        )
        return table

    tails = fit_tails(make_short(1, 40_000), 40_000, LAYOUT)
    made = make_short(2, 40_000)
    stretched = stretch_tails(made, tails, LAYOUT)
    assert made.ranks.max() < 0.996
    assert stretched.ranks.max() > 0.9995
    assert (stretched.ranks > 0.999).mean() == pytest.approx(0.001, abs=0.0006)
    inside = (made.ranks > 0.01) & (made.ranks < 0.98)
    np.testing.assert_array_equal(stretched.ranks[inside], made.ranks[inside])


@pytest.mark.parametrize("n_looked_at", [1_000, 2_000])
def test_the_very_ends_are_reached_in_nearly_every_table(n_looked_at: int) -> None:
    def count_at_ends(seed: int) -> list[int]:
        tails = fit_tails(make_rows(RowRange(seed, 0, n_looked_at)), 2_000, LAYOUT)
        made = make_rows(RowRange(1_000 + seed, 0, 2_000))
        ranks = stretch_tails(made, tails, LAYOUT).ranks
        return [int((ranks == end).sum()) for end in (0, 1)]

    counts = np.array([count_at_ends(seed) for seed in range(100)])
    assert counts.mean() == pytest.approx(MAX_AT_END, abs=0.8)
    assert (counts == 0).mean() == pytest.approx(2**-MAX_AT_END, abs=0.05)


@pytest.mark.parametrize(("outlier", "most"), [(0.0, MAX_AT_END), (30.0, 1)])
def test_a_value_far_off_is_not_made_so_often_that_it_rules_its_column(
    outlier: float, most: int
) -> None:
    values = np.append(make_rng(0).uniform(-1, 1, size=1_999), outlier)
    quantiles = QuantileFunction.fit(*np.unique(values, return_counts=True))
    deviations = quantiles.end_deviations()
    layout = Layout.from_specs(
        [
            [BlockSpec("level", "softmax", 2)],
            [BlockSpec("level", "softmax", 2)],
            [BlockSpec("rank", "rank", 1, end_deviations=deviations)],
        ]
    )

    def count_at_top(seed: int) -> int:
        tails = fit_tails(make_rows(RowRange(seed, 0, 2_000)), 2_000, layout)
        made = make_rows(RowRange(1_000 + seed, 0, 2_000))
        return int((stretch_tails(made, tails, layout).ranks == 1).sum())

    counts = [count_at_top(seed) for seed in range(100)]
    assert np.mean(counts) == pytest.approx(most, abs=0.8)


@settings(max_examples=200)
@given(st.floats(0, 1e6), st.integers(1, 10**7))
def test_rows_at_an_end_are_a_small_share_of_the_variance(
    deviations: float, n_ranks: int
) -> None:
    count = count_at_end(deviations, n_ranks)
    assert 1 <= count <= MAX_AT_END
    if count > 1:
        assert count * deviations**2 <= END_VARIANCE * n_ranks


def test_rows_of_equal_weight_are_all_effective() -> None:
    assert effective_share(np.full(7, -3.0)) == pytest.approx(1)

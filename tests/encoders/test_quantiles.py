from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from synthgan.encoders.quantiles import (
    MAX_PLATEAUS,
    MAX_SINGLES,
    MIN_SHARED_ROWS,
    QuantileFunction,
)

RNG = np.random.default_rng(0)


def fit(values: np.ndarray) -> QuantileFunction:
    return QuantileFunction.fit(*np.unique(values, return_counts=True))


def test_ends_of_the_range_are_reached() -> None:
    values = RNG.normal(size=1000)
    function = fit(values)
    ends = function(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(ends, [values.min(), values.max()])


@pytest.mark.parametrize("shift", [0.0, 1e15])
def test_ends_know_how_far_off_they_are(shift: float) -> None:
    values = np.round(RNG.lognormal(5, 1, size=5000)) + shift
    expected = [values.mean() - values.min(), values.max() - values.mean()]
    expected /= values.std()
    np.testing.assert_allclose(fit(values).end_deviations(), expected, rtol=0.02)


def test_a_constant_has_ends_at_its_mean() -> None:
    assert fit(np.full(9, 4.0)).end_deviations() == (0, 0)


def test_uniform_ranks_give_the_training_distribution() -> None:
    values = RNG.lognormal(size=5000)
    drawn = fit(values)(RNG.random(50_000))
    shares = np.linspace(0.01, 0.99, 50)
    np.testing.assert_allclose(
        np.quantile(drawn, shares), np.quantile(values, shares), rtol=0.1
    )


def test_ranks_of_the_training_values_are_uniform_also_where_values_repeat() -> None:
    values = RNG.poisson(30, 20_000).astype(float)
    ranks = fit(values).inverse(values, RNG)
    counts, _ = np.histogram(ranks, bins=20, range=(0, 1))
    assert abs(counts - 1000).max() < 150


def test_a_value_of_three_rows_comes_back_exactly_though_no_float_is_round() -> None:
    values = np.repeat(RNG.random(300) / 3, MIN_SHARED_ROWS)
    function = fit(values)
    ranks = function.inverse(values, RNG)
    assert ranks.dtype == np.float32
    np.testing.assert_array_equal(function(ranks), values)


def test_a_plateau_of_few_among_a_million_rows_survives_single_precision() -> None:
    values = np.sort(np.r_[np.repeat(np.arange(1000.0), 3), RNG.random(997_000) * 1000])
    function = fit(values)
    shared = np.repeat(np.arange(1000.0), 20)
    np.testing.assert_array_equal(function(function.inverse(shared, RNG)), shared)


def test_single_values_are_interpolated() -> None:
    values = np.array([0.0, 1.0, 10.0, 11.0])
    function = fit(values)
    drawn = function(RNG.random(2000))
    share_between = ((drawn > 1) & (drawn < 10)).mean()
    assert share_between == pytest.approx(0.25, abs=0.05)
    assert np.isin(drawn[(drawn > 0) & (drawn < 11)], values).sum() == 0


def test_integers_of_the_whole_range_are_exact() -> None:
    values = np.array([0, 2**63, 2**64 - 1], dtype=np.uint64)
    function = fit(values)
    drawn = function(np.linspace(0, 1, 1001))
    assert drawn.dtype == np.uint64
    assert drawn[0] == 0
    assert drawn[-1] == np.uint64(2**64 - 1)
    assert (np.diff(drawn.astype(object)) >= 0).all()
    assert len(np.unique(drawn)) > 600


def test_one_value_is_returned_for_every_rank() -> None:
    function = fit(np.array([0.1]))
    np.testing.assert_array_equal(function(np.array([0, 0.3, 1])), 0.1)
    np.testing.assert_array_equal(function.inverse(np.array([0.1, 7]), RNG), 0.5)


def test_values_outside_the_range_get_the_rank_of_its_nearer_end() -> None:
    function = fit(np.arange(10.0))
    low, high = function.inverse(np.array([-5.0, 99.0]), RNG)
    assert low == pytest.approx(0.05)
    assert high == pytest.approx(0.95)


def test_values_that_were_not_in_training_are_interpolated() -> None:
    function = fit(np.arange(10.0))
    ranks = function.inverse(np.array([4.25]), RNG)
    assert function(ranks)[0] == pytest.approx(4.25, abs=1e-5)


@pytest.mark.parametrize("n_rows_each", [1, 2, 4])
def test_size_is_bounded_and_the_ends_stay(n_rows_each: int) -> None:
    values = np.repeat(RNG.normal(size=20_000), n_rows_each)
    function = fit(values)
    assert len(function.ranks) <= 2 * (MAX_PLATEAUS + MAX_SINGLES)
    ends = function(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(ends, [values.min(), values.max()])
    shares = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(function(shares), np.quantile(values, shares), atol=0.02)


def test_the_most_frequent_values_keep_their_plateau() -> None:
    often = np.repeat(np.arange(100.0), 50)
    rare = np.repeat(100 + RNG.random(5000), 3)
    function = fit(np.r_[often, rare])
    np.testing.assert_array_equal(function(function.inverse(often, RNG)), often)


FLOATS = arrays(
    np.float64,
    st.integers(1, 60),
    elements=st.floats(-1e300, 1e300, allow_subnormal=False),
)
INTEGERS = arrays(np.uint64, st.integers(1, 60))


@settings(deadline=None, max_examples=100, derandomize=True)
@given(FLOATS | INTEGERS, arrays(np.float32, 20, elements=st.floats(0, 1, width=32)))
def test_any_rank_decodes_into_the_range_in_order(
    values: np.ndarray, ranks: np.ndarray
) -> None:
    function = fit(values)
    assert (np.diff(function.ranks) >= 0).all()
    assert (function.values[1:] >= function.values[:-1]).all()
    drawn = function(np.sort(ranks))
    assert drawn.dtype == values.dtype
    assert (drawn[1:] >= drawn[:-1]).all()
    assert drawn[0] >= values.min()
    assert drawn[-1] <= values.max()
    ends = function(np.array([0, 1]))
    np.testing.assert_array_equal(ends, [values.min(), values.max()])


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.tuples(FLOATS, FLOATS) | st.tuples(INTEGERS, INTEGERS))
def test_any_value_has_a_rank_in_the_unit_interval(
    pair: tuple[np.ndarray, np.ndarray],
) -> None:
    train, others = pair
    ranks = fit(train).inverse(others, np.random.default_rng(0))
    assert ((ranks >= 0) & (ranks <= 1)).all()

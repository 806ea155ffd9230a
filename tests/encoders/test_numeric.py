from __future__ import annotations

import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contract import round_trip
from tables import infer_quietly

from synthgan._random import RowRange
from synthgan.encoders.numeric import MAX_ATOMS, NumericEncoder, find_atoms
from synthgan.layout import Layout

RNG = np.random.default_rng(0)


def fit(cells: Any, kind: str | None = None, dtype: Any = None) -> NumericEncoder:
    """Fit to the cells of one column."""
    series = pd.Series(cells, dtype=dtype)
    overrides = None if kind is None else {"x": kind}
    schema = infer_quietly(series.to_frame("x"), overrides)
    return NumericEncoder.fit(schema["x"], series, np.random.default_rng(0))


def sample(encoder: NumericEncoder, n_rows: int) -> pd.Series:
    """Decode rows whose atoms are as frequent as the codes, with uniform ranks."""
    width = encoder.specs[0].width
    codes = RNG.integers(width, size=(n_rows, len(encoder.specs) - 1 or 1))
    if len(encoder.specs) == 1 and encoder.specs[0].activation == "rank":
        codes = codes[:, :0]
    ranks = RNG.random((n_rows, int(encoder.quantiles is not None)))
    return encoder.inverse_transform(
        codes.astype(np.int32), ranks.astype(np.float32), RowRange(0, 0, n_rows)
    )


# --- atoms ----------------------------------------------------------------------------


def atoms_of(values: np.ndarray, n_rows: int) -> np.ndarray:
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[find_atoms(counts, n_rows)]


def test_a_few_values_are_all_atoms() -> None:
    encoder = fit([10, 20, 70] * 5)
    assert encoder.quantiles is None
    assert [(spec.name, spec.width) for spec in encoder.specs] == [("atom", 3)]


def test_a_value_of_four_rows_among_few_is_no_atom() -> None:
    values = np.array([1.0] * 4 + [2.0] * 9)
    assert atoms_of(values, 13).tolist() == []
    assert atoms_of(np.r_[values, 1.0], 14).tolist() == [1.0, 2.0]


def test_frequent_values_are_atoms_by_share_of_rows_and_number_of_rows() -> None:
    rest = np.linspace(5, 6, 2000)
    values = np.r_[np.zeros(30), np.ones(15), rest]
    assert atoms_of(values, 15_001).tolist() == [0.0]
    assert atoms_of(values, 15_000).tolist() == [0.0, 1.0]
    few = np.r_[np.zeros(9), np.ones(10), rest[:100]]
    assert atoms_of(few, 119).tolist() == [1.0]


def test_wide_values_are_atoms_however_many_they_are() -> None:
    hours = np.repeat(np.arange(24.0), 1000)
    assert atoms_of(np.r_[hours, 99.0], 24_001).tolist() == list(range(24))


def test_of_many_spikes_the_most_frequent_are_atoms() -> None:
    spikes = np.repeat(np.arange(20) / 19, np.arange(20) + 20)
    values = np.r_[spikes, np.linspace(0, 1, 2001)]
    n_atoms = len(atoms_of(values, len(values)))
    assert n_atoms == MAX_ATOMS
    assert atoms_of(values, len(values)).min() == spikes[-1] - (n_atoms - 1) / 19


def test_smooth_frequent_values_are_ranks() -> None:
    ages = RNG.integers(18, 68, 5000)
    assert atoms_of(ages, 5000).tolist() == []
    # As where people round, or where a scale ends.
    rounded = np.r_[ages, np.full(1500, 40), np.full(600, 90)]
    assert atoms_of(rounded, len(rounded)).tolist() == [40, 90]


def test_values_as_wide_as_a_piece_of_a_rank_are_atoms() -> None:
    visits = RNG.geometric(0.2, 5000)  # 20 % of ones, 16 % of twos, …, 4.2 % of eights
    found = atoms_of(visits, 5000).tolist()
    assert found in ([*range(1, 8)], [*range(1, 9)])


def test_a_column_of_one_value_is_an_atom_where_it_is_frequent() -> None:
    assert find_atoms(np.array([4]), 4).tolist() == [False]
    assert find_atoms(np.array([40]), 40).tolist() == [True]


def test_missing_is_an_atom() -> None:
    encoder = fit([*np.linspace(0, 1, 99), None])
    atom, rank = encoder.specs
    assert (atom.width, atom.has_rank, rank.name) == (2, True, "rank")


def test_a_column_of_single_values_has_ranks_alone() -> None:
    assert [spec.name for spec in fit(np.linspace(0, 1, 99)).specs] == ["rank"]


def test_the_spike_of_a_zero_inflated_column_keeps_its_share() -> None:
    values = np.where(RNG.random(2000) < 0.35, 0, RNG.lognormal(size=2000))
    encoder = fit(values)
    assert encoder.atoms.tolist() == [0]
    codes, ranks = encoder.transform(pd.Series(values), RNG)
    assert (codes[:, 0] == 1).mean() == (values == 0).mean()
    decoded = encoder.inverse_transform(codes, ranks, RowRange(0, 0, 2000))
    np.testing.assert_array_equal(decoded == 0, values == 0)


def test_ranks_of_what_is_left_beside_a_spike_are_uniform() -> None:
    values = np.r_[np.zeros(3000), RNG.lognormal(size=4000)]
    codes, ranks = fit(values).transform(pd.Series(values), RNG)
    counts, _ = np.histogram(ranks[codes[:, 0] == 0], bins=10, range=(0, 1))
    assert abs(counts - 400).max() <= 1
    np.testing.assert_array_equal(ranks[codes[:, 0] > 0], np.float32(0.5))


def test_cells_stand_in_the_order_of_the_values() -> None:
    values = np.r_[RNG.normal(size=2000), np.full(300, -0.5), np.full(200, 1.0)]
    series = pd.Series(values.tolist() + 50 * [None])
    encoder = fit(series)
    assert encoder.atoms.tolist() == [-0.5, 1.0]
    layout = Layout.from_specs([encoder.specs])
    cells = layout.cells(*encoder.transform(series, RNG))[:, 1]
    assert (cells[len(values) :] == -1).all()
    in_order = cells[np.argsort(values, kind="stable")]
    assert (np.diff(in_order) >= 0).all()
    assert cells[2000] == pytest.approx(np.mean(values[:2000] < -0.5), abs=0.001)


def test_a_long_tail_comes_back_to_its_end() -> None:
    values = np.exp(RNG.normal(0, 4, 3000))
    drawn = sample(fit(values), 50_000)
    assert drawn.max() > np.quantile(values, 0.999)
    assert drawn.max() <= values.max()
    assert np.log(drawn).std() == pytest.approx(np.log(values).std(), rel=0.05)


# --- granularity ----------------------------------------------------------------------


def test_single_values_are_interpolated_and_rounded_to_the_decimals() -> None:
    wages = RNG.lognormal(7, 0.5, 400).round(2)
    drawn = sample(fit(wages), 2000)
    np.testing.assert_array_equal(drawn, drawn.round(2))
    assert np.isin(drawn, wages).mean() < 0.1


def test_no_single_value_is_handed_out_but_for_the_ends() -> None:
    values = RNG.normal(size=400)
    drawn = sample(fit(values), 2000)
    handed_out = set(drawn) & set(values)
    assert handed_out <= {values.min(), values.max()}


def test_multiples_of_a_step_stay_multiples() -> None:
    drawn = sample(fit([5 + 15 * k for k in range(300)]), 1000)
    assert ((drawn - 5) % 15 == 0).all()


def test_midnights_stay_midnights_where_the_clock_changes_at_midnight() -> None:
    days = pd.date_range("2017-01-01", "2019-06-01", freq="D")
    zone = "America/Sao_Paulo"
    train = pd.Series(days.tz_localize(zone, nonexistent="shift_forward"))
    encoder = fit(train)
    assert encoder.column.step == pd.Timedelta("1D") / pd.Timedelta(1, train.dt.unit)
    drawn = sample(encoder, 3000)
    late = drawn[drawn.dt.hour != 0]
    assert set(late.dt.strftime("%F %T")) <= {
        "2017-10-15 01:00:00",
        "2018-11-04 01:00:00",
    }
    assert len(late)
    assert drawn.isin(train).all()


def test_midnights_stay_midnights_on_both_sides_of_summer_time() -> None:
    train = pd.Series(pd.date_range("2020-01-01", periods=900, tz="Europe/Berlin"))
    drawn = sample(fit(train), 2000)
    assert (drawn == drawn.dt.normalize()).all()
    assert drawn.map(lambda stamp: stamp.utcoffset()).nunique() == 2


def test_an_hour_that_the_clock_skips_is_not_made() -> None:
    hours = pd.date_range("2021-03-27", "2021-03-29", freq="30min", tz="Europe/Berlin")
    drawn = sample(fit(hours), 3000)
    clock = drawn.dt.tz_localize(None)
    day = pd.Timestamp("2021-03-28")
    assert ((clock >= day) & (clock < day + pd.Timedelta("2h"))).any()
    skipped = (clock >= day + pd.Timedelta("2h")) & (clock < day + pd.Timedelta("3h"))
    assert not skipped.any()


def test_a_time_shown_twice_is_taken_as_its_first_occurrence() -> None:
    twice = pd.to_datetime(["2021-10-31 00:30", "2021-10-31 01:30"], utc=True)
    frame = pd.DataFrame({"x": list(twice.tz_convert("Europe/Berlin")) * 9})
    decoded = round_trip(frame, infer_quietly(frame))
    assert set(decoded["x"]) == {frame["x"][0]}


# --- exactness ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [
        ("int64", [-(2**63), 2**63 - 1, 2**53 + 1, 0]),
        ("uint64", [0, 2**64 - 1, 2**63 + 1, 2**53 + 1]),
        ("Int64", [2**53 + 1, 2**53 + 2, None]),
        ("UInt64", [2**64 - 1, 2**64 - 2, None]),
        ("uint64[pyarrow]", [2**64 - 1, 2**64 - 2, None]),
        ("datetime64[ns]", pd.to_datetime([1, 2**62 + 1, -(2**62) - 1, 7])),
    ],
)
@pytest.mark.parametrize("n_rows_each", [1, 7])
def test_numbers_of_sixty_four_bits_come_back_to_the_unit(
    dtype: str, cells: Any, n_rows_each: int
) -> None:
    frame = pd.DataFrame({"x": pd.Series(list(cells) * n_rows_each, dtype=dtype)})
    schema = infer_quietly(frame)
    decoded = round_trip(frame, schema)
    if n_rows_each > 1:
        pd.testing.assert_frame_equal(decoded, frame)
    assert decoded["x"].min() >= frame["x"].min()
    drawn = sample(fit(frame["x"]), 300)
    assert drawn.min() >= frame["x"].min()
    assert drawn.max() <= frame["x"].max()


def test_integers_given_as_continuous_are_as_exact_as_others() -> None:
    cells = [2**53 + 1, 2**63 - 1, -(2**63)] * 9
    frame = pd.DataFrame({"x": cells})
    schema = infer_quietly(frame, {"x": "continuous"})
    pd.testing.assert_frame_equal(round_trip(frame, schema), frame)
    wide = pd.DataFrame({"x": pd.Series([2**64 - 1, 2**63, 1] * 9, dtype="uint64")})
    schema = infer_quietly(wide, {"x": "continuous"})
    pd.testing.assert_frame_equal(round_trip(wide, schema), wide)


def test_decimals_beyond_a_float_come_back_to_fifteen_digits() -> None:
    thirds = [decimal.Decimal(k) / 3 for k in range(1, 5)] * 9
    frame = pd.DataFrame({"x": pd.Series(thirds, dtype=object)})
    decoded = round_trip(frame, infer_quietly(frame))["x"]
    errors = [abs(a - b) for a, b in zip(decoded, thirds, strict=True)]
    assert max(errors) < decimal.Decimal("1e-15")


def test_a_huge_number_beside_fractions_is_fine() -> None:
    frame = pd.DataFrame({"x": [1.5, 1.7e308, 2.25, None] * 9})
    decoded = round_trip(frame, infer_quietly(frame))
    pd.testing.assert_frame_equal(decoded, frame)


# --- cells that were not in training --------------------------------------------------


def test_a_number_outside_the_range_gets_the_rank_of_its_nearer_end() -> None:
    encoder = fit(range(100, 300, 2))
    _, ranks = encoder.transform(pd.Series([-7, 500]), RNG)
    low, high = ranks[:, 0]
    assert low < 0.01
    assert high > 0.99


def test_a_number_below_the_range_is_not_taken_for_the_atom_at_its_end() -> None:
    encoder = fit([3] * 50 + list(range(10, 300)))
    assert encoder.atoms.tolist() == [0]
    codes, _ = encoder.transform(pd.Series([3, 2, -9]), RNG)
    assert codes[:, 0].tolist() == [1, 0, 0]


def test_a_number_between_two_steps_is_not_taken_for_an_atom() -> None:
    encoder = fit([10] * 50 + list(range(10, 3000, 10)))
    codes, _ = encoder.transform(pd.Series([10, 14, 20]), RNG)
    assert codes[:, 0].tolist() == [1, 0, 0]


def test_an_unseen_number_in_range_lies_between_its_neighbours() -> None:
    encoder = fit(np.r_[np.linspace(0, 1, 200), np.linspace(2, 3, 200)])
    _, ranks = encoder.transform(pd.Series([1.5]), RNG)
    assert ranks[0, 0] == pytest.approx(0.5, abs=0.01)

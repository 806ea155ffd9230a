from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_codes import draw_rows

from synthgan._random import RowRange, make_rng
from synthgan.encoders import EncodedTable, TableEncoder
from synthgan.encoders.sums import order_sums, settle_sums
from synthgan.schema import TableSchema, infer_schema

RNG = np.random.default_rng(0)


def make_bills(n_rows: int = 400) -> pd.DataFrame:
    bills = pd.DataFrame(
        {
            "fare": RNG.integers(100, 1000, n_rows),
            "tip": RNG.integers(0, 100, n_rows),
        }
    )
    bills["total"] = bills["fare"] + bills["tip"]
    return bills


def settle(rows: pd.DataFrame, schema: TableSchema, given: object = None):
    """Settle a frame, and return it as a frame."""
    cells = {i: rows.iloc[:, i] for i in range(rows.shape[1])}
    mask = None if given is None else np.array(given, dtype=bool)
    settled = settle_sums(cells, order_sums(schema), schema, mask)
    return pd.DataFrame({name: settled[i] for i, name in enumerate(rows)})


BILLS = make_bills()
SCHEMA = infer_schema(BILLS)


def test_the_sum_takes_what_is_lacking():
    made = BILLS.assign(total=500)
    pd.testing.assert_frame_equal(settle(made, SCHEMA), BILLS)


def test_right_rows_stay_as_they_are():
    pd.testing.assert_frame_equal(settle(BILLS, SCHEMA), BILLS)


def test_beyond_its_range_the_terms_give_way():
    most = BILLS["total"].max()
    made = pd.DataFrame({"fare": [BILLS["fare"].max()], "tip": [99], "total": [0]})
    (row,) = settle(made, SCHEMA).itertuples(index=False)
    assert row.total == most
    assert row.fare + row.tip == most
    assert row.tip == 99


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 1, 0], (300, 50, 350)),
        ([1, 0, 1], (300, 20, 320)),
        ([0, 1, 1], (270, 50, 320)),
        ([0, 0, 1], (270, 50, 320)),
        ([1, 1, 1], (300, 50, 320)),
    ],
)
def test_given_cells_stay_and_the_others_follow(given, expected):
    made = pd.DataFrame({"fare": [300], "tip": [50], "total": [320]})
    assert tuple(settle(made, SCHEMA, [given]).iloc[0]) == expected


def test_one_term_gives_what_it_can_and_the_next_one_the_rest():
    made = pd.DataFrame({"fare": [900], "tip": [50], "total": [120]})
    settled = settle(made, SCHEMA, [[0, 0, 1]]).iloc[0]
    assert settled["fare"] == BILLS["fare"].min()
    assert settled["fare"] + settled["tip"] == 120


def test_rows_with_a_missing_cell_are_left_alone():
    frame = BILLS.astype("Int64")
    frame.loc[::7, "tip"] = pd.NA
    schema = infer_schema(frame)
    made = frame.assign(total=pd.array([777] * len(frame), dtype="Int64"))
    settled = settle(made, schema)
    hole = frame["tip"].isna()
    assert (settled["total"][hole] == 777).all()
    pd.testing.assert_frame_equal(settled[~hole], frame[~hole])


def test_sums_of_sums_and_shared_terms_settle_together():
    frame = BILLS.assign(fee=RNG.integers(0, 50, len(BILLS)))
    frame["all"] = frame["total"] + frame["fee"]
    frame["rest"] = 2000 - frame["fare"]
    schema = infer_schema(frame)
    assert [column.name for column in schema if column.sum_of] == [
        "total",
        "all",
        "rest",
    ]
    made = frame.assign(total=1, all=2, rest=3)
    pd.testing.assert_frame_equal(settle(made, schema), frame)


@pytest.mark.parametrize(
    "dtype", ["float64", "float32", "Int32", "Float64", "int64[pyarrow]", "decimal"]
)
def test_every_dtype_comes_back(dtype):
    frame = BILLS.map(Decimal) if dtype == "decimal" else BILLS.astype(dtype)
    schema = infer_schema(frame)
    zero = pd.Series([frame["tip"].iloc[0] * 0] * len(frame), dtype=frame["tip"].dtype)
    made = frame.assign(total=zero)
    pd.testing.assert_frame_equal(settle(made, schema), frame)


def test_an_end_is_settled_on_the_clock():
    start = pd.Timestamp("2024-03-01") + pd.to_timedelta(
        RNG.integers(0, 10**7, 300), unit="s"
    )
    length = pd.to_timedelta(RNG.integers(60, 5000, 300), unit="s")
    frame = pd.DataFrame({"start": start, "length": length, "end": start + length})
    made = frame.assign(end=frame["end"].iloc[0])
    pd.testing.assert_frame_equal(settle(made, infer_schema(frame)), frame)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_whatever_is_generated_sums_are_exact_and_ranges_are_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "a": rng.integers(0, 9, 300),
            "b": rng.gamma(2, 10, 300).round(1),
            "c": np.where(rng.random(300) < 0.3, 0, rng.normal(0, 50, 300)).round(2),
        }
    )
    frame["d"] = (frame["a"] + frame["b"] - frame["c"]).round(2)
    encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    made = draw_rows(encoder.layout, 500, rng)
    rows = encoder.inverse_transform(made, RowRange(0, 0, 500))
    total = (rows["a"] + rows["b"] - rows["c"]).round(2)
    np.testing.assert_allclose(rows["d"], total, atol=1e-9)
    for name in frame:
        assert rows[name].between(frame[name].min(), frame[name].max()).all()
    # A part of the columns is decoded to the same cells.
    pd.testing.assert_frame_equal(encoder.decode_some(made, ["d"]), rows[["d"]])
    # The encoded rows say what the decoded ones do, but for a value that a term was
    # moved to and no rank stands for, between two shared ones.
    settled = encoder.inverse_transform(encoder.settle(made), RowRange(0, 0, 500))
    assert np.isclose(settled, rows, atol=0.021).all(axis=1).mean() > 0.99


def test_given_codes_and_ranks_stay() -> None:
    encoder = TableEncoder.fit(BILLS, SCHEMA, seed=0)
    table = encoder.transform(BILLS, seed=0)
    shuffled = encoder.transform(BILLS.iloc[::-1], seed=0)
    ranks = table.ranks.copy()
    place = encoder.layout.column_blocks(2)[-1].index
    ranks[:, place] = shuffled.ranks[:, place]
    given = np.zeros((len(BILLS), 3), dtype=bool)
    given[:, 2] = True
    settled = encoder.settle(EncodedTable(table.codes, ranks), given)
    np.testing.assert_array_equal(settled.ranks[:, place], ranks[:, place])
    rows = encoder.inverse_transform(settled, RowRange(0, 0, len(BILLS)))
    assert (rows["total"] == rows["fare"] + rows["tip"]).all()


@pytest.mark.parametrize("dtype", ["object", "float64"])
def test_a_gap_in_a_sum_is_no_change(dtype: str) -> None:
    """Nor is it where all values of the columns are atoms."""
    frame = pd.DataFrame(RNG.integers(0, 9, (600, 2)), columns=["a", "b"])
    frame["c"] = frame["a"] + frame["b"]
    frame = frame.astype(dtype)
    frame.loc[::20, ["a", "c"]] = None if dtype == "object" else np.nan
    schema = infer_schema(frame)
    assert schema["c"].sum_of
    encoder = TableEncoder.fit(frame, schema, seed=0)
    made = draw_rows(encoder.layout, 500, RNG)
    rows = encoder.inverse_transform(encoder.settle(made), RowRange(0, 0, 500))
    whole = rows.dropna()
    assert len(whole) < 500
    assert (whole["a"] + whole["b"] == whole["c"]).all()


def test_tables_without_sums_are_handed_through() -> None:
    frame = pd.DataFrame({"a": make_rng(0, "a").normal(size=100)})
    encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    table = encoder.transform(frame, seed=0)
    assert encoder.settle(table) is table

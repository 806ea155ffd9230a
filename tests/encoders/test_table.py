"""The round-trip contract over every kind and storage, without a network."""

from __future__ import annotations

import datetime
import decimal
import functools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contract import (
    assert_column_contract,
    assert_contract,
    assert_granularity,
    assert_same_form,
    round_trip,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import all_kind_columns, infer_quietly

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders import EncodedTable, TableEncoder
from synthgan.encoders.registry import ENCODERS, encoder_for
from synthgan.exceptions import InputError
from synthgan.schema import Kind, infer_schema

COLUMNS = all_kind_columns()
every_column = pytest.mark.parametrize("name", COLUMNS)


@functools.cache
def fit_one(name: str) -> TableEncoder:
    """Fit to a table of one of the columns, under a name that tells nothing."""
    frame = COLUMNS[name].to_frame("x")
    return TableEncoder.fit(frame, infer_quietly(frame), seed=0)


def draw_codes(encoder: TableEncoder, n_rows: int) -> EncodedTable:
    """Draw rows that a generator could make, ends of the ranks among them."""
    rng = np.random.default_rng(8)
    widths = [block.width for block in encoder.layout.softmax_blocks]
    codes = rng.integers(widths, size=(n_rows, len(widths))).astype(np.int32)
    ranks = rng.random((n_rows, encoder.layout.n_ranks)).astype(np.float32)
    ranks[:1], ranks[1:2] = 0, 1
    return EncodedTable(codes, ranks)


# --- one column of each kind and storage ----------------------------------------------


@every_column
def test_kind_is_inferred_from_the_cells_alone(name: str) -> None:
    column = fit_one(name).schema["x"]
    assert column.kind == name.partition(":")[0]


@every_column
def test_training_rows_come_back(name: str) -> None:
    frame = COLUMNS[name].to_frame("x")
    schema = infer_quietly(frame)
    assert_contract(round_trip(frame, schema), frame, schema)


@every_column
def test_training_rows_come_back_as_categories(name: str) -> None:
    frame = COLUMNS[name].to_frame("x")
    schema = infer_quietly(frame, {"x": "categorical"})
    assert schema["x"].kind in {Kind.CATEGORICAL, Kind.CONSTANT}
    assert_contract(round_trip(frame, schema), frame, schema)


@every_column
def test_whatever_is_generated_has_the_form_of_the_training_rows(name: str) -> None:
    train = COLUMNS[name].to_frame("x")
    encoder = fit_one(name)
    column = encoder.schema["x"]
    decoded = encoder.inverse_transform(
        draw_codes(encoder, 500), RowRange(seed=0, start=70, n_rows=500)
    )
    assert_same_form(decoded, train)
    if not column.n_missing:
        assert decoded["x"].notna().all()
    if column.kind.is_numeric:
        assert_granularity(decoded["x"], column)
    elif column.kind not in {Kind.IDENTIFIER, Kind.TEXT}:
        assert set(decoded["x"].dropna()) <= set(train["x"].dropna())


@every_column
def test_ranks_and_codes_stay_inside_their_blocks(name: str) -> None:
    encoder = fit_one(name)
    assert_inside(encoder, encoder.transform(COLUMNS[name].to_frame("x"), seed=1))


def assert_inside(encoder: TableEncoder, table: EncodedTable) -> None:
    """Check that codes have their logit, and that ranks are in [0, 1]."""
    widths = np.array([block.width for block in encoder.layout.softmax_blocks])
    assert table.codes.dtype == np.int32
    assert table.ranks.dtype == np.float32
    assert (table.codes >= 0).all()
    assert (table.codes < widths).all()
    assert ((table.ranks >= 0) & (table.ranks <= 1)).all()


@every_column
def test_no_row_and_one_row_decode(name: str) -> None:
    encoder = fit_one(name)
    for n_rows in (0, 1):
        decoded = encoder.inverse_transform(
            draw_codes(encoder, n_rows), RowRange(0, 0, n_rows)
        )
        assert len(decoded) == n_rows
        assert_same_form(decoded, COLUMNS[name].to_frame("x"))


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if c.isna().any()])
def test_rows_of_nothing_but_missing_cells_come_back(name: str) -> None:
    encoder = fit_one(name)
    holes = pd.DataFrame({"x": COLUMNS[name][COLUMNS[name].isna()]})
    table = encoder.transform(holes, seed=0)
    decoded = encoder.inverse_transform(table, RowRange(0, 0, len(holes)))
    assert decoded["x"].isna().all()
    assert_same_form(decoded, COLUMNS[name].to_frame("x"))


@every_column
def test_encoders_come_back_from_their_state(name: str) -> None:
    encoder = fit_one(name)
    column = encoder.schema["x"]
    state = encoder.encoders[0].to_state()
    assert all(array.dtype != object for array in state.arrays.values())
    rebuilt = TableEncoder(
        encoder.schema, (ENCODERS[encoder_for(column.kind)].from_state(column, state),)
    )
    rows, drawn = RowRange(3, BLOCK_SIZE - 20, 100), draw_codes(encoder, 100)
    pd.testing.assert_frame_equal(
        rebuilt.inverse_transform(drawn, rows), encoder.inverse_transform(drawn, rows)
    )


@every_column
def test_rows_decode_the_same_alone_and_among_others(name: str) -> None:
    encoder = fit_one(name)
    drawn = draw_codes(encoder, 90)
    whole = encoder.inverse_transform(drawn, RowRange(5, BLOCK_SIZE - 40, 90))
    part = slice(30, 60)
    alone = encoder.inverse_transform(
        EncodedTable(drawn.codes[part], drawn.ranks[part]),
        RowRange(5, BLOCK_SIZE - 10, 30),
    )
    pd.testing.assert_frame_equal(whole[part].reset_index(drop=True), alone)


# --- whole tables ---------------------------------------------------------------------


def test_a_table_of_all_kinds_comes_back() -> None:
    frame = pd.DataFrame(COLUMNS)
    schema = infer_quietly(frame)
    assert_contract(round_trip(frame, schema), frame, schema)


@pytest.mark.parametrize("n_rows", [1, 2, 10])
def test_a_short_table_of_all_kinds_comes_back(n_rows: int) -> None:
    frame = pd.DataFrame(COLUMNS)[:n_rows]
    schema = infer_quietly(frame)
    assert_contract(round_trip(frame, schema), frame, schema)


@pytest.mark.parametrize(
    "labels",
    [
        pd.Index([("a", 1), ("a", 2), "b"], tupleize_cols=False, name="axis"),
        pd.Index([3, 1, 2], dtype="int32", name=("axis", 0)),
        pd.RangeIndex(5, 8),
        pd.Index(["x", 1, 2.5]),
        pd.Index(["a", "b", "c"], dtype="string"),
        pd.date_range("2024-01-01", periods=3, name="month"),
        pd.CategoricalIndex(["u", "v", "w"], ordered=True),
    ],
    ids=["tuples", "integers", "range", "mixed", "string", "dates", "category"],
)
def test_column_names_come_back_with_the_name_and_dtype_of_their_axis(
    labels: pd.Index,
) -> None:
    frame = pd.DataFrame({0: [1, 2] * 9, 1: [0.5, 1.5] * 9, 2: [True, False] * 9})
    frame.columns = labels
    decoded = round_trip(frame, infer_quietly(frame))
    pd.testing.assert_frame_equal(decoded, frame)
    pd.testing.assert_index_equal(decoded.columns, labels, exact=True)


def test_renaming_the_axis_of_a_sample_does_not_rename_later_samples() -> None:
    frame = pd.DataFrame({"a": [1, 2] * 9}).rename_axis(columns="before")
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    table = encoder.transform(frame, seed=0)
    for renamed in (frame, encoder.inverse_transform(table, RowRange(0, 0, 18))):
        renamed.columns.name = "after"
    again = encoder.inverse_transform(table, RowRange(0, 0, 18))
    assert again.columns.name == "before"


def test_the_training_index_is_forgotten() -> None:
    frame = pd.DataFrame({"a": [1.5, 2.5, None] * 9}, index=list("abc") * 9)
    decoded = round_trip(frame, infer_quietly(frame))
    pd.testing.assert_frame_equal(decoded, frame.reset_index(drop=True))
    assert isinstance(decoded.index, pd.RangeIndex)


def test_two_part_codes_stand_beside_ranks_and_single_codes() -> None:
    frame = pd.DataFrame(
        {
            "wide": np.arange(600) % 300,
            "flag": [True, False, True] * 200,
            "rank": np.linspace(0, 1, 600) ** 2,
            "level": ["a", "b", "c", "d"] * 150,
        }
    ).assign(wide=lambda table: table["wide"].map("level {}".format))
    schema = infer_quietly(frame)
    encoder = TableEncoder.fit(frame, schema, seed=0)
    wide = encoder.layout.column_blocks(0)
    assert {block.name for block in wide} == {"bucket", "item"}
    assert_contract(round_trip(frame, schema), frame, schema)


def test_ties_are_broken_by_the_seed_alone() -> None:
    frame = pd.DataFrame({"x": np.repeat(np.arange(200.0), 4) / 7})
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    first, again, other = (encoder.transform(frame, seed=s).ranks for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


# --- random tables --------------------------------------------------------------------


def columns_of(cells: Any, dtype: Any, n_rows: int, gaps: bool = True) -> Any:
    """Make a strategy of columns whose cells repeat, and are missing now and then."""
    pool = st.lists(cells, min_size=1, max_size=n_rows)
    if gaps:
        pool = st.builds(lambda some, none: some + none, pool, st.just([]) | NONE)
    picks = pool.flatmap(
        lambda some: (
            st.lists(st.sampled_from(some), min_size=n_rows, max_size=n_rows)
            | st.just((some * n_rows)[:n_rows])
        )
    )
    return picks.map(lambda picked: pd.Series(picked, dtype=dtype))


NONE = st.just([None])
# Before pandas 3 its hash tables end a string at the first NUL.
WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
SPANS = st.timedeltas(datetime.timedelta(-90_000), datetime.timedelta(90_000))
STAMPS = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))


def any_column(n_rows: int) -> Any:
    """Make a strategy of columns of any kind and storage."""
    integers = {
        dtype: st.integers(np.iinfo(dtype).min, np.iinfo(dtype).max)
        for dtype in ("int8", "int64", "uint64", "uint16")
    }
    finite = st.floats(-1e300, 1e300, allow_subnormal=False)
    return st.one_of(
        columns_of(finite, "float64", n_rows),
        columns_of(finite.map(lambda x: float(f"{x:.3g}")), "Float64", n_rows),
        columns_of(
            st.floats(-(2**99), 2**99, width=32, allow_subnormal=False),
            "float32",
            n_rows,
        ),
        columns_of(
            st.decimals(-(10**6), 10**6, places=2).map(decimal.Decimal), object, n_rows
        ),
        *(columns_of(some, dtype, n_rows, False) for dtype, some in integers.items()),
        columns_of(integers["int64"], "Int64", n_rows),
        columns_of(integers["uint64"], object, n_rows),
        columns_of(st.booleans(), "boolean", n_rows),
        columns_of(st.booleans(), "bool", n_rows, False),
        columns_of(WORDS, object, n_rows),
        columns_of(WORDS, "string[python]", n_rows),
        columns_of(st.sampled_from(["low", "high"]), "category", n_rows),
        columns_of(STAMPS, "datetime64[us]", n_rows),
        columns_of(
            STAMPS.map(lambda stamp: pd.Timestamp(stamp.date(), tz="UTC")),
            pd.DatetimeTZDtype("ns", "UTC"),
            n_rows,
        ),
        columns_of(st.dates(), object, n_rows),
        columns_of(SPANS, "timedelta64[us]", n_rows),
    )


@st.composite
def any_table(draw: Any) -> pd.DataFrame:
    """Draw a small table of columns of any kind and storage."""
    n_rows = draw(st.integers(1, 40))
    columns = draw(st.lists(any_column(n_rows), min_size=1, max_size=5))
    frame = pd.concat(columns, axis=1)
    frame.columns = pd.RangeIndex(len(columns))
    return frame


@settings(deadline=None, max_examples=80, derandomize=True)
@given(any_table(), st.integers(0, 3))
def test_random_tables_come_back(frame: pd.DataFrame, seed: int) -> None:
    schema = infer_quietly(frame)
    encoder = TableEncoder.fit(frame, schema, seed)
    table = encoder.transform(frame, seed)
    assert_inside(encoder, table)
    decoded = encoder.inverse_transform(table, RowRange(seed, 0, len(frame)))
    assert_contract(decoded, frame, schema)
    drawn = encoder.inverse_transform(draw_codes(encoder, 20), RowRange(seed, 0, 20))
    assert_same_form(drawn, frame)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(any_table(), st.data())
def test_new_rows_of_training_cells_are_encoded(frame: pd.DataFrame, data: Any) -> None:
    schema = infer_quietly(frame)
    encoder = TableEncoder.fit(frame, schema, seed=0)
    rows = data.draw(st.lists(st.sampled_from(range(len(frame))), max_size=30))
    some = frame.iloc[rows]
    decoded = encoder.inverse_transform(
        encoder.transform(some, seed=4), RowRange(0, 0, len(some))
    )
    for i, column in enumerate(schema):
        if not column.kind.is_numeric:
            assert_column_contract(decoded.iloc[:, i], some.iloc[:, i], column)


# --- cells that were not in training --------------------------------------------------


@pytest.mark.parametrize(
    ("train", "cell"),
    [
        (["a", "b"] * 20, "c"),
        ([1, 2] * 20, 3),
        ([1.0, 2.5] * 20, None),
        (["a", "b"] * 20, None),
        (list(range(40)), None),
        ([f"{n} Some Street" for n in range(40)], None),
        ([None] * 40, 1.5),
        (["same"] * 40, "other"),
    ],
    ids=[
        "category",
        "number among few",
        "missing number",
        "missing category",
        "missing rank",
        "missing text",
        "value of an empty column",
        "other constant",
    ],
)
def test_a_cell_without_a_code_is_an_error_that_names_the_column(
    train: list[Any], cell: Any
) -> None:
    frame = pd.DataFrame({"odd one": train})
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    dtype = object if cell is None else None
    other = pd.DataFrame({"odd one": pd.Series([cell], dtype=dtype)})
    with pytest.raises(InputError, match="'odd one': expected values seen in training"):
        encoder.transform(other, seed=0)


def _bills(n_rows: int = 2000) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    first = rng.gamma(2, 500, n_rows).round(2)
    second = np.where(rng.random(n_rows) < 0.3, first, rng.gamma(2, 500, n_rows))
    third = np.where(rng.random(n_rows) < 0.3, second, rng.gamma(2, 500, n_rows))
    frame = pd.DataFrame({"a": first, "b": second.round(2), "c": third.round(2)})
    frame.loc[rng.random(n_rows) < 0.1, ["a", "b"]] = np.nan
    return frame


def _encode(frame: pd.DataFrame) -> tuple[TableEncoder, EncodedTable]:
    encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    return encoder, encoder.transform(frame, seed=0)


def test_cells_that_refer_come_back_equal_to_the_cell_they_refer_to() -> None:
    frame = _bills()
    encoder, table = _encode(frame)
    back = encoder.inverse_transform(table, RowRange(0, 0, len(frame)))
    for earlier, later in (("a", "b"), ("b", "c")):
        equal = frame[earlier] == frame[later]
        assert equal.sum() > 200
        assert (back[later] == back[earlier])[equal].mean() > 0.99
        assert (back[later] == back[earlier])[~equal].mean() < 0.01


def test_cells_that_refer_stand_where_their_value_does() -> None:
    encoder, table = _encode(_bills())
    layout = encoder.layout
    cells = layout.cells(table.codes, table.ranks)[:, layout.n_codes :]
    for link in layout.references:
        refers = table.codes[:, link.place] == link.code
        (own,) = (b.index for b in layout.rank_blocks if b.column == link.column)
        # A training cell that refers keeps the rank of its value beside the code.
        errors = np.abs(cells[refers, own] - table.ranks[refers, own])
        assert refers.sum() > 200
        assert np.quantile(errors, 0.95) < 0.02


def test_a_reference_to_a_missing_cell_falls_back_on_the_rank() -> None:
    frame = _bills()
    encoder, table = _encode(frame)
    codes = table.codes.copy()
    place = encoder.layout.references[0].place
    hole = frame["a"].isna() & frame["b"].isna()
    codes[hole, place] = encoder.encoders[1].reference_codes[0]
    rows = RowRange(0, 0, len(frame))
    back = encoder.inverse_transform(EncodedTable(codes, table.ranks), rows)
    assert back["a"][hole].isna().all()
    assert back["b"][hole].notna().all()


def test_a_reference_out_of_the_columns_range_falls_back_on_the_rank() -> None:
    frame = _bills()
    frame["c"] = frame["c"].clip(upper=800)
    encoder, table = _encode(frame)
    codes = table.codes.copy()
    codes[:, encoder.layout.references[1].place] = encoder.encoders[2].reference_codes[
        0
    ]
    rows = RowRange(0, 0, len(frame))
    back = encoder.inverse_transform(EncodedTable(codes, table.ranks), rows)
    assert back["c"].max() <= frame["c"].max()
    assert (back["c"] == back["b"])[back["b"] <= 700].all()


@pytest.mark.parametrize("names", [["c"], ["c", "a"], ["b", "c"], []])
def test_some_columns_decode_as_all_of_them_do(names: list[str]) -> None:
    frame = _bills()
    encoder, table = _encode(frame)
    whole = encoder.inverse_transform(table, RowRange(0, 0, len(frame)))
    pd.testing.assert_frame_equal(encoder.decode_some(table, names), whole[names])

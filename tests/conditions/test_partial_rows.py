"""Given cells: read in any dtype, encoded for a generator, and back bit for bit."""

from __future__ import annotations

import functools
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from contract import assert_same_dtype
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import all_kind_columns, infer_quietly

from synthgan._random import RowRange
from synthgan.conditions import MISSING, NOT_MISSING, PartialRows, encode_given
from synthgan.encoders import EncodedTable, TableEncoder
from synthgan.exceptions import InputError

COLUMNS = all_kind_columns()


@functools.cache
def fit_all() -> tuple[pd.DataFrame, TableEncoder]:
    frame = pd.DataFrame(COLUMNS)
    return frame, TableEncoder.fit(frame, infer_quietly(frame), seed=0)


def fit(frame: pd.DataFrame) -> TableEncoder:
    return TableEncoder.fit(frame, infer_quietly(frame), seed=0)


def decode(table: EncodedTable, encoder: TableEncoder) -> pd.DataFrame:
    return encoder.inverse_transform(table, RowRange(0, 0, len(table)))


def make_other_rows(encoder: TableEncoder, n_rows: int) -> EncodedTable:
    """Draw any codes and ranks, as if a generator had made them."""
    rng = np.random.default_rng(n_rows)
    widths = [block.width for block in encoder.layout.softmax_blocks]
    codes = rng.integers(widths, size=(n_rows, len(widths))).astype(np.int32)
    ranks = rng.random((n_rows, encoder.layout.n_ranks)).astype(np.float32)
    return EncodedTable(codes, ranks)


def complete(partial: PartialRows, table: EncodedTable) -> pd.DataFrame:
    return partial.complete(decode(table, partial.encoder), table)


@settings(max_examples=5, deadline=None)
@given(st.data())
def test_given_cells_of_every_kind_come_back_bit_for_bit(data: st.DataObject) -> None:
    train, encoder = fit_all()
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    picked = rng.integers(len(train), size=20)
    rows = train.iloc[picked]
    names = data.draw(st.lists(st.sampled_from(list(COLUMNS)), unique=True))
    partial = PartialRows.from_frame(rows[names], encoder)
    table = make_other_rows(encoder, 20)
    made = decode(table, encoder)
    whole = partial.complete(made, table)
    pd.testing.assert_index_equal(whole.index, rows.index)
    for i, name in enumerate(COLUMNS):
        assert_same_dtype(whole[name], train[name], name)
        present = rows[name].notna().to_numpy(bool) & (name in names)
        np.testing.assert_array_equal(partial.given[:, i], present)
        # What refers to a given cell may have changed.
        made_alone = ~present & (not encoder.schema[name].references)
        for source, here in ((rows, present), (made, made_alone)):
            pd.testing.assert_series_equal(
                whole[name][here].reset_index(drop=True),
                source[name][here].reset_index(drop=True),
            )


def test_training_rows_are_encoded_as_the_encoder_does() -> None:
    train, encoder = fit_all()
    partial = PartialRows.from_frame(train, encoder)
    table, mask = encode_given(partial)
    expected = encoder.transform(train, seed=0)
    for i, name in enumerate(COLUMNS):
        is_made_up = name.startswith(("identifier", "text", "constant"))
        given_cells = train[name].notna() & (not is_made_up)
        np.testing.assert_array_equal(mask[:, i], given_cells, name)
    for block in encoder.layout.blocks:
        arrays = ("codes", "ranks")[block.activation == "rank"]
        own, other = (getattr(t, arrays)[:, block.index] for t in (table, expected))
        here = mask[:, block.column]
        # Ties are spread at random there, and in the middle here.
        reach = 0.02 if block.activation == "rank" else 0
        np.testing.assert_allclose(own[here], other[here], rtol=0, atol=reach)
        assert not own[~here].any()


def test_a_cell_is_encoded_the_same_in_any_company() -> None:
    train, encoder = fit_all()
    whole, _ = encode_given(PartialRows.from_frame(train, encoder))
    part, _ = encode_given(PartialRows.from_frame(train[100:103], encoder))
    np.testing.assert_array_equal(part.codes, whole.codes[100:103])
    np.testing.assert_array_equal(part.ranks, whole.ranks[100:103])


# --- one column -----------------------------------------------------------------------


def read_one(cells: Any, train: pd.Series, **options: Any) -> PartialRows:
    encoder = fit(pd.DataFrame({"x": train}))
    frame = pd.DataFrame({"x": cells}).set_axis(range(5, 5 + len(cells)))
    return PartialRows.from_frame(frame, encoder, **options)


@pytest.mark.parametrize(
    ("name", "cells", "expected"),
    [
        ("integer: int64, tens", [10.0, np.nan], 10),
        ("integer: int64, tens", [Decimal(10), None], 10),
        ("integer: int64, tens", pd.array([10, None], dtype="Int32"), 10),
        (
            "integer: int64, exact",
            pd.Series([2**53 + 1, None], dtype=object),
            2**53 + 1,
        ),
        ("integer: UInt64", pd.Series([2**64 - 1, MISSING], dtype=object), 2**64 - 1),
        ("continuous: float32, cents, missing", [20.5, MISSING], np.float32(20.5)),
        ("continuous: object decimals", [20.25, None], Decimal("20.25")),
        ("boolean: bool", pd.Series([1.0, np.nan]), True),
        ("boolean: boolean", [True, None], True),
        ("categorical: category", ["north", None], "north"),
        ("categorical: string[pyarrow]", ["Südwest", None], "Südwest"),
        ("categorical: of integers", pd.array([7, None], dtype="Int8"), 7),
        ("datetime: midnights", ["2017-08-05", None], pd.Timestamp("2017-08-05")),
        (
            "datetime: midnights, Berlin",
            ["2017-08-05", None],
            pd.Timestamp("2017-08-05", tz="Europe/Berlin"),
        ),
        (
            "datetime: days, Sao Paulo",
            [pd.Timestamp("2017-10-15 03:00", tz="UTC"), None],
            pd.Timestamp("2017-10-15 01:00", tz="America/Sao_Paulo"),
        ),
        ("timedelta: object", ["5min", None], pd.Timedelta("5min")),
        ("constant: int8", [7.0, np.nan], 7),
        ("identifier: counter", [1005.0, np.nan], 1005),
    ],
)
def test_other_dtypes_are_fine_where_the_value_is_the_same(
    name: str, cells: Any, expected: Any
) -> None:
    train = COLUMNS[name]
    partial = read_one(cells, train)
    has_two = isinstance(cells, (list, pd.Series)) and list(cells)[1] is MISSING
    assert partial.given[:, 0].tolist() == [True, has_two]
    table = PartialRows.from_frame(train[:2].to_frame("x"), partial.encoder)
    whole = partial.complete(train[:2].to_frame("x"), encode_given(table)[0])["x"]
    assert whole.dtype == train.dtype
    assert whole.iloc[0] == expected
    assert type(whole.iloc[0]) is type(train.dropna().iloc[0])
    assert whole.isna().iloc[1] == (has_two or train.isna().iloc[1])
    assert whole.index.tolist() == [5, 6]


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if c.isna().any()])
def test_cells_asked_to_be_missing_come_back_missing(name: str) -> None:
    train = COLUMNS[name].rename("x")
    partial = read_one([MISSING, None], train)
    assert partial.given[:, 0].tolist() == [True, False]
    present = train.dropna()[:2] if train.notna().any() else train[:2]
    made = present.to_frame().reset_index(drop=True)
    whole = partial.complete(made, partial.encoder.transform(made, seed=0))["x"]
    assert whole.isna().iloc[0]
    assert_same_dtype(whole, train, name)
    table, mask = encode_given(partial)
    if mask.any():
        assert decode(table, partial.encoder)["x"].isna().iloc[0]


def test_a_number_that_was_never_seen_is_encoded_close_to_it() -> None:
    rng = np.random.default_rng(0)
    train = pd.Series(rng.integers(0, 100_000, 400) * 100)
    unseen = np.setdiff1d(np.arange(int(train.min()), int(train.max()), 137), train)
    partial = read_one(unseen, train)
    table, mask = encode_given(partial)
    assert mask.all()
    error = decode(table, partial.encoder)["x"] - unseen
    assert error.abs().max() <= 101  # steps of 100, and float32 ranks
    whole = complete(partial, table)["x"]
    np.testing.assert_array_equal(whole, unseen)


def test_an_unseen_number_among_atoms_is_encoded_as_the_nearest() -> None:
    train = COLUMNS["integer: float64, missing"]  # 1, 2, 3, 70, missing
    partial = read_one(pd.Series([4.0, 60.0, 2.0, MISSING], dtype=object), train)
    decoded = decode(encode_given(partial)[0], partial.encoder)["x"]
    assert decoded.tolist()[:3] == [3, 70, 2]
    assert decoded.isna().tolist() == [False] * 3 + [True]


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("integer: int64, tens", [291], r"'x': 291 is outside the training range 0"),
        ("integer: int64, tens", [12.5], r"dtype int64 holds .* got 12.5"),
        ("integer: int64, tens", ["10"], r"expected a finite number, got '10'"),
        ("integer: int64, tens", [MISSING], r"missing, but never was in training"),
        ("integer: int64, tens", [NOT_MISSING], r"got NOT_MISSING"),
        (
            "boolean: bool",
            ["True"],
            r"'True' was never seen in training; did you mean True",
        ),
        ("categorical: category", ["unused"], r"'unused' was never seen"),
        ("categorical: object, None", ["nort"], r"did you mean 'north'"),
        ("datetime: date32", ["2017-08-05 12:00"], r"give times as fine as these"),
        ("datetime: s", [pd.Timestamp("2000-01-01 00:00:00.5")], r"times as fine"),
        ("constant: int8", [8], r"8 was never seen in training; there are 7"),
        ("identifier: counter", [10.5], r"expected cells that dtype int64 holds"),
    ],
)
def test_errors_name_the_cell(name: str, cells: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_one(cells, COLUMNS[name])


def test_unknown_columns_and_other_objects_are_refused() -> None:
    encoder = fit(pd.DataFrame({"age": [20, 30] * 9}))
    with pytest.raises(InputError, match=r"'aeg' is not in the table; .* 'age'"):
        PartialRows.from_frame(pd.DataFrame({"aeg": [20]}), encoder)
    with pytest.raises(InputError, match=r"unique names, got \['age'\] more than"):
        PartialRows.from_frame(pd.DataFrame([[1, 2]], columns=["age"] * 2), encoder)
    with pytest.raises(TypeError, match="expected a pandas DataFrame, got dict"):
        PartialRows.from_frame({"age": [20]}, encoder)


# --- unknown cells are kept -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "cell", "is_visible"),
    [
        ("categorical: object, None", "moon", False),
        ("categorical: string[pyarrow]", "moon", False),
        ("categorical: category", "moon", False),
        ("categorical: category", "unused", False),
        ("constant: int8", 8, False),
        ("integer: int64, tens", 1_000, True),
        ("integer: int64, tens", -7, True),
        ("integer: float64, missing", 1_000.0, True),
        ("datetime: midnights", pd.Timestamp("2030-01-01"), True),
    ],
)
def test_unknown_cells_are_kept_on_request(
    name: str, cell: Any, is_visible: bool
) -> None:
    train = COLUMNS[name]
    known = train.dropna().iloc[0]
    partial = read_one([cell, None, known], train, keep_unknown=True)
    table, mask = encode_given(partial)
    assert mask[:, 0].tolist() == [
        is_visible,
        False,
        not name.startswith("constant"),
    ]
    whole = complete(partial, table)["x"]
    assert whole.iloc[0] == cell
    assert whole.iloc[2] == known
    if name.startswith("categorical: category"):
        own = train.cat.categories.tolist()
        assert whole.cat.categories.tolist()[: len(own)] == own
    else:
        assert whole.dtype == train.dtype
    if is_visible:
        seen = decode(table, partial.encoder)["x"].iloc[0]
        assert seen == (train.max() if cell > known else train.min())


def test_a_number_beyond_all_integers_is_told_as_the_nearer_end() -> None:
    amounts = pd.Series([np.nan, *np.arange(100.0, 700.0, 2.0)])
    encoder = fit(pd.DataFrame({"amount": amounts}))
    rows = pd.DataFrame({"amount": [1e20, -1e20]})
    table, _ = encode_given(PartialRows.from_frame(rows, encoder, keep_unknown=True))
    high, low = table.ranks[:, 0]
    assert low < 0.01
    assert high > 0.99


def test_a_category_that_no_row_had_may_be_given() -> None:
    empty = pd.Series(pd.Categorical([None] * 40, categories=["a", "b"]))
    encoder = fit(pd.DataFrame({"grade": empty, "x": [1.5, 2.5] * 20}))
    rows = pd.DataFrame({"grade": pd.Series(["a", None], dtype=object)})
    partial = PartialRows.from_frame(rows, encoder, keep_unknown=True)
    assert partial.cells["grade"].tolist()[0] == "a"


def test_rows_without_columns_or_without_rows_are_rows() -> None:
    encoder = fit(pd.DataFrame({"age": [20, 30] * 9}))
    empty = PartialRows.from_frame(pd.DataFrame(index=["a", "b"]), encoder)
    made = pd.DataFrame({"age": [20, 30]})
    table = encoder.transform(made, seed=0)
    assert empty.complete(made, table).to_dict() == {"age": {"a": 20, "b": 30}}
    none = PartialRows.from_frame(pd.DataFrame({"age": []}), encoder)
    assert none.complete(made[:0], encoder.transform(made[:0], 0)).shape == (0, 1)


def test_drawn_cells_are_all_given() -> None:
    encoder = fit(pd.DataFrame({"age": [20, 30, None] * 9, "key": range(500, 527)}))
    partial = PartialRows.from_draw(pd.DataFrame({"age": [np.nan, 30.0]}), encoder)
    assert partial.given.tolist() == [[True, False], [True, False]]
    table, mask = encode_given(partial)
    assert mask.tolist() == partial.given.tolist()
    assert decode(table, encoder)["age"].isna().tolist() == [True, False]


def test_a_cell_refers_to_another_one_only_if_that_is_given_too() -> None:
    rng = np.random.default_rng(0)
    bill, other = rng.normal(size=(2, 500)).round(4)
    paid = np.where(rng.random(500) < 0.3, bill, other)
    frame = pd.DataFrame({"bill": bill, "paid": paid})
    encoder = fit(frame)
    (code,) = encoder.encoders[1].reference_codes
    place = encoder.layout.column_blocks(1)[0].index
    both, _ = encode_given(PartialRows.from_frame(frame, encoder))
    np.testing.assert_array_equal(both.codes[:, place] == code, bill == paid)
    alone, _ = encode_given(PartialRows.from_frame(frame[["paid"]], encoder))
    assert not alone.codes[:, place].any()
    decoded = decode(alone, encoder)["paid"]
    assert (decoded - paid).abs().max() < 0.01


def test_a_made_cell_that_refers_to_a_given_one_equals_it_to_the_last_digit() -> None:
    rng = np.random.default_rng(0)
    bill, other = rng.normal(size=(2, 500)).round(4)
    paid = np.where(rng.random(500) < 0.3, bill, other)
    encoder = fit(pd.DataFrame({"bill": bill, "paid": paid}))
    given_bill = pd.DataFrame({"bill": [0.12345678, 1.0]})
    partial = PartialRows.from_frame(given_bill, encoder)
    table, _ = encode_given(partial)
    table.codes[:, encoder.layout.column_blocks(1)[0].index] = encoder.encoders[
        1
    ].reference_codes[0]
    whole = complete(partial, table)
    assert whole["paid"].tolist() == [0.12345678, 1.0]

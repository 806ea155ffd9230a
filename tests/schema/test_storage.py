from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tables import infer_quietly

from synthgan.exceptions import InputError
from synthgan.schema import infer_schema, present_numbers
from synthgan.schema.storage import read_storage

WHAT_TO_DO = "convert it first .* or leave it out"
BERLIN = datetime.timezone(datetime.timedelta(hours=1))


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([[1], [2, 3]]),
        pd.Series([{"a": 1}, {"b": 2}]),
        pd.Series([{1}, "a"]),
        pd.Series([("a", 1), ("b", 2)]),
        pd.Series([b"a", b"b"]),
        pd.Series([object(), 1]),
        pd.Series([datetime.time(1), datetime.time(2)]),
        pd.Series([pd.Timestamp("2024-01-01"), "soon"]),
        pd.Series([1 + 2j, 3j]),
        pd.Series(pd.arrays.SparseArray([0, 1, 0])),
        pd.Series(pd.period_range("2024-01", periods=3, freq="M")),
        pd.Series(pd.interval_range(0, 3)),
        pd.Series([[1], [2]], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
        pd.Series([{"a": 1}], dtype=pd.ArrowDtype(pa.struct({"a": pa.int64()}))),
        pd.Series([b"a"], dtype=pd.ArrowDtype(pa.binary())),
        pd.Series(["a"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
    ],
    ids=lambda cells: f"{cells.dtype} {type(cells.iloc[0]).__name__}",
)
def test_what_is_no_plain_column_is_refused_by_name(cells: pd.Series) -> None:
    frame = pd.DataFrame({"odd one": cells})
    with pytest.raises(InputError, match=f"'odd one': expected .*{WHAT_TO_DO}"):
        infer_schema(frame)


@pytest.mark.parametrize(
    "cells",
    [
        [2**64, 5],
        [-1, 2**63],
        [pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2025-01-01", tz="UTC")],
        [pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2025-01-01", tz=BERLIN)],
        [pd.Timestamp("2024-01-01", tz="UTC"), pd.Timestamp("2025-01-01")],
        [datetime.datetime(1, 1, 1), datetime.datetime(2, 1, 1)],
        [datetime.timedelta(days=300_000), datetime.timedelta(1)],
    ],
    ids=["large", "wide", "zone", "zones", "mixed", "ancient", "ages"],
)
def test_objects_that_cannot_be_counted_are_refused_by_name(cells: list[Any]) -> None:
    frame = pd.DataFrame({"odd one": pd.Series(cells, dtype=object)})
    with pytest.raises(InputError, match=r"'odd one': expected .* dtype of its own"):
        infer_schema(frame)


def test_nan_beside_the_marker_of_an_arrow_column_is_refused() -> None:
    array = pd.arrays.ArrowExtensionArray(pa.array([1.5, float("nan"), None]))
    frame = pd.DataFrame({"odd one": pd.Series(array)})
    with pytest.raises(InputError, match=r"'odd one': .* NaN beside the marker"):
        infer_schema(frame)


def test_dates_among_times_are_refused() -> None:
    """Their time of day would be lost."""
    mixed = [datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 2, 13, 45)]
    with pytest.raises(InputError, match=r"'x': .*dates and datetimes"):
        infer_schema(pd.DataFrame({"x": mixed * 50}))


def test_the_usual_marker_of_missing_cells_is_remembered() -> None:
    mixed = pd.Series(["a", None, pd.NA, None, np.nan], dtype=object)
    assert read_storage(mixed, "x").missing_marker == "None"
    assert read_storage(mixed.replace({None: pd.NA}), "x").missing_marker == "NA"


def test_numbers_of_cells_that_are_present() -> None:
    series = pd.Series(pd.to_datetime(["1970-01-02", None, "1970-01-01"])).astype(
        "datetime64[s]"
    )
    column = infer_quietly(series.to_frame("x"))["x"]
    numbers, missing = present_numbers(series, column)
    assert numbers.tolist() == [86_400.0, 0.0]
    assert missing.tolist() == [False, True, False]
    amounts = pd.Series([decimal.Decimal("1.5"), None], dtype=object)
    column = infer_quietly(amounts.to_frame("x"))["x"]
    assert present_numbers(amounts, column)[0].tolist() == [1.5]
    # Nothing says how the numbers that a part of the rows lacks are stored.
    assert present_numbers(amounts[1:], column)[0].tolist() == []

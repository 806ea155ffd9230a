"""Values come back from JSON as they were."""

from __future__ import annotations

import datetime
import decimal
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgan.exceptions import ArchiveError
from synthgan.persistence.tagged import from_tagged, to_tagged


def round_trip(value: Any) -> Any:
    text = json.dumps(to_tagged(value), ensure_ascii=False, allow_nan=False)
    return from_tagged(json.loads(text))


def is_same(one: Any, other: Any) -> bool:
    """Compare type, value and, for floats, bits."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(is_same(a, b) for a, b in pairs)
    if isinstance(one, dict):
        return is_same(list(one.items()), list(other.items()))
    if isinstance(one, float | np.floating):
        if math.isnan(one):
            return math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    if one is pd.NaT or one is pd.NA:
        return one is other
    if isinstance(one, pd.Timestamp):
        return one == other and one.unit == other.unit and str(one.tz) == str(other.tz)
    if isinstance(one, pd.Timedelta):
        return one == other and one.unit == other.unit
    return bool(one == other)


numpy_scalars = st.one_of(
    st.integers(-(2**63), 2**63 - 1).map(np.int64),
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.integers(-128, 127).map(np.int8),
    st.floats(width=32).map(np.float32),
    st.floats(width=16).map(np.float16),
    st.floats().map(np.float64),
    st.booleans().map(np.bool_),
)
units = st.sampled_from(["s", "ms", "us", "ns"])
zones = st.sampled_from([None, "UTC", "Europe/Berlin", "America/New_York", "+05:30"])
counts = st.integers(-(2**62), 2**62)


@st.composite
def timestamps(draw: st.DrawFn) -> pd.Timestamp:
    unit: Any = draw(units)
    # Years 1 to 9999, and what nanoseconds can hold of them.
    limit = (
        2**62
        if unit == "ns"
        else 62_000_000_000 * 1000 ** ["s", "ms", "us"].index(unit)
    )
    stamp = pd.Timestamp(np.datetime64(draw(st.integers(-limit, limit)), unit))
    zone = draw(zones)
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)


timedeltas = st.builds(
    lambda n, unit: pd.Timedelta(np.timedelta64(n, unit)), counts, units
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.text(st.characters()),  # lone surrogates too
    st.binary(),
    st.decimals(allow_nan=False),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from([pd.NA, pd.NaT]),
    numpy_scalars,
    timestamps(),
    timedeltas,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.text(), inner),
        st.dictionaries(st.one_of(st.integers(), st.tuples(st.text())), inner),
    ),
    max_leaves=12,
)


@given(values)
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    assert is_same(round_trip(value), value)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        -0.0,
        5e-324,
        2**200,
        -(2**63) - 1,
        ("a", (1, None), []),
        {"$tuple": 1},
        {"$a": {"b": ()}, "c": 1},
        {1: "a", "1": "b"},
        {("x", 2): "integer"},
        np.float32(0.1),
        np.uint64(2**64 - 1),
        decimal.Decimal("1.100"),
        datetime.datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=datetime.UTC),
        pd.Timestamp("0001-01-01").as_unit("s"),
        pd.Timestamp("9999-12-31 23:59:59").as_unit("us"),
        pd.Timestamp("2024-10-27 00:30", tz="UTC").tz_convert("Europe/Berlin"),
        pd.Timestamp(1, unit="ns"),
        pd.Timedelta(np.timedelta64(10**12, "s")),
    ],
    ids=repr,
)
def test_awkward_values_come_back_as_they_were(value: Any) -> None:
    assert is_same(round_trip(value), value)


def make_indexes() -> dict[str, pd.Index]:
    days = pd.DatetimeIndex(["2024-03-30", "2024-03-31", "2024-04-01"])
    return {
        "strings": pd.Index(["b", "a", "ü"], name="letters"),
        "old strings": pd.Index(["b", "a"], dtype=object),
        "integers": pd.Index([2**62 + 1, -1]),
        "unsigned": pd.Index([2**64 - 1, 0], dtype="uint64"),
        "small integers": pd.Index([3, 1], dtype="int8"),
        "floats": pd.Index([0.1, np.inf, -0.0]),
        "booleans": pd.Index([True, False]),
        "range": pd.RangeIndex(2, 11, 3, name="r"),
        "dates": days.as_unit("s"),
        "zoned dates": days.tz_localize("Europe/Berlin").as_unit("us"),
        "nanoseconds": pd.DatetimeIndex([np.datetime64(2**60 + 1, "ns")]),
        "timedeltas": pd.to_timedelta([1, 2], unit="ns"),
        "intervals": pd.interval_range(0.0, 3.0),
        "tuples": pd.Index([("a", 1), ("b", 2)], tupleize_cols=False),
        "mixed": pd.Index([1, "a", None, (2, 3)], dtype=object),
        "nullable": pd.Index([1, 2], dtype="Int16"),
        "arrow": pd.Index(["x", "y"], dtype="string[pyarrow]"),
        "arrow strings": pd.Index(["x", "y"], dtype=pd.ArrowDtype(pa.string())),
        "arrow times": days.astype(pd.ArrowDtype(pa.timestamp("us"))),
        "arrow days": days.astype(pd.ArrowDtype(pa.date32())),
        "arrow spans": pd.to_timedelta([1, 2], unit="s").astype(
            pd.ArrowDtype(pa.duration("s"))
        ),
        "periods": pd.period_range("2024-01", periods=3, freq="M"),
        "empty": pd.Index([], dtype="float32"),
    }


@pytest.mark.parametrize("index", make_indexes().values(), ids=make_indexes().keys())
def test_indexes_come_back_with_dtype_and_name(index: pd.Index) -> None:
    pd.testing.assert_index_equal(round_trip(index), index, exact=True)


@pytest.mark.parametrize("index", make_indexes().values(), ids=make_indexes().keys())
@pytest.mark.parametrize("ordered", [True, False])
def test_categories_of_every_dtype_come_back(index: pd.Index, ordered: bool) -> None:
    if index.hasnans:
        index = index.dropna()
    dtype = pd.CategoricalDtype(index, ordered=ordered)
    back = round_trip(dtype)
    assert back.ordered is ordered
    pd.testing.assert_index_equal(back.categories, dtype.categories, exact=True)


@pytest.mark.parametrize(
    "dtype",
    [
        "int8",
        "uint64",
        "float32",
        "bool",
        "object",
        "datetime64[s]",
        "datetime64[ns, Europe/Berlin]",
        "datetime64[us, UTC]",
        "timedelta64[ms]",
        "Int64",
        "Float32",
        "boolean",
        pd.ArrowDtype(pa.string()),
        "string[python]",
        "string[pyarrow]",
        "str",
        "int64[pyarrow]",
        "bool[pyarrow]",
        "timestamp[ns, tz=Europe/Berlin][pyarrow]",
        "date32[day][pyarrow]",
        "duration[us][pyarrow]",
    ],
)
def test_dtypes_come_back(dtype: str) -> None:
    expected = pd.Series(dtype=dtype).dtype
    back = round_trip(expected)
    assert back == expected
    assert repr(back) == repr(expected)


def test_decimal_dtypes_come_back() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    dtype = pd.ArrowDtype(pyarrow.decimal128(9, 2))
    assert round_trip(dtype) == dtype


def test_what_cannot_be_written_exactly_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot save a value of type"):
        to_tagged({"a": object()})
    with pytest.raises(TypeError, match="cannot save a value of type set"):
        to_tagged({1, 2})


def test_an_unknown_tag_is_refused() -> None:
    with pytest.raises(ArchiveError, match=r"unknown tag '\$object'"):
        from_tagged({"a": [{"$object": "os.system"}]})

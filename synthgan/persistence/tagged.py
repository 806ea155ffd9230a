"""Python, numpy and pandas values as JSON and back, exactly.

What JSON has no word for becomes a dict of one key that starts with a dollar sign.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import math
import re
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from synthgan.exceptions import ArchiveError

#: The text for pyarrow's own string dtype.
_ARROW_STRING = "arrow string"


def to_tagged(value: Any) -> Any:
    """Return JSON-able data for a value.

    Raises
    ------
    TypeError
        If there is no safe way to write the value.

    Examples
    --------
    >>> to_tagged(("a", 1, float("nan")))
    {'$tuple': ['a', 1, {'$float': 'nan'}]}
    """
    match value:
        case None | bool():
            return value
        case StrEnum():
            return value.value
        case np.bool_():
            return {"$numpy": [value.dtype.str, bool(value)]}
        case np.integer():
            return {"$numpy": [value.dtype.str, int(value)]}
        case np.floating():
            return {"$numpy": [value.dtype.str, float(value).hex()]}
        case int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"$float": repr(value)}
        case list():
            return [to_tagged(item) for item in value]
        case tuple():
            return {"$tuple": [to_tagged(item) for item in value]}
        case dict():
            return _tag_dict(value)
        case pd.Index():
            return _tag_index(value)
        case np.dtype() | pd.api.extensions.ExtensionDtype():
            return {"$dtype": _tag_dtype(value)}
        case bytes():
            return {"$bytes": base64.b64encode(value).decode()}
        case decimal.Decimal():
            return {"$decimal": str(value)}
        case _ if value is pd.NA:
            return {"$missing": "NA"}
        case _ if value is pd.NaT:
            return {"$missing": "NaT"}
        case pd.Timestamp():
            zone = None if value.tz is None else str(value.tz)
            clock = value if value.tz is None else value.tz_convert(None)
            return {"$timestamp": [_count(clock), value.unit, zone]}
        case pd.Timedelta():
            return {"$timedelta": [_count(value), value.unit]}
        case datetime.datetime():
            return {"$datetime": value.isoformat()}
        case datetime.date():
            return {"$date": value.isoformat()}
        case datetime.time():
            return {"$time": value.isoformat()}
        case pd.Period():
            return {"$period": [value.ordinal, value.freqstr]}
        case pd.Interval():
            ends = [to_tagged(value.left), to_tagged(value.right)]
            return {"$interval": [*ends, value.closed]}
    msg = f"cannot save a value of type {type(value).__name__}: {value!r}"
    raise TypeError(msg)


def from_tagged(data: Any) -> Any:
    """Return the value that `to_tagged` wrote.

    Raises
    ------
    ArchiveError
        If a tag is unknown.
    """
    if isinstance(data, list):
        return [from_tagged(item) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1:
        tag, content = next(iter(data.items()))
        if tag.startswith("$"):
            if tag not in _READERS:
                msg = f"unknown tag {tag!r}"
                raise ArchiveError(msg)
            return _READERS[tag](content)
    return {key: from_tagged(item) for key, item in data.items()}


def _count(value: pd.Timestamp | pd.Timedelta) -> int:
    """Return a time in its own unit, in which it cannot overflow."""
    return int(value.to_numpy().astype(np.int64))


def _tag_dict(value: dict[Any, Any]) -> Any:
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return {key: to_tagged(item) for key, item in value.items()}
    return {"$dict": [[to_tagged(k), to_tagged(v)] for k, v in value.items()]}


def _tag_index(index: pd.Index) -> Any:
    name = to_tagged(index.name)
    if isinstance(index, pd.RangeIndex):
        return {"$range": [index.start, index.stop, index.step, name]}
    if isinstance(index.dtype, pd.IntervalDtype | pd.PeriodDtype):
        cells = index.astype(object)
    elif _is_counted(index.dtype):
        # Integers are exact; going through Timestamps would be slow.
        cells = index.astype("int64")
    else:
        cells = index
    values = [to_tagged(cell) for cell in cells.tolist()]
    return {"$index": [values, _tag_dtype(index.dtype), name]}


def _is_counted(dtype: Any) -> bool:
    """Tell whether an index's cells are written as pandas's own counts of a unit."""
    return dtype.kind in "mM" and not isinstance(dtype, pd.ArrowDtype)


def _read_index(content: Any) -> pd.Index:
    values, dtype, name = content
    cells = [from_tagged(value) for value in values]
    dtype = _read_dtype(dtype)
    name = from_tagged(name)
    if dtype.kind == "M" and isinstance(dtype, pd.DatetimeTZDtype):
        clock = np.array(cells, dtype=np.int64).view(f"datetime64[{dtype.unit}]")
        return (
            pd.DatetimeIndex(clock, name=name).tz_localize("UTC").tz_convert(dtype.tz)
        )
    if _is_counted(dtype):
        return pd.Index(np.array(cells, dtype=np.int64).view(dtype), name=name)
    return pd.Index(cells, dtype=dtype, name=name, tupleize_cols=False)


def _tag_dtype(dtype: Any) -> Any:
    if isinstance(dtype, pd.CategoricalDtype):
        return {"categories": _tag_index(dtype.categories), "ordered": dtype.ordered}
    if isinstance(dtype, pd.StringDtype):
        is_nan = isinstance(dtype.na_value, float)
        return {"string": dtype.storage, "missing": "nan" if is_nan else "NA"}
    text = str(dtype)
    if isinstance(dtype, pd.ArrowDtype) and text == "string[pyarrow]":
        return _ARROW_STRING  # pandas takes the text for its own string dtype
    if _read_dtype(text) != dtype:
        msg = f"cannot save a column of dtype {dtype}"
        raise TypeError(msg)
    return text


def _read_dtype(data: Any) -> Any:
    if isinstance(data, dict) and "categories" in data:
        return pd.CategoricalDtype(from_tagged(data["categories"]), data["ordered"])
    if isinstance(data, dict):
        missing = pd.NA if data["missing"] == "NA" else np.nan
        return _string_dtype(data["string"], missing)
    if data == _ARROW_STRING:
        import pyarrow

        return pd.ArrowDtype(pyarrow.string())
    decimal_type = re.fullmatch(r"decimal128\((\d+), (-?\d+)\)\[pyarrow\]", data)
    if decimal_type:
        import pyarrow

        return pd.ArrowDtype(pyarrow.decimal128(*map(int, decimal_type.groups())))
    return pd.api.types.pandas_dtype(data)


def _string_dtype(storage: str, missing: Any) -> pd.StringDtype:
    """Make a string dtype; before pandas 3 it has no `na_value`."""
    if missing is pd.NA:
        return pd.StringDtype(storage)
    try:
        return pd.StringDtype(storage, na_value=missing)
    except TypeError:
        return pd.StringDtype(storage)


def _read_timestamp(content: Any) -> pd.Timestamp:
    value, unit, zone = content
    stamp = pd.Timestamp(np.datetime64(value, unit))
    return stamp if zone is None else stamp.tz_localize("UTC").tz_convert(zone)


_READERS: dict[str, Any] = {
    "$tuple": lambda items: tuple(from_tagged(item) for item in items),
    "$dict": lambda pairs: {from_tagged(k): from_tagged(v) for k, v in pairs},
    "$float": float,
    "$numpy": lambda pair: np.dtype(pair[0]).type(
        float.fromhex(pair[1]) if isinstance(pair[1], str) else pair[1]
    ),
    "$index": _read_index,
    "$range": lambda c: pd.RangeIndex(c[0], c[1], c[2], name=from_tagged(c[3])),
    "$dtype": _read_dtype,
    "$bytes": lambda text: base64.b64decode(text, validate=True),
    "$decimal": decimal.Decimal,
    "$missing": {"NA": pd.NA, "NaT": pd.NaT}.__getitem__,
    "$timestamp": _read_timestamp,
    "$timedelta": lambda c: pd.Timedelta(np.timedelta64(c[0], c[1])),
    "$datetime": datetime.datetime.fromisoformat,
    "$date": datetime.date.fromisoformat,
    "$time": datetime.time.fromisoformat,
    "$period": lambda c: pd.Period(ordinal=c[0], freq=c[1]),
    "$interval": lambda c: pd.Interval(from_tagged(c[0]), from_tagged(c[1]), c[2]),
}

"""Reading what users give as cells: exactly, and whatever the dtype.

A numeric column is read on its own axis (see `present_values`), a discrete one as
codes of its levels. Whether a cell may be asked for is decided elsewhere.
"""

from __future__ import annotations

import datetime
import difflib
import numbers
from collections.abc import Hashable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from synthgan.conditions.condition import is_hole
from synthgan.encoders import ColumnEncoder
from synthgan.encoders.categorical import CategoricalEncoder
from synthgan.encoders.constant import ConstantEncoder
from synthgan.exceptions import InputError
from synthgan.schema import ColumnSchema, Element
from synthgan.schema.values import (
    level_codes,
    present_values,
    restore_values,
    unit_of,
    zone_of,
)

_TICKS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DATES = frozenset({Element.DATETIME, Element.DATE})
#: So many near names are listed in an error.
_N_NEAR = 5


# --- numbers --------------------------------------------------------------------------


def own_precision(column: ColumnSchema) -> np.dtype:
    """Return the float dtype that a column's numbers are stored in."""
    dtype = column.storage.numpy_dtype
    is_float = getattr(dtype, "kind", "O") == "f"
    return np.dtype(dtype) if is_float else np.dtype(np.float64)


def round_to_own(value: Any, column: ColumnSchema) -> float:
    """Round a number to the floats that a column is stored in."""
    with np.errstate(over="ignore"):
        return float(own_precision(column).type(value))


def read_number(value: Any, column: ColumnSchema) -> Any:
    """Read a value as a number on the axis of a numeric column.

    Parameters
    ----------
    value : number, str, date, datetime or timedelta
        Dates and timedeltas may be text. Times without a zone are times on the clock
        of the column's own zone.
    column : ColumnSchema
        Of a numeric kind.

    Returns
    -------
    int, Fraction or float
        Exact where the column counts steps (a Fraction lies between two of its
        numbers); elsewhere a float, rounded to the column's own precision.

    Raises
    ------
    InputError
        If it is not such a value.
    """
    element = column.storage.element
    if is_hole(value):
        pass
    elif element in _DATES:
        if isinstance(value, str | datetime.date | np.datetime64):
            return _count_moment(value, column)
    elif element is Element.TIMEDELTA:
        if isinstance(value, str | datetime.timedelta | np.timedelta64):
            return _count_ticks(_parse(pd.Timedelta, value, column), column)
    elif _is_number(value) and np.isfinite(float(value)):
        if column.step is None:
            return round_to_own(value, column)
        plain = value.item() if isinstance(value, np.generic) else value
        return _as_exact(Fraction(plain))
    return _refuse(value, column)


def _is_number(value: Any) -> bool:
    is_real = isinstance(value, numbers.Real | Decimal)
    return is_real and not isinstance(value, bool)


def _count_moment(value: Any, column: ColumnSchema) -> Any:
    moment = _parse(pd.Timestamp, value, column)
    zone = zone_of(column.storage)
    if moment.tz is not None:
        if zone is None:
            msg = (
                f"column {column.name!r}: expected times without a zone, as in "
                f"training, got {value!r}; use .tz_localize(None)"
            )
            raise InputError(msg)
        moment = _on_clock(moment.tz_convert(zone), zone)
    return _count_ticks(moment, column)


def _on_clock(moment: pd.Timestamp, zone: Any) -> pd.Timestamp:
    """Return a zone's local time; where it skips midnight, that is a day's start."""
    clock = moment.tz_localize(None)
    midnight = clock.floor("D")
    start = midnight.tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
    return midnight if start == moment else clock


def _parse(parser: Any, value: Any, column: ColumnSchema) -> Any:
    try:
        parsed = parser(value)
    except ValueError:
        return _refuse(value, column)
    return _refuse(value, column) if parsed is pd.NaT else parsed


def _count_ticks(time: Any, column: ColumnSchema) -> Any:
    """Return a moment or span as an exact count of the column's unit."""
    count, unit = int(time.asm8.astype(np.int64)), unit_of(column.storage)
    return _as_exact(Fraction(count * _TICKS[unit], _TICKS[time.unit]))


def _as_exact(number: Fraction) -> Any:
    return int(number) if number.denominator == 1 else number


def _refuse(value: Any, column: ColumnSchema) -> Any:
    element = column.storage.element
    if element in _DATES:
        expected = "a date, or text that pandas.Timestamp reads"
    elif element is Element.TIMEDELTA:
        expected = "a timedelta, or text that pandas.Timedelta reads"
    else:
        expected = "a finite number"
    msg = f"column {column.name!r}: expected {expected}, got {value!r}"
    raise InputError(msg)


def read_numbers(present: pd.Series, column: ColumnSchema) -> np.ndarray:
    """Read cells of any dtype, none of them missing; see `read_number`.

    Returns
    -------
    ndarray of int64, uint64, float64 or object, shape (n,)
    """
    if present.dtype == column.dtype and not column.storage.is_object:
        return present_values(present, column.storage)
    places, distinct = pd.factorize(present)
    values = np.empty(len(distinct), dtype=object)
    values[:] = [read_number(value, column) for value in distinct]
    return values[places]


def restore_numbers(values: Iterable[Any], column: ColumnSchema) -> pd.Series:
    """Turn numbers of a column's axis into cells of its dtype.

    Raises
    ------
    InputError
        If the dtype cannot hold one of them.
    """
    values = values.tolist() if isinstance(values, np.ndarray) else list(values)
    finer = [value for value in values if isinstance(value, Fraction)]
    storage = column.storage
    if not finer:
        wide = max(values, default=0) >= 2**63
        is_float = storage.element in {Element.FLOAT, Element.DECIMAL}
        dtype = np.float64 if is_float else np.uint64 if wide else np.int64
        numbers_ = np.array(values, dtype=dtype)
        try:
            cells = restore_values(numbers_, storage, column.decimals)
            series = pd.Series(cells, dtype=column.dtype)
            if present_values(series, storage).tolist() == values:
                return series
        except (OverflowError, TypeError, ValueError):
            pass
    precision = "whole numbers" if column.step is not None else "such digits"
    if storage.element in _DATES | {Element.TIMEDELTA}:
        precision = "times as fine as these"
    some = (finer or values)[:_N_NEAR]
    msg = (
        f"column {column.name!r}: expected cells that dtype {column.dtype} holds as in "
        f"training, got {', '.join(str(float(value)) for value in some)}; "
        f"give {precision}"
    )
    raise InputError(msg)


# --- levels ---------------------------------------------------------------------------


def seen_codes(encoder: ColumnEncoder) -> np.ndarray:
    """Return the codes of the levels that occurred in training, ascending."""
    if isinstance(encoder, CategoricalEncoder):
        return np.sort(encoder.positions)
    if isinstance(encoder, ConstantEncoder) and encoder.position >= 0:
        return np.array([encoder.position])
    return np.empty(0, dtype=np.int64)


def read_codes(cells: pd.Series, column: ColumnSchema) -> np.ndarray:
    """Return each cell's position among a column's levels, whatever its dtype.

    Returns
    -------
    ndarray of int64, shape (n,)
        -1 where the cell is missing, or no level.
    """
    if column.n_distinct == 0:
        return np.full(len(cells), -1)
    if cells.dtype == column.dtype:
        return level_codes(cells, column.levels)
    places, distinct = pd.factorize(cells)
    lookup = _make_lookup(column)
    codes = [_find(value, lookup, column) for value in distinct]
    return np.array([*codes, -1], dtype=np.int64)[places]


def _make_lookup(column: ColumnSchema) -> dict[Hashable, int]:
    levels = column.levels if column.n_distinct else ()
    return {level: code for code, level in enumerate(levels)}


def _find(value: Any, lookup: dict[Hashable, int], column: ColumnSchema) -> int:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if is_number and column.storage.element is Element.FLOAT:
        value = round_to_own(value, column)
    return lookup.get(value, -1) if isinstance(value, Hashable) else -1


def read_seen_codes(values: Iterable[Any], encoder: ColumnEncoder) -> list[int]:
    """Return the codes of levels that occurred in training.

    Raises
    ------
    InputError
        If one did not; the message lists levels with similar names.
    """
    column, seen = encoder.column, set(seen_codes(encoder).tolist())
    lookup = _make_lookup(column)
    codes = []
    for value in values:
        code = -1 if is_hole(value) else _find(value, lookup, column)
        if code not in seen:
            levels = column.levels.take(sorted(seen)).tolist() if seen else []
            msg = (
                f"column {column.name!r}: {value!r} was never seen in training; "
                f"{suggest(value, levels)}"
            )
            raise InputError(msg)
        codes.append(code)
    return codes


def suggest(value: Any, known: Iterable[Any]) -> str:
    """Say which known names are near a wrong one, or which there are.

    Examples
    --------
    >>> suggest("privat", ["Private", "State-gov"])
    "did you mean 'Private'?"
    """
    names = {str(name).strip().casefold(): name for name in known}
    wrong = str(value).strip().casefold()
    near = difflib.get_close_matches(wrong, names, n=_N_NEAR)
    if near:
        return f"did you mean {' or '.join(repr(names[name]) for name in near)}?"
    if not names:
        return "there is none"
    some = ", ".join(map(repr, list(names.values())[:_N_NEAR]))
    return f"there are {some}" + (", …" if len(names) > _N_NEAR else "")

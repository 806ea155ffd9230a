"""The exact way from a column's cells to numbers or level codes, and back."""

from __future__ import annotations

import datetime
import decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgan.schema.storage import MARKERS, Element, Storage, read_storage

if TYPE_CHECKING:
    from synthgan.schema.column import ColumnSchema


# --- numbers: the way there -----------------------------------------------------------


def present_values(present: pd.Series, storage: Storage) -> np.ndarray:
    """Turn cells that are not missing into numbers, without loss.

    Parameters
    ----------
    present : Series
        The cells that are not missing.
    storage : Storage
        How the column is stored.

    Returns
    -------
    ndarray of int64, uint64 or float64
        Integers as they are; floats and decimals as float64; datetimes as counts of
        their unit since 1970 on the *local* clock (so that midnight is a multiple of
        a day in every zone); timedeltas as counts of their unit.
    """
    match storage.element:
        case Element.INTEGER | Element.BOOLEAN:
            # Object columns may hold Python integers beyond int64.
            if storage.is_object and present.map(int).max() > 2**63 - 1:
                return present.to_numpy(np.uint64)
            is_wide = str(storage.dtype).lower().startswith("uint64")
            return present.to_numpy(np.uint64 if is_wide else np.int64)
        case Element.FLOAT | Element.DECIMAL:
            return present.to_numpy(np.float64)
        case Element.DATETIME | Element.DATE:
            return _read_dates(present, storage).to_numpy().view(np.int64)
        case Element.TIMEDELTA:
            unit = unit_of(storage)
            return present.astype(f"timedelta64[{unit}]").to_numpy().view(np.int64)
    msg = f"a column of {storage.element}s has no numbers"
    raise TypeError(msg)


def unit_of(storage: Storage) -> str:
    """Return the unit in which the column's times are counted."""
    dtype = storage.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "unit", "s")  # dates have none
    if storage.is_object:
        return "s" if storage.element is Element.DATE else "ns"
    return np.datetime_data(dtype.base)[0]


def zone_of(storage: Storage) -> Any:
    """Return the zone of a datetime column, None where it has none."""
    dtype = storage.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return getattr(dtype.pyarrow_dtype, "tz", None)
    return getattr(dtype, "tz", None)


def _read_dates(present: pd.Series, storage: Storage) -> pd.Series:
    """Turn any column of dates into one of numpy's datetime64, on the local clock."""
    unit = unit_of(storage)
    if storage.is_object:
        if storage.element is Element.DATE:
            if present.map(lambda cell: isinstance(cell, datetime.datetime)).any():
                msg = "dates and datetimes"
                raise TypeError(msg)
            # Years 1 to 9999, which pandas's nanoseconds do not reach.
            days = present.to_numpy(dtype="datetime64[D]")
            return pd.Series(days.astype(f"datetime64[{unit}]"))
        return pd.to_datetime(present).astype(f"datetime64[{unit}]")
    zone = zone_of(storage)
    if zone is None:
        return present.astype(f"datetime64[{unit}]")
    dates = present.astype(pd.DatetimeTZDtype(unit, zone))
    clock = dates.dt.tz_localize(None)
    # Where the clock skips midnight, a day's first moment stands for it.
    midnight = clock.dt.floor("D")
    return clock.where(_put_in_zone(midnight, zone) != dates, midnight)


def _put_in_zone(clock: pd.Series, zone: Any) -> pd.Series:
    """Turn local times into times of a zone.

    A time that the clock skips is moved to the next one that exists; a time that it
    shows twice is taken as its first occurrence, in daylight saving time.
    """
    is_first = np.ones(len(clock), dtype=bool)
    return clock.dt.tz_localize(zone, nonexistent="shift_forward", ambiguous=is_first)


def present_numbers(
    series: pd.Series, column: ColumnSchema
) -> tuple[np.ndarray, np.ndarray]:
    """Return a column's numbers for people who compare tables.

    Parameters
    ----------
    series : Series of n cells
        A column of the table.
    column : ColumnSchema
        Its description; its kind must be numeric.

    Returns
    -------
    values : ndarray of float64
        The numbers of the cells that are not missing (datetimes and timedeltas in
        their unit).
    missing : ndarray of bool, shape (n,)
        Which cells are missing.
    """
    missing = series.isna().to_numpy(bool)
    present = series[~missing]
    if present.empty:  # nothing says how an object column's numbers are stored
        return np.empty(0), missing
    values = present_values(present, read_storage(series, column.name))
    return values.astype(np.float64), missing


def numbers_with_gaps(series: pd.Series, column: ColumnSchema) -> np.ndarray:
    """Return all cells of a numeric column as floats, NaN where they are missing."""
    values, missing = present_numbers(series, column)
    numbers = np.full(len(series), np.nan)
    numbers[~missing] = values
    return numbers


# --- numbers: the way back ------------------------------------------------------------


def restore_values(values: np.ndarray, storage: Storage, decimals: int | None) -> Any:
    """Turn numbers back into an array of the column's dtype; see `present_values`.

    Parameters
    ----------
    values : ndarray of int64, uint64 or float64
        Numbers as `present_values` gives them.
    storage : Storage
        How the column is stored.
    decimals : int or None
        Digits after the point that a decimal number shows.

    Returns
    -------
    pandas or numpy array
    """
    dtype = storage.dtype
    match storage.element:
        case Element.DATETIME | Element.DATE:
            return _restore_dates(values, storage)
        case Element.TIMEDELTA:
            unit = unit_of(storage)
            spans = pd.Series(values.view(f"timedelta64[{unit}]"))
            if storage.is_object:
                return _as_array(list(spans), storage)
            return spans.astype(dtype).array
        case Element.DECIMAL:
            return _as_array(_write_decimals(values, dtype, decimals), storage)
    if storage.is_object:
        # Whole floats are counted as integers and stay floats all the same.
        if storage.element is Element.FLOAT:
            values = values.astype(np.float64)
        return np.array(values.tolist(), dtype=object)
    return pd.Series(values).astype(dtype).array


def _write_decimals(
    values: np.ndarray, dtype: Any, decimals: int | None
) -> list[decimal.Decimal]:
    """Write numbers with `decimals` digits, or with as many as the dtype holds."""
    if decimals is None and isinstance(dtype, pd.ArrowDtype):
        decimals = dtype.pyarrow_dtype.scale
    if decimals is None:
        return [decimal.Decimal(repr(value)) for value in values.tolist()]
    return [decimal.Decimal(f"{value:.{decimals}f}") for value in values.tolist()]


def _restore_dates(values: np.ndarray, storage: Storage) -> Any:
    clock = values.view(f"datetime64[{unit_of(storage)}]")
    if storage.is_object and storage.element is Element.DATE:
        return clock.astype("datetime64[D]").astype(object)
    dates = pd.Series(clock)
    if storage.is_object:
        return _as_array(list(dates), storage)
    zone = zone_of(storage)
    if zone is not None:
        dates = _put_in_zone(dates, zone)
    return dates.astype(storage.dtype).array


def _as_array(cells: list[Any], storage: Storage) -> Any:
    """Make an array of the column's dtype from Python cells, none of them missing."""
    if storage.is_object:
        array = np.empty(len(cells), dtype=object)
        array[:] = cells
        return array
    return pd.array(cells, dtype=storage.dtype)


def restore_strings(values: np.ndarray, storage: Storage) -> Any:
    """Turn an object array of strings, or an integer array, into the column's dtype."""
    if values.dtype == object:
        return _as_array(values.tolist(), storage)
    return restore_values(values, storage, None)


# --- levels ---------------------------------------------------------------------------


def read_levels(series: pd.Series, storage: Storage) -> pd.Index:
    """Return the distinct present values of a column, in order.

    A categorical column gives all its categories, used or not, in their own order;
    any other column its values, sorted (by their text where they do not compare).
    """
    if storage.element is Element.CATEGORY:
        return series.cat.categories
    distinct = series.dropna().unique()
    # There is no index of half precision.
    is_half = storage.numpy_dtype == np.float16
    levels = pd.Index(distinct, dtype=np.float32 if is_half else storage.dtype)
    try:
        return levels.sort_values()
    except TypeError:
        return levels[np.argsort([f"{type(v).__name__}:{v}" for v in levels])]


def level_codes(series: pd.Series, levels: pd.Index) -> np.ndarray:
    """Return each cell's position in `levels`, -1 where missing or unknown."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy(np.int64)
        if series.cat.categories.equals(levels):
            return codes
        lookup = np.append(levels.get_indexer(series.cat.categories), -1)
        return lookup[codes]
    return levels.get_indexer(pd.Index(series, dtype=levels.dtype)).astype(np.int64)


def restore_levels(codes: np.ndarray, levels: pd.Index, storage: Storage) -> Any:
    """Turn level codes, none of them missing, into an array of the column's dtype."""
    if storage.element is Element.CATEGORY:
        return pd.Categorical.from_codes(codes, dtype=storage.dtype)
    taken = levels.take(codes)
    if storage.is_object:
        return taken.to_numpy(dtype=object)
    return pd.Series(taken, dtype=levels.dtype).astype(storage.dtype).array


def insert_missing(present: Any, missing: np.ndarray, storage: Storage) -> pd.Series:
    """Spread present values over a column and put the missing marker in its holes.

    Parameters
    ----------
    present : array of the column's dtype
        One value for each cell that is not missing.
    missing : ndarray of bool, shape (n,)
        Which cells are missing.
    storage : Storage
        How the column is stored.

    Returns
    -------
    Series of n cells, with the column's dtype
    """
    if not missing.any():
        return pd.Series(present, dtype=storage.dtype, copy=False)
    if storage.is_object:
        cells = np.empty(len(missing), dtype=object)
        cells[~missing] = present
        cells[missing] = MARKERS[storage.missing_marker]
        return pd.Series(cells, dtype=object)
    positions = np.where(missing, -1, np.cumsum(~missing) - 1)
    filled = present.take(positions, allow_fill=True)
    return pd.Series(filled, dtype=storage.dtype)


def missing_column(n_rows: int, storage: Storage) -> pd.Series:
    """Make a column without any value."""
    if storage.is_object:
        return pd.Series([MARKERS[storage.missing_marker]] * n_rows, dtype=object)
    return pd.Series(index=range(n_rows), dtype=storage.dtype)


def describe_number(value: float, storage: Storage) -> object:
    """Return a number of `present_values` as a person reads it."""
    if storage.element in {Element.DATETIME, Element.DATE}:
        moment = np.int64(value).view(f"datetime64[{unit_of(storage)}]")
        day = moment.astype("datetime64[D]")
        return day if day == moment else pd.Timestamp(moment)
    if storage.element is Element.TIMEDELTA:
        return pd.Timedelta(np.int64(value).view(f"timedelta64[{unit_of(storage)}]"))
    return value

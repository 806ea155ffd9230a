"""Columns of every kind in every storage, for contract tests, and a plain table.

Nothing here is random beyond its own fixed seed.
"""

from __future__ import annotations

import datetime
import decimal
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgan.exceptions import InferenceWarning
from synthgan.schema import TableSchema, infer_schema

N_ROWS = 240

#: A table that nothing is wrong with.
PLAIN = pd.DataFrame({"age": [20, 30, 40, 50] * 5, "city": ["Ulm", "Bonn"] * 10})


def make_series(cells: Iterable[Any], dtype: Any = None) -> pd.Series:
    """Make a column of 240 cells that repeat the given ones."""
    cells = list(cells)
    repeated = (cells * (N_ROWS // len(cells) + 1))[:N_ROWS]
    return pd.Series(repeated, dtype=dtype)


def make_spread_integers(low: int, high: int) -> list[int]:
    """Make 120 distinct integers from `low` to `high`, both ends among them."""
    rng = np.random.default_rng(3)
    span = high - low
    inner = {low + int(share * span) for share in rng.random(2 * N_ROWS)}
    return sorted({low, high, *sorted(inner - {low, high})[:118]})


def make_days(zone: str | None) -> pd.DatetimeIndex:
    """Make the starts of 240 days in a row, between which the clock changes twice.

    In Sao Paulo, 15 October 2017 begins at one o'clock.
    """
    days = pd.date_range("2017-08-01", periods=N_ROWS, freq="D")
    return days if zone is None else days.tz_localize(zone, nonexistent="shift_forward")


def infer_quietly(frame: pd.DataFrame, overrides: Any = None) -> TableSchema:
    """Infer a schema of columns that warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InferenceWarning)
        return infer_schema(frame, overrides)


def arrow(arrow_type: pa.DataType) -> pd.ArrowDtype:
    """Return the pandas dtype of an Arrow type."""
    return pd.ArrowDtype(arrow_type)


def all_kind_columns() -> dict[str, pd.Series]:
    """Make columns of every kind and storage.

    Returns
    -------
    dict of str to Series of 240 rows
        Names begin with the kind that is inferred and a colon.
    """
    return {
        **_make_floats(),
        **_make_integers(),
        **_make_discrete(),
        **_make_dates(),
        **_make_spans(),
        **_make_keys_and_texts(),
        **_make_constants(),
    }


def _make_floats() -> dict[str, pd.Series]:
    rng = np.random.default_rng(1)
    bell = rng.normal(size=N_ROWS)
    cents = rng.lognormal(3, 1, N_ROWS).round(2)
    some_missing = np.where(rng.random(N_ROWS) < 0.2, np.nan, cents)
    cells = [None if np.isnan(cell) else cell for cell in some_missing.tolist()]
    decimals = [None if cell is None else decimal.Decimal(f"{cell}") for cell in cells]
    return {
        "continuous: float64": pd.Series(bell),
        "continuous: float64, cents, missing": pd.Series(some_missing),
        "continuous: float64, zero-inflated": pd.Series(
            np.where(rng.random(N_ROWS) < 0.4, 0, cents)
        ),
        "continuous: float64, long tail": pd.Series(np.exp(8 * bell)),
        "continuous: float64, few values": make_series([0.1, 0.1, 0.25, 1 / 3]),
        "continuous: float32": pd.Series(bell.astype(np.float32)),
        "continuous: float32, cents, missing": pd.Series(
            some_missing.astype(np.float32)
        ),
        "continuous: float16": pd.Series(bell.astype(np.float16)),
        "continuous: Float32": pd.Series(cells, dtype="Float32"),
        "continuous: Float64": pd.Series(cells, dtype="Float64"),
        "continuous: object, None": pd.Series(cells, dtype=object),
        "continuous: double[pyarrow]": pd.Series(cells, dtype=arrow(pa.float64())),
        "continuous: float[pyarrow]": pd.Series(cells, dtype=arrow(pa.float32())),
        "continuous: halffloat[pyarrow]": pd.Series(
            bell.astype(np.float16), dtype=arrow(pa.float16())
        ),
        "continuous: object decimals": pd.Series(decimals, dtype=object),
        "continuous: decimal128": pd.Series(
            decimals, dtype=arrow(pa.decimal128(12, 2))
        ),
        "integer: float64, missing": make_series([1.0, 2.0, 3.0, np.nan, 70.0]),
        "integer: object floats": make_series([1.0, 2.0, None, 70.0], object),
    }


def _make_integers() -> dict[str, pd.Series]:
    columns = {}
    for bits in (8, 16, 32, 64):
        for sign in ("int", "uint"):
            limits = np.iinfo(f"{sign}{bits}")
            low, high = int(limits.min), int(limits.max)
            cells = make_spread_integers(low, high)
            nullable = f"{sign}{bits}".replace("i", "I", 1).replace("u", "U")
            dtype = f"{sign}{bits}"
            columns |= {
                f"integer: {dtype}": make_series(cells, dtype),
                f"integer: {nullable}": make_series([*cells, None, None], nullable),
                f"integer: {dtype}[pyarrow]": make_series(
                    [*cells, None], arrow(getattr(pa, dtype)())
                ),
            }
    exact = [2**53 + 1, 2**53 + 2, 2**53 + 4, -(2**63), 2**63 - 1]
    return columns | {
        "integer: int64, exact": make_series(exact * 5),
        "integer: object, None": make_series([*exact, None], object),
        "integer: object, above int64": make_series(
            [5, 2**63, 2**64 - 1, None], object
        ),
        "integer: int64, tens": make_series(range(0, 300, 10)),
        "integer: counter, uint8": pd.Series(range(N_ROWS), dtype="uint8"),
        "integer: int64, few rows each": make_series(range(17, 120), "int64"),
    }


def _make_discrete() -> dict[str, pd.Series]:
    words = ["north", "south", "south", "east", "Südwest", ""]
    gaps = [*words, None]
    flags = [True, False, True, None]
    low_to_high = pd.CategoricalDtype(["low", "mid", "high", "unused"], ordered=True)
    levels = pd.CategoricalDtype(["unused", "south", "north"])
    stamps = pd.date_range("2020-03-01", periods=4, tz="Europe/Berlin")
    return {
        "boolean: bool": make_series([True, False, False]),
        "boolean: boolean": make_series(flags, "boolean"),
        "boolean: bool[pyarrow]": make_series(flags, arrow(pa.bool_())),
        "boolean: object, None": make_series(flags, object),
        "categorical: inferred strings": make_series(words),
        "categorical: inferred strings, missing": make_series(gaps),
        "categorical: object, None": make_series(gaps, object),
        "categorical: object, nan": make_series([*words, np.nan], object),
        "categorical: object, NA": make_series([*words, pd.NA], object),
        "categorical: object, mixed": make_series(["a", 1, 2.5, None], object),
        "categorical: string[python]": make_series(gaps, "string[python]"),
        "categorical: string[pyarrow]": make_series(gaps, "string[pyarrow]"),
        "categorical: ArrowDtype string": make_series(gaps, arrow(pa.string())),
        "categorical: large_string": make_series(gaps, arrow(pa.large_string())),
        "categorical: category": make_series(["north", "south"], levels),
        "categorical: category, missing": make_series(["north", "south", None], levels),
        "categorical: of integers": make_series([3, 1, 1, 7], "category"),
        "categorical: of booleans": make_series([True, False, None], "category"),
        "categorical: of datetimes": make_series(stamps, "category"),
        "ordinal: category": make_series(["mid", "low", "low", "high"], low_to_high),
        "ordinal: category, missing": make_series(["mid", None, "low"], low_to_high),
        "ordinal: of intervals": pd.cut(make_series(range(100)), [-1, 9, 50, 99, 200]),
    }


def _make_dates() -> dict[str, pd.Series]:
    rng = np.random.default_rng(2)
    moments = rng.integers(-(10**9), 2 * 10**9, N_ROWS)
    columns = {}
    for unit, ticks in {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}.items():
        counts = moments * ticks + rng.integers(ticks, size=N_ROWS)
        clock = pd.Series(counts.view(f"datetime64[{unit}]"))
        gappy = clock.mask(rng.random(N_ROWS) < 0.2)
        columns |= {
            f"datetime: {unit}": clock,
            f"datetime: {unit}, missing": gappy,
            f"datetime: {unit}, UTC": gappy.dt.tz_localize("UTC"),
            f"datetime: timestamp[{unit}]": gappy.astype(arrow(pa.timestamp(unit))),
        }
    berlin = make_days("Europe/Berlin").to_series(index=range(N_ROWS))
    days = [None, *(day.date() for day in make_days(None))][:N_ROWS]
    ages = [datetime.date(1, 1, 1), datetime.date(1900, 5, 7), datetime.date.max, None]
    nanoseconds = pd.Timestamp("2024-05-06 07:08:09.123456789")
    return columns | {
        "datetime: midnights": pd.Series(make_days(None)),
        "datetime: midnights, Berlin": berlin,
        "datetime: midnights, Berlin, missing": berlin.where(berlin.dt.day != 7),
        "datetime: days, Sao Paulo": pd.Series(make_days("America/Sao_Paulo")),
        "datetime: hours, fixed offset": pd.Series(
            pd.date_range("2024-01-01", periods=N_ROWS, freq="h", tz="+05:30")
        ),
        "datetime: nanoseconds": make_series(
            [nanoseconds, nanoseconds + pd.Timedelta(1)], "datetime64[ns]"
        ),
        "datetime: timestamp[us, Berlin]": berlin.astype(
            arrow(pa.timestamp("us", "Europe/Berlin"))
        ),
        "datetime: date32": pd.Series(days, dtype=arrow(pa.date32())),
        "datetime: date64": pd.Series(days, dtype=arrow(pa.date64())),
        "datetime: object dates": pd.Series(days, dtype=object),
        "datetime: object dates, all years": make_series(ages, object),
        "datetime: object timestamps": make_series(
            [nanoseconds, nanoseconds + pd.Timedelta(1), pd.NaT], object
        ),
    }


def _make_spans() -> dict[str, pd.Series]:
    rng = np.random.default_rng(4)
    columns = {}
    for unit in ("s", "ms", "us", "ns"):
        counts = rng.integers(-(10**5), 10**8, N_ROWS)
        spans = pd.Series(counts.view(f"timedelta64[{unit}]"))
        gappy = spans.mask(rng.random(N_ROWS) < 0.2)
        columns |= {
            f"timedelta: {unit}": spans,
            f"timedelta: {unit}, missing": gappy,
            f"timedelta: duration[{unit}]": gappy.astype(arrow(pa.duration(unit))),
        }
    minutes = [datetime.timedelta(minutes=k) for k in range(50)]
    return columns | {
        "timedelta: object": make_series(map(pd.Timedelta, minutes), object),
    }


def _make_keys_and_texts() -> dict[str, pd.Series]:
    rng = np.random.default_rng(6)
    codes = [f"K-{number:07d}" for number in rng.permutation(9_999_999)[:N_ROWS]]
    letters = list("abcdefghijklmnopqrstuvwxyz")

    def make_word(length: int) -> str:
        return "".join(rng.choice(letters, length))

    names = [
        f"{make_word(5).title()} {make_word(int(rng.integers(4, 9))).title()}"
        for _ in range(N_ROWS)
    ]
    gappy = [None if i % 9 == 4 else code for i, code in enumerate(codes)]
    nameless = [None if i % 9 == 4 else name for i, name in enumerate(names)]
    return {
        "identifier: counter": pd.Series(range(1000, 1000 + N_ROWS)),
        "identifier: counter, int32": pd.Series(range(N_ROWS), dtype="int32"),
        "identifier: counter, floats": pd.Series(np.arange(N_ROWS, dtype=float)),
        "identifier: counter, Int64": pd.Series(range(N_ROWS), dtype="Int64"),
        "identifier: codes": pd.Series(codes),
        "identifier: codes, object, None": pd.Series(gappy, dtype=object),
        "identifier: codes, string[pyarrow]": pd.Series(gappy, dtype="string[pyarrow]"),
        "text: inferred strings": pd.Series(names),
        "text: object, nan": pd.Series(nameless, dtype=object).fillna(np.nan),
        "text: ArrowDtype string": pd.Series(nameless, dtype=arrow(pa.string())),
    }


def _make_constants() -> dict[str, pd.Series]:
    stamp = pd.Timestamp("2020-07-01 12:00", tz="America/Sao_Paulo")
    dtypes = {
        "float64": "float64",
        "Int64": "Int64",
        "string": "string[python]",
        "datetime": pd.DatetimeTZDtype("us", "UTC"),
        "category": pd.CategoricalDtype(["a", "b"], ordered=True),
        "null[pyarrow]": arrow(pa.null()),
        "double[pyarrow]": arrow(pa.float64()),
    }
    missing = {
        f"constant: all missing, {name}": pd.Series([None] * N_ROWS, dtype=dtype)
        for name, dtype in dtypes.items()
    }
    return missing | {
        "constant: all missing, object None": make_series([None], object),
        "constant: all missing, object nan": make_series([np.nan], object),
        "constant: int8": make_series([7], "int8"),
        "constant: float16": make_series([0.1], "float16"),
        "constant: halffloat[pyarrow]": make_series([0.5], arrow(pa.float16())),
        "constant: float64": make_series([0.1]),
        "constant: bool": make_series([True]),
        "constant: Int64": make_series([2**53 + 1], "Int64"),
        "constant: uint64": make_series([2**64 - 1], "uint64"),
        "constant: inferred strings": make_series(["only"]),
        "constant: object integers": make_series([1], object),
        "constant: object dates": make_series([datetime.date(2020, 2, 29)], object),
        "constant: object decimals": make_series([decimal.Decimal("1.50")], object),
        "constant: category": make_series(["b"], pd.CategoricalDtype(["a", "b", "c"])),
        "constant: datetime": make_series([stamp]),
        "constant: timedelta": make_series([pd.Timedelta("1D")]),
        "constant: string[pyarrow]": make_series(["x"], "string[pyarrow]"),
        "constant: date32": make_series([datetime.date.max], arrow(pa.date32())),
    }

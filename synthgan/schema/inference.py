"""Guess what each column of a frame means, and say how the guess was made."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from synthgan.exceptions import InferenceWarning, InputError, SchemaError
from synthgan.schema.column import ColumnSchema, TableSchema
from synthgan.schema.kinds import Kind
from synthgan.schema.storage import (
    Element,
    Storage,
    present_values,
    read_levels,
    read_storage,
)

#: Below this number of present cells, all-distinct strings could be anything.
SHORT_COLUMN = 20
#: A string column with a larger share of distinct values is text.
NEARLY_UNIQUE = 0.9

_KEY_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "pk", "identifier", "index"})
_CODE = re.compile(r"[\w.:/#\-]*\d[\w.:/#\-]*")

# Which kinds a user may give to a column, by what its cells are.
_ALLOWED: dict[Element, frozenset[Kind]] = {
    Element.BOOLEAN: frozenset({Kind.BOOLEAN, Kind.CATEGORICAL, Kind.ORDINAL}),
    Element.INTEGER: frozenset(
        {
            Kind.INTEGER,
            Kind.CONTINUOUS,
            Kind.CATEGORICAL,
            Kind.ORDINAL,
            Kind.BOOLEAN,
            Kind.IDENTIFIER,
        }
    ),
    Element.FLOAT: frozenset(
        {
            Kind.CONTINUOUS,
            Kind.INTEGER,
            Kind.CATEGORICAL,
            Kind.ORDINAL,
            Kind.BOOLEAN,
            Kind.IDENTIFIER,
        }
    ),
    Element.DECIMAL: frozenset({Kind.CONTINUOUS, Kind.CATEGORICAL, Kind.ORDINAL}),
    Element.DATETIME: frozenset({Kind.DATETIME, Kind.CATEGORICAL, Kind.ORDINAL}),
    Element.DATE: frozenset({Kind.DATETIME, Kind.CATEGORICAL, Kind.ORDINAL}),
    Element.TIMEDELTA: frozenset({Kind.TIMEDELTA, Kind.CATEGORICAL, Kind.ORDINAL}),
    Element.STRING: frozenset(
        {Kind.CATEGORICAL, Kind.ORDINAL, Kind.BOOLEAN, Kind.IDENTIFIER, Kind.TEXT}
    ),
    Element.CATEGORY: frozenset({Kind.CATEGORICAL, Kind.ORDINAL, Kind.BOOLEAN}),
    Element.OBJECT: frozenset({Kind.CATEGORICAL, Kind.BOOLEAN}),
    Element.NOTHING: frozenset(),
}


def infer_schema(
    frame: pd.DataFrame,
    overrides: Mapping[Hashable, str] | TableSchema | None = None,
) -> TableSchema:
    """Describe a frame's columns: kind, range or levels, granularity, missing cells.

    Parameters
    ----------
    frame : DataFrame
        At least one row and one column; see `check_frame`.
    overrides : dict of column name to kind, or TableSchema, default None
        Kinds that are known better than by guessing. Of a `TableSchema` the kinds are
        taken, for every column; values and ranges are always read from `frame`.

    Returns
    -------
    TableSchema

    Raises
    ------
    SchemaError
        If an override names an unknown column or kind, or a kind that the column's
        cells cannot have; if a full schema has other columns or dtypes.
    InputError
        If a column holds nested objects or infinite values.

    Warns
    -----
    InferenceWarning
        If a column was taken as text, or was too short to tell.
    """
    kinds = _check_overrides(frame, overrides)
    columns = tuple(
        _describe(frame.iloc[:, i], name, kinds.get(name))
        for i, name in enumerate(frame.columns)
    )
    _warn(columns, kinds)
    return TableSchema(columns, frame.columns, len(frame))


def _check_overrides(
    frame: pd.DataFrame, overrides: Mapping[Hashable, str] | TableSchema | None
) -> dict[Hashable, Kind]:
    if overrides is None:
        return {}
    if isinstance(overrides, TableSchema):
        _check_same_columns(frame, overrides)
        return {column.name: column.kind for column in overrides}
    if not isinstance(overrides, Mapping):
        msg = (
            "schema: expected a dict of column name to kind, or a TableSchema, got "
            f"{type(overrides).__name__}"
        )
        raise SchemaError(msg)
    kinds = {}
    for name, kind in overrides.items():
        if name not in frame.columns:
            msg = (
                f"schema: column {name!r} is not in the table; it has "
                f"{list(frame.columns)!r}"
            )
            raise SchemaError(msg)
        try:
            kinds[name] = Kind(kind)
        except ValueError:
            msg = (
                f"schema: column {name!r}: expected one of "
                f"{', '.join(Kind)}, got {kind!r}"
            )
            raise SchemaError(msg) from None
    return kinds


def _check_same_columns(frame: pd.DataFrame, schema: TableSchema) -> None:
    expected, got = list(schema.names), list(frame.columns)
    if expected != got:
        msg = f"schema: expected the columns {expected!r}, got {got!r}"
        raise SchemaError(msg)
    for column in schema:
        dtype = frame[column.name].dtype
        if isinstance(dtype, pd.CategoricalDtype) and isinstance(
            column.dtype, pd.CategoricalDtype
        ):
            continue  # categories may grow from one extract to the next
        if dtype != column.dtype:
            msg = (
                f"schema: column {column.name!r}: expected dtype {column.dtype}, "
                f"got {dtype}"
            )
            raise SchemaError(msg)


def _describe(series: pd.Series, name: Hashable, kind: Kind | None) -> ColumnSchema:
    storage = read_storage(series, name)
    present = series.dropna()
    n_missing = len(series) - len(present)
    try:
        n_distinct = present.nunique()
    except TypeError as error:
        msg = f"column {name!r}: expected plain values, got nested objects ({error})"
        raise InputError(msg) from None
    if kind is None:
        kind, note = _infer_kind(present, name, storage, n_missing, n_distinct)
    else:
        _check_kind(kind, name, storage, n_missing, n_distinct)
        note = "given"
    facts: dict[str, Any] = {}
    if kind is Kind.CONSTANT or (kind.is_numeric and not n_distinct):
        # A numeric kind that was given to an all-missing column has nothing to say.
        kind = Kind.CONSTANT
        facts["categories"] = _constant_levels(present, storage)
    elif kind.is_numeric:
        facts = _numeric_facts(present, name, storage, kind)
        if facts["step"] not in {None, 0, 1} and not note:
            note = _step_note(facts["step"], storage)
    elif kind.is_discrete:
        facts["categories"] = read_levels(series, storage)
    return ColumnSchema(
        name, kind, storage, n_missing, n_distinct, note=note, **facts
    )


def _constant_levels(present: pd.Series, storage: Storage) -> pd.Index:
    values = present.iloc[:1]
    if storage.element is Element.CATEGORY:
        return values.cat.categories
    return pd.Index(values, dtype=object if storage.dtype == object else None)


def _infer_kind(
    present: pd.Series,
    name: Hashable,
    storage: Storage,
    n_missing: int,
    n_distinct: int,
) -> tuple[Kind, str]:
    if n_distinct == 0:
        return Kind.CONSTANT, "every cell is missing"
    if n_distinct == 1 and not n_missing:
        return Kind.CONSTANT, ""
    match storage.element:
        case Element.BOOLEAN:
            return Kind.BOOLEAN, ""
        case Element.CATEGORY:
            return (Kind.ORDINAL if present.cat.ordered else Kind.CATEGORICAL), ""
        case Element.DATETIME | Element.DATE:
            return Kind.DATETIME, ""
        case Element.TIMEDELTA:
            return Kind.TIMEDELTA, ""
        case Element.DECIMAL:
            return Kind.CONTINUOUS, ""
        case Element.INTEGER:
            return _infer_integer(present, name, n_missing, n_distinct)
        case Element.FLOAT:
            if _is_whole(present.to_numpy(np.float64)):
                kind, note = _infer_integer(present, name, n_missing, n_distinct)
                return kind, note or "whole numbers stored as floats"
            return Kind.CONTINUOUS, ""
        case Element.STRING:
            return _infer_string(present, n_distinct)
        case _:
            return Kind.CATEGORICAL, "cells of several types"


def _is_whole(values: np.ndarray) -> bool:
    """Tell whether floats are all whole and small enough to be exact integers."""
    with np.errstate(invalid="ignore"):
        return bool(np.all((values == np.rint(values)) & (np.abs(values) < 2**53)))


def _infer_integer(
    present: pd.Series, name: Hashable, n_missing: int, n_distinct: int
) -> tuple[Kind, str]:
    """Tell row counters and keys from numbers that count or measure."""
    if n_missing or n_distinct < len(present) or len(present) < 3:
        return Kind.INTEGER, ""
    if _is_named_key(name):
        return Kind.IDENTIFIER, "all distinct, and named like a key"
    values = present.to_numpy(np.float64)
    is_counter = values.max() - values.min() + 1 == len(present)
    if is_counter and len(present) >= 100:
        return Kind.IDENTIFIER, "all distinct and without gaps: a row counter"
    return Kind.INTEGER, ""


def _is_named_key(name: Hashable) -> bool:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name))
    return bool(_KEY_WORDS & set(re.split(r"[^A-Za-z]+", words.lower())))


def _infer_string(present: pd.Series, n_distinct: int) -> tuple[Kind, str]:
    n_present = len(present)
    is_unique = n_distinct == n_present and n_present > 1
    if is_unique and _looks_like_codes(present):
        return Kind.IDENTIFIER, "all distinct codes of one form"
    if n_present >= SHORT_COLUMN:
        if n_distinct / n_present > NEARLY_UNIQUE:
            return Kind.TEXT, "nearly unique strings"
        return Kind.CATEGORICAL, ""
    if is_unique and present.str.contains(r"[\s@]", regex=True).any():
        return Kind.TEXT, f"only {n_present} values, all distinct: assumed text"
    if is_unique:
        return (
            Kind.CATEGORICAL,
            f"only {n_present} values, all distinct: assumed categories",
        )
    return Kind.CATEGORICAL, ""


def _looks_like_codes(present: pd.Series) -> bool:
    """Tell whether strings are codes: no spaces, a digit in each, few lengths."""
    strings = present.astype(object)
    lengths = strings.str.len()
    if lengths.nunique() > 1 + math.log10(max(lengths.count(), 10)):
        return False
    return bool(strings.map(_CODE.fullmatch).notna().all())


def _check_kind(
    kind: Kind, name: Hashable, storage: Storage, n_missing: int, n_distinct: int
) -> None:
    """Refuse a given kind that the column's cells cannot have."""
    if n_distinct == 0:
        return
    if kind is Kind.CONSTANT:
        if n_distinct == 1 and not n_missing:
            return
        msg = (
            f"schema: column {name!r}: expected one value for kind constant, got "
            f"{n_distinct} distinct values and {n_missing} missing cells"
        )
        raise SchemaError(msg)
    allowed = _ALLOWED[storage.element]
    if kind not in allowed:
        names = ", ".join(sorted(allowed))
        msg = (
            f"schema: column {name!r} holds {storage.element} cells (dtype "
            f"{storage.dtype}): expected one of {names}, got {str(kind)!r}; convert "
            "the column first if it means something else"
        )
        raise SchemaError(msg)
    if kind is Kind.BOOLEAN and n_distinct > 2:
        msg = (
            f"schema: column {name!r}: expected at most two values for kind boolean, "
            f"got {n_distinct}"
        )
        raise SchemaError(msg)


def _numeric_facts(
    present: pd.Series, name: Hashable, storage: Storage, kind: Kind
) -> dict[str, Any]:
    values = present_values(present, storage)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        n_infinite = int(np.isinf(values).sum())
        msg = (
            f"column {name!r}: expected finite numbers, got {n_infinite} infinite "
            "values; replace them by a finite limit or by a missing value"
        )
        raise InputError(msg)
    if kind is Kind.CONTINUOUS:
        values = values.astype(np.float64)
        decimals = _decimals(values, storage)
        low, high = float(values.min()), float(values.max())
        return {"minimum": low, "maximum": high, "decimals": decimals, "step": None}
    if values.dtype.kind == "f":
        if not _is_whole(values):
            msg = (
                f"schema: column {name!r}: expected whole numbers for kind {kind}, "
                "got fractions"
            )
            raise SchemaError(msg)
        values = values.astype(np.int64)
    low, high = int(values.min()), int(values.max())
    return {"minimum": low, "maximum": high, "step": common_step(values)}


def common_step(values: np.ndarray) -> int:
    """Return the greatest common divisor of all differences, 1 if there are none.

    Examples
    --------
    >>> common_step(np.array([10, 25, 40]))
    15
    """
    offsets = values.view(np.uint64) - np.uint64(int(values.min()) % 2**64)
    return int(np.gcd.reduce(offsets)) or 1


def _decimals(values: np.ndarray, storage: Storage) -> int | None:
    """Return the fewest decimals that write every value exactly, None if over 14."""
    is_single = "32" in str(storage.dtype).lower() or str(storage.dtype) in {
        "float[pyarrow]",
        "float16",
    }
    precision = np.float32 if is_single else np.float64
    exact = values.astype(precision)
    probe = exact[:1000]  # most columns show their decimals at once
    for decimals in range(15):
        for part in (probe, exact):
            rounded = np.round(part.astype(np.float64), decimals)
            if not np.array_equal(rounded.astype(precision), part):
                break
        else:
            return decimals
    return None


def _step_note(step: int, storage: Storage) -> str:
    if storage.element is Element.INTEGER:
        return f"multiples of {step:,}"
    return ""


def _warn(columns: tuple[ColumnSchema, ...], given: Mapping[Hashable, Kind]) -> None:
    guessed = [column for column in columns if column.name not in given]
    texts = [column.name for column in guessed if column.kind is Kind.TEXT]
    if texts:
        warnings.warn(
            f"columns {texts!r}: their strings are nearly unique, so they were taken "
            "as text: samples get made-up strings of the same character pattern, "
            "never a real one. To keep their values pass "
            f"schema={{{texts[0]!r}: 'categorical'}}.",
            InferenceWarning,
            stacklevel=4,
        )
    short = [column.name for column in guessed if "assumed categories" in column.note]
    if short:
        warnings.warn(
            f"columns {short!r}: too few rows to tell categories from text; assumed "
            "categories, whose values appear in samples as they are. To have them "
            f"made up instead pass schema={{{short[0]!r}: 'text'}}.",
            InferenceWarning,
            stacklevel=4,
        )

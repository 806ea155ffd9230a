"""Guess what each column of a frame means, and say how the guess was made."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from synthgan.exceptions import InferenceWarning, InputError, SchemaError
from synthgan.schema.column import ColumnSchema, TableSchema
from synthgan.schema.kinds import Kind
from synthgan.schema.references import find_references
from synthgan.schema.storage import (
    Element,
    Storage,
    present_values,
    read_levels,
    read_storage,
)
from synthgan.schema.sums import find_sums

#: Below this number of present cells, all-distinct strings could be anything.
SHORT_COLUMN = 20
#: A string column with a larger share of distinct values is text.
NEARLY_UNIQUE = 0.9
#: So many integers without a gap are a row counter.
MIN_COUNTER = 100
#: A smaller dtype than this has no room for fresh keys.
MIN_KEY_BYTES = 4

_KEY_WORDS = frozenset(
    {"id", "ids", "uuid", "guid", "key", "pk", "identifier", "index"}
)
_TEXT_NOTE = "nearly unique strings"
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
}
# Cells that can be counted or measured.
_NUMBERS = frozenset(
    {
        Element.INTEGER,
        Element.FLOAT,
        Element.DECIMAL,
        Element.DATETIME,
        Element.DATE,
        Element.TIMEDELTA,
    }
)


class _Cells(NamedTuple):
    """What a column holds, read once."""

    name: Hashable
    storage: Storage
    present: pd.Series
    numbers: np.ndarray  # of the present cells, empty where they are none
    n_missing: int
    n_distinct: int

    @property
    def n_present(self) -> int:
        return len(self.present)

    @property
    def is_unique(self) -> bool:
        return self.n_distinct == self.n_present > 1


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
    described = [
        _describe(frame.iloc[:, i], name, kinds.get(name))
        for i, name in enumerate(frame.columns)
    ]
    columns = tuple(find_references(frame, find_sums(frame, described)))
    _warn(columns, kinds)
    # A copy, as renaming an index's axis changes the index itself.
    return TableSchema(columns, frame.columns.copy(), len(frame))


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
    for column, dtype in zip(schema, frame.dtypes, strict=True):
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
    cells = _read_cells(series, name)
    if kind is None or not cells.n_distinct:
        kind, note = _infer_kind(cells)
    else:
        _check_kind(kind, cells)
        note = "given"
    facts: dict[str, Any] = {}
    if kind.is_numeric:
        facts = _numeric_facts(cells, kind)
        if facts["step"] not in {None, 1} and not note:
            note = _step_note(facts["step"], cells.storage)
    elif kind.is_discrete or kind is Kind.CONSTANT:
        facts["categories"] = read_levels(cells.present, cells.storage)
    return ColumnSchema(
        name,
        kind,
        cells.storage,
        cells.n_missing,
        cells.n_distinct,
        note=note,
        **facts,
    )


def _read_cells(series: pd.Series, name: Hashable) -> _Cells:
    storage = read_storage(series, name)
    present = series.dropna()
    n_missing = len(series) - len(present)
    numbers = np.empty(0)
    if storage.element in _NUMBERS:
        numbers = _read_numbers(present, name, storage)
    return _Cells(name, storage, present, numbers, n_missing, present.nunique())


def _read_numbers(present: pd.Series, name: Hashable, storage: Storage) -> np.ndarray:
    """Return finite numbers that 64 bits hold."""
    try:
        values = present_values(present, storage)
    except (OverflowError, TypeError, ValueError) as error:
        msg = (
            f"column {name!r}: expected {storage.element} cells of one form that 64 "
            f"bits hold, got others ({error}); give the column a dtype of its own "
            "first, with pandas.to_datetime, pandas.to_numeric or .astype"
        )
        raise InputError(msg) from None
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        n_others = int((~np.isfinite(values)).sum())
        msg = (
            f"column {name!r}: expected finite numbers, got {n_others} infinite values "
            "(or NaN beside the marker of missing ones); replace them by a finite "
            "limit or by a missing value"
        )
        raise InputError(msg)
    return values


def _infer_kind(cells: _Cells) -> tuple[Kind, str]:
    if cells.n_distinct == 0:
        return Kind.CONSTANT, "every cell is missing"
    if cells.n_distinct == 1 and not cells.n_missing:
        return Kind.CONSTANT, ""
    match cells.storage.element:
        case Element.BOOLEAN:
            return Kind.BOOLEAN, ""
        case Element.CATEGORY:
            is_ordered = cells.storage.dtype.ordered
            return (Kind.ORDINAL if is_ordered else Kind.CATEGORICAL), ""
        case Element.DATETIME | Element.DATE:
            return Kind.DATETIME, ""
        case Element.TIMEDELTA:
            return Kind.TIMEDELTA, ""
        case Element.DECIMAL:
            return Kind.CONTINUOUS, ""
        case Element.INTEGER:
            return _infer_integer(cells)
        case Element.FLOAT:
            if _is_whole(cells.numbers):
                kind, note = _infer_integer(cells)
                return kind, note or "whole numbers stored as floats"
            return Kind.CONTINUOUS, ""
        case Element.STRING:
            return _infer_string(cells)
        case _:
            return Kind.CATEGORICAL, "cells of several types"


def _is_whole(values: np.ndarray) -> bool:
    """Tell whether floats are all whole and small enough to be exact integers."""
    return bool(np.all((values == np.rint(values)) & (np.abs(values) < 2**53)))


def _infer_integer(cells: _Cells) -> tuple[Kind, str]:
    """Tell row counters and keys from numbers that count or measure."""
    if cells.n_missing or not cells.is_unique or cells.n_present < 3:
        return Kind.INTEGER, ""
    span = int(cells.numbers.max()) - int(cells.numbers.min()) + 1
    if _is_named_key(cells.name):
        note = "all distinct, and named like a key"
    elif span == cells.n_present >= MIN_COUNTER:
        note = "all distinct and without gaps: a row counter"
    else:
        return Kind.INTEGER, ""
    if cells.storage.numpy_dtype.itemsize < MIN_KEY_BYTES:
        return Kind.INTEGER, f"{note}; but {cells.storage.dtype} is too small for more"
    return Kind.IDENTIFIER, note


def _is_named_key(name: Hashable) -> bool:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name))
    return bool(_KEY_WORDS & set(re.split(r"[^A-Za-z]+", words.lower())))


def _infer_string(cells: _Cells) -> tuple[Kind, str]:
    if cells.n_present < SHORT_COLUMN:
        return _assume_string(cells)
    if cells.is_unique and _looks_like_codes(cells.present):
        return Kind.IDENTIFIER, "all distinct codes of one form"
    if cells.n_distinct / cells.n_present > NEARLY_UNIQUE:
        return Kind.TEXT, _TEXT_NOTE
    return Kind.CATEGORICAL, ""


def _assume_string(cells: _Cells) -> tuple[Kind, str]:
    """Say what strings are taken for that are too few to tell."""
    if not cells.is_unique:
        return Kind.CATEGORICAL, ""
    if _looks_like_codes(cells.present):
        kind = Kind.IDENTIFIER
    elif cells.present.str.contains(r"[\s@]", regex=True).any():
        kind = Kind.TEXT
    else:
        kind = Kind.CATEGORICAL
    return kind, f"only {cells.n_present} values, all distinct: assumed {kind}"


def _looks_like_codes(present: pd.Series) -> bool:
    """Tell whether strings are codes: no spaces, a digit in each, few lengths."""
    strings = present.astype(object)
    lengths = strings.str.len()
    if lengths.nunique() > 1 + math.log10(max(lengths.count(), 10)):
        return False
    return bool(strings.map(_CODE.fullmatch).notna().all())


def _check_kind(kind: Kind, cells: _Cells) -> None:
    """Refuse a given kind that the column's cells cannot have."""
    name, storage = cells.name, cells.storage
    if kind is Kind.CONSTANT:
        if cells.n_distinct == 1 and not cells.n_missing:
            return
        msg = (
            f"schema: column {name!r}: expected one value for kind constant, got "
            f"{cells.n_distinct} distinct values and {cells.n_missing} missing cells"
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
    if kind is Kind.BOOLEAN and cells.n_distinct > 2:
        msg = (
            f"schema: column {name!r}: expected at most two values for kind boolean, "
            f"got {cells.n_distinct}"
        )
        raise SchemaError(msg)
    needs_whole = kind in {Kind.INTEGER, Kind.IDENTIFIER}
    if (
        needs_whole
        and storage.element is Element.FLOAT
        and not _is_whole(cells.numbers)
    ):
        msg = (
            f"schema: column {name!r}: expected whole numbers below 2**53 for kind "
            f"{kind}, got others"
        )
        raise SchemaError(msg)


def _numeric_facts(cells: _Cells, kind: Kind) -> dict[str, Any]:
    """Read range and granularity; integers are exact whatever they mean."""
    values = cells.numbers
    if kind is Kind.CONTINUOUS and values.dtype.kind == "f":
        decimals = _decimals(values, cells.storage)
        low, high = float(values.min()), float(values.max())
        return {"minimum": low, "maximum": high, "decimals": decimals, "step": None}
    if values.dtype.kind == "f":
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
    own = storage.numpy_dtype
    precision = own if own.kind == "f" else np.dtype(np.float64)
    exact = values.astype(precision)
    probe = exact[:1000]  # most columns show their decimals at once
    for decimals in range(15):
        for part in (probe, exact):
            with np.errstate(over="ignore"):
                rounded = np.round(part.astype(np.float64), decimals)
                is_exact = np.array_equal(rounded.astype(precision), part)
            if not is_exact:
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
    texts = [column.name for column in guessed if column.note == _TEXT_NOTE]
    if texts:
        warnings.warn(
            f"columns {texts!r}: their strings are nearly unique, so they were taken "
            "as text: samples get made-up strings of the same character pattern, "
            "never a real one. To keep their values pass "
            f"schema={{{texts[0]!r}: 'categorical'}}.",
            InferenceWarning,
            stacklevel=4,
        )
    assumed = {
        column.name: str(column.kind) for column in guessed if "assumed" in column.note
    }
    if assumed:
        warnings.warn(
            f"columns {list(assumed)!r}: too few rows to tell categories, identifiers "
            f"and text apart; assumed schema={assumed!r}. Values of categories appear "
            "in samples as they are, identifiers and text are made up; pass schema= "
            "to say what they are.",
            InferenceWarning,
            stacklevel=4,
        )

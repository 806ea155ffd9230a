"""Describe the columns of a frame: what each means, and what it holds."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from synthgan.exceptions import InferenceWarning
from synthgan.schema.cells import Cells, read_cells
from synthgan.schema.column import ColumnSchema, TableSchema
from synthgan.schema.guessing import TEXT_NOTE, guess_kind
from synthgan.schema.kinds import Kind
from synthgan.schema.overrides import check_kind, check_overrides
from synthgan.schema.references import find_references
from synthgan.schema.storage import Element, Storage
from synthgan.schema.sums import find_sums
from synthgan.schema.values import read_levels


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
    kinds = check_overrides(frame, overrides)
    described = [
        _describe(frame.iloc[:, i], name, kinds.get(name))
        for i, name in enumerate(frame.columns)
    ]
    columns = tuple(find_references(frame, find_sums(frame, described)))
    _warn(columns, kinds)
    # A copy, as renaming an index's axis changes the index itself.
    return TableSchema(columns, frame.columns.copy(), len(frame))


def _describe(series: pd.Series, name: Hashable, kind: Kind | None) -> ColumnSchema:
    cells = read_cells(series, name)
    if kind is None or not cells.n_distinct:
        kind, note = guess_kind(cells)
    else:
        check_kind(kind, cells)
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


def _numeric_facts(cells: Cells, kind: Kind) -> dict[str, Any]:
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
    texts = [column.name for column in guessed if column.note == TEXT_NOTE]
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

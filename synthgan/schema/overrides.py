"""What users say about columns themselves: checked against what these hold."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from synthgan.exceptions import SchemaError
from synthgan.schema.cells import Cells, is_whole
from synthgan.schema.column import TableSchema
from synthgan.schema.kinds import Kind
from synthgan.schema.storage import Element

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


def check_overrides(
    frame: pd.DataFrame, overrides: Mapping[Hashable, str] | TableSchema | None
) -> dict[Hashable, Kind]:
    """Read the kinds that a user gives, by column; see `infer_schema`."""
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


def check_kind(kind: Kind, cells: Cells) -> None:
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
    if needs_whole and storage.element is Element.FLOAT and not is_whole(cells.numbers):
        msg = (
            f"schema: column {name!r}: expected whole numbers below 2**53 for kind "
            f"{kind}, got others"
        )
        raise SchemaError(msg)

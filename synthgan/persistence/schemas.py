"""A schema among plain values, and back."""

from __future__ import annotations

import dataclasses
from typing import Any

from synthgan.schema import ColumnSchema, Element, Kind, Storage, TableSchema


def write_schema(schema: TableSchema) -> dict[str, Any]:
    """Return a schema as plain values."""
    columns = [
        {
            **{
                field.name: getattr(column, field.name)
                for field in dataclasses.fields(column)
                if field.name not in {"kind", "storage"}
            },
            "kind": str(column.kind),
            "dtype": column.storage.dtype,
            "element": str(column.storage.element),
            "missing_marker": column.storage.missing_marker,
        }
        for column in schema
    ]
    return {
        "is_schema": True,
        "columns": columns,
        "labels": schema.labels,
        "n_rows": schema.n_rows,
    }


def is_schema(value: Any) -> bool:
    """Tell whether a value is a schema that was written."""
    return isinstance(value, dict) and value.get("is_schema") is True


def read_schema(data: dict[str, Any]) -> TableSchema:
    """Return the schema that was written; its values are used up."""
    columns = []
    for entry in data["columns"]:
        storage = Storage(
            entry.pop("dtype"),
            Element(entry.pop("element")),
            entry.pop("missing_marker"),
        )
        kind = Kind(entry.pop("kind"))
        columns.append(ColumnSchema(kind=kind, storage=storage, **entry))
    return TableSchema(tuple(columns), data["labels"], data["n_rows"])

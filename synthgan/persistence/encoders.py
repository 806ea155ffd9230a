"""A table's encoder among plain values and arrays, and back, checked."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from synthgan._random import RowRange
from synthgan.encoders import ENCODERS, Dependency, EncoderState, TableEncoder
from synthgan.encoders.base import ColumnEncoder
from synthgan.exceptions import ArchiveError, InputError
from synthgan.layout import Layout
from synthgan.persistence.schemas import read_schema, write_schema
from synthgan.schema import ColumnSchema


def write_encoder(
    encoder: TableEncoder, arrays: dict[str, np.ndarray]
) -> dict[str, Any]:
    """Return the plain values, after putting the arrays among the others."""
    entries = []
    for i, column_encoder in enumerate(encoder.encoders):
        state = column_encoder.to_state()
        entries.append({"name": column_encoder.name, "values": state.values})
        for name, array in state.arrays.items():
            arrays[f"encoders/{i}/{name}"] = array
    for i, dependency in enumerate(encoder.dependencies):
        arrays[f"dependencies/{i}/levels"] = dependency.levels
        arrays[f"dependencies/{i}/codes"] = dependency.codes
    return {
        "schema": write_schema(encoder.schema),
        "layout": _write_layout(encoder.layout),
        "encoders": entries,
        "dependencies": [
            (dependency.determinant, dependency.dependent)
            for dependency in encoder.dependencies
        ],
    }


def read_encoder(
    manifest: Mapping[str, Any], arrays: dict[str, np.ndarray]
) -> TableEncoder:
    """Return the encoder that was written; every code of it is decoded once.

    Raises
    ------
    ArchiveError
        If its parts do not fit each other.
    """
    schema = read_schema(manifest["schema"])
    entries = manifest["encoders"]
    if len(entries) != len(schema):
        msg = (
            f"expected {len(schema)} encoders, one for each column, got {len(entries)}"
        )
        raise ArchiveError(msg)
    encoder = TableEncoder(
        schema,
        tuple(
            _read_column_encoder(entry, column, arrays, i)
            for i, (entry, column) in enumerate(zip(entries, schema, strict=True))
        ),
    )
    encoder = dataclasses.replace(
        encoder,
        dependencies=_read_dependencies(manifest["dependencies"], arrays, encoder),
    )
    if _write_layout(encoder.layout) != manifest["layout"]:
        msg = "the encoders do not make the layout that the manifest states"
        raise ArchiveError(msg)
    _check_sums(encoder)
    for column_encoder in encoder.encoders:
        _check_decodes(column_encoder)
    return encoder


def _write_layout(layout: Layout) -> list[list[Any]]:
    return [
        [block.name, block.column, block.start, block.width, block.activation]
        for block in layout.blocks
    ]


def _read_column_encoder(
    entry: dict[str, Any], column: ColumnSchema, arrays: dict[str, np.ndarray], i: int
) -> Any:
    prefix = f"encoders/{i}/"
    own = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    encoder = ENCODERS[entry["name"]]
    return encoder.from_state(column, EncoderState(entry["values"], own))


def _read_dependencies(
    entries: Any, arrays: dict[str, np.ndarray], encoder: TableEncoder
) -> tuple[Dependency, ...]:
    if not isinstance(entries, list):
        msg = f"dependencies: expected a list, got {type(entries).__name__}"
        raise ArchiveError(msg)
    return tuple(
        _read_dependency(columns, arrays, f"dependencies/{i}/", encoder)
        for i, columns in enumerate(entries)
    )


def _read_dependency(
    columns: tuple[int, int],
    arrays: dict[str, np.ndarray],
    prefix: str,
    encoder: TableEncoder,
) -> Dependency:
    levels, codes = (arrays[f"{prefix}{name}"] for name in ("levels", "codes"))
    determinant, dependent = columns
    _check_codes(codes, dependent, encoder, prefix)
    if levels.dtype.kind != "f":
        _check_codes(levels, determinant, encoder, prefix)
    elif not encoder.schema.columns[determinant].kind.is_numeric:
        msg = f"{prefix}: expected the numbers of a numeric column"
        raise ArchiveError(msg)
    if len(levels) != len(codes) or not len(levels) or levels.ndim != 2:
        msg = f"{prefix}: expected as many levels as codes, got {levels.shape}"
        raise ArchiveError(msg)
    return Dependency(determinant, dependent, levels, codes)


def _check_codes(
    codes: np.ndarray, column: int, encoder: TableEncoder, prefix: str
) -> None:
    blocks = encoder.layout.column_blocks(column)
    widths = np.array([block.width for block in blocks])
    if (
        codes.shape != (len(codes), len(widths))
        or not ((codes >= 0) & (codes < widths)).all()
    ):
        msg = f"{prefix}: expected {len(codes)} rows of codes below {widths}"
        raise ArchiveError(msg)


def _check_sums(encoder: TableEncoder) -> None:
    """Look up all columns of all sums, so that damage shows now."""
    for rule in encoder.sums:
        if not all(encoder.schema.columns[i].kind.is_numeric for i in rule.columns):
            msg = f"sums: expected numeric columns, got {rule.columns!r}"
            raise ArchiveError(msg)


def _check_decodes(encoder: ColumnEncoder) -> None:
    """Decode every code once, so that damage shows now and not when sampling."""
    widths = [s.width for s in encoder.specs if s.activation == "softmax"]
    n_ranks = len(encoder.specs) - len(widths)
    n_rows = max([2, *widths])
    codes = np.arange(n_rows)[:, None] % np.array(widths, dtype=np.int64)
    ranks = np.tile(np.linspace(0, 1, n_rows)[:, None], n_ranks)
    # An encoder that has no keys left for so many rows says so by an InputError.
    with contextlib.suppress(InputError):
        encoder.inverse_transform(
            codes.astype(np.int32), ranks.astype(np.float32), RowRange(0, 0, n_rows)
        )

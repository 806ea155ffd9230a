"""The archive: one zip of a manifest and arrays.

`manifest.json` holds format and package versions, parameters, schema, layout, encoder
values and training settings; `arrays.npz` encoder arrays and generator weights. Nothing
is built from it but classes of the registries.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import io
import json
import platform
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.encoders import ENCODERS, Dependency, EncoderState, TableEncoder
from synthgan.encoders.base import ColumnEncoder
from synthgan.exceptions import ArchiveError, InputError
from synthgan.persistence.arrays import check_stored, read_arrays, write_arrays
from synthgan.persistence.damage import damage_as_archive_error
from synthgan.persistence.older import (
    complete_manifest,
    complete_networks,
    complete_weights,
)
from synthgan.persistence.tagged import from_tagged, to_tagged
from synthgan.schema import ColumnSchema, Element, Kind, Storage, TableSchema

#: Version of the format; a later one is refused, an earlier one can always be read.
FORMAT_VERSION = 6

_MEMBERS = ("manifest.json", "arrays.npz")
_REFINEMENT_ARRAYS = ("weights", "trees", "offsets", "tails")


@dataclass(frozen=True, eq=False)
class FittedState:
    """All that `fit` made.

    Parameters
    ----------
    encoder : TableEncoder
        With the schema and the layout.
    settings : dict
        The training settings, as plain values.
    weights : list of ndarray
        The generator's weights.
    refinement : dict or None
        How rows are chosen among candidates: plain values, and the lists of arrays
        `"weights"`, `"trees"`, `"offsets"` and `"tails"`.
    diagnosis : tuple of str
        What is wrong with the generator.
    history : DataFrame
        The training's history, numbers only.
    stop_reason : str
        Why training ended.
    sample_seed : int
        Seed of the stream of samples.
    next_row : int
        Number of the stream's next row.
    """

    encoder: TableEncoder
    settings: Mapping[str, Any]
    weights: list[np.ndarray]
    refinement: Mapping[str, Any] | None
    diagnosis: tuple[str, ...]
    history: pd.DataFrame
    stop_reason: str
    sample_seed: int
    next_row: int


def write_archive(parameters: Mapping[str, Any], state: FittedState) -> bytes:
    """Return an archive's bytes; the same state gives the same bytes.

    Parameters
    ----------
    parameters : dict of str to object
        The synthesizer's constructor parameters.
    state : FittedState
        What `fit` made.
    """
    arrays = {f"weights/{i}": weight for i, weight in enumerate(state.weights)}
    encoders = []
    for i, encoder in enumerate(state.encoder.encoders):
        encoder_state = encoder.to_state()
        encoders.append({"name": encoder.name, "values": encoder_state.values})
        for name, array in encoder_state.arrays.items():
            arrays[f"encoders/{i}/{name}"] = array
    for i, dependency in enumerate(state.encoder.dependencies):
        arrays[f"dependencies/{i}/levels"] = dependency.levels
        arrays[f"dependencies/{i}/codes"] = dependency.codes
    for name in state.history.columns:
        arrays[f"history/{name}"] = state.history[name].to_numpy()
    manifest = {
        "format": "synthgan",
        "format_version": FORMAT_VERSION,
        "versions": _versions(),
        "parameters": {
            name: _write_schema(value) if isinstance(value, TableSchema) else value
            for name, value in parameters.items()
        },
        "schema": _write_schema(state.encoder.schema),
        "layout": [
            [block.name, block.column, block.start, block.width, block.activation]
            for block in state.encoder.layout.blocks
        ],
        "encoders": encoders,
        "diagnosis": state.diagnosis,
        "settings": dict(state.settings),
        "history": [str(name) for name in state.history.columns],
        "stop_reason": state.stop_reason,
        "sample_seed": state.sample_seed,
        "next_row": state.next_row,
        "n_weights": len(state.weights),
        "dependencies": [
            (dependency.determinant, dependency.dependent)
            for dependency in state.encoder.dependencies
        ],
        "refinement": _write_refinement(state.refinement, arrays),
    }
    text = json.dumps(to_tagged(manifest), ensure_ascii=False, allow_nan=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        contents = (text.encode(), write_arrays(arrays))
        for name, content in zip(_MEMBERS, contents, strict=True):
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def read_archive(content: bytes) -> tuple[dict[str, Any], FittedState]:
    """Return parameters and fitted state from an archive's bytes.

    Raises
    ------
    ArchiveError
        If they are damaged, of a later format, or not a synthgan archive.
    """
    with damage_as_archive_error():
        return _read(content)


def _read(content: bytes) -> tuple[dict[str, Any], FittedState]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = sorted(member.filename for member in members)
        if names != sorted(_MEMBERS):
            msg = f"expected the members {sorted(_MEMBERS)}, got {names[:5]}"
            raise ArchiveError(msg)
        for member in members:
            check_stored(member)
        text, packed = (archive.read(name) for name in _MEMBERS)
    raw = json.loads(text)
    _check_version(raw)
    manifest = complete_manifest(from_tagged(raw))
    arrays = read_arrays(packed)
    schema = _read_schema(manifest["schema"])
    if len(manifest["encoders"]) != len(schema):
        msg = (
            f"expected {len(schema)} encoders, one for each column, got "
            f"{len(manifest['encoders'])}"
        )
        raise ArchiveError(msg)
    encoder = TableEncoder(
        schema,
        tuple(
            _read_encoder(entry, column, arrays, i)
            for i, (entry, column) in enumerate(
                zip(manifest["encoders"], schema, strict=True)
            )
        ),
    )
    encoder = dataclasses.replace(
        encoder,
        dependencies=_read_dependencies(manifest["dependencies"], arrays, encoder),
    )
    layout = [
        [block.name, block.column, block.start, block.width, block.activation]
        for block in encoder.layout.blocks
    ]
    if layout != manifest["layout"]:
        msg = "the encoders do not make the layout that the manifest states"
        raise ArchiveError(msg)
    _check_sums(encoder)
    for column_encoder in encoder.encoders:
        _check_decodes(column_encoder)
    parameters = {
        name: _read_schema(value) if _is_schema(value) else value
        for name, value in manifest["parameters"].items()
    }
    history = {name: arrays[f"history/{name}"] for name in manifest["history"]}
    weights = [arrays[f"weights/{i}"] for i in range(manifest["n_weights"])]
    version = manifest["format_version"]
    refinement = _read_refinement(manifest["refinement"], arrays)
    if refinement is not None:
        refinement["weights"] = complete_networks(
            refinement["weights"], encoder.layout, len(refinement["units"]), version
        )
    return parameters, FittedState(
        encoder=encoder,
        settings=manifest["settings"],
        weights=complete_weights(weights, encoder.layout, version),
        refinement=refinement,
        diagnosis=_read_diagnosis(manifest["diagnosis"]),
        history=pd.DataFrame(history),
        stop_reason=manifest["stop_reason"],
        sample_seed=_read_count(manifest, "sample_seed"),
        next_row=_read_count(manifest, "next_row"),
    )


def _write_refinement(
    refinement: Mapping[str, Any] | None, arrays: dict[str, np.ndarray]
) -> dict[str, Any] | None:
    """Return the plain values, after putting the arrays among the others."""
    if refinement is None:
        return None
    values = dict(refinement)
    for name in _REFINEMENT_ARRAYS:
        own = values.pop(name)
        values[f"n_{name}"] = len(own)
        for i, array in enumerate(own):
            arrays[f"refinement/{name}/{i}"] = array
    return values


def _read_refinement(
    entry: dict[str, Any] | None, arrays: dict[str, np.ndarray]
) -> dict[str, Any] | None:
    if entry is None:
        return None
    values = dict(entry)
    for name in _REFINEMENT_ARRAYS:
        n_arrays = values.pop(f"n_{name}")
        values[name] = [arrays[f"refinement/{name}/{i}"] for i in range(n_arrays)]
    return values


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


def _read_diagnosis(sentences: Any) -> tuple[str, ...]:
    if not isinstance(sentences, tuple) or not all(
        isinstance(s, str) for s in sentences
    ):
        msg = f"diagnosis: expected a tuple of sentences, got {sentences!r}"
        raise ArchiveError(msg)
    return sentences


def _read_count(manifest: dict[str, Any], name: str) -> int:
    value = manifest[name]
    if type(value) is not int or value < 0:
        msg = f"{name}: expected an integer of at least 0, got {value!r}"
        raise ArchiveError(msg)
    return value


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


def _check_version(manifest: Any) -> None:
    if not isinstance(manifest, dict) or manifest.get("format") != "synthgan":
        msg = "not a synthgan archive: its manifest does not say so"
        raise ArchiveError(msg)
    version = manifest.get("format_version")
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        msg = (
            f"format version: expected 1 to {FORMAT_VERSION}, got {version!r}; "
            "a newer synthgan may read it"
        )
        raise ArchiveError(msg)


def _versions() -> dict[str, str]:
    packages = ("synthgan", "keras", "numpy", "pandas")
    versions = {"python": platform.python_version()}
    for package in packages:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def _write_schema(schema: TableSchema) -> dict[str, Any]:
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


def _is_schema(value: Any) -> bool:
    return isinstance(value, dict) and value.get("is_schema") is True


def _read_schema(data: dict[str, Any]) -> TableSchema:
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


def _read_encoder(
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

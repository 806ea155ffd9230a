"""The archive: one zip of a manifest and arrays.

`manifest.json` holds format and package versions, parameters, schema, layout, encoder
values and training settings; `arrays.npz` encoder arrays and generator weights. Nothing
is built from it but classes of the registries.
"""

from __future__ import annotations

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

from synthgan.encoders import TableEncoder
from synthgan.exceptions import ArchiveError
from synthgan.persistence.arrays import check_stored, read_arrays, write_arrays
from synthgan.persistence.damage import damage_as_archive_error
from synthgan.persistence.encoders import read_encoder, write_encoder
from synthgan.persistence.older import (
    complete_manifest,
    complete_networks,
    complete_weights,
)
from synthgan.persistence.schemas import is_schema, read_schema, write_schema
from synthgan.persistence.tagged import from_tagged, to_tagged
from synthgan.schema import TableSchema

#: Version of the format; a later one is refused, an earlier one can always be read.
FORMAT_VERSION = 8

_MEMBERS = ("manifest.json", "arrays.npz")
_REFINEMENT_ARRAYS = ("flow", "weights", "trees", "offsets", "tails")


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
        How rows are made of candidates: plain values, and the lists of arrays
        `"flow"`, `"weights"`, `"trees"`, `"offsets"` and `"tails"`.
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
    for name in state.history.columns:
        arrays[f"history/{name}"] = state.history[name].to_numpy()
    manifest = {
        "format": "synthgan",
        "format_version": FORMAT_VERSION,
        "versions": _versions(),
        "parameters": {
            name: write_schema(value) if isinstance(value, TableSchema) else value
            for name, value in parameters.items()
        },
        **write_encoder(state.encoder, arrays),
        "diagnosis": state.diagnosis,
        "settings": dict(state.settings),
        "history": [str(name) for name in state.history.columns],
        "stop_reason": state.stop_reason,
        "sample_seed": state.sample_seed,
        "next_row": state.next_row,
        "n_weights": len(state.weights),
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
    encoder = read_encoder(manifest, arrays)
    parameters = {
        name: read_schema(value) if is_schema(value) else value
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

"""Arrays as bytes, read back only after their headers were checked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import IO

import numpy as np

from synthgan.exceptions import ArchiveError
from synthgan.persistence.damage import damage_as_archive_error


def write_arrays(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return arrays as the bytes of an `.npz` file.

    Raises
    ------
    TypeError
        If an array holds Python objects.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject:
            msg = f"array {name!r} holds Python objects, which are not saved"
            raise TypeError(msg)
    buffer = io.BytesIO()
    ordered = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    np.savez(buffer, **ordered)  # type: ignore[arg-type]
    return buffer.getvalue()


def read_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of an `.npz` file.

    Raises
    ------
    ArchiveError
        If a header does not fit its data, or asks for Python objects.
    """
    arrays = {}
    with (
        damage_as_archive_error(),
        zipfile.ZipFile(io.BytesIO(content)) as archive,
    ):
        for member in archive.infolist():
            check_stored(member)
            with archive.open(member) as file:
                arrays[member.filename.removesuffix(".npy")] = _read_array(file, member)
    return arrays


def check_stored(member: zipfile.ZipInfo) -> None:
    """Refuse compressed members: a stored one cannot be larger than the file."""
    if member.compress_type != zipfile.ZIP_STORED:
        msg = f"member {member.filename!r}: expected it stored, got it compressed"
        raise ArchiveError(msg)


def _read_array(file: IO[bytes], member: zipfile.ZipInfo) -> np.ndarray:
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        msg = f"array {member.filename!r}: expected header version 1.0, got {version}"
        raise ArchiveError(msg)
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.hasobject or is_fortran:
        msg = f"array {member.filename!r}: unexpected dtype or memory order"
        raise ArchiveError(msg)
    n_items = 1
    for length in shape:  # Python integers: a hostile shape cannot overflow
        n_items *= length
    n_bytes = member.file_size - file.tell()
    if n_items * dtype.itemsize != n_bytes:
        msg = (
            f"array {member.filename!r}: expected {n_items * dtype.itemsize} bytes "
            f"for shape {shape}, got {n_bytes}"
        )
        raise ArchiveError(msg)
    return np.frombuffer(file.read(n_bytes), dtype=dtype).reshape(shape).copy()

"""Arrays come back bit by bit, and nothing is believed of their headers."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from synthgan.exceptions import ArchiveError
from synthgan.persistence.arrays import read_arrays, write_arrays


def make_arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "weights/0": rng.normal(size=(3, 4)).astype(np.float32),
        "history/step": np.arange(5),
        "empty": np.empty((0, 3), dtype=np.float64),
        "scalar": np.array(2.5),
        "words": np.array(["ä", "bc"]),
        "large": np.array([2**64 - 1], dtype=np.uint64),
        "bits": np.array([np.nan, -0.0, 5e-324]),
    }


def with_header(header: str, data: bytes, version: bytes = b"\x01\x00") -> bytes:
    """Make an .npz of one array whose header says what it likes."""
    text = header.encode("latin1") + b"\n"
    packed = b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", packed)
    return buffer.getvalue()


def test_arrays_come_back_with_dtype_shape_and_bits() -> None:
    back = read_arrays(write_arrays(make_arrays()))
    assert back.keys() == make_arrays().keys()
    for name, array in make_arrays().items():
        assert back[name].dtype == array.dtype
        assert back[name].shape == array.shape
        assert back[name].tobytes() == array.tobytes()
        assert back[name].flags.writeable


def test_arrays_that_are_not_contiguous_come_back() -> None:
    array = np.arange(12.0).reshape(3, 4)
    for view in (array.T, array[:, ::2], np.asfortranarray(array)):
        back = read_arrays(write_arrays({"a": view}))["a"]
        np.testing.assert_array_equal(back, view)


def test_an_array_of_python_objects_is_not_written() -> None:
    with pytest.raises(TypeError, match="'keys' holds Python objects"):
        write_arrays({"keys": np.array([{}, None])})


def test_an_array_of_python_objects_is_not_read() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([{"x": 1}], dtype=object))
    with pytest.raises(ArchiveError, match=r"a\.npy"):
        read_arrays(buffer.getvalue())


def test_compressed_arrays_are_not_read() -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.zeros(1000))
    with pytest.raises(ArchiveError, match="compressed"):
        read_arrays(buffer.getvalue())


@pytest.mark.parametrize(
    "shape",
    [
        "(3,)",
        "(1,)",
        "(2, 2)",
        "(1000000000000,)",
        "(10000000000, 10000000000)",
        "(4294967296, 4294967296)",
        "(-2,)",
        "(0,)",
        "()",
    ],
)
def test_a_header_that_lies_about_the_shape_is_refused(shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    with pytest.raises(ArchiveError, match=r"a\.npy"):
        read_arrays(with_header(header, bytes(16)))


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': True, 'shape': (1, 2), }",
        "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<q9', 'fortran_order': False, 'shape': (2,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': 2, }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -2), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2.0,), }",
        "{'descr': '<f8', 'shape': (2,), }",
        "{'descr': '|V0', 'fortran_order': False, 'shape': (2,), }",
        "__import__('os').getcwd()",
        "(" * 200,
        "nothing",
    ],
)
def test_a_header_that_makes_no_sense_is_refused(header: str) -> None:
    with pytest.raises(ArchiveError):
        read_arrays(with_header(header, bytes(16)))


def test_a_header_of_another_version_is_refused() -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"
    with pytest.raises(ArchiveError, match="version"):
        read_arrays(with_header(header, bytes(16), version=b"\x07\x00"))


def test_a_flipped_byte_is_refused_or_hides_an_array_but_changes_none() -> None:
    content = write_arrays(make_arrays())
    expected = {name: array.tobytes() for name, array in make_arrays().items()}
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            back = read_arrays(bytes(damaged))
        except ArchiveError:
            continue
        for name, array in back.items():
            assert expected[name] == array.tobytes()

"""The archive: nothing is lost, nothing secret in it, nothing damaged believed."""

from __future__ import annotations

import copy
import importlib.util
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

import synthgan
from synthgan import ArchiveError, GANSynthesizer, load
from synthgan.persistence import FORMAT_VERSION, read_archive, write_archive
from synthgan.persistence.arrays import read_arrays, write_arrays

pytestmark = pytest.mark.engine

#: Loads a synthesizer in a process of its own, and tells what that moved there.
FRESH_PROCESS = """
import json, random, sys
import numpy as np
python_state, numpy_state = random.getstate(), np.random.get_state()
import synthgan
rows = synthgan.load(sys.argv[1]).sample(int(sys.argv[3]))
numpy_after = np.random.get_state()
report = {
    "python moved": random.getstate() != python_state,
    "numpy moved": any(
        not np.array_equal(a, b)
        for a, b in zip(numpy_state, numpy_after, strict=True)
    ),
    "backend": sys.modules["keras"].backend.backend(),
}
rows.to_pickle(sys.argv[2])
print(json.dumps(report))
"""
N_ROWS = 500


def sample_in_fresh_process(
    path: Path, folder: Path, backend: str
) -> tuple[pd.DataFrame, dict[str, Any]]:
    script, rows = folder / "script.py", folder / f"{backend}.pkl"
    script.write_text(FRESH_PROCESS)
    done = subprocess.run(
        [sys.executable, str(script), str(path), str(rows), str(N_ROWS)],
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "PYTHONPATH": str(Path(synthgan.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return pd.read_pickle(rows), json.loads(done.stdout)


@pytest.fixture(scope="module")
def path(fitted: GANSynthesizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "a.synthgan"
    fitted.save(path)
    return path


@pytest.fixture(scope="module")
def content(path: Path) -> bytes:
    return path.read_bytes()


@pytest.fixture(scope="module")
def fresh(
    path: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[pd.DataFrame, dict[str, Any]]:
    backend = keras.backend.backend()
    return sample_in_fresh_process(path, tmp_path_factory.mktemp("fresh"), backend)


# --- what comes back ------------------------------------------------------------------


def test_samples_are_bit_identical_in_the_same_process(
    fitted: GANSynthesizer, path: Path
) -> None:
    rows = load(path).sample(N_ROWS, random_state=3)
    pd.testing.assert_frame_equal(
        rows, fitted.sample(N_ROWS, random_state=3), check_exact=True
    )


def test_samples_are_bit_identical_in_a_fresh_process(
    path: Path, fresh: tuple[pd.DataFrame, dict[str, Any]]
) -> None:
    pd.testing.assert_frame_equal(fresh[0], load(path).sample(N_ROWS), check_exact=True)


def test_a_fresh_process_keeps_its_global_random_state(
    fresh: tuple[pd.DataFrame, dict[str, Any]],
) -> None:
    expected = {"python moved": False, "numpy moved": False}
    assert fresh[1] == {**expected, "backend": keras.backend.backend()}


def test_the_other_backend_reads_the_file_and_makes_nearly_the_same_rows(
    path: Path, tmp_path: Path
) -> None:
    other = {"tensorflow": "jax", "jax": "tensorflow"}[keras.backend.backend()]
    if importlib.util.find_spec(other) is None:
        pytest.skip(f"{other} is not installed")
    theirs, report = sample_in_fresh_process(path, tmp_path, other)
    ours = load(path).sample(N_ROWS)
    assert report["backend"] == other
    assert (theirs.dtypes == ours.dtypes).all()
    for name in ours.columns:
        one, two = ours[name], theirs[name]
        same = (one == two).fillna(False) | (one.isna() & two.isna())
        if pd.api.types.is_float_dtype(one):
            same |= np.isclose(one, two, rtol=1e-3)
        assert same.mean() > 0.99, name


def test_a_loaded_synthesizer_continues_the_stream(fitted: GANSynthesizer) -> None:
    whole = copy.deepcopy(fitted).sample(20)
    synthesizer = copy.deepcopy(fitted)
    synthesizer.sample(12)
    rest = pickle.loads(pickle.dumps(synthesizer)).sample(8)
    pd.testing.assert_frame_equal(rest, whole[12:].reset_index(drop=True))


def test_parameters_history_schema_and_settings_come_back(
    fitted: GANSynthesizer, path: Path
) -> None:
    loaded = load(path)
    assert loaded.get_params() == fitted.get_params()
    pd.testing.assert_frame_equal(loaded.history_, fitted.history_)
    assert repr(loaded.schema_) == repr(fitted.schema_)
    assert loaded.settings_ == fitted.settings_
    assert loaded.stop_reason_ == fitted.stop_reason_
    assert loaded.feature_names_in_.tolist() == fitted.feature_names_in_.tolist()


def test_writing_what_was_read_gives_the_same_bytes(content: bytes) -> None:
    assert write_archive(*read_archive(content)) == content


@pytest.mark.parametrize("how", ["pickle", "joblib", "deepcopy"])
def test_copies_by_pickle_joblib_and_deepcopy_sample_the_same(
    fitted: GANSynthesizer, tmp_path: Path, how: str
) -> None:
    joblib = pytest.importorskip("joblib")

    def by_joblib(synthesizer: GANSynthesizer) -> Any:
        joblib.dump(synthesizer, tmp_path / "a.joblib")
        return joblib.load(tmp_path / "a.joblib")

    copies: dict[str, Callable[[GANSynthesizer], Any]] = {
        "pickle": lambda synthesizer: pickle.loads(pickle.dumps(synthesizer)),
        "joblib": by_joblib,
        "deepcopy": copy.deepcopy,
    }
    made = copies[how](fitted)
    pd.testing.assert_frame_equal(
        made.sample(30, random_state=0), fitted.sample(30, random_state=0)
    )


def test_an_unfitted_synthesizer_can_be_pickled_but_not_saved(tmp_path: Path) -> None:
    synthesizer = GANSynthesizer(n_steps=3, schema={"a": "integer"})
    again = pickle.loads(pickle.dumps(synthesizer))
    assert again.get_params() == synthesizer.get_params()
    with pytest.raises(ValueError, match="not fitted"):
        synthesizer.save(tmp_path / "a.synthgan")
    assert list(tmp_path.iterdir()) == []


def test_a_random_state_or_callback_that_cannot_be_saved_does_not_stop_saving(
    fitted: GANSynthesizer, tmp_path: Path
) -> None:
    synthesizer = copy.deepcopy(fitted)
    synthesizer.set_params(random_state=np.random.default_rng(0), callbacks=[object()])
    synthesizer.save(tmp_path / "a.synthgan")
    loaded = load(tmp_path / "a.synthgan")
    assert loaded.random_state is None
    assert loaded.callbacks is None


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": ["x"] * 5, "b": [None] * 5}),
        pd.DataFrame({"id": [f"K-{n:05d}" for n in range(30)]}),
        pd.DataFrame({("a", 1): [3] * 4, 7: [pd.Timestamp("2024-01-01")] * 4}),
    ],
    ids=["constant and missing", "identifiers", "odd names"],
)
def test_tables_with_nothing_to_learn_are_saved_and_loaded(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    synthesizer = GANSynthesizer(random_state=0, verbose=False).fit(table)
    synthesizer.save(tmp_path / "a.synthgan")
    rows = load(tmp_path / "a.synthgan").sample(6)
    pd.testing.assert_frame_equal(rows, synthesizer.sample(6))
    assert rows.columns.equals(table.columns)


# --- what is not in the file ----------------------------------------------------------


def test_no_key_and_no_text_of_the_training_rows_is_in_the_file(
    content: bytes, fitted: GANSynthesizer, mixed_table: pd.DataFrame
) -> None:
    kinds = {str(column.name): str(column.kind) for column in fitted.schema_}
    assert (kinds["customer"], kinds["note"]) == ("identifier", "text")
    for name in ("customer", "note"):
        for value in mixed_table[name]:
            assert value.encode() not in content
    # The search would find a value: those of categories are there.
    assert b"south" in content


def test_no_pickle_is_written_or_read(
    content: bytes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise RuntimeError("a pickle was read")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    load(path)
    _, arrays = unpack(content)
    assert not any(array.dtype.hasobject for array in arrays.values())


# --- what is refused ------------------------------------------------------------------


def unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        return manifest, read_arrays(archive.read("arrays.npz"))


def pack(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return buffer.getvalue()


def repack(manifest: Any, arrays: dict[str, np.ndarray]) -> bytes:
    members = {
        "manifest.json": json.dumps(manifest).encode(),
        "arrays.npz": write_arrays(arrays),
    }
    return pack(members)


def check_refused(content: bytes, folder: Path, match: str | None = None) -> None:
    path = folder / "damaged.synthgan"
    path.write_bytes(content)
    with pytest.raises(ArchiveError, match=match):
        load(path)


def test_a_repacked_archive_is_the_same_to_the_reader(
    content: bytes, fitted: GANSynthesizer, tmp_path: Path
) -> None:
    path = tmp_path / "repacked.synthgan"
    path.write_bytes(repack(*unpack(content)))
    pd.testing.assert_frame_equal(
        load(path).sample(5, random_state=0), fitted.sample(5, random_state=0)
    )


def test_a_missing_file_is_not_an_archive_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing.synthgan")


def test_a_file_cut_short_anywhere_is_refused(content: bytes) -> None:
    cuts = {0, 1, 4, len(content) - 1, len(content) - 22}
    for length in sorted(cuts | set(range(0, len(content), len(content) // 60))):
        with pytest.raises(ArchiveError):
            read_archive(content[:length])


def test_a_flipped_byte_is_refused_or_means_nothing(content: bytes) -> None:
    rng = np.random.default_rng(0)
    directory = content.index(b"PK\x01\x02", content.rindex(b"arrays.npz") - 100)
    positions = np.concatenate(
        [
            np.arange(60),  # the first member's header
            rng.integers(0, len(content), 60),
            np.arange(directory, len(content)),  # the directory
        ]
    )
    n_refused = 0
    for position in positions:
        damaged = bytearray(content)
        damaged[position] ^= 0xFF
        try:
            parameters, state = read_archive(bytes(damaged))
        except ArchiveError:
            n_refused += 1
        else:
            # Times and attributes of members, which nobody reads.
            assert write_archive(parameters, state) == content
    assert n_refused > 80


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"manifest.json": b"{}"},
        {"manifest.json": b"{}", "arrays.npy": b""},
        {"manifest.json": b"{}", "arrays.npz": b"", "../evil": b""},
        {"manifest.json": b"{}", "arrays.npz": b""},
        {"manifest.json": b"\xff\xfe", "arrays.npz": b""},
        {"manifest.json": b"[" * 100_000, "arrays.npz": b""},
        {"manifest.json": b"3", "arrays.npz": b""},
    ],
    ids=lambda members: " ".join(members) or "none",
)
def test_other_members_are_refused(members: dict[str, bytes], tmp_path: Path) -> None:
    check_refused(pack(members), tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x05\x06", b"not a zip", b"\x80\x04N.", b"PK\x03\x04" * 50]
)
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    check_refused(content, tmp_path)


def test_compressed_members_are_refused(content: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    check_refused(pack(members, zipfile.ZIP_DEFLATED), tmp_path, "compressed")


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 0, -1, "1", None, 1.5, True])
def test_other_format_versions_are_refused(
    content: bytes, tmp_path: Path, version: Any
) -> None:
    manifest, arrays = unpack(content)
    manifest["format_version"] = version
    check_refused(repack(manifest, arrays), tmp_path, "format version")


def test_another_programs_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    manifest["format"] = "other"
    check_refused(repack(manifest, arrays), tmp_path, "not a synthgan archive")


def test_an_unknown_tag_is_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    manifest["stop_reason"] = {"$object": ["os.system", "true"]}
    check_refused(repack(manifest, arrays), tmp_path, "unknown tag")


def test_every_entry_of_the_manifest_is_needed(content: bytes, tmp_path: Path) -> None:
    whole, arrays = unpack(content)
    for name in sorted(whole.keys() - {"versions"}):
        manifest = {key: value for key, value in whole.items() if key != name}
        check_refused(repack(manifest, arrays), tmp_path)


@pytest.mark.parametrize("wrong", [None, 3, "x", [], {}, [[]], {"a": 1}, -1.5])
def test_an_entry_of_another_type_is_refused(
    content: bytes, tmp_path: Path, wrong: Any
) -> None:
    whole, arrays = unpack(content)
    for name in sorted(whole.keys() - {"versions", "history", "stop_reason"}):
        if wrong == whole[name]:
            continue  # as it is
        if name in {"next_row", "sample_seed"} and wrong == 3:
            continue  # another number is another stream
        if name == "format_version" and wrong == 3:
            continue  # an earlier one
        if name == "parameters" and wrong == {}:
            continue  # a parameter that the file does not have is at its default
        check_refused(repack({**whole, name: wrong}, arrays), tmp_path)


def test_an_unknown_encoder_is_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    manifest["encoders"][0]["name"] = "os.system"
    check_refused(repack(manifest, arrays), tmp_path)


def test_a_wrong_number_of_encoders_is_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    del manifest["encoders"][-1]
    check_refused(repack(manifest, arrays), tmp_path, "one for each column")


def test_an_unknown_parameter_is_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    manifest["parameters"]["shell"] = "true"
    check_refused(repack(manifest, arrays), tmp_path, "shell")


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("shell", "true"),
        ("latent_dim", 9),
        ("latent_dim", "8"),
        ("latent_dim", None),
        ("generator_units", None),
        ("generator_units", [3]),
        ("generator_units", ["a"]),
        ("generator_units", []),
        ("generator_units", [2**40]),
    ],
)
def test_settings_that_do_not_fit_the_weights_are_refused(
    content: bytes, tmp_path: Path, name: str, wrong: Any
) -> None:
    manifest, arrays = unpack(content)
    manifest["settings"][name] = wrong
    check_refused(repack(manifest, arrays), tmp_path)


def test_another_layout_than_the_encoders_is_refused(
    content: bytes, tmp_path: Path
) -> None:
    manifest, arrays = unpack(content)
    manifest["layout"][0][3] += 1
    check_refused(repack(manifest, arrays), tmp_path, "layout")


def test_every_array_is_needed(content: bytes, tmp_path: Path) -> None:
    manifest, whole = unpack(content)
    for name in whole:
        arrays = {key: array for key, array in whole.items() if key != name}
        check_refused(repack(manifest, arrays), tmp_path)


def test_arrays_of_another_length_are_refused(content: bytes, tmp_path: Path) -> None:
    manifest, whole = unpack(content)
    for name, array in whole.items():
        if name.startswith("history") or not array.size:
            continue
        check_refused(repack(manifest, {**whole, name: array[:-1]}), tmp_path)


def test_weights_of_another_shape_are_refused(content: bytes, tmp_path: Path) -> None:
    manifest, arrays = unpack(content)
    arrays["weights/0"] = arrays["weights/0"].T
    check_refused(repack(manifest, arrays), tmp_path, "shapes")


def test_levels_that_do_not_exist_are_refused(content: bytes, tmp_path: Path) -> None:
    manifest, whole = unpack(content)
    names = [name for name in whole if name.endswith("/positions")]
    assert names
    for name in names:
        for wrong in (whole[name] + 1000, whole[name] - 1000, whole[name] + 0.5):
            check_refused(repack(manifest, {**whole, name: wrong}), tmp_path)

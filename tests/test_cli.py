"""The command line: what it prints, where, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgan
from synthgan.cli import demo, main


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Run in an empty folder, and undo what `main` sets in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("TF_CPP_MIN_LOG_LEVEL", "GRPC_VERBOSITY"):
        monkeypatch.setenv(name, os.environ.get(name, "3"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    folder = tmp_path / "data"
    folder.mkdir()
    table = pd.DataFrame(
        {
            "age": rng.integers(20, 80, 160),
            "since": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 90, 160), unit="D"),
            "city": rng.choice(["Ulm", "Bonn"], 160),
        }
    )
    table.to_csv(folder / "people.csv", index=False)
    return folder / "people.csv"


def test_version_and_help_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    for argument, expected in (
        ("--version", f"synthgan {synthgan.__version__}\n"),
        ("--help", "demo"),
    ):
        with pytest.raises(SystemExit) as caught:
            main([argument])
        assert caught.value.code == 0
        assert expected in capsys.readouterr().out


def test_no_command_is_an_error_that_says_how_to_use_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "usage: synthgan" in capsys.readouterr().err


def test_help_needs_neither_keras_nor_pandas() -> None:
    code = (
        "import sys; from synthgan.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'keras', 'tensorflow', 'jax', 'pandas'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(Path(synthgan.__file__).parents[1])},
    )
    assert done.stdout.endswith("[]\n")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--data", "nothing.csv"], "nothing.csv"),
        (["--data", "people.xlsx"], "expected a .csv, .csv.gz or .parquet file"),
        (["--target", "diagnose"], "column 'diagnose' is not in the table"),
    ],
)
def test_input_that_cannot_be_used_is_one_line_on_the_error_stream(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("synthgan: ")
    assert expected in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("latin.csv", "a,b\nMünchen,1\n".encode("latin-1")),
        ("ragged.csv", b"a,b\n1,2\n1,2,3,4\n"),
        ("no.parquet", b"no parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_too(
    name: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    assert main(["demo", "--data", str(tmp_path / name)]) == 2
    assert "expected a table that pandas can read" in capsys.readouterr().err


def test_a_target_that_cannot_be_predicted_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthgan.GANSynthesizer, "fit", None)
    table = pd.DataFrame({"x": range(100), "key": [f"k{i:05d}" for i in range(100)]})
    table.to_csv(tmp_path / "a.csv", index=False)
    arguments = ["demo", "--data", str(tmp_path / "a.csv"), "--target", "key"]
    assert main(arguments) == 2
    assert "column 'key' cannot be predicted" in capsys.readouterr().err


def test_the_last_column_that_can_be_predicted_is_the_target() -> None:
    table = pd.DataFrame(
        {
            "x": [1.5, 2.5] * 50,
            "y": ["a", "b"] * 50,
            "key": [f"k{i:05d}" for i in range(100)],
        }
    )
    assert demo._choose_target(table, None) == "y"
    assert demo._choose_target(table[["key"]], None) is None


def test_ctrl_c_ends_with_its_own_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("synthgan.datasets.load_breast_cancer", interrupt)
    assert main(["demo"]) == 130
    assert capsys.readouterr().err == "synthgan: interrupted\n"


@pytest.mark.usefixtures("uncompiled")
def test_the_demo_shows_rows_schema_and_scores_and_leaves_no_file(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(
        ["demo", "--data", str(file), "--target", "city", "--max-seconds", "0.01"]
    )
    captured = capsys.readouterr()
    assert status == 0
    for expected in (
        "120 rows to train on, 40 held out",
        "Real rows",
        "Synthetic rows",
        "Scores",
        "synthgan",
        "datetime",
        "Bonn",
    ):
        assert expected in captured.out
    assert "it/s" not in captured.out  # progress belongs on the error stream
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["data", "people.csv"]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for seed, name in enumerate(("real", "synthetic", "test")):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=240)
        table = pd.DataFrame({"x": x.round(2), "label": np.where(x > 0, "yes", "no")})
        paths.append(str(tmp_path / f"{name}.csv"))
        table.to_csv(paths[-1], index=False)
    return paths


QUICKLY = ["--metrics", "column_shapes", "two_sample", "tstr", "dcr_share", "--quiet"]


def test_evaluate_prints_verdicts_and_figures_and_writes_what_was_asked_for(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real, synthetic, holdout = files
    page, figures = tmp_path / "report.html", tmp_path / "figures.json"
    given = ["--holdout", holdout, "--target", "label"]
    wanted = ["--html", str(page), "--json", str(figures), *QUICKLY]
    status = main(["evaluate", real, synthetic, *given, *wanted])
    captured = capsys.readouterr()
    assert status == 0
    assert captured.err == ""
    for expected in ("Useful.", "Private.", "Faithful.", "two_sample_auc", str(page)):
        assert expected in captured.out
    assert "<h1>Useful, private and faithful.</h1>" in page.read_text(encoding="utf-8")
    verdicts = json.loads(figures.read_text(encoding="utf-8"))["verdicts"]
    assert verdicts["private"]["passed"] is True


def test_evaluate_without_holdout_says_so_and_writes_no_file(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.iterdir())
    assert main(["evaluate", *files[:2], *QUICKLY]) == 0
    assert "Private: not judged." in capsys.readouterr().out
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (["--target", "income"], "target: expected one of ['x', 'label']"),
        (["--holdout", "nothing.csv"], "nothing.csv"),
        (["--metrics", "speed"], "metrics: expected 'quick', 'all'"),
    ],
)
def test_evaluate_refuses_what_it_cannot_use_in_one_line(
    change: list[str],
    expected: str,
    files: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["evaluate", *files[:2], "--quiet", *change]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("synthgan: ")
    assert expected in captured.err
    assert captured.err.count("\n") == 1

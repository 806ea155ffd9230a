"""The harness with fake peers that need nothing but pandas, in this environment."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import machine
from benchmarks.datasets import Dataset
from benchmarks.peers import (
    command,
    environments,
    grid,
    measurement,
    page,
    pictures,
    registry,
)
from benchmarks.peers.quiet import OtherLoad
from benchmarks.peers.registry import Peer
from benchmarks.results import load_results
from synthgan.schema import Kind

_RUNNERS = {
    "copier": """
def fit(train, task):
    return lambda n: train.sample(n, replace=True, random_state=task.seed)
""",
    "forgetful": """
def fit(train, task):
    def sample(n):
        rows = train.sample(n, replace=True, random_state=0).astype({"x": float})
        return rows.assign(x=rows["x"] + 0.2, y=rows["y"].astype(object))
    return sample
""",
    "crasher": """
def fit(train, task):
    raise RuntimeError("out of luck")
""",
    "inventor": """
def fit(train, task):
    return lambda n: train.head(n).assign(y="unheard of")
""",
    "sleeper": """
import time
def fit(train, task):
    time.sleep(60)
""",
}


def _table(seed, n_rows):
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 50, n_rows)
    y = np.where(x > 25, "a", "b")
    return pd.DataFrame({"id": range(n_rows), "x": x, "y": y})


KINDS = {"id": Kind.IDENTIFIER, "x": Kind.INTEGER, "y": Kind.CATEGORICAL}
DATASET = Dataset("small", _table(0, 300), _table(1, 100), "y", KINDS)


@pytest.fixture(autouse=True)
def runners(monkeypatch, tmp_path):
    """Make the fake runners importable in the processes that the harness starts."""
    folder = tmp_path / "runners"
    folder.mkdir()
    for name, text in _RUNNERS.items():
        (folder / f"fake_{name}.py").write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def _peer(name, requirements=""):
    return Peer(name, f"fake_{name}", requirements, ("pandas",), f"the {name}'s note")


def _measure(name, tmp_path, seconds=60.0, requirements=""):
    limits = measurement.Limits(tmp_path / "environments", seconds)
    return measurement.measure_peer(DATASET, _peer(name, requirements), 0, limits)


def test_a_peer_is_trained_in_a_process_and_judged_here(tmp_path):
    result = _measure("copier", tmp_path)
    assert result["status"] == "measured"
    assert result["scores"]["two_sample_auc"] < 0.55
    assert result["scores"]["tstr_auc"] > 0.95
    assert 0 <= result["fit_seconds"] < 5
    assert result["peak_memory_mib"] < 200  # of the process, without its packages
    assert result["versions"] == {"pandas": pd.__version__}
    assert result["environment"]["cores"] == machine.n_cores()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("crasher", "RuntimeError: out of luck"),
        ("sleeper", "not done after 1 seconds"),
        ("inventor", "column 'y': levels that no training row has: ['unheard of']"),
    ],
)
def test_a_failing_peer_is_a_recorded_failure(tmp_path, name, reason):
    result = _measure(name, tmp_path, seconds=1.0 if name == "sleeper" else 60.0)
    assert result["status"] == "failed"
    assert reason in result["reason"]
    assert "scores" not in result


def test_a_forgotten_dtype_is_no_fault(tmp_path):
    result = _measure("forgetful", tmp_path)
    assert result["scores"]["two_sample_auc"] < 0.55  # x + 0.2 is rounded to x


def test_missing_cells_survive_the_way_back():
    train = pd.DataFrame(
        {"n": [1.5, None, 2.5], "flag": [True, False, True], "code": [3, 4, 4]}
    )
    kinds = {"n": Kind.CONTINUOUS, "flag": Kind.BOOLEAN, "code": Kind.CATEGORICAL}
    made = pd.DataFrame(
        {
            "code": ["4", "4", "3"],
            "n": [None, 1.0, 2.0],
            "flag": ["True", "True", "False"],
        }
    )
    restored = measurement.restore(made, Dataset("t", train, train, "flag", kinds))
    assert list(restored.columns) == ["n", "flag", "code"]
    assert (restored.dtypes == train.dtypes).all()
    assert restored["n"].isna().tolist() == [True, False, False]
    assert restored["flag"].tolist() == [True, True, False]
    assert restored["code"].tolist() == [4, 4, 3]


def test_a_table_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"300 rows .* got 299 rows without \['y'\]"):
        measurement.restore(DATASET.train[["id", "x"]].iloc[1:], DATASET)


@pytest.fixture
def pinned(monkeypatch, tmp_path):
    """Requirements that no index can serve, and empty ones."""
    folder = tmp_path / "requirements"
    folder.mkdir()
    nowhere = f"--no-index\n--find-links {folder}\npandas==0.0.0\n"
    (folder / "nowhere.txt").write_text(nowhere)
    (folder / "empty.txt").write_text("# nothing\n")
    monkeypatch.setattr(environments, "REQUIREMENTS", folder)
    return folder


@pytest.fixture
def commands(monkeypatch):
    """Commands that would have made an environment; pip knows no pandas 0.0.0."""
    given = []

    def run(command, **_):
        given.append(" ".join(map(str, command)))
        fails = "nowhere" in given[-1] and "pip" in given[-1]
        said = "ERROR: earlier\nERROR: No matching distribution\n\n" if fails else ""
        if "venv" in given[-1]:
            Path(command[-1]).mkdir(parents=True)
        return subprocess.CompletedProcess(command, int(fails), "", said)

    monkeypatch.setattr(environments.subprocess, "run", run)
    return given


@pytest.mark.usefixtures("pinned", "commands")
def test_what_cannot_be_installed_is_listed_with_pips_reason(tmp_path):
    result = _measure("copier", tmp_path, requirements="nowhere")
    assert result["status"] == "not installed"
    assert result["reason"] == "ERROR: No matching distribution"
    assert result["versions"] == {"pandas": "0.0.0"}


def test_an_environment_is_made_once_for_each_set_of_pins(tmp_path, pinned, commands):
    peer = _peer("copier", "empty")
    python = environments.make_environment(tmp_path, peer)
    assert [line.split()[1:3] for line in commands] == [["-m", "venv"], ["-m", "pip"]]
    assert commands[1].startswith(str(python))
    assert environments.make_environment(tmp_path, peer) == python
    assert len(commands) == 2
    (pinned / "empty.txt").write_text("# other pins\n")
    assert environments.make_environment(tmp_path, peer) != python
    assert len(commands) == 4


@pytest.mark.usefixtures("pinned")
def test_an_environment_that_failed_is_made_anew(tmp_path, commands):
    peer = _peer("copier", "nowhere")
    for _ in range(2):
        with pytest.raises(environments.NotInstalledError):
            environments.make_environment(tmp_path, peer)
    assert len(commands) == 4


@pytest.mark.slow
@pytest.mark.usefixtures("pinned")
def test_a_real_environment_holds_nothing_of_this_one(tmp_path):
    python = environments.make_environment(tmp_path, _peer("copier", "empty"))
    found = subprocess.run([python, "-c", "import pandas"], capture_output=True)
    assert b"No module named 'pandas'" in found.stderr
    with pytest.raises(environments.NotInstalledError, match="No matching dist"):
        environments.make_environment(tmp_path, _peer("copier", "nowhere"))


def test_a_second_run_beside_the_first_is_refused(tmp_path):
    with (
        environments.alone(tmp_path),
        pytest.raises(SystemExit, match="expected no other run"),
        environments.alone(tmp_path),
    ):
        pass
    with environments.alone(tmp_path):
        pass


def _measure_stub(_dataset, peer, seed, _limits):
    stamp = {"versions": {"pandas": "1.2.3"}, "environment": {"date": "today"}}
    if peer.title == "crasher":
        return {"status": "failed", "reason": "RuntimeError: out of luck", **stamp}
    return {
        "status": "measured",
        "scores": {"shape_error_percent": 1.0 + seed, "two_sample_auc": 0.6},
        "fit_seconds": 10.0,
        "sample_seconds": 1.0,
        "peak_memory_mib": 50.0,
        "cores_of_others": 0.7 if seed else 0.05,
        **stamp,
    }


@pytest.fixture
def arguments(monkeypatch, tmp_path):
    """Arguments of a grid of three fake peers, whose measuring is a stub."""
    monkeypatch.setattr(command, "measure_peer", _measure_stub)
    peers = {name: _peer(name) for name in ("copier", "crasher", "sleeper")}
    for module in (command, grid, page):
        monkeypatch.setattr(module, "PEERS", peers)
    colours = dict.fromkeys(peers, "C0")
    monkeypatch.setattr(pictures, "_COLOURS", colours)
    monkeypatch.setattr(command, "_draw", lambda _: None)
    monkeypatch.setattr(command, "load_dataset", lambda *_: DATASET)
    scores = {"shape_error_percent": 0.5, "two_sample_auc": 0.5, "trtr_auc": 0.9}
    references = {
        "scores": {"real holdout": scores, "bootstrap copy": scores},
        "n_train": 300,
        "n_holdout": 100,
        "environment": {"date": "today"},
    }
    monkeypatch.setattr(command, "measure_references", lambda *_: references)
    return argparse.Namespace(
        data_dir=tmp_path,
        sets=["small"],
        models=["copier", "crasher"],
        seeds=[0, 1],
        environments=tmp_path / "environments",
        limit_seconds=60.0,
        output=tmp_path / "results",
        fresh=False,
        retry=False,
    )


def test_the_page_shows_what_is_complete_and_why_the_rest_is_not(arguments):
    command.run(arguments)
    text = (arguments.output / "peers.md").read_text()
    assert "300 training rows, 100 rows of holdout" in text
    assert "| real holdout | 0.500" in text
    assert "| crasher (0 of 2) |" in text
    assert "- crasher, seed 1: failed: RuntimeError: out of luck" in text
    assert "- sleeper, seeds [0, 1]: not tried yet" in text
    assert "- CTAB-GAN+: not installed; its authors' repository" in text
    assert "- copier (pandas 1.2.3): the copier's note." in text
    row = next(line for line in text.splitlines() if "copier (2 of 2)" in line)
    figures = "1.500 | 0.600 | 0.900 | 10.000 | 1.000 | 50.000"
    assert row == f"| copier (2 of 2) | {figures} |"
    spread = text.partition("Standard deviation")[2]
    assert "| copier | 0.707 | 0.000 |" in spread


def test_pictures_show_what_was_measured(arguments):
    pytest.importorskip("matplotlib")
    command.run(arguments)
    folder = arguments.output / "peers"
    frame = grid.to_frame(load_results(folder))
    measured = frame[frame["status"] == "measured"]
    pictures.draw_quality_against_seconds(measured, folder / "seconds.png")
    reference = {"scores": {"real holdout": {"two_sample_auc": 0.5}}}
    pictures.draw_bars(measured, reference, folder / "bars.png")
    pictures.draw_curves(measured, folder / "curves.png")
    for name in ("seconds.png", "bars.png", "curves.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_a_grid_is_taken_up_where_it_stopped(arguments, capsys):
    command.run(arguments)
    (arguments.output / "peers" / "small-copier-seed1.json").unlink()
    capsys.readouterr()
    command.run(arguments)
    said = capsys.readouterr().out
    assert said.count("kept") == 4
    assert said.count("measuring") == 1
    assert "small-copier-seed1.json: measuring" in said


def test_only_what_failed_is_tried_again(arguments, capsys):
    command.run(arguments)
    capsys.readouterr()
    command.run(argparse.Namespace(**{**vars(arguments), "retry": True}))
    said = capsys.readouterr().out
    assert said.count("measuring") == 2
    assert "small-crasher-seed0.json: measuring" in said


def test_what_was_not_measured_alone_is_marked(arguments):
    command.run(arguments)
    text = (arguments.output / "peers.md").read_text()
    assert "- copier, seed 1: others kept 0.7 cores busy" in text
    assert "- copier, seed 0: others" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="counted on Linux only")
def test_ones_own_work_is_not_that_of_others(monkeypatch):
    monkeypatch.setattr("benchmarks.peers.quiet._busy_seconds", time.process_time)
    load = OtherLoad()
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert load.cores() < 0.2
    monkeypatch.setattr(
        "benchmarks.peers.quiet._busy_seconds", lambda: time.process_time() + 9
    )
    assert load.cores() > 1


def test_every_peer_has_a_runner_and_pinned_versions():
    for name, peer in registry.PEERS.items():
        path = measurement.ROOT / (peer.runner.replace(".", "/") + ".py")
        assert path.exists(), name
        if peer.requirements:
            assert environments.shown_versions(peer).keys() == set(peer.packages)

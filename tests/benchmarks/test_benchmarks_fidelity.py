import argparse
import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

from benchmarks import fidelity
from benchmarks.datasets import Dataset
from synthgan.evaluation import bootstrap_copy
from synthgan.schema import Kind


def _table(seed, n_rows):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    return pd.DataFrame({"x": x, "y": np.where(x > 0, "a", "b")})


DATASET = Dataset("small", _table(0, 300), _table(1, 100), "y", {"x": Kind.CONTINUOUS})


class Copier:
    """A stub: its samples are training rows."""

    def fit(self, train):
        self.train = train
        return self

    def sample(self, n_samples):
        return bootstrap_copy(self.train, n_samples, np.random.default_rng(0))


def _measure_copier(data_dir, name, seed, max_seconds, is_attacked):
    result = fidelity.measure_training(DATASET, Copier(), 0.0, is_attacked=is_attacked)
    raw = {**result, "fit_seconds": 1.0}
    refinement = {"n_candidates": 7, "effective_share": 0.5}
    return {**result, "raw": raw, "refinement": refinement}


@pytest.fixture
def arguments(monkeypatch, grid_arguments):
    """Arguments of a run in this process, on the small table and the stub."""
    monkeypatch.setattr(
        fidelity,
        "measure_references",
        partial(fidelity.measure_references, load=lambda *_: DATASET),
    )
    monkeypatch.setattr(fidelity, "measure_synthgan", _measure_copier)
    monkeypatch.setattr(
        fidelity,
        "in_fresh_process",
        lambda measure, *a, **o: measure(*a, **o),
    )
    return grid_arguments


def test_a_training_is_scored_and_timed():
    result = fidelity.measure_training(DATASET, Copier(), 0.0)
    assert result["scores"]["two_sample_score"] > 0.9
    assert result["scores"]["tstr_auc"] > 0.95
    assert result["fit_seconds"] >= 0
    seconds = result["sample_seconds"]
    assert result["sample_rows_per_second"] == pytest.approx(300 / seconds)
    assert result["peak_memory_mib"] > 50  # of this whole process
    assert result["environment"]["cores"] >= 1
    assert {"numpy", "pandas", "python", "processor"} <= set(result["environment"])


def test_a_page_shows_references_mean_and_every_seed(arguments, capsys):
    fidelity.run(arguments)
    page = (arguments.output / "fidelity-tensorflow.md").read_text()
    rows = [line.split("|")[1].strip() for line in page.splitlines() if "|" in line]
    assert rows[2:] == [
        "real holdout",
        "bootstrap copy",
        "independent columns",
        "synthgan refined, mean of 2",
        "synthgan raw, mean of 2",
        "synthgan refined, seed 0",
        "synthgan refined, seed 1",
        "synthgan raw, seed 0",
        "synthgan raw, seed 1",
        "",
        "---",
        "small, refined",
        "small, raw",
    ]
    assert "small, raw: exact_matches" in page  # the stub copies
    assert "7.0 (0.50), 7.0 (0.50)" in page
    assert "trend common error %" in page
    assert "trtr auc" in page
    said = capsys.readouterr().out
    assert all(section.strip() in said for section in page.split("\n## ")[1:])


def test_a_grid_is_taken_up_where_it_stopped(arguments, monkeypatch, capsys):
    fidelity.run(arguments)
    saved = arguments.output / "fidelity" / "small-tensorflow-seed1.json"
    before = json.loads(saved.read_text())
    saved.unlink()
    capsys.readouterr()
    fidelity.run(arguments)
    said = capsys.readouterr().out
    assert "small-tensorflow-seed0.json: kept" in said
    assert "small-tensorflow-seed1.json: measuring" in said
    assert json.loads(saved.read_text())["scores"] == before["scores"]


def test_the_page_shows_what_earlier_runs_measured(arguments):
    def page_with(seeds):
        fidelity.run(argparse.Namespace(**{**vars(arguments), "seeds": seeds}))
        return (arguments.output / "fidelity-tensorflow.md").read_text()

    assert "mean of" not in page_with([0])
    assert "synthgan refined, mean of 3" in page_with([1, 2])


def test_what_was_asked_anew_is_measured_anew(arguments, capsys):
    fidelity.run(arguments)
    capsys.readouterr()
    fidelity.run(argparse.Namespace(**{**vars(arguments), "fresh": True}))
    said = capsys.readouterr().out
    assert "small-tensorflow-seed0.json: measuring" in said
    assert "references.json: measuring" in said


def test_shorter_trainings_do_not_replace_the_record(arguments, capsys):
    fidelity.run(arguments)
    page = arguments.output / "fidelity-tensorflow.md"
    before = page.read_text()
    capsys.readouterr()
    fidelity.run(argparse.Namespace(**{**vars(arguments), "max_seconds": 5.0}))
    said = capsys.readouterr().out
    assert "small-references.json: kept" in said
    assert "small-tensorflow-5s-seed0.json: measuring" in said
    assert page.read_text() == before
    assert page.with_name("fidelity-tensorflow-5s.md").exists()


def test_what_is_not_a_number_is_null_on_disk(arguments):
    fidelity.run(arguments)
    text = (arguments.output / "fidelity" / "small-references.json").read_text()
    scores = json.loads(text)["scores"]
    assert scores["real holdout"]["tstr_auc"] is None
    assert scores["bootstrap copy"]["tstr_auc"] > 0.9

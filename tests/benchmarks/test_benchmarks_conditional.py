"""Conditional rows against rejection, on a table of known truth, without a network."""

import json
import time

import numpy as np
import pandas as pd
import pytest

from benchmarks import conditional, slices
from benchmarks.datasets import Dataset
from benchmarks.slices import (
    Slice,
    cut_out,
    draw,
    find_slices,
    mean_auc,
    measure_slices,
)
from synthgan.conditions.condition import Between
from synthgan.schema import Kind, infer_schema


def _table(seed, n_rows):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=n_rows)
    label = np.where(x > 0.8, "high", "low").astype(object)
    label[rng.uniform(size=n_rows) < 0.05] = None
    return pd.DataFrame({"x": x, "y": x + rng.normal(size=n_rows), "label": label})


KINDS = {"x": Kind.CONTINUOUS, "y": Kind.CONTINUOUS, "label": Kind.CATEGORICAL}
DATASET = Dataset("small", _table(0, 2000), _table(1, 1000), "label", KINDS)
SLICES = find_slices(DATASET.train, "label", "x")


class TruthfulSynthesizer:
    """A stub: its rows are as real as fresh ones, or shifted under a condition."""

    def __init__(self, shift=0.0):
        self.shift = shift
        self.n_calls = 0

    def sample(self, n_samples, conditions=None, *, random_state=None):
        self.n_calls += 1
        if conditions is None:
            return _table(100 + self.n_calls, n_samples)
        ((column, condition),) = conditions.items()
        rows = _table(100 + self.n_calls, 200 * n_samples)
        if isinstance(condition, Between):
            held = rows[column].between(condition.low, condition.high)
        else:
            held = rows[column] == condition
        return rows[held][:n_samples].assign(y=lambda rows: rows["y"] + self.shift)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Few rows and one thread: on a busy machine, threads would wait."""
    monkeypatch.setattr(conditional, "n_cores", lambda: 1)
    monkeypatch.setattr(slices, "BLOCK_ROWS", 60)
    monkeypatch.setattr(slices, "_BATCH", 2000)


@pytest.fixture
def arguments(monkeypatch, grid_arguments):
    monkeypatch.setattr(conditional, "_COLUMNS", {"small": ("label", "x")})
    monkeypatch.setattr(conditional, "load_dataset", lambda *_: DATASET)
    monkeypatch.setattr(
        conditional, "fit_synthesizer", lambda *_: TruthfulSynthesizer()
    )
    monkeypatch.setattr(
        slices, "mean_auc", lambda real, *_: 0.5 if len(real) > 99 else np.nan
    )
    return grid_arguments


def test_slices_are_the_frequent_classes_and_three_ranges():
    shares = [part.holds(DATASET.train).mean() for part in SLICES]
    assert [part.name.partition(":")[0] for part in SLICES] == [
        "label is low",
        "label is high",
        "x, lowest tenth",
        "x, middle half",
        "x, top 1 %",
    ]
    assert shares == pytest.approx([0.76, 0.19, 0.1, 0.5, 0.01], abs=0.03)


def test_rejection_keeps_rows_of_the_slice_and_counts_those_before_them():
    wanted = {part.name: 40 for part in SLICES}
    cuts = cut_out(TruthfulSynthesizer(), SLICES, wanted)
    for part in SLICES:
        assert part.holds(cuts[part.name].rows).all()
        assert len(cuts[part.name].rows) == 40
    half, rare = cuts[SLICES[3].name].seconds, cuts[SLICES[4].name].seconds
    assert 20 < rare / half < 90  # 50 times as rare


def test_rejection_that_finds_too_little_is_extrapolated(monkeypatch):
    monkeypatch.setattr(slices, "MAX_ROWS", 2000)
    enough, rare = SLICES[3], SLICES[4]
    cuts = cut_out(
        TruthfulSynthesizer(), [enough, rare], {enough.name: 1000, rare.name: 1000}
    )
    assert 5 < len(cuts[rare.name].rows) < 50
    assert 20 < cuts[rare.name].seconds / cuts[enough.name].seconds < 110


def test_rejection_that_finds_nothing_has_no_seconds(monkeypatch):
    monkeypatch.setattr(slices, "MAX_ROWS", 2000)
    nowhere = Slice("nowhere", "label", "unheard of")
    cut = cut_out(TruthfulSynthesizer(), [nowhere], {"nowhere": 10})["nowhere"]
    assert len(cut.rows) == 0
    assert np.isnan(cut.seconds)


def test_the_first_call_is_not_among_the_seconds():
    class SlowAtFirst:
        def sample(self, n_samples, conditions=None, *, random_state=None):
            if n_samples == 1:
                time.sleep(0.1)
            return DATASET.train[:n_samples]

    _, seconds, first = draw(SlowAtFirst(), SLICES[0], 10)
    assert first >= 0.1
    assert seconds < 0.05


def test_wrong_conditional_rows_are_told_from_rejections():
    part = SLICES[3]
    right = measure_slices(DATASET, TruthfulSynthesizer(), [part])[part.name]
    wrong = measure_slices(DATASET, TruthfulSynthesizer(shift=9), [part])[part.name]
    assert right["n_holdout"] == part.holds(DATASET.holdout).sum()
    assert list(right["auc"].values()) == pytest.approx([0.5] * 3, abs=0.08)
    assert wrong["auc"]["conditional"] > 0.95
    assert wrong["auc"]["rejection"] < 0.6


def test_a_small_slice_is_not_judged_but_timed():
    part = SLICES[4]
    measured = measure_slices(DATASET, TruthfulSynthesizer(), [part])[part.name]
    assert measured["n_holdout"] < 100
    assert np.isnan(list(measured["auc"].values())).all()
    assert 40 < measured["n_rows"] <= 60
    assert measured["rejection_seconds"] > 0


def test_all_parts_of_many_rows_are_judged():
    schema = infer_schema(DATASET.train, KINDS)
    real, like_real = DATASET.holdout[:300], _table(7, 300)
    half_wrong = pd.concat([like_real, like_real.assign(y=99.0)])
    assert mean_auc(real, like_real, schema) == pytest.approx(0.5, abs=0.08)
    assert mean_auc(real, half_wrong, schema) == pytest.approx(0.75, abs=0.05)


def test_a_page_marks_what_is_not_judged_and_is_taken_up_where_it_stopped(
    arguments, capsys
):
    conditional.run(arguments)
    page = (arguments.output / "conditional-tensorflow.md").read_text()
    assert "x, top 1 %" in page
    (rare,) = (line for line in page.splitlines() if line.startswith("| x, top"))
    assert "real rows: not judged" in rare
    assert rare.split("|")[2:6] == ["  "] * 4
    assert "at most +0.000 (goal: 0.03)" in page
    assert "times cheaper (goal: 100)" in page
    saved = arguments.output / "conditional" / "small-tensorflow-seed1.json"
    assert set(json.loads(saved.read_text())["slices"]) == {p.name for p in SLICES}
    saved.unlink()
    capsys.readouterr()
    conditional.run(arguments)
    said = capsys.readouterr().out
    assert "small-tensorflow-seed0.json: kept" in said
    assert "small-tensorflow-seed1.json: measuring" in said

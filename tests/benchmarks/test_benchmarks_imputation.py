"""Imputers on a table of known truth, without training a network."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import imputation
from benchmarks.datasets import Dataset
from benchmarks.imputation import Judge, choose_cells, measure_imputers
from benchmarks.imputers import METHODS, Filling, Question, fill
from synthgan.schema import Kind, infer_schema
from synthgan.statistics import TablePreparation

KINDS = {
    "x": Kind.CONTINUOUS,
    "twice": Kind.INTEGER,
    "size": Kind.CATEGORICAL,
    "label": Kind.CATEGORICAL,
}


def _table(seed, n_rows):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "x": x,
            "twice": (20 * x).round().astype(int),
            "size": np.where(x > -0.4, "large", "small"),
            "label": np.where(x + rng.normal(size=n_rows) / 4 > 0, "yes", "no"),
        }
    )


DATASET = Dataset("small", _table(0, 400), _table(1, 300), "label", KINDS)
SCHEMA = infer_schema(DATASET.train, KINDS)
PREPARATION = TablePreparation.fit([DATASET.train], SCHEMA, ["label"])
NAMES = [column.name for column in PREPARATION.columns]
QUESTION = Question(DATASET.train[NAMES], PREPARATION, 0, None)
WITHOUT_NETWORK = [name for name in METHODS if name != "synthgan"]


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """No network; few rows and one thread: on a busy machine, threads would wait."""
    monkeypatch.setattr(imputation, "n_cores", lambda: 1)
    monkeypatch.setattr(imputation, "_MIN_ROWS", 300)
    monkeypatch.setattr(
        imputation, "METHODS", {name: METHODS[name] for name in WITHOUT_NETWORK}
    )


@pytest.fixture(scope="module")
def judge():
    return Judge(QUESTION, DATASET.train, DATASET.holdout, SCHEMA["label"])


@pytest.fixture
def arguments(monkeypatch, grid_arguments):
    monkeypatch.setattr(imputation, "load_dataset", lambda *_: DATASET)
    return grid_arguments


def test_cells_go_missing_at_random_or_where_they_are_high():
    column = np.random.default_rng(0).normal(size=200_000)
    matrix = np.column_stack([column, np.where(column > 1, np.nan, column)])
    for mechanism, ratio in {"random": 1.0, "high": 3.0}.items():
        removed = choose_cells(matrix, mechanism, seed=0)
        assert not removed[np.isnan(matrix)].any()
        assert removed[:, 0].mean() == pytest.approx(0.2, abs=0.01)
        upper = removed[column > 0, 0].mean() / removed[column < 0, 0].mean()
        assert upper == pytest.approx(ratio, rel=0.1)


@pytest.mark.parametrize("name", WITHOUT_NETWORK)
def test_every_method_fills_all_holes_and_nothing_else(name):
    holes = choose_cells(PREPARATION.transform(DATASET.holdout), "random", 0)
    holey = DATASET.holdout[NAMES].mask(holes)
    before = PREPARATION.transform(holey)
    filling = fill(METHODS[name](QUESTION), holey)
    assert filling.seconds > 0
    for matrix in filling.matrices:
        assert not np.isnan(matrix).any()
        np.testing.assert_array_equal(matrix[~holes], before[~holes])
        size, twice = (matrix[:, NAMES.index(column)] for column in ("size", "twice"))
        assert set(size) == {0.0, 1.0}
        assert (twice == twice.round()).all()


def test_methods_that_draw_give_different_draws():
    holey = DATASET.holdout[NAMES].mask(np.tile([True, False, False], (300, 1)))
    for name in ("column draws", "IterativeImputer, drawn"):
        first, second, *_ = fill(METHODS[name](QUESTION), holey).matrices
        assert (first[:, 0] != second[:, 0]).any()


def test_the_truth_scores_best(judge):
    removed = choose_cells(judge.truth, "random", 0)
    scores = judge.score(Filling([judge.truth], 0.0), removed)
    assert scores["shape_error"] == 0
    assert scores["rmse"] == 0
    assert scores["accuracy"] == 1
    assert scores["downstream"] == judge.downstream([judge.truth])
    assert scores["downstream"] > 0.95


def test_one_value_for_all_has_the_wrong_distribution(judge):
    removed = choose_cells(judge.truth, "random", 0)
    constant = np.where(removed, np.median(judge.truth, axis=0), judge.truth)
    scores = judge.score(Filling([constant], 0.0), removed)
    assert scores["shape_error"] > 0.35
    assert scores["rmse"] == pytest.approx(1, abs=0.3)
    assert 0.5 < scores["accuracy"] < 0.8


def test_draws_are_averaged_for_cells_but_not_for_distributions(judge):
    removed = choose_cells(judge.truth, "random", 0)
    is_number = ~QUESTION.is_categorical
    off = [
        np.where(removed & is_number, judge.truth + gap, judge.truth)
        for gap in (-30.0, 30.0)
    ]
    scores = judge.score(Filling(off, 0.0), removed)
    assert scores["rmse"] == pytest.approx(0, abs=1e-12)
    assert scores["shape_error"] > 0.5


def test_methods_that_see_the_other_cells_beat_those_that_do_not():
    result = measure_imputers(DATASET, seed=0, max_seconds=None)
    for scores in result["scores"].values():
        errors = {name: scores[name]["rmse"] for name in WITHOUT_NETWORK}
        blind = min(errors.pop(name) for name in ("column draws", "SimpleImputer"))
        assert max(errors.values()) < 0.7 * blind
        assert (
            scores["KNNImputer"]["downstream"] > scores["SimpleImputer"]["downstream"]
        )
    shapes = result["scores"]["random"]
    assert shapes["SimpleImputer"]["shape_error"] > 0.35
    assert shapes["IterativeImputer, drawn"]["shape_error"] < 0.2


def test_a_small_holdout_is_repeated_with_other_holes(monkeypatch):
    monkeypatch.setattr(imputation, "METHODS", {})
    once = measure_imputers(DATASET, 0, None)
    monkeypatch.setattr(imputation, "_MIN_ROWS", 900)
    thrice = measure_imputers(DATASET, 0, None)
    assert once["n_holdout"] == thrice["n_holdout"] == 300
    ratio = thrice["n_removed"]["random"] / once["n_removed"]["random"]
    assert ratio == pytest.approx(3, rel=0.15)


def test_a_page_shows_both_mechanisms_and_is_taken_up_where_it_stopped(
    arguments, capsys
):
    imputation.run(arguments)
    page = (arguments.output / "imputation-tensorflow.md").read_text()
    names = [line.split("|")[1].strip() for line in page.splitlines() if "|" in line]
    rows = ["", "---", "nothing removed", "left missing", *WITHOUT_NETWORK]
    assert names == rows * 2
    assert "Missing at random" in page
    assert "Missing not at random" in page
    assert "downstream AUC" in page
    saved = arguments.output / "imputation" / "small-tensorflow-seed1.json"
    before = json.loads(saved.read_text())["scores"]["high"]["SimpleImputer"]["rmse"]
    saved.unlink()
    capsys.readouterr()
    imputation.run(arguments)
    said = capsys.readouterr().out
    assert "small-tensorflow-seed0.json: kept" in said
    assert "small-tensorflow-seed1.json: measuring" in said
    after = json.loads(saved.read_text())["scores"]["high"]["SimpleImputer"]["rmse"]
    assert after == before

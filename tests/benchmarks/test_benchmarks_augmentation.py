"""The augmentation study on tables of known truth, without training a network."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.augmentation import command, methods
from benchmarks.augmentation.cells import BALANCE, STUDY, Cell, Table, split_rows
from benchmarks.augmentation.comparison import compare_methods, summarise
from benchmarks.augmentation.learners import LEARNERS, RowReader, score_learner
from benchmarks.augmentation.methods import METHODS, Question, train_on
from benchmarks.augmentation.page import make_page
from benchmarks.datasets import Dataset
from benchmarks.peers.registry import PEERS
from synthgan.evaluation.utility.controls import Undefined
from synthgan.schema import Kind

KINDS = {
    "id": Kind.IDENTIFIER,
    "x": Kind.CONTINUOUS,
    "shop": Kind.CATEGORICAL,
    "label": Kind.CATEGORICAL,
}


def make_rows(n_rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    is_rare = x + rng.normal(size=n_rows) / 3 > 1
    return pd.DataFrame(
        {
            "id": np.arange(n_rows) + 1000,
            "x": x,
            "shop": rng.choice(["north", "south"], n_rows),
            "label": np.where(is_rare, "rare", "often"),
        }
    )


def make_table(n_rows: int = 400) -> Table:
    rows = make_rows(n_rows)
    half = n_rows // 2
    return Table.read(Dataset("made up", rows[:half], rows[half:], "label", KINDS))


def make_numeric_table() -> Table:
    rows = make_rows(200).drop(columns="label")
    kinds = {name: kind for name, kind in KINDS.items() if name != "label"}
    return Table.read(Dataset("made up", rows[:100], rows[100:], "x", kinds))


def ask(table: Table, train: pd.DataFrame, task: str = STUDY) -> Question:
    return Question(task, table, train, 0, Path("nowhere"), 1.0)


def test_a_study_cell_tests_on_all_other_rows_and_keeps_the_shares_of_classes():
    table = make_table()
    train, test = split_rows(table, Cell(STUDY, "made up", 100, 0))
    assert "id" not in train
    assert len(train) == 100
    assert len(test) == 300
    assert not set(train["x"]) & set(test["x"])
    shares = [(part["label"] == "rare").mean() for part in (train, test)]
    assert shares[0] == pytest.approx(shares[1], abs=0.02)
    other, _ = split_rows(table, Cell(STUDY, "made up", 100, 1))
    assert set(other["x"]) != set(train["x"])


def test_a_balance_cell_has_few_rare_rows_and_tests_on_half_the_table():
    table = make_table(3000)
    train, test = split_rows(table, Cell(BALANCE, "made up", 20, 0))
    assert train["label"].value_counts().to_dict() == {"often": 1000, "rare": 20}
    assert len(test) == 1500
    assert not set(train["x"]) & set(test["x"])
    assert ask(table, train, BALANCE).n_added == 980


def test_a_table_allows_as_many_training_rows_as_leave_some_for_tests():
    assert make_table(300).allows(200)
    assert not make_table(300).allows(250)


@pytest.mark.parametrize("learner", LEARNERS)
def test_every_learner_learns_what_its_training_rows_say(learner):
    table = make_table()
    train, test = split_rows(table, Cell(STUDY, "made up", 200, 0))
    reader = RowReader(table, train)
    scores = score_learner(learner, reader.read(train), reader.read(test), 2, 0)
    assert next(iter(scores)) == "auc"
    assert scores["auc"] > 0.75
    mirrored = train.assign(x=-train["x"])
    scores = score_learner(learner, reader.read(mirrored), reader.read(test), 2, 0)
    assert scores["auc"] < 0.45


def test_controls_that_need_classes_are_not_defined_for_numbers():
    table = make_numeric_table()
    train, _ = split_rows(table, Cell(STUDY, "made up", 50, 0))
    reader = RowReader(table, train)
    for method in ("class weights", "random over-sampling", "SMOTE-NC"):
        assert isinstance(train_on(method, ask(table, train), reader), Undefined)
    assert len(train_on("duplicated rows", ask(table, train), reader).labels) == 100


def test_ctgan_is_marked_where_its_environment_is_not_there():
    table = make_table()
    train, _ = split_rows(table, Cell(STUDY, "made up", 50, 0))
    found = train_on("CTGAN", ask(table, train), RowReader(table, train))
    assert isinstance(found, Undefined)
    assert "peers` makes it" in found.reason


@pytest.mark.skipif(find_spec("imblearn") is None, reason="needs imbalanced-learn")
def test_a_peers_rows_come_out_of_its_own_environment(monkeypatch):
    # SMOTE-NC stands in for CTGAN: its package is in this environment.
    monkeypatch.setattr(methods, "_CTGAN", PEERS["smotenc"])
    monkeypatch.setattr(methods, "ctgan_python", lambda _: Path(sys.executable))
    table = make_table()
    train, _ = split_rows(table, Cell(STUDY, "made up", 80, 0))
    question = replace(ask(table, train), limit_seconds=120.0)
    rows = train_on("CTGAN", question, RowReader(table, train))
    assert len(rows.labels) == 160
    new = rows.features[80:, 1]
    assert new.min() >= train["x"].min()
    assert not set(new) <= set(train["x"])


def test_synthetic_rows_are_added_to_the_real_ones(monkeypatch):
    table = make_table()
    train, _ = split_rows(table, Cell(STUDY, "made up", 50, 0))
    made = make_rows(70, 9).drop(columns="id")
    monkeypatch.setitem(methods.GENERATORS, "synthgan", lambda question: made)
    reader = RowReader(table, train)
    rows = train_on("synthgan", ask(table, train), reader)
    real = train_on("real", ask(table, train), reader)
    assert (rows.labels[:50] == real.labels).all()
    assert rows.features[50:] == pytest.approx(reader.read(made).features)


def make_scores(gains: dict[str, float], n_groups: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "set": f"set {group}",
                "n_rows": 50,
                "learner": "linear",
                "split": split,
                "method": method,
                "score": "auc",
                "value": 0.7 + gain + rng.normal(scale=0.01),
                "overlap": 0.1,
            }
            for group in range(n_groups)
            for split in range(10)
            for method, gain in gains.items()
        ]
    )


def test_better_and_worse_methods_are_told_from_equal_ones():
    scores = make_scores(
        {"real": 0, "class weights": 0, "SMOTE-NC": -0.1, "synthgan": 0.1}
    )
    table = summarise(compare_methods(scores))
    assert list(table.index) == ["real", "class weights", "SMOTE-NC", "synthgan"]
    assert table["better"].to_dict() == {
        "real": 0,
        "class weights": 0,
        "SMOTE-NC": 0,
        "synthgan": 4,
    }
    assert table["worse"].tolist() == [0, 0, 4, 0]
    assert table.loc["synthgan", "mean rank"] == 1
    assert table.loc["SMOTE-NC", "mean rank"] == 4
    assert table.loc["synthgan", "mean gain"] == pytest.approx(0.1, abs=0.01)


def test_errors_that_shrink_are_gains():
    scores = make_scores({"real": 0, "synthgan": -0.1}).assign(score="rmse")
    assert summarise(compare_methods(scores)).loc["synthgan", "better"] == 4


def test_ranks_rest_on_groups_where_all_methods_are_defined():
    scores = make_scores({"real": 0, "SMOTE-NC": 0.1, "synthgan": 0.2})
    is_undefined = (scores["method"] == "SMOTE-NC") & (scores["set"] == "set 0")
    is_best = (scores["method"] == "synthgan") & (scores["set"] == "set 0")
    scores.loc[is_best, "value"] = 0.1
    table = summarise(compare_methods(scores[~is_undefined]))
    assert table["groups"].to_dict() == {"real": 4, "SMOTE-NC": 3, "synthgan": 4}
    assert table.loc["synthgan", "mean rank"] == 1


def test_splits_that_share_more_rows_prove_less():
    scores = make_scores({"real": 0, "synthgan": 0.006})
    little, much = (
        compare_methods(scores.assign(overlap=overlap)).query("method == 'synthgan'")
        for overlap in (0.05, 0.7)
    )
    assert (little["better"].to_numpy() < much["better"].to_numpy()).all()


def test_a_grid_is_resumed_and_its_page_says_what_is_not_defined(
    tmp_path, monkeypatch, capsys
):
    rows = make_rows(300)
    dataset = Dataset("titanic", rows[:150], rows[150:], "label", KINDS)
    monkeypatch.setattr(command, "load_dataset", lambda *_: dataset)
    asked = []

    def draw(question):
        asked.append(question.n_added)
        return make_rows(question.n_added, 5).drop(columns="id")

    monkeypatch.setitem(methods.GENERATORS, "synthgan", draw)
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    words = ["--data-dir", ".", "--output", str(tmp_path), "--tasks", "study"]
    words += ["--sets", "titanic", "--rows", "60", "250", "--splits", "2"]
    words += ["--environments", str(tmp_path)]
    for _ in range(2):
        command.run(parser.parse_args(words))
    assert asked == [60, 60]  # the second run measured nothing; 250 rows are too many
    files = sorted(path.name for path in (tmp_path / "augmentation").glob("*.json"))
    assert len(files) == 2 * len(METHODS)
    page = (tmp_path / "augmentation.md").read_text()
    assert "- CTGAN, titanic: undefined, its environment is not there" in page
    assert "titanic, 60 rows" in page
    assert "kept, measured on" in capsys.readouterr().out


def test_a_page_of_balance_tasks_shows_their_two_scores(tmp_path):
    results = [
        {
            "request": {
                "task": BALANCE,
                "set": "shoppers",
                "n_rows": 20,
                "split": split,
                "method": method,
            },
            "status": "measured",
            "overlap": 0.1,
            "scores": {
                "linear": {
                    "auc": 0.8,
                    "average_precision": 0.5 + split / 100,
                    "balanced_accuracy": 0.6 + (method == "synthgan") / (9 + split),
                }
            },
            "environment": {"cores": 2},
        }
        for split in range(3)
        for method in ("real", "synthgan")
    ]
    page = make_page(json.loads(json.dumps(results)))
    assert "### Balanced accuracy" in page
    assert "### Average precision" in page
    assert "Small tables" not in page

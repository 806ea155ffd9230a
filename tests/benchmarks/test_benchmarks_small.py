"""Small tables: every seed has halves of its own."""

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import small
from benchmarks.datasets import load_halves


@pytest.fixture
def data_dir(tmp_path):
    """A set of 240 rows, one in four of the class "b"."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    rng = np.random.default_rng(0)
    is_rare = np.arange(240) % 4 == 0
    table = pd.DataFrame(
        {
            "row": np.arange(240),
            "x": rng.normal(size=240) + 2 * is_rare,
            "y": np.where(is_rare, "b", "a"),
        }
    )
    table.to_csv(folder / "data.csv", index=False)
    kinds = {"row": "integer", "x": "numeric", "y": "categorical"}
    meta = {"file": "data.csv", "target": "y", "kinds": kinds}
    (folder / "meta.json").write_text(json.dumps(meta))
    return tmp_path


def test_halves_share_no_row_and_keep_the_classes(data_dir):
    halves = load_halves(data_dir, "tiny", seed=0)
    rows = set(halves.train["row"]), set(halves.holdout["row"])
    assert len(rows[0]) == len(rows[1]) == 120
    assert not rows[0] & rows[1]
    assert (halves.train["y"] == "b").sum() == (halves.holdout["y"] == "b").sum() == 30
    assert rows[0] == set(load_halves(data_dir, "tiny", seed=0).train["row"])
    assert rows[0] != set(load_halves(data_dir, "tiny", seed=1).train["row"])


def test_a_page_shows_the_mean_of_all_seeds(data_dir, grid_arguments, monkeypatch):
    monkeypatch.setattr(small, "in_fresh_process", lambda measure, *a: measure(*a))
    grid_arguments.data_dir = data_dir
    grid_arguments.sets = ["tiny"]
    grid_arguments.max_seconds = 1.0
    small.run(grid_arguments)
    page = (grid_arguments.output / "small-tensorflow-1s.md").read_text()
    rows = [line.split("|")[1].strip() for line in page.splitlines() if "|" in line]
    assert rows[2:5] == ["mean of 2", "seed 0", "seed 1"]
    assert "120 training rows" in page
    assert "Leaks: none." in page
    first, second = (
        json.loads((grid_arguments.output / "small" / file).read_text())
        for file in ("tiny-tensorflow-1s-seed0.json", "tiny-tensorflow-1s-seed1.json")
    )
    real = [
        result["references"]["scores"]["real holdout"]["trtr_auc"]
        for result in (first, second)
    ]
    assert real[0] != real[1]  # halves of its own
    assert min(real) > 0.8

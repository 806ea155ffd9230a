import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.datasets import load_dataset, load_part
from synthgan.schema import infer_schema


@pytest.fixture
def data_dir(tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "key": [f"A-{i:04}" for i in range(400)],
            "seen": pd.date_range("2024-01-01", periods=400, freq="h"),
            "size": rng.normal(size=400),
            "level": rng.integers(1, 4, 400),
            "open": rng.integers(0, 2, 400),
            "won": rng.random(400) < 0.1,
        }
    )
    kinds = {
        "key": "id",
        "seen": "datetime",
        "size": "numeric",
        "level": "categorical",
        "open": "bool",
        "won": "bool",
    }
    for name, extra in {
        "csv": {"file": "data.csv.gz"},
        "parquet": {"file": "data.parquet"},
        "split": {
            "file": "data.csv.gz",
            "official_split": {"train_rows": [0, 300], "test_rows": [300, 400]},
        },
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        path = folder / extra["file"]
        if path.suffix == ".parquet":
            table.to_parquet(path)
        else:
            table.to_csv(path, index=False)
        meta = {"target": "won", "kinds": kinds, **extra}
        (folder / "meta.json").write_text(json.dumps(meta))
    return tmp_path


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_kinds_become_overrides_that_the_schema_takes(data_dir, name):
    dataset = load_dataset(data_dir, name)
    schema = infer_schema(dataset.train, dataset.kinds)
    assert [str(column.kind) for column in schema] == [
        "identifier",
        "datetime",
        "continuous",
        "categorical",
        "boolean",
        "boolean",
    ]
    assert dataset.train["open"].dtype == "int64"


def test_every_row_is_on_one_side_with_equal_shares_of_the_target(data_dir):
    dataset = load_dataset(data_dir, "csv")
    assert (len(dataset.train), len(dataset.holdout)) == (360, 40)
    keys = pd.concat([dataset.train, dataset.holdout])["key"]
    assert sorted(keys) == [f"A-{i:04}" for i in range(400)]
    assert not keys.is_monotonic_increasing
    share = dataset.train["won"].mean()
    assert dataset.holdout["won"].mean() == pytest.approx(share, abs=0.02)
    again = load_dataset(data_dir, "csv")
    pd.testing.assert_frame_equal(again.holdout, dataset.holdout)


def test_an_official_split_is_kept(data_dir):
    dataset = load_dataset(data_dir, "split")
    assert dataset.train["key"].iloc[-1] == "A-0299"
    assert dataset.holdout["key"].iloc[0] == "A-0300"
    assert len(dataset.holdout) == 100


def test_a_part_is_of_training_rows_and_leaves_the_holdout(data_dir):
    whole, part = load_dataset(data_dir, "csv"), load_part(data_dir, "csv", 50)
    assert len(part.train) == 50
    assert set(part.train["key"]) < set(whole.train["key"])
    pd.testing.assert_frame_equal(part.holdout, whole.holdout)


def test_an_unknown_set_is_refused_with_the_known_ones(data_dir):
    with pytest.raises(SystemExit, match=r"\['csv', 'parquet', 'split'\].*'adlut'"):
        load_dataset(data_dir, "adlut")

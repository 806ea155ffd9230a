"""Files of every format version stay loadable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from keras import ops

from synthgan import load
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import RowFeatures
from synthgan.persistence import FORMAT_VERSION
from synthgan.persistence.older import complete_networks, complete_weights

pytestmark = pytest.mark.engine

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_there_is_a_fixture_of_every_version() -> None:
    names = {path.name for path in FIXTURES.glob("v*.synthgan")}
    assert names == {f"v{n}.synthgan" for n in range(1, FORMAT_VERSION + 1)}


@pytest.mark.parametrize("version", range(1, FORMAT_VERSION + 1))
def test_every_version_loads_and_samples(version: int) -> None:
    synthesizer = load(FIXTURES / f"v{version}.synthgan")
    kinds = {str(column.name): str(column.kind) for column in synthesizer.schema_}
    rows = synthesizer.sample(300)
    if version > 3:
        total = (rows["payment"] + rows["rest"]).round(2)
        assert (rows["total"] == total).all()
    if version > 1:
        assert synthesizer.refinement_.n_candidates > 1
        # Trees came with version 5, and saw other cells there: networks alone refine.
        assert bool(synthesizer.refinement_.trees) == (version > 5)
        assert bool(synthesizer.refinement_.flow) == (version > 6)
        # Before version 8 every row was chosen from its own candidates.
        assert (synthesizer.refinement_.bound is not None) == (version > 7)
        assert 0.15 < (rows["balance"] == rows["payment"]).mean() < 0.45
        assert len(rows[["grade", "grade_name"]].drop_duplicates()) == 4
        rows = rows[list(load(FIXTURES / "v1.synthgan").schema_.names)]
        kinds = {name: kinds[name] for name in rows}
    assert {name for name, kind in kinds.items() if name != kind} == set()
    assert rows.columns.tolist() == list(kinds)
    assert {name: str(dtype) for name, dtype in rows.dtypes.items()} | {
        "categorical": "",
        "identifier": "",
        "text": "",
        "constant": "",
    } == {
        "continuous": "float64",
        "integer": "int64",
        "categorical": "",
        "ordinal": "category",
        "boolean": "bool",
        "datetime": "datetime64[us, Europe/Berlin]",
        "timedelta": "timedelta64[s]",
        "identifier": "",
        "text": "",
        "constant": "",
    }
    assert set(rows["categorical"]) == {"red", "green", "blue"}
    assert set(rows["ordinal"]) == {"low", "high"}
    assert rows["ordinal"].cat.categories.tolist() == ["low", "mid", "high"]
    assert rows["ordinal"].cat.ordered
    assert 0.05 < rows["continuous"].isna().mean() < 0.5
    assert rows["integer"].between(10, 80).all()
    assert rows["datetime"].between("2021-01-01", "2021-02-08").all()
    assert (rows["timedelta"] % pd.Timedelta("1min") == pd.Timedelta(0)).all()
    assert rows["identifier"].is_unique
    assert rows["identifier"].str.fullmatch(r"N\d{6,7}").all()
    assert rows["text"].str.fullmatch(r"[a-z]+ [a-z]").all()
    assert set(rows["constant"]) == {"same"}
    assert synthesizer.history_["step"].is_monotonic_increasing
    assert synthesizer.stop_reason_ == "all steps done"


@pytest.mark.parametrize("version", [2, 5])
def test_networks_of_earlier_versions_see_rows_as_they_did(version: int) -> None:
    layout = Layout.from_specs(
        [
            [BlockSpec("level", "softmax", 3)],
            [
                BlockSpec("atom", "softmax", 4, has_rank=True),
                BlockSpec("rank", "rank", 1),
            ],
            [BlockSpec("rank", "rank", 1)],
        ]
    )
    rng = np.random.default_rng(0)
    rows = rng.random((50, layout.width), dtype=np.float32)
    mask = rng.random((50, layout.n_columns))
    flag = layout.column_blocks(1)[0].start
    rows[:, flag] = 1  # no atom: the rank means something
    features = ops.convert_to_numpy(RowFeatures(layout).features(rows))
    ranks = rows[:, layout.softmax_width :, None]
    pieces = np.clip(16 * ranks - np.arange(16), 0, 1)
    seen = {
        2: rows,
        5: np.hstack(
            [
                rows[:, : layout.softmax_width],
                np.concatenate([ranks, pieces], axis=2).reshape(50, -1),
            ]
        ),
    }[version]
    kernel = rng.random((seen.shape[1] + layout.n_columns, 7))
    weights = [np.zeros(1), np.zeros(1), kernel]
    assert complete_weights(weights, layout, 6)[2] is kernel
    np.testing.assert_allclose(
        np.hstack([features, mask]) @ complete_weights(weights, layout, version)[2],
        np.hstack([seen, mask]) @ kernel,
        rtol=1e-5,
    )
    if version == 5:
        # Two networks of one block each.
        networks = [kernel[: seen.shape[1]], *7 * [np.zeros(1)]] * 2
        completed = complete_networks(networks, layout, 1, version)
        for first in (0, 8):
            np.testing.assert_allclose(
                features @ completed[first], seen @ networks[0], rtol=1e-5
            )

"""Sums of the training rows hold in all that a fitted synthesizer makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgan import GANSynthesizer, at_least, between, load


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    fare = rng.gamma(2, 10, 1200).round(2)
    tip = np.where(rng.random(1200) < 0.3, 0, rng.gamma(1, 4, 1200)).round(2)
    people = rng.integers(1, 5, 1200)
    children = rng.integers(0, 3, 1200)
    return pd.DataFrame(
        {
            "total": (fare + tip).round(2),
            "fare": fare,
            "tip": tip,
            "adults": people,
            "children": children,
            "guests": people + children,
            "paid_by": rng.choice(["card", "cash"], 1200),
        }
    )


@pytest.fixture(scope="module")
def synthesizer(table: pd.DataFrame) -> GANSynthesizer:
    return GANSynthesizer(
        generator_units=(16,),
        discriminator_units=(16,),
        n_steps=60,
        random_state=0,
        verbose=False,
    ).fit(table)


def check_sums(rows: pd.DataFrame) -> None:
    total = (rows["fare"] + rows["tip"]).round(2)
    np.testing.assert_allclose(rows["total"], total, atol=1e-9)
    assert (rows["guests"] == rows["adults"] + rows["children"]).all()


def test_the_schema_states_the_sums(synthesizer: GANSynthesizer) -> None:
    notes = synthesizer.schema_.to_frame()["note"]
    assert notes["total"] == "equals fare + tip"
    assert "equals adults + children" in notes["guests"]


@pytest.mark.parametrize("refine", [True, False])
def test_made_rows_keep_sums_and_ranges(
    synthesizer: GANSynthesizer, table: pd.DataFrame, refine: bool
) -> None:
    rows = synthesizer.set_params(refine=refine).sample(3000, random_state=1)
    check_sums(rows)
    for name in ("total", "fare", "tip", "guests"):
        assert rows[name].between(table[name].min(), table[name].max()).all()


@pytest.mark.parametrize(
    "conditions",
    [
        {"total": between(20, 30)},
        {"total": at_least(30), "paid_by": "cash"},
        {"guests": 4},
        {"guests": 2, "children": 1},
        {"fare": between(10, 12), "tip": 0},
        {"total": 25.0},
    ],
)
def test_rows_under_conditions_keep_both(
    synthesizer: GANSynthesizer, conditions: dict[str, object]
) -> None:
    rows = synthesizer.sample(200, conditions=conditions, random_state=2)
    check_sums(rows)
    if "total" in conditions and conditions["total"] == 25.0:
        assert (rows["total"] == 25.0).all()
    if conditions.get("guests") == 4:
        assert (rows["guests"] == 4).all()


@pytest.mark.parametrize("hole", ["total", "fare", "guests", "adults"])
def test_a_hole_that_a_sum_determines_is_filled_with_it(
    synthesizer: GANSynthesizer, table: pd.DataFrame, hole: str
) -> None:
    holes = table.head(50).astype({hole: "float64"})
    holes[hole] = np.nan
    filled = synthesizer.impute(holes)
    np.testing.assert_allclose(filled[hole], table[hole].head(50), atol=1e-9)


def test_a_given_total_is_kept_where_parts_are_made(
    synthesizer: GANSynthesizer, table: pd.DataFrame
) -> None:
    rows = synthesizer.sample(conditions=table[["total", "guests"]].head(100))
    check_sums(rows)
    pd.testing.assert_frame_equal(
        rows[["total", "guests"]], table[["total", "guests"]].head(100)
    )


def test_a_loaded_file_keeps_the_sums(
    synthesizer: GANSynthesizer, tmp_path: Path
) -> None:
    synthesizer.save(tmp_path / "bills.synthgan")
    check_sums(load(tmp_path / "bills.synthgan").sample(500))

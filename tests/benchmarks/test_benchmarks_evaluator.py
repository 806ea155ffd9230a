"""Planted leaks are as large as they say."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.evaluator import PLANTED
from synthgan.schema import infer_schema


def make_table(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "amount": rng.integers(0, 10**9, 2000),
            "age": rng.integers(20, 80, 2000),
            "city": rng.choice(["Ulm", "Bonn"], 2000),
        }
    )


def share_of_copies(kind: str) -> float:
    train, fresh = make_table(0), make_table(1)
    made = PLANTED[kind](train, fresh, infer_schema(train), np.random.default_rng(0))
    assert len(made) == len(train)
    assert made.dtypes.equals(train.dtypes)
    return len(made.merge(train)) / len(made)


def test_planted_tables_hold_the_copies_that_they_name():
    assert share_of_copies("independent rows") == 0
    assert share_of_copies("1 % verbatim copies") == 0.01
    assert share_of_copies("5 % noisy copies") == 0
    assert share_of_copies("100 % copies") == 1


def test_noisy_copies_stay_near_their_originals():
    train, fresh = make_table(0), make_table(1)
    rng = np.random.default_rng(0)
    made = PLANTED["5 % noisy copies"](train, fresh, infer_schema(train), rng)
    copies, originals = made[-100:].reset_index(drop=True), train[:100]
    assert (copies["city"] == originals["city"]).all()
    shift = (copies["age"] - originals["age"]).abs()
    assert 0 < shift.mean() < 3

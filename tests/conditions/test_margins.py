from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan._random import RowRange
from synthgan.conditions import (
    MISSING,
    at_least,
    check_margins,
    draw_to_margins,
    less_than,
    margin_counts,
    one_of,
)
from synthgan.encoders import TableEncoder
from synthgan.exceptions import InputError, ParameterError


def make_table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    region = rng.choice(
        ["north", "south", "west", "east"], 900, p=[0.6, 0.3, 0.09, 0.01]
    )
    urban = rng.random(900) < np.where(region == "north", 0.8, 0.2)
    return pd.DataFrame(
        {
            "region": pd.Series(region, dtype="category"),
            "urban": urban,
            "age": rng.integers(18, 91, 900),
            "income": np.where(rng.random(900) < 0.2, np.nan, rng.random(900)),
            "key": range(900),
        }
    )


TABLE = make_table()
ENCODER = TableEncoder.fit(TABLE, infer_quietly(TABLE), seed=0)


def draw(margins: Any, n_rows: int, pool: pd.DataFrame = TABLE) -> pd.DataFrame:
    return draw_to_margins(
        check_margins(margins, ENCODER), pool, RowRange(1, 0, n_rows)
    )


@pytest.mark.parametrize(
    ("shares", "n_rows", "counts"),
    [
        ([0.5, 0.5], 3, [2, 1]),
        ([0.29, 0.71], 100, [29, 71]),
        ([0.1, 0.2, 0.7], 10, [1, 2, 7]),
        ([1 / 3, 1 / 3, 1 / 3], 10, [4, 3, 3]),
        ([0.4, 0.35, 0.25], 10, [4, 4, 2]),
        ([0.45, 0.55, 0.0], 9, [4, 5, 0]),
        ([0.5, 0.5], 0, [0, 0]),
        ([1e-10, 1 - 1e-10], 5, [0, 5]),
    ],
)
def test_counts_are_by_largest_remainder(
    shares: list[float], n_rows: int, counts: list[int]
) -> None:
    names = ["north", "south", "west"]
    margins = check_margins({"region": dict(zip(names, shares, strict=False))}, ENCODER)
    assert list(margin_counts(margins, n_rows)["region"].values()) == counts


def test_totals_of_one_column_are_exact() -> None:
    drawn = draw({"region": {"south": 0.5, "west": 0.5}}, 1_001)
    assert drawn["region"].dtype == TABLE["region"].dtype
    assert drawn["region"].value_counts().to_dict() == {
        "south": 501, "west": 500, "north": 0, "east": 0,
    }  # fmt: skip


def test_totals_of_several_columns_are_exact_and_go_together_as_in_the_pool() -> None:
    young, old = less_than(40), at_least(40)
    drawn = draw(
        {
            "region": {"north": 0.2, "south": 0.8},
            "urban": {True: 0.5, False: 0.5},
            "age": {young: 0.9, old: 0.1},
            "income": {MISSING: 0.25, at_least(0.5): 0.75},
        },
        1_000,
    )
    assert drawn["region"].value_counts()["north"] == 200
    assert drawn["urban"].sum() == 500
    assert (drawn["age"] < 40).sum() == 900
    assert drawn["age"].nunique() > 50
    assert drawn["income"].isna().sum() == 250
    assert (drawn["income"] >= 0.5).sum() == 750
    cross = pd.crosstab(drawn["region"].astype(str), drawn["urban"]).to_numpy()
    odds = cross[0, 1] * cross[1, 0] / (cross[0, 0] * cross[1, 1])
    assert 8 < odds < 32  # 16 by construction of the table


def test_a_group_that_the_pool_lacks_is_drawn_all_the_same() -> None:
    pool = TABLE[(TABLE["region"] != "west") & (TABLE["age"] < 80)]
    drawn = draw(
        {"region": {"west": 0.6, "north": 0.4}, "age": {at_least(80): 0.3, 20: 0.7}},
        50,
        pool,
    )
    assert (drawn["region"] == "west").sum() == 30
    assert (drawn["age"] >= 80).sum() == 15
    assert (drawn["age"] == 20).sum() == 35
    empty = draw({"region": {"west": 0.6, "north": 0.4}}, 50, TABLE[:0])
    assert (empty["region"] == "west").sum() == 30


def test_the_same_seed_draws_the_same_rows_in_no_order() -> None:
    margins = {"region": {"north": 0.5, "south": 0.5}}
    first = draw(margins, 200)
    pd.testing.assert_frame_equal(first, draw(margins, 200))
    assert first["region"][:100].nunique() == 2
    assert draw(margins, 0).shape == (0, 1)


@pytest.mark.parametrize(
    ("margins", "error", "message"),
    [
        ({"region": {"north": 0.5}}, ParameterError, r"sum to one, got 0\.5;"),
        ({"region": {"north": 0.5, "south": 0.5001}}, ParameterError, r"got 1\.0001"),
        ({"region": {"north": -1, "south": 2}}, ParameterError, r"got -1 for 'north'"),
        ({"region": {"north": "all"}}, ParameterError, r"got 'all' for 'north'"),
        ({"region": ["north"]}, ParameterError, r"a dict of value to share, got \["),
        ({"region": {}}, ParameterError, r"a dict of value to share, got \{\}"),
        ({}, ParameterError, r"margins: expected a dict such as"),
        ({"region": {"nroth": 1.0}}, InputError, r"did you mean 'north'"),
        ({"regoin": {"north": 1.0}}, InputError, r"did you mean 'region'"),
        ({"key": {1: 1.0}}, InputError, r"kind identifier"),
        (
            {"age": {at_least(40): 0.5, less_than(42): 0.5}},
            ParameterError,
            r"keys without a common cell, got Between",
        ),
        (
            {"region": {"north": 0.5, one_of(["north", "west"]): 0.5}},
            ParameterError,
            r"keys without a common cell, got 'north'",
        ),
    ],
)
def test_errors_say_what_was_expected(
    margins: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        check_margins(margins, ENCODER)

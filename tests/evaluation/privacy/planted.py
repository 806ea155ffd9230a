"""A table of people with enough detail to be told apart, and leaks planted in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

TOWNS = [f"town {letter}" for letter in "abcdefghijkl"]


def make_people(n_rows: int, seed: int) -> pd.DataFrame:
    """Make real rows: every seed gives other people of the same population."""
    rng = np.random.default_rng(seed)
    wealth, skill, zeal = rng.normal(size=(3, n_rows))
    age = np.clip(np.round(40 + 12 * wealth + 5 * rng.normal(size=n_rows)), 18, 90)
    income = np.round(np.exp(8 + wealth / 2 + 0.6 * skill), 2)
    income[rng.random(n_rows) < 0.05] = np.nan
    job = np.where(
        skill + rng.normal(size=n_rows) > 0.5,
        "clerk",
        np.where(zeal > 0, "smith", "none"),
    ).astype(object)
    job[rng.random(n_rows) < 0.03] = None
    joined = pd.to_timedelta(rng.integers(0, 1500, n_rows), unit="D")
    return pd.DataFrame(
        {
            "age": age.astype(int),
            "income": income,
            "hours": np.round(38 + 4 * zeal + rng.normal(size=n_rows), 1),
            "gains": np.where(
                rng.random(n_rows) < 0.85, 0, rng.lognormal(6, 1, n_rows).round()
            ),
            "joined": pd.Timestamp("2020-01-01") + joined,
            "town": np.array(TOWNS)[np.minimum(rng.geometric(0.25, n_rows), 12) - 1],
            "job": job,
            "member": rng.random(n_rows) < 0.3,
        }
    )


def plant(synthetic: pd.DataFrame, leaked: pd.DataFrame) -> pd.DataFrame:
    """Put rows in the place of the first rows of a table, and shuffle it."""
    planted = pd.concat([leaked, synthetic[len(leaked) :]])
    return planted.sample(frac=1, random_state=0).reset_index(drop=True)


def blur(people: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Copy people with a little noise in every number, so that no row is equal."""
    rng = np.random.default_rng(seed)
    n_rows = len(people)
    days = pd.to_timedelta(rng.integers(5, 30, n_rows), unit="D")
    return people.assign(
        age=people["age"] + rng.integers(-2, 3, n_rows),
        income=(people["income"] * np.exp(0.05 * rng.normal(size=n_rows))).round(2),
        hours=(people["hours"] + 0.3 * rng.normal(size=n_rows)).round(1),
        joined=people["joined"] + days,
    )

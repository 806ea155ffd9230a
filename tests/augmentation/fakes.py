"""Stand-ins for `GANSynthesizer` that fit in no time, and tables for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator


class Resampler(BaseEstimator):
    """Draws training rows again, of the class that is asked for; keys are fresh.

    What it was fitted on, and how it was asked, can be looked at afterwards.
    """

    def __init__(self, keys=(), random_state=0):
        self.keys = keys
        self.random_state = random_state

    def fit(self, X, y=None):
        self.learned_ = X
        return self

    def sample(self, n_samples=1, conditions=None):
        self.asked_ = n_samples if conditions is None else conditions
        rng = np.random.default_rng(self.random_state)
        if conditions is None:
            places = rng.integers(len(self.learned_), size=n_samples)
        else:
            (target,) = conditions.columns
            groups = self.learned_.groupby(target, observed=True).indices
            places = [rng.choice(groups[label]) for label in conditions[target]]
        rows = self.learned_.iloc[places].reset_index(drop=True)
        for key in self.keys:
            rows[key] = [f"new-{i}" for i in range(len(rows))]
        return rows


class Simulator(BaseEstimator):
    """Draws rows from where the training rows came, or such with random classes."""

    def __init__(self, is_spoilt=False, random_state=0):
        self.is_spoilt = is_spoilt
        self.random_state = random_state

    def fit(self, X, y=None):
        self.dtype_ = X["label"].dtype
        return self

    def sample(self, n_samples=1, conditions=None):
        n_rows = n_samples if conditions is None else len(conditions)
        rows = make_labelled_table(n_rows if conditions is None else 40 * n_rows, 77)
        if conditions is not None:
            wanted = conditions["label"].astype(str)
            queues = {
                k: iter(list(v)) for k, v in rows.groupby("label").indices.items()
            }
            rows = rows.iloc[[next(queues[label]) for label in wanted]]
            rows = rows.reset_index(drop=True)
        if self.is_spoilt:
            rng = np.random.default_rng(5)
            rows["label"] = rng.choice(["rare", "often"], n_rows)
        return rows.astype({"label": self.dtype_})


def make_labelled_table(n_rows, seed, share=0.3):
    """Make a table whose class follows from two numbers and chance."""
    rng = np.random.default_rng(seed)
    x, y, noise = rng.normal(size=(3, n_rows))
    is_rare = x + y + noise / 2 > np.sqrt(2.25) * 0.5244 / (share / 0.3)
    return pd.DataFrame({"x": x, "y": y, "label": np.where(is_rare, "rare", "often")})


def make_mixed_features(n_rows=40):
    """Make a frame of many dtypes with missing cells."""
    rng = np.random.default_rng(3)
    some = rng.random(n_rows) < 0.2
    days = pd.Series(pd.date_range("2024-01-01", periods=n_rows, tz="Europe/Berlin"))
    frame = pd.DataFrame(
        {
            "amount": np.where(some, np.nan, rng.normal(size=n_rows)),
            "count": pd.array(rng.integers(0, 9, n_rows), "Int64"),
            "day": days.mask(some),
            "flag": rng.random(n_rows) < 0.5,
            "shop": pd.Categorical(rng.choice(["north", "south"], n_rows)),
            "note": pd.Series(rng.choice(["a", "b", None], n_rows), dtype=object),
            "small": rng.normal(size=n_rows).astype("float32"),
        }
    )
    return frame.set_axis(np.arange(n_rows)[::-1] + 100)

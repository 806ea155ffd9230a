"""Reference rows: tables of which it is known what a metric should say.

They stand beside every synthetic table. A metric that they can win is one to be
careful with.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def bootstrap_copy(
    train: pd.DataFrame, n_rows: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw training rows with replacement: what copying scores.

    Its fidelity is perfect up to chance; its privacy is nil.

    Parameters
    ----------
    train : DataFrame
        The training table, of at least one row.
    n_rows : int
        How many rows to draw.
    rng : numpy Generator
        Where the draw comes from.

    Returns
    -------
    DataFrame of `n_rows` rows, with a fresh RangeIndex

    Examples
    --------
    >>> train = pd.DataFrame({"x": [1, 2, 3]})
    >>> bootstrap_copy(train, 5, np.random.default_rng(0))["x"].tolist()
    [3, 2, 2, 1, 1]
    """
    return train.iloc[rng.integers(len(train), size=n_rows)].reset_index(drop=True)


def independent_columns(
    train: pd.DataFrame, n_rows: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw each column alone, with replacement: what ignoring every relation scores.

    Its columns are perfect up to chance; there is no relation between them.

    Parameters
    ----------
    train : DataFrame
        The training table, of at least one row.
    n_rows : int
        How many rows to draw.
    rng : numpy Generator
        Where the draws come from.

    Returns
    -------
    DataFrame of `n_rows` rows, with a fresh RangeIndex

    Examples
    --------
    >>> train = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 3]})
    >>> independent_columns(train, 5, np.random.default_rng(0)).T.to_numpy().tolist()
    [[3, 2, 2, 1, 1], [1, 1, 1, 1, 3]]
    """
    drawn = {
        name: bootstrap_copy(train[[name]], n_rows, rng)[name]
        # The order of the draws does not depend on that of the columns.
        for name in sorted(train.columns, key=str)
    }
    return pd.DataFrame(drawn)[list(train.columns)]

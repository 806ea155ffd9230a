"""The bootstrap: how far a figure that compares two tables moves with their rows.

A resample is a weight for every row (how often it was drawn), so that all resamples of
a table share one reading of it. What is computed with the weights is not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import stats

from synthgan._random import make_rng

#: Resamples behind an interval; its width is then known to some 13 percent.
N_RESAMPLES = 30


@dataclass(frozen=True, eq=False)
class Resamples:
    """Bootstrap resamples of two tables, the tables themselves standing first.

    Parameters
    ----------
    train : ndarray of uint8, shape (1 + n_resamples, n_train)
        How often each row of the training table was drawn; ones in the first line.
    synthetic : ndarray of uint8, shape (1 + n_resamples, n_synthetic)
        The same for the synthetic table.

    References
    ----------
    B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics
    7, 1979.
    """

    train: np.ndarray
    synthetic: np.ndarray

    @classmethod
    def draw(
        cls,
        n_train: int,
        n_synthetic: int,
        random_state: int = 0,
        n_resamples: int = N_RESAMPLES,
    ) -> Self:
        """Draw resamples of both tables.

        Parameters
        ----------
        n_train, n_synthetic : int
            The tables' numbers of rows, which must stand in an order of their own.
        random_state : int, default 0
            Seed of the draws.
        n_resamples : int, default 30
            How many resamples beside the tables themselves.

        Examples
        --------
        >>> resamples = Resamples.draw(4, 2, n_resamples=2)
        >>> resamples.train.sum(axis=1).tolist(), resamples.train[0].tolist()
        ([4, 4, 4], [1, 1, 1, 1])
        """
        return cls(
            *(
                _draw_weights(size, n_resamples, random_state, role)
                for role, size in (("train", n_train), ("synthetic", n_synthetic))
            )
        )


def _draw_weights(
    n_rows: int, n_resamples: int, random_state: int, role: str
) -> np.ndarray:
    weights = np.ones((1 + n_resamples, n_rows), dtype=np.uint8)
    rng = make_rng(random_state, "resampling", role)
    for line in weights[1:]:
        line[:] = np.bincount(rng.integers(n_rows, size=n_rows), minlength=n_rows)
    return weights


def weighted_counts(codes: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """Count codes once for each line of weights.

    Parameters
    ----------
    codes : ndarray of int, shape (n_rows,)
        Codes in [0, size).
    weights : ndarray, shape (n_lines, n_rows)
        How often each row counts.
    size : int
        Number of codes.

    Returns
    -------
    ndarray of float, shape (n_lines, size)

    Examples
    --------
    >>> import numpy as np
    >>> weights = np.array([[1, 1, 1], [0, 3, 0]])
    >>> weighted_counts(np.array([0, 1, 1]), weights, 2).tolist()
    [[1.0, 2.0], [0.0, 3.0]]
    """
    return np.stack([np.bincount(codes, line, minlength=size) for line in weights])


def mean_of_present(values: np.ndarray, axis: int) -> np.ndarray:
    """Return the mean of the values that are not NaN, NaN where there is none.

    Examples
    --------
    >>> mean_of_present(np.array([[1.0, np.nan], [3.0, np.nan]]), axis=0)
    array([ 2., nan])
    """
    present = ~np.isnan(values)
    sums = np.where(present, values, 0.0).sum(axis=axis)
    counts = present.sum(axis=axis)
    return np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)


def spread_interval(
    estimates: np.ndarray, low: float = -np.inf, high: float = np.inf
) -> tuple[float, float] | None:
    r"""Return a 95 % interval from a figure and its resampled values.

    Parameters
    ----------
    estimates : ndarray of float, shape (1 + n_resamples,)
        The figure, then the same figure of each resample.
    low, high : float
        Ends of the figure's range, which the interval does not leave.

    Returns
    -------
    tuple of float or None
        None where the figure is NaN, or fewer than two resamples have a value.

    Notes
    -----
    The normal interval :math:`\hat\theta \pm 1.96\, s`, with :math:`s` the standard
    deviation of the resamples. Their mean and quantiles are not used: drawing rows adds
    noise, and what measures a distance between tables counts noise as distance.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = spread_interval(np.array([0.5, 0.6, 0.7, 0.8]), high=0.6)
    >>> round(low, 2), high
    (0.3, 0.6)
    """
    resampled = estimates[1:][~np.isnan(estimates[1:])]
    if np.isnan(estimates[0]) or len(resampled) < 2:
        return None
    reach = stats.norm.ppf(0.975) * resampled.std(ddof=1)
    return (
        float(max(estimates[0] - reach, low)),
        float(min(estimates[0] + reach, high)),
    )

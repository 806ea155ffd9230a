"""The empirical quantile function of a column, small enough to be kept.

A value that at least three training rows share comes back exactly. Between rarer ones
the function is interpolated, so that no single person's precise value is handed out,
but for the two ends of the range, which samples must be able to reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

#: A value held by fewer rows is interpolated over.
MIN_SHARED_ROWS = 3
#: Numbers of knots that are kept for shared and for single values.
MAX_PLATEAUS = 2048
MAX_SINGLES = 2048


class PlaceOnPlateau(np.random.Generator):
    """Stands in for a generator where a cell's rank must depend on the cell alone.

    Encoders draw a uniform number to spread the cells of a shared value over its
    plateau of ranks; this one always gives the same place.

    Parameters
    ----------
    share : float in [0, 1], default 0.5
        The place: 0 is the plateau's beginning, 1 its end.
    """

    def __init__(self, share: float = 0.5) -> None:
        super().__init__(np.random.Philox(0))
        self.share = share

    def random(self, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Return the share, `size` times."""
        return np.full(size, self.share)


@dataclass(frozen=True, eq=False)
class QuantileFunction:
    """A piecewise-linear quantile function with plateaus at shared values.

    Parameters
    ----------
    ranks : ndarray of float64, shape (k,)
        Ascending, in [0, 1].
    values : ndarray of float64 or uint64, shape (k,)
        The quantiles at these ranks, ascending.

    Examples
    --------
    >>> function = QuantileFunction.fit(np.array([1.0, 2.0, 4.0]), np.array([3, 1, 1]))
    >>> function(np.array([0.1, 0.5, 0.7, 0.8, 1.0]))
    array([1., 1., 2., 3., 4.])
    """

    ranks: np.ndarray
    values: np.ndarray

    @classmethod
    def fit(cls, distinct: np.ndarray, counts: np.ndarray) -> QuantileFunction:
        """Fit to training values.

        Parameters
        ----------
        distinct : ndarray, shape (k,)
            The values, ascending, each once; at least one.
        counts : ndarray of int, shape (k,)
            How many rows hold each.
        """
        stops = np.cumsum(counts)
        starts = stops - counts
        shared = counts >= MIN_SHARED_ROWS
        if shared.sum() > MAX_PLATEAUS:
            floor = np.partition(counts, -MAX_PLATEAUS)[-MAX_PLATEAUS]
            shared = counts > max(floor, MIN_SHARED_ROWS)
        singles = _thin(np.flatnonzero(~shared), MAX_SINGLES)
        # A rarer value has a knot in the middle of each of its rows' ranks.
        repeats = np.minimum(counts[singles], MIN_SHARED_ROWS - 1)
        middle = (starts[singles] + stops[singles]) / 2
        half = (counts[singles] - 1) / 2
        ranks = np.concatenate(
            [
                starts[shared],
                stops[shared],
                middle - half,
                (middle + half)[repeats > 1],
            ]
        )
        knots = np.concatenate(
            [
                distinct[shared],
                distinct[shared],
                distinct[singles],
                distinct[singles][repeats > 1],
            ]
        )
        order = np.lexsort((knots, ranks))
        return cls(ranks[order] / counts.sum(), knots[order])

    def __call__(self, ranks: np.ndarray) -> np.ndarray:
        """Return the values at `ranks`, exact for integers of any size."""
        ranks = np.asarray(ranks, dtype=np.float64)
        right = np.searchsorted(self.ranks, ranks, side="right")
        right = np.clip(right, 1, max(len(self.ranks) - 1, 1))
        right = np.minimum(right, len(self.ranks) - 1)
        left = np.maximum(right - 1, 0)
        gap = self.ranks[right] - self.ranks[left]
        share = np.clip((ranks - self.ranks[left]) / np.where(gap > 0, gap, 1), 0, 1)
        low, high = self.values[left], self.values[right]
        span = high - low
        part = np.where(share < 1, share, 0) * span
        if self.values.dtype.kind == "u":
            # A span above 2**53 has no exact float: never beyond it.
            part = np.minimum(np.rint(part).astype(np.uint64), span)
        return np.where(share < 1, low + part, high)

    def inverse(self, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return ranks at which the function takes `values`.

        Parameters
        ----------
        values : ndarray, shape (n,)
            Values inside the training range (others get the rank of its nearer end).
        rng : Generator
            Spreads the cells of a shared value evenly over its plateau.

        Returns
        -------
        ndarray of float32, shape (n,)
        """
        # One search among the distinct knots; a second one would cost as much again.
        knots, starts, counts = np.unique(
            self.values, return_index=True, return_counts=True
        )
        place = np.searchsorted(knots, values)
        is_known = np.append(knots, knots[-1])[place] == values
        is_known[place == len(knots)] = False
        first = np.append(starts, len(self.values))[place]
        last = first - 1 + np.where(is_known, np.append(counts, 0)[place], 0)
        end = len(self.values) - 1
        left = np.clip(np.minimum(first, last), 0, end)
        right = np.clip(np.maximum(first, last), 0, end)
        span = (self.values[right] - self.values[left]).astype(np.float64)
        above = np.maximum(values, self.values[left]) - self.values[left]
        share = np.where(
            is_known,
            rng.random(len(values)),
            np.clip(above / np.where(span > 0, span, 1), 0, 1),
        )
        low, high = self.ranks[left], self.ranks[right]
        ranks = (low * (1 - share) + high * share).astype(np.float32)
        is_plateau = is_known & (low < high)
        return np.where(is_plateau, _keep_between(ranks, low, high), ranks)

    def end_deviations(self) -> tuple[float, float]:
        """Return how many standard deviations each end lies from the mean.

        Returns
        -------
        low, high : float
            At least 0; zeros where all values are one.

        Examples
        --------
        >>> uniform = QuantileFunction(np.array([0.0, 1.0]), np.array([2.0, 8.0]))
        >>> [round(deviations, 3) for deviations in uniform.end_deviations()]
        [1.732, 1.732]
        """
        low, high = self.values[[0, -1]]
        if low == high:
            return 0.0, 0.0
        # From 0 to 1, so that dates and large whole numbers lose no digits.
        values = (self.values - low).astype(np.float64) / float(high - low)
        ranks = np.concatenate([[0.0], self.ranks, [1.0]])
        left = np.concatenate([[0.0], values])
        right = np.concatenate([values, [1.0]])
        gaps = np.diff(ranks)
        mean = gaps @ (left + right) / 2
        variance = gaps @ (left**2 + left * right + right**2) / 3 - mean**2
        deviation = np.sqrt(variance)
        return float(mean / deviation), float((1 - mean) / deviation)


def _keep_between(ranks: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Move float32 ranks that rounding put outside [low, high) back into it."""
    ranks = np.where(ranks < low, np.nextafter(ranks, np.float32(1)), ranks)
    return np.where(ranks >= high, np.nextafter(ranks, np.float32(0)), ranks)


def _thin(indices: np.ndarray, n_kept: int) -> np.ndarray:
    """Keep `n_kept` evenly spaced indices, the first and the last among them."""
    if len(indices) <= n_kept:
        return indices
    return indices[np.linspace(0, len(indices) - 1, n_kept).astype(np.int64)]

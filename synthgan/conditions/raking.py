"""Raking: rows of a pool made to have given totals in several groupings at once.

Here are only group numbers; what they mean is said in `margins`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

#: Raking ends when every total is met to this share of the rows, or after so many
#: rounds: combinations that the pool lacks can keep it from ending.
_TOLERANCE = 1e-9
_MAX_ROUNDS = 500


def rake(groups: np.ndarray, counts: Sequence[np.ndarray]) -> np.ndarray:
    """Weight rows by iterative proportional fitting.

    Parameters
    ----------
    groups : ndarray of int, shape (m, d)
        Group of each of m rows in each of d groupings, -1 for none.
    counts : d ndarrays of int
        The totals of each grouping's groups; all have one sum.

    Returns
    -------
    ndarray of float64, shape (m,)
        Weights whose totals are the counts, as closely as the rows allow; 0 for a row
        that is in no group or in one of total 0.

    Examples
    --------
    >>> groups = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> rake(groups, [np.array([6, 2]), np.array([4, 4])])
    array([3., 3., 1., 1.])
    """
    weights = np.all(groups >= 0, axis=1).astype(np.float64)
    for _ in range(_MAX_ROUNDS):
        worst = 0.0
        for own, wanted in zip(groups.T, counts, strict=True):
            totals = np.bincount(own + 1, weights, minlength=len(wanted) + 1)[1:]
            worst = max(worst, np.abs(totals - wanted).max())
            factors = np.divide(
                wanted, totals, out=np.zeros(len(wanted)), where=totals > 0
            )
            weights *= np.append(factors, 0.0)[own]
        if worst <= _TOLERANCE * max(counts[0].sum(), 1):
            break
    return weights


def assign_groups(
    groups: np.ndarray, counts: Sequence[np.ndarray], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw rows so that the totals of every grouping are exact.

    Parameters
    ----------
    groups, counts
        As for `rake`.
    rng : Generator
        Draws them.

    Returns
    -------
    sources : ndarray of int, shape (n,)
        The row that each drawn row is like, -1 where none could be.
    wanted : ndarray of int, shape (n, d)
        The groups that it must be in; those of its source, but where the totals
        needed another.
    """
    n_rows = int(counts[0].sum())
    weights = rake(groups, counts)
    sources = _draw_systematically(weights, groups, n_rows, rng)
    none = np.full((1, groups.shape[1]), -1)
    wanted = np.concatenate([groups, none])[sources]
    # Rows of one combination of groups, and how much weight they have together.
    used = weights > 0
    combinations, place = np.unique(groups[used], axis=0, return_inverse=True)
    totals = np.bincount(place.ravel(), weights[used])
    known = dict(zip(map(tuple, combinations.tolist()), totals.tolist(), strict=True))
    for grouping, totals_wanted in enumerate(counts):
        _repair(wanted, grouping, totals_wanted, known, rng)
    return sources, wanted


def _draw_systematically(
    weights: np.ndarray, groups: np.ndarray, n_rows: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw rows evenly along all weights laid end to end, combination by combination.

    Every combination is drawn as often as its weight says, rounded up or down.
    """
    order = rng.permutation(np.flatnonzero(weights))
    if not len(order):
        return np.full(n_rows, -1)
    order = order[np.lexsort(groups[order].T[::-1])]
    edges = np.cumsum(weights[order])
    points = (np.arange(n_rows) + rng.random()) / n_rows * edges[-1]
    return order[np.searchsorted(edges, points, side="right").clip(max=len(order) - 1)]


def _repair(
    wanted: np.ndarray,
    grouping: int,
    totals: np.ndarray,
    known: dict[tuple[int, ...], float],
    rng: np.random.Generator,
) -> None:
    """Move rows from groups that have too many to those that have too few, in place.

    Rows go first whose combination of groups is then the likeliest one.
    """
    column = wanted[:, grouping]  # a view
    surplus = np.bincount(column + 1, minlength=len(totals) + 1)
    surplus[1:] -= totals
    for group in np.flatnonzero(surplus[1:] < 0).tolist():
        movable = rng.permutation(np.flatnonzero(surplus[column + 1] > 0))
        moved = wanted[movable]
        moved[:, grouping] = group
        distinct, place = np.unique(moved, axis=0, return_inverse=True)
        weights = [known.get(tuple(row), 0.0) for row in distinct.tolist()]
        best_first = np.argsort(-np.array(weights)[place.ravel()], kind="stable")
        movable = movable[best_first]
        # No group gives away more than it has too many.
        nth = pd.Series(column[movable]).groupby(column[movable]).cumcount()
        movable = movable[nth.to_numpy() < surplus[column[movable] + 1]]
        movable = movable[: -surplus[group + 1]]
        surplus -= np.bincount(column[movable] + 1, minlength=len(surplus))
        surplus[group + 1] += len(movable)
        column[movable] = group

"""`match`: which of a pool's rows are like the rows that are wanted."""

from __future__ import annotations

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout


def match_codes(
    told: EncodedTable, mask: np.ndarray, pool: EncodedTable, layout: Layout
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Put partial rows with the same given cells together, and find rows like them.

    Parameters
    ----------
    told : EncodedTable of n rows
        Codes and ranks of the given cells; anything elsewhere.
    mask : ndarray of bool, shape (n, n_columns)
        Which cells are given.
    pool : EncodedTable
        The rows to look among.
    layout : Layout
        Layout of both.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        For each combination of given cells, the partial rows that have it and the
        pool's. Partial rows that have no given cell, or one that no code stands for,
        a number between atoms, are in none: no row is quite like them.
    """
    given = mask[:, [block.column for block in layout.softmax_blocks]]
    ranked = mask[:, [block.column for block in layout.rank_blocks]]
    is_exact = ~(ranked & layout.ranks_count(told.codes)).any(axis=1)
    rows = np.flatnonzero(is_exact & given.any(axis=1))
    keys = np.where(given, told.codes, -1)[rows]
    return [(rows[members], places) for members, places in match(keys, pool.codes)]


def match(keys: np.ndarray, pool: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Put rows with the same numbers together, and find a pool's rows like them.

    Parameters
    ----------
    keys : ndarray of int, shape (n, d)
        A negative number stands for any.
    pool : ndarray of int, shape (m, d)
        The rows to look among.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        For each combination of numbers, the rows that have it and the pool's.

    Examples
    --------
    >>> found = match(np.array([[1, -1], [2, 5], [1, -1]]), np.array([[1, 4], [2, 6]]))
    >>> [(rows.tolist(), places.tolist()) for rows, places in found]
    [([0, 2], [0]), ([1], [])]
    """
    if not len(keys):
        return []
    combinations, groups = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=len(combinations)))
    columns = np.asfortranarray(pool)
    return [
        (members, _find(columns, combination))
        for members, combination in zip(
            np.split(order, ends[:-1]), combinations, strict=True
        )
    ]


def _find(pool: np.ndarray, combination: np.ndarray) -> np.ndarray:
    """Return the places of rows with given numbers, where these are not negative."""
    held = np.ones(len(pool), dtype=bool)
    for column in np.flatnonzero(combination >= 0):
        held &= pool[:, column] == combination[column]
    return np.flatnonzero(held)

"""`match_codes`: which of a pool's rows have the cells that partial rows have."""

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
    keys, groups = np.unique(
        np.where(given, told.codes, -1)[rows], axis=0, return_inverse=True
    )
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=len(keys)))
    codes = np.asfortranarray(pool.codes)
    return [
        (members, _find(codes, key))
        for members, key in zip(np.split(rows[order], ends[:-1]), keys, strict=True)
    ]


def _find(codes: np.ndarray, key: np.ndarray) -> np.ndarray:
    """Return the places of rows with a key's codes, where these are not negative."""
    held = np.ones(len(codes), dtype=bool)
    for place in np.flatnonzero(key >= 0):
        held &= codes[:, place] == key[place]
    return np.flatnonzero(held)

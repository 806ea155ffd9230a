"""Distances between rows of numbers and levels, and nearest neighbours by them.

Rows are rows of a matrix, as `TablePreparation` or a coding of one's own makes them:
numbers and codes of levels, NaN where a cell is missing. What is concluded from a
distance is not decided here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

#: Distances are made in blocks of so many reference rows and so many queries.
_REFERENCE_BLOCK = 16_384
_QUERY_BLOCK = 256
#: Columns of more levels are compared cell by cell: a product would cost more.
_MAX_ONE_HOT = 64
#: Candidates for the k nearest are first looked for among groups of so many rows.
_GROUP = 64


def quantile_ranks(
    matrix: np.ndarray, reference: np.ndarray, is_categorical: np.ndarray
) -> np.ndarray:
    r"""Replace numbers by the share of the reference's values that lie below them.

    Parameters
    ----------
    matrix : ndarray of float, shape (n_rows, n_columns)
        The rows, NaN where a cell is missing.
    reference : ndarray of float, shape (n_reference, n_columns)
        The rows whose empirical distributions are the scales.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes of levels; they stay as they are.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        Numbers between 0 and 1; missing cells stay missing.

    Notes
    -----
    The rank of x is the mid-distribution function :math:`\Pr(X < x) + \Pr(X = x)/2` of
    the reference's values that are present. It depends on their order alone, hence on
    no unit.

    Examples
    --------
    >>> ages = np.array([[20.0], [30.0], [30.0], [50.0]])
    >>> quantile_ranks(np.array([[30.0], [40.0], [99.0]]), ages, np.array([False]))
    array([[0.5 ],
           [0.75],
           [1.  ]])
    """
    ranks = np.array(matrix, dtype=float)
    for j in np.flatnonzero(~is_categorical):
        values = np.sort(reference[:, j][~np.isnan(reference[:, j])])
        present = ~np.isnan(ranks[:, j])
        cells = ranks[present, j]
        below = np.searchsorted(values, cells, side="left")
        not_above = np.searchsorted(values, cells, side="right")
        ranks[present, j] = (below + not_above) / (2 * max(len(values), 1))
    return ranks


def nearest_distances(
    queries: np.ndarray,
    references: np.ndarray,
    is_categorical: np.ndarray,
    k: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Find the k nearest reference rows of each query.

    Parameters
    ----------
    queries : ndarray of float, shape (n_queries, n_columns)
        Rows of quantile ranks and codes of levels, NaN where a cell is missing.
    references : ndarray of float, shape (n_references, n_columns)
        The rows among which neighbours are looked for, at least one.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes of levels.
    k : int, default 1
        How many neighbours; all of them where there are fewer references.

    Returns
    -------
    distances : ndarray of float32, shape (n_queries, k)
        In ascending order.
    indices : ndarray of int64, shape (n_queries, k)
        Positions in `references`; of equally near rows the first comes first.

    Notes
    -----
    The distance is a sum over columns, each between 0 and 1:
    :math:`|u - v|` for two ranks, 1 for two levels that differ, 1 for a missing cell
    beside one that is not, 0 for two missing cells.

    It is made block by block, so that memory does not grow with the product of the
    sizes. The categorical part is a matrix product of one-hot rows; the numeric part
    are city-block distances. A column u with missing cells enters those as
    :math:`(u/2, (1-u)/2, 0)`, its missing cells as :math:`(0, 0, 1/2)`.

    Examples
    --------
    >>> rows = np.array([[0.1, 0.0], [0.5, 1.0], [np.nan, 1.0]])
    >>> distances, indices = nearest_distances(rows[:1], rows[1:], np.array([0, 1]) > 0)
    >>> distances.round(1), indices
    (array([[1.4]], dtype=float32), array([[0]]))
    """
    is_categorical = np.asarray(is_categorical, dtype=bool)
    positions = _positions(queries[:, ~is_categorical], references[:, ~is_categorical])
    codes = _shared_codes(queries[:, is_categorical], references[:, is_categorical])
    n_queries, n_references = len(queries), len(references)
    distances = np.empty((n_queries, 0), dtype=np.float32)
    indices = np.empty((n_queries, 0), dtype=np.int64)
    for start in range(0, n_references, _REFERENCE_BLOCK):
        block = slice(start, start + _REFERENCE_BLOCK)
        found = _nearest_in_block(positions, codes, block, k)
        distances = np.concatenate([distances, found[0]], axis=1)
        indices = np.concatenate([indices, found[1] + start], axis=1)
        # Stable: of equally near rows the one that came first stays first.
        order = np.argsort(distances, axis=1, kind="stable")[:, :k]
        distances = np.take_along_axis(distances, order, axis=1)
        indices = np.take_along_axis(indices, order, axis=1)
    return distances, indices


def _nearest_in_block(
    positions: tuple[np.ndarray, np.ndarray],
    codes: tuple[np.ndarray, np.ndarray],
    block: slice,
    k: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest of one block of references for every query."""
    queries, references = positions[0], positions[1][block]
    query_codes, reference_codes = codes[0], codes[1][block]
    n_levels = 1 + np.maximum(
        query_codes.max(axis=0, initial=0), codes[1].max(axis=0, initial=0)
    )
    is_product = n_levels <= _MAX_ONE_HOT
    one_hot = _one_hot(reference_codes[:, is_product], n_levels[is_product]).T
    compared = np.flatnonzero(~is_product)
    k = min(k, len(references))
    distances = np.empty((len(queries), k), dtype=np.float32)
    indices = np.empty((len(queries), k), dtype=np.int64)
    for start in range(0, len(queries), _QUERY_BLOCK):
        part = slice(start, start + _QUERY_BLOCK)
        matches = _one_hot(query_codes[part, is_product], n_levels[is_product])
        sums = np.float32(is_product.sum()) - matches @ one_hot
        for j in compared:
            sums += query_codes[part, j, None] != reference_codes[:, j]
        if queries.shape[1]:
            sums += cdist(queries[part], references, "cityblock")
        indices[part] = _smallest(sums, k)
        distances[part] = np.take_along_axis(sums, indices[part], axis=1)
    return distances, indices


def _smallest(values: np.ndarray, k: int) -> np.ndarray:
    """Return the positions of the k smallest values of each row, in order."""
    if k == 1:
        return values.argmin(axis=1)[:, None]
    n_rows, n_values = values.shape
    n_groups = -(-n_values // _GROUP)
    if n_groups > k:
        # The k groups of smallest minimum hold the k smallest values.
        padded = np.full((n_rows, n_groups * _GROUP), np.inf, dtype=values.dtype)
        padded[:, :n_values] = values
        minima = padded.reshape(n_rows, n_groups, _GROUP).min(axis=2)
        groups = np.sort(np.argsort(minima, axis=1, kind="stable")[:, :k], axis=1)
        positions = (groups[:, :, None] * _GROUP + np.arange(_GROUP)).reshape(
            n_rows, -1
        )
        values = np.take_along_axis(padded, positions, axis=1)
    else:
        positions = np.broadcast_to(np.arange(n_values), values.shape)
    order = np.argsort(values, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(positions, order, axis=1)


def _positions(
    queries: np.ndarray, references: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Place ranks so that city-block distances count missing cells."""
    gappy = np.isnan(queries).any(axis=0) | np.isnan(references).any(axis=0)

    def place(ranks: np.ndarray) -> np.ndarray:
        whole, holed = ranks[:, ~gappy], ranks[:, gappy]
        missing = np.isnan(holed)
        lower, upper = (np.where(missing, 0.0, part / 2) for part in (holed, 1 - holed))
        return np.concatenate([whole, lower, upper, missing / 2], axis=1)

    return place(queries), place(references)


def _shared_codes(
    queries: np.ndarray, references: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Count the levels of each column from 0, "missing" among them."""
    both = np.concatenate([queries, references])
    codes = np.empty(both.shape, dtype=np.int32)
    for j in range(both.shape[1]):
        codes[:, j] = pd.factorize(both[:, j], use_na_sentinel=False)[0]
    return codes[: len(queries)], codes[len(queries) :]


def _one_hot(codes: np.ndarray, n_levels: np.ndarray) -> np.ndarray:
    """Return one-hot rows, float32, shape (n_rows, sum of n_levels)."""
    starts = np.concatenate([[0], np.cumsum(n_levels)]).astype(np.int64)
    hot = np.zeros((len(codes), starts[-1]), dtype=np.float32)
    np.put_along_axis(hot, codes + starts[:-1], 1.0, axis=1)
    return hot

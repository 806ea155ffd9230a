"""Calibration: offsets to the log-weights that put every single column right.

A density ratio is estimated for rows as a whole, and no row counts for more than a
bound: both disturb the columns' own distributions a little. Raking repairs that.
"""

from __future__ import annotations

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout

#: A rank's distribution is put right in so many bins.
N_BINS = 32
N_ROUNDS = 30
MAX_OFFSET = 4.0
#: Share of the weights that may lie above the bound, and is cut off.
CUT_SHARE = 0.02
#: The most candidates that a row may take; then more is cut off.
MAX_CANDIDATES = 32


def cell_indices(table: EncodedTable, layout: Layout) -> list[np.ndarray]:
    """Return, for each choice and then each rank, the index of its offset.

    The index of a rank is its bin, or `N_BINS` where the column's cell is an atom.
    """
    columns = list(table.codes.T)
    bins = np.minimum(table.ranks * N_BINS, N_BINS - 1).astype(np.int32)
    bins[~layout.ranks_count(table.codes)] = N_BINS
    return [*columns, *bins.T]


def add_offsets(
    log_weights: np.ndarray, cells: list[np.ndarray], offsets: list[np.ndarray]
) -> np.ndarray:
    """Return log-weights with every cell's offset added."""
    total = log_weights.astype(np.float64)
    for indices, own in zip(cells, offsets, strict=True):
        total += own[indices]
    return total


def find_bound(log_weights: np.ndarray) -> float:
    """Find the log-weight from which on every candidate is kept.

    The higher it is, the more exactly rows are kept in proportion to their weights, and
    the fewer are kept.

    Parameters
    ----------
    log_weights : ndarray, shape (n,)
        Log-weights of candidates.

    Examples
    --------
    >>> float(np.exp(find_bound(np.log([1.0, 1.0, 2.0]))).round(3))
    2.0
    >>> weights = np.append(np.ones(999), 11.0)  # 10 of the last one may be cut off
    >>> float(np.exp(find_bound(np.log(weights))).round(3))
    1.0
    """
    highest = log_weights.max()
    weights = np.sort(np.exp(log_weights - highest))[::-1]
    cut_off = np.cumsum(weights) - weights * np.arange(1, len(weights) + 1)
    bound = weights[np.searchsorted(cut_off, CUT_SHARE * weights.sum(), "right") - 1]
    # What is cut off lowers the mean weight, and so the largest bound.
    largest = MAX_CANDIDATES * np.minimum(weights, bound).mean()
    while bound > 1.001 * largest:
        bound = largest
        largest = MAX_CANDIDATES * np.minimum(weights, bound).mean()
    return float(np.log(bound) + highest)


def keep_chances(log_weights: np.ndarray, bound: float) -> np.ndarray:
    """Return the probabilities with which candidates are kept.

    Examples
    --------
    >>> keep_chances(np.log([1.0, 2.0, 8.0]), np.log(4.0)).round(3).tolist()
    [0.25, 0.5, 1.0]
    """
    return np.exp(np.minimum(log_weights - bound, 0.0))


def fit_offsets(
    train: EncodedTable,
    candidates: EncodedTable,
    log_weights: np.ndarray,
    layout: Layout,
) -> list[np.ndarray]:
    r"""Find offsets with which the kept rows have the training rows' columns.

    Parameters
    ----------
    train : EncodedTable
        Training rows.
    candidates : EncodedTable of n rows
        Rows that the generator made.
    log_weights : ndarray, shape (n,)
        Their log-ratios.
    layout : Layout
        Layout of the rows.

    Returns
    -------
    list of ndarray
        See `Refinement.offsets`.

    Notes
    -----
    Iterative proportional fitting. With p the probabilities that candidates are kept,
    scaled to the number of training rows, the offset of cell c grows by
    :math:`\log(t_c / \sum_{i \in c} p_i)` in each round, t being the training rows'
    counts; one row is added to both, so that rare cells move little, and no offset goes
    beyond `MAX_OFFSET`.

    References
    ----------
    W. E. Deming, F. F. Stephan, "On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known", Annals of Mathematical
    Statistics 11, 1940.
    """
    sizes = [block.width for block in layout.softmax_blocks]
    sizes += [N_BINS + 1] * layout.n_ranks
    cells = cell_indices(candidates, layout)
    wanted = [
        np.bincount(own, minlength=size)
        for own, size in zip(cell_indices(train, layout), sizes, strict=True)
    ]
    offsets = [np.zeros(size) for size in sizes]
    total = log_weights.astype(np.float64)
    for _ in range(N_ROUNDS):
        bound = find_bound(total)
        for own, indices, goal in zip(offsets, cells, wanted, strict=True):
            chances = keep_chances(total, bound)
            got = np.bincount(indices, weights=chances, minlength=len(goal))
            got *= len(train) / chances.sum()
            before = own.copy()
            own += np.log((goal + 1) / (got + 1))
            np.clip(own, -MAX_OFFSET, MAX_OFFSET, out=own)
            total += (own - before)[indices]
    return offsets

"""Calibration: offsets to the log-weights that put every single column right.

A density ratio is estimated for rows as a whole, and only a few candidates are at hand
for each row: both disturb the columns' own distributions a little. Raking repairs that.
"""

from __future__ import annotations

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout

#: A rank's distribution is put right in so many bins.
N_BINS = 32
N_ROUNDS = 30
#: Part of the way that each round goes: what is chosen from a few candidates follows
#: the weights with a delay.
STEP = 0.7
MAX_OFFSET = 4.0


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


def fit_offsets(
    train: EncodedTable,
    candidates: EncodedTable,
    log_weights: np.ndarray,
    n_candidates: int,
    layout: Layout,
) -> list[np.ndarray]:
    r"""Find offsets with which the chosen rows have the training rows' columns.

    Parameters
    ----------
    train : EncodedTable
        Training rows.
    candidates : EncodedTable of n_rows * n_candidates rows
        Candidates of some rows: first the first one of each, then the second ones.
    log_weights : ndarray, shape (n_rows * n_candidates,)
        Their log-ratios.
    n_candidates : int
        Candidates of a row.
    layout : Layout
        Layout of the rows.

    Returns
    -------
    list of ndarray
        See `Refinement.offsets`.

    Notes
    -----
    Iterative proportional fitting. With p the probability that a candidate is chosen
    among those of its row, the offset of cell c grows by
    a part of :math:`\log(t_c / \sum_{i \in c} p_i)` in each round (`STEP`), t being the
    training rows' counts; one row is added to both, so that rare cells move little, and
    no offset goes beyond `MAX_OFFSET`.

    References
    ----------
    W. E. Deming, F. F. Stephan, "On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known", Annals of Mathematical
    Statistics 11, 1940.
    """
    sizes = [block.width for block in layout.softmax_blocks]
    sizes += [N_BINS + 1] * layout.n_ranks
    cells = cell_indices(candidates, layout)
    n_rows = len(candidates) // n_candidates
    wanted = [
        np.bincount(own, minlength=size) * (n_rows / len(train))
        for own, size in zip(cell_indices(train, layout), sizes, strict=True)
    ]
    offsets = [np.zeros(size) for size in sizes]
    total = log_weights.astype(np.float64)
    for _ in range(N_ROUNDS):
        for own, indices, goal in zip(offsets, cells, wanted, strict=True):
            chance = _choice_chances(total.reshape(n_candidates, n_rows)).ravel()
            got = np.bincount(indices, weights=chance, minlength=len(goal))
            before = own.copy()
            own += STEP * np.log((goal + 1) / (got + 1))
            np.clip(own, -MAX_OFFSET, MAX_OFFSET, out=own)
            total += (own - before)[indices]
    return offsets


def _choice_chances(log_weights: np.ndarray) -> np.ndarray:
    """Return the softmax over the first axis."""
    weights = np.exp(log_weights - log_weights.max(axis=0))
    return weights / weights.sum(axis=0)

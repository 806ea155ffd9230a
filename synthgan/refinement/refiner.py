"""`Refiner`: how candidates are weighed, and one is chosen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.refinement.calibration import add_offsets, cell_indices
from synthgan.refinement.ratio import load_ratio
from synthgan.refinement.state import Refinement
from synthgan.refinement.tails import stretch_tails
from synthgan.refinement.trees import Trees

#: Candidates of a row at most.
MAX_CANDIDATES = 16

#: Makes candidate k of some rows.
MakeCandidate = Callable[[int], EncodedTable]
#: Makes one row out of each row's candidates.
Choose = Callable[[MakeCandidate, np.random.Generator], EncodedTable]


def load_score(
    layout: Layout,
    units: tuple[int, ...],
    weights: list[np.ndarray],
    trees: list[np.ndarray],
) -> Callable[[EncodedTable], np.ndarray]:
    """Return a function that scores rows by networks and trees.

    Raises
    ------
    ValueError
        If the arrays do not fit the layout or each other.
    """
    networks = load_ratio(layout, units, weights)
    if not trees:
        return networks
    grown = Trees(layout.n_codes + layout.n_ranks, *trees)

    def score(table: EncodedTable) -> np.ndarray:
        return networks(table) + grown.score(layout.cells(table.codes, table.ranks))

    return score


class Refiner:
    """Chooses each row of a block among its candidates.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    refinement : Refinement
        What `fit_refinement` learned.
    """

    def __init__(self, layout: Layout, refinement: Refinement) -> None:
        self.layout = layout
        self.refinement = refinement
        self._score = load_score(
            layout, refinement.units, refinement.weights, refinement.trees
        )

    def choose(
        self,
        make_candidate: MakeCandidate,
        rng: np.random.Generator,
        most: int = MAX_CANDIDATES,
    ) -> EncodedTable:
        """Choose one candidate for each row, in proportion to their weights.

        Parameters
        ----------
        make_candidate : callable
            Makes candidate k of all rows; it is called for 0, 1, 2 … in turn.
        rng : Generator
            Decides.
        most : int
            Candidates at most.

        Returns
        -------
        EncodedTable

        Notes
        -----
        The candidate with the largest log-weight plus Gumbel noise is a draw in
        proportion to the weights; only the best one so far is kept.
        """
        chosen = make_candidate(0)
        best = self._noisy_weights(chosen, rng)
        for k in range(1, min(self.refinement.n_candidates, most)):
            other = make_candidate(k)
            weights = self._noisy_weights(other, rng)
            better = weights > best
            best = np.where(better, weights, best)
            chosen = chosen.replace(better, other)
        return self.stretch(chosen)

    def stretch(self, table: EncodedTable) -> EncodedTable:
        """Return rows with their outermost ranks moved, as those that are chosen."""
        return stretch_tails(table, self.refinement.tails, self.layout)

    def _noisy_weights(
        self, table: EncodedTable, rng: np.random.Generator
    ) -> np.ndarray:
        log_weights = np.minimum(self._score(table), self.refinement.cap)
        cells = cell_indices(table, self.layout)
        log_weights = add_offsets(log_weights, cells, self.refinement.offsets)
        return log_weights + rng.gumbel(size=len(table))

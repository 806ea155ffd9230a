"""`Refiner`: how candidates are weighed, and become rows."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from synthgan.candidates import MakeCandidate
from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.refinement.calibration import (
    MAX_CANDIDATES,
    add_offsets,
    cell_indices,
)
from synthgan.refinement.ratio import load_ratio
from synthgan.refinement.state import Refinement
from synthgan.refinement.tails import stretch_tails
from synthgan.refinement.trees import Trees

#: Candidates of a row before it is whatever comes: no damaged file keeps anyone waiting
#: for ever.
MAX_ROUNDS = 8 * MAX_CANDIDATES


class Refiner:
    """Makes a block of rows of candidates, in proportion to their weights.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    refinement : Refinement
        What `fit_refinement` learned.

    Raises
    ------
    ValueError
        If its arrays do not fit the layout or each other.
    """

    def __init__(self, layout: Layout, refinement: Refinement) -> None:
        self.layout = layout
        self.refinement = refinement
        self.score_by_networks = load_ratio(
            layout, refinement.units, refinement.weights
        )
        self._trees = None
        if refinement.trees:
            self._trees = Trees(layout.n_cells, *refinement.trees)

    def score_by_trees(self, table: EncodedTable) -> np.ndarray:
        """Return the trees' scores of any number of rows; 0 without trees."""
        if self._trees is None:
            return np.zeros(len(table))
        return self._trees.score(self.layout.cells(table.codes, table.ranks))

    def keep(
        self,
        make_candidate: MakeCandidate,
        rng: np.random.Generator,
    ) -> EncodedTable:
        """Keep candidates in proportion to their weights, as many as there are rows.

        All candidates must be of one distribution: no row has given cells.

        Parameters
        ----------
        make_candidate : callable
            Makes candidate k of all rows; it is called for 0, 1, 2 … in turn.
        rng : Generator
            Decides.

        Returns
        -------
        EncodedTable
            The kept ones, in the order in which they were made.

        Notes
        -----
        Rejection sampling: a candidate whose weight is a share of the bound is kept
        with that probability, which is that of its log-weight plus an exponential
        number being above the bound's.

        References
        ----------
        J. von Neumann, "Various techniques used in connection with random digits",
        National Bureau of Standards Applied Mathematics Series 12, 1951.
        """
        bound = self.refinement.bound
        if bound is None:
            return self.choose(make_candidate, rng)
        kept: list[EncodedTable] = []
        for k in range(MAX_ROUNDS):
            made = make_candidate(k)
            kept.append(made.take(self._find_kept(made, bound, rng)))
            if sum(map(len, kept)) >= len(made):
                break
        else:
            kept[-1] = made
        return self.stretch(EncodedTable.concatenate(kept).take(slice(len(made))))

    def _find_kept(
        self, table: EncodedTable, bound: float, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the places of the candidates that are kept."""
        missing = bound - self._known_weights(table)
        missing -= rng.exponential(size=len(table))
        hopeful = np.flatnonzero(missing < self.refinement.trees_cap)
        scores = self._score_by_trees_at_most(table.take(hopeful))
        return hopeful[scores > missing[hopeful]]

    def choose(
        self,
        make_candidate: MakeCandidate,
        rng: np.random.Generator,
    ) -> EncodedTable:
        """Choose one candidate for each row, in proportion to their weights.

        Takes and returns what `keep` does; each row may have given cells of its own.

        Notes
        -----
        The candidate with the largest log-weight plus Gumbel noise is a draw in
        proportion to the weights. None counts for more than the bound, as in `keep`:
        the offsets are calibrated for that.
        """
        candidates = [make_candidate(k) for k in range(self.refinement.n_candidates)]
        known = np.stack([self._known_weights(table) for table in candidates])
        codes = np.stack([table.codes for table in candidates])
        ranks = np.stack([table.ranks for table in candidates])
        bound = self.refinement.bound
        most = (math.inf if bound is None else bound) - known

        def take(places: np.ndarray, rows: np.ndarray) -> EncodedTable:
            return EncodedTable(codes[places, rows], ranks[places, rows])

        def score(places: np.ndarray, rows: np.ndarray) -> np.ndarray:
            scores = self._score_by_trees_at_most(take(places, rows))
            return np.minimum(scores, most[places, rows])

        noisy = known + rng.gumbel(size=known.shape)
        best = find_best(noisy, score, self.refinement.trees_cap)
        return self.stretch(take(best, np.arange(len(best))))

    def stretch(self, table: EncodedTable) -> EncodedTable:
        """Return rows with their outermost ranks moved: these are handed out."""
        return stretch_tails(table, self.refinement.tails, self.layout)

    def _known_weights(self, table: EncodedTable) -> np.ndarray:
        """Return log-weights but for the trees' part of them, which is dear."""
        log_weights = np.minimum(self.score_by_networks(table), self.refinement.cap)
        cells = cell_indices(table, self.layout)
        return add_offsets(log_weights, cells, self.refinement.offsets)

    def _score_by_trees_at_most(self, table: EncodedTable) -> np.ndarray:
        return np.minimum(self.score_by_trees(table), self.refinement.trees_cap)


def find_best(
    known: np.ndarray,
    score: Callable[[np.ndarray, np.ndarray], np.ndarray],
    most: float,
) -> np.ndarray:
    """Find the candidate whose sum of two parts is the largest, for each row.

    The second part is dear. Candidates are looked at in the order of the first one,
    and only as long as the best sum so far could still be surpassed.

    Parameters
    ----------
    known : ndarray, shape (n_candidates, n_rows)
        The first part.
    score : callable
        Gives the second part of some candidates, by their places and rows.
    most : float
        The largest value that it gives.

    Returns
    -------
    ndarray of int, shape (n_rows,)

    Examples
    --------
    >>> find_best(np.array([[1.0], [0.5]]), lambda k, rows: np.array([-2, 1])[k], 1.0)
    array([1])
    """
    highest = known + most
    best = np.full(known.shape[1], -np.inf)
    place_of_best = np.zeros(known.shape[1], dtype=np.intp)
    rows = np.arange(known.shape[1])
    while len(rows):
        places = highest[:, rows].argmax(axis=0)
        totals = known[places, rows] + score(places, rows)
        highest[places, rows] = -np.inf
        better = totals > best[rows]
        best[rows[better]] = totals[better]
        place_of_best[rows[better]] = places[better]
        rows = rows[highest[:, rows].max(axis=0) > best[rows]]
    return place_of_best

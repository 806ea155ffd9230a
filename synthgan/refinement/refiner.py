"""`fit_refinement` and `Refiner`: how candidates are weighed, and one is chosen."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from synthgan._random import RowRange, make_rng, make_seed
from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.refinement.calibration import add_offsets, cell_indices, fit_offsets
from synthgan.refinement.ratio import RatioNetwork, train_ratio
from synthgan.refinement.state import Refinement, effective_share
from synthgan.refinement.tails import fit_tails, stretch_tails

#: Tables of fewer rows are left alone: nothing could be held out to stop by.
MIN_ROWS = 1_000
#: Made rows for each training row that the ratio is trained on, and the most of them.
MADE_PER_ROW = 4
MAX_MADE = 400_000
#: Made cells that are held in memory at the most.
MAX_CELLS = 20_000_000
#: Rows that the calibration looks at.
CALIBRATED_ROWS = 20_000
#: Candidates of a row, times the effective share: with 2 Adult's two-sample AUC is
#: .578, with 8 it is .556.
CANDIDATES = 8
MAX_CANDIDATES = 16
#: Share of the made rows whose log-ratio is cut off at the top.
CAPPED_SHARE = 0.002

MakeRows = Callable[[RowRange], EncodedTable]


def fit_refinement(
    layout: Layout,
    train: EncodedTable,
    make_rows: MakeRows,
    discriminator_weights: list[np.ndarray],
    units: tuple[int, ...],
    seed: int,
    deadline: float,
    on_call_end: Callable[[int, int], None],
) -> Refinement | None:
    """Learn to choose among a generator's rows.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train : EncodedTable
        Training rows.
    make_rows : callable
        Makes the generator's rows of a range.
    discriminator_weights : list of ndarray
        Where the network that estimates the density ratio starts.
    units : tuple of int
        Its widths, and the discriminator's.
    seed : int
        Fixes every draw.
    deadline : float
        Time (of `time.perf_counter`) at which training stops at the latest.
    on_call_end : callable
        Told the steps done and planned.

    Returns
    -------
    Refinement or None
        None for tables of too few rows, and where held-out rows do not bear the
        network out: then the generator's rows are best taken as they are.
    """
    if len(train) < MIN_ROWS:
        return None
    most = MAX_CELLS // (layout.n_codes + layout.n_ranks)
    n_made = min(MADE_PER_ROW * len(train), MAX_MADE, most)
    n_tested = min(len(train), CALIBRATED_ROWS, most // MAX_CANDIDATES)
    made = make_rows(RowRange(make_seed(seed, "made"), 0, n_made))
    others = make_rows(RowRange(make_seed(seed, "tested"), 0, n_tested))
    ratio = train_ratio(
        layout,
        train,
        made,
        others,
        discriminator_weights,
        units,
        make_seed(seed, "ratio"),
        deadline,
        on_call_end,
    )
    if ratio.held_out_loss >= math.log(2):
        return None
    model = RatioNetwork(layout, units)
    model.set_weights(ratio.weights)
    score = model.freeze()
    scores = score(others)
    cap = float(np.quantile(scores, 1 - CAPPED_SHARE))
    share = effective_share(np.minimum(scores, cap))
    n_candidates = min(math.ceil(CANDIDATES / share), MAX_CANDIDATES)
    candidates = make_rows(
        RowRange(make_seed(seed, "calibration"), 0, n_tested * n_candidates)
    )
    log_weights = np.minimum(score(candidates), cap)
    offsets = fit_offsets(train, candidates, log_weights, n_candidates, layout)
    # Rows chosen as they will be.
    log_weights = add_offsets(log_weights, cell_indices(candidates, layout), offsets)
    noisy = log_weights + make_rng(seed, "tails").gumbel(size=len(candidates))
    best = noisy.reshape(n_candidates, n_tested).argmax(axis=0)
    chosen = best * n_tested + np.arange(n_tested)
    rows = EncodedTable(candidates.codes[chosen], candidates.ranks[chosen])
    tails = fit_tails(rows, layout)
    return Refinement(units, ratio.weights, offsets, tails, cap, n_candidates, share)


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
        model = RatioNetwork(layout, refinement.units)
        model.set_weights(refinement.weights)
        self._score = model.freeze()

    def choose(
        self, make_candidate: Callable[[int], EncodedTable], rng: np.random.Generator
    ) -> EncodedTable:
        """Choose one candidate for each row, in proportion to their weights.

        Parameters
        ----------
        make_candidate : callable
            Makes candidate k of all rows.
        rng : Generator
            Decides.

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
        for k in range(1, self.refinement.n_candidates):
            other = make_candidate(k)
            weights = self._noisy_weights(other, rng)
            better = weights > best
            best = np.where(better, weights, best)
            chosen = EncodedTable(
                np.where(better[:, None], other.codes, chosen.codes),
                np.where(better[:, None], other.ranks, chosen.ranks),
            )
        return stretch_tails(chosen, self.refinement.tails, self.layout)

    def _noisy_weights(
        self, table: EncodedTable, rng: np.random.Generator
    ) -> np.ndarray:
        log_weights = np.minimum(self._score(table), self.refinement.cap)
        cells = cell_indices(table, self.layout)
        log_weights = add_offsets(log_weights, cells, self.refinement.offsets)
        return log_weights + rng.gumbel(size=len(table))

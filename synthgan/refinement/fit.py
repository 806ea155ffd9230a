"""`fit_refinement`: learning which of a generator's rows to keep."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from synthgan._random import BLOCK_SIZE, RowRange, make_rng, make_seed
from synthgan.candidates import Choose
from synthgan.encoders import EncodedTable
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout
from synthgan.refinement.boosting import grow_trees
from synthgan.refinement.calibration import (
    MAX_CANDIDATES,
    add_offsets,
    cell_indices,
    find_bound,
    fit_offsets,
    keep_chances,
)
from synthgan.refinement.ratio import RatioTrainer
from synthgan.refinement.refiner import Refiner
from synthgan.refinement.state import Refinement, effective_share
from synthgan.refinement.tails import fit_tails

#: Made rows for each training row that the ratio is trained on, and the most of them.
MADE_PER_ROW = 4
MAX_MADE = 400_000
#: Rows kept by the network that the trees are grown on, at most, and their cells:
#: each takes several candidates, and 800 trees on 3 million cells take some 30 seconds
#: on two cores.
MAX_KEPT = 60_000
MAX_KEPT_CELLS = 3_000_000
#: The network's share of the time, and of what is left then the share that making the
#: trees' rows, and the last calibration, may each take.
NETWORK_SHARE, KEEPING_SHARE = 0.6, 0.25
#: Made cells that are held in memory at the most.
MAX_CELLS = 40_000_000
#: Made rows that networks and trees are tested on.
TESTED_ROWS = 5_000
#: Candidates of a row with given cells for each unit of the variance of their weights
#: (whose mean is 1), and the fewest of them.
CANDIDATES = 32
MIN_CANDIDATES = 4
#: Candidates that the first calibration looks at for each tested row, and the last one
#: for each training row, and the most of them: their chance adds little to that of the
#: rows that are handed out.
FIRST_CALIBRATED_PER_ROW, CALIBRATED_PER_ROW = 16, 32
MAX_CALIBRATED = 640_000
#: Share of the made rows whose log-ratio is cut off at the top.
CAPPED_SHARE = 0.002

#: Makes the rows of a range: the generator's own, or what is kept of them.
MakeRows = Callable[[RowRange, Choose | None], EncodedTable]


def count_made(layout: Layout, n_rows: int) -> tuple[int, int]:
    """Return of how many made rows a network learns, and on how many it is tested."""
    most = MAX_CELLS // layout.n_cells
    return min(MADE_PER_ROW * n_rows, MAX_MADE, most), min(n_rows, TESTED_ROWS, most)


def count_candidates(share: float) -> int:
    r"""Return how many candidates a row with given cells is chosen from.

    Parameters
    ----------
    share : float
        Effective share of rows with their weights.

    Notes
    -----
    A candidate's chance to be chosen is its weight over the sum of those of its row.
    With K candidates that sum varies by :math:`\chi^2 / K`, where
    :math:`\chi^2 = 1 / share - 1` is the variance of the weights, and as far is what
    is chosen from what the weights ask for.

    References
    ----------
    S. Agapiou et al., "Importance sampling: intrinsic dimension and computational
    cost", Statistical Science 32, 2017: the error, in terms of the effective share.

    Examples
    --------
    >>> [count_candidates(share) for share in (1.0, 0.8, 0.5, 0.2)]
    [4, 8, 32, 32]
    """
    wanted = math.ceil(CANDIDATES * (1 / share - 1))
    return min(max(wanted, MIN_CANDIDATES), MAX_CANDIDATES)


def count_kept(n_candidates: float, acceptance_rate: float, n_others: int) -> float:
    """Return how many rows, beside some others, are kept of no more than so many.

    Rows are made in whole blocks, and a block's candidates in whole rounds.

    Examples
    --------
    >>> count_kept(100_000, 0.5, 5_000)  # 50,000 rows less three blocks
    37712.0
    """
    n_made = n_candidates / math.ceil(1 / acceptance_rate)
    n_other_blocks = -(-n_others // BLOCK_SIZE)
    return n_made - BLOCK_SIZE * (n_other_blocks + 1)


def fit_refinement(
    layout: Layout,
    train_rows: TrainingRows,
    make_rows: MakeRows,
    discriminator_weights: list[np.ndarray],
    units: tuple[int, ...],
    seed: int,
    deadline: float,
    on_progress: Callable[[float], None],
) -> Refinement:
    """Learn which of a generator's rows to keep.

    A network learns to tell training rows from made ones; boosted trees then tell
    them from the rows that are kept by the network, and their score is added.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows.
    make_rows : callable
        Makes the generator's rows of a range, or rows kept of them.
    discriminator_weights : list of ndarray
        Where the network that estimates the density ratio starts.
    units : tuple of int
        Its widths, and the discriminator's.
    seed : int
        Fixes every draw.
    deadline : float
        Time (of `time.perf_counter`) after which no further call begins.
    on_progress : callable
        Told the share of the work that is done.

    Returns
    -------
    Refinement
        Without a flow.
    """
    n_made, n_tested = count_made(layout, len(train_rows))

    def make(name: str, n_rows: int, choose: Choose | None = None) -> EncodedTable:
        return make_rows(RowRange(make_seed(seed, name), 0, n_rows), choose)

    began = time.perf_counter()
    trainer = RatioTrainer(layout, train_rows, units, make_seed(seed, "ratio"))
    ratio = trainer.train(
        make("made", n_made),
        make("tested", n_tested),
        discriminator_weights,
        began + NETWORK_SHARE * (deadline - began),
        lambda step, n_steps: on_progress(NETWORK_SHARE * step / n_steps),
    )
    calibrate = partial(
        _calibrate, layout, train_rows.table, make_rows, units, ratio.weights, seed=seed
    )
    began = time.perf_counter()
    most_made = MAX_CELLS // layout.n_cells
    n_candidates = min(FIRST_CALIBRATED_PER_ROW * n_tested, most_made)
    refinement, rows = calibrate([], n_candidates)
    on_progress(NETWORK_SHARE)
    now = time.perf_counter()
    left = deadline - now
    affordable = KEEPING_SHARE * left / (now - began) * n_candidates
    n_kept = int(
        min(
            n_made,
            MAX_KEPT,
            MAX_KEPT_CELLS // layout.n_cells,
            count_kept(affordable, refinement.acceptance_rate, n_tested),
        )
    )
    if n_kept >= n_tested:
        keep = Refiner(layout, refinement).keep
        trees = grow_trees(
            layout,
            train_rows,
            make("made for trees", n_kept, keep),
            make("tested for trees", n_tested, keep),
            make_seed(seed, "trees"),
            now + (1 - KEEPING_SHARE) * left,
            lambda n, most: on_progress(NETWORK_SHARE + (1 - NETWORK_SHARE) * n / most),
        )
        wanted = min(CALIBRATED_PER_ROW * len(train_rows), MAX_CALIBRATED)
        n_candidates = int(min(wanted, most_made, affordable))
        refinement, rows = calibrate(trees, n_candidates)
    tails = fit_tails(rows, len(train_rows), layout)
    return dataclasses.replace(refinement, tails=tails)


def _calibrate(
    layout: Layout,
    train: EncodedTable,
    make_rows: MakeRows,
    units: tuple[int, ...],
    weights: list[np.ndarray],
    trees: list[np.ndarray],
    n_candidates: int,
    seed: int,
) -> tuple[Refinement, EncodedTable]:
    """Find offsets and bound from some candidates; return the kept ones as well."""
    no_tails = layout.n_ranks * [np.empty((2, 0), dtype=np.float32)]
    refinement = Refinement(
        units, [], weights, trees, [], no_tails, math.inf, math.inf, None, 1.0, 1, 1.0
    )
    refiner = Refiner(layout, refinement)
    candidates = make_rows(
        RowRange(make_seed(seed, "calibration"), 0, n_candidates), None
    )
    scores = np.stack(
        [refiner.score_by_networks(candidates), refiner.score_by_trees(candidates)]
    )
    caps = np.quantile(scores, 1 - CAPPED_SHARE, axis=1, keepdims=True)
    log_weights = np.minimum(scores, caps).sum(axis=0)
    offsets = fit_offsets(train, candidates, log_weights, layout)
    log_weights = add_offsets(log_weights, cell_indices(candidates, layout), offsets)
    bound = find_bound(log_weights)
    chances = keep_chances(log_weights, bound)
    share = effective_share(np.minimum(log_weights, bound))
    # Rows kept as they will be.
    kept = make_rng(seed, "choice").random(n_candidates) < chances
    rows = candidates.take(np.flatnonzero(kept))
    refinement = dataclasses.replace(
        refinement,
        offsets=offsets,
        cap=float(caps[0, 0]),
        trees_cap=float(caps[1, 0]),
        bound=bound,
        acceptance_rate=float(chances.mean()),
        n_candidates=count_candidates(share),
        effective_share=share,
    )
    return refinement, rows

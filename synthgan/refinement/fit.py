"""`fit_refinement`: learning which of a generator's rows to choose."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from synthgan._random import RowRange, make_rng, make_seed
from synthgan.candidates import Choose
from synthgan.encoders import EncodedTable
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout
from synthgan.refinement.boosting import grow_trees
from synthgan.refinement.calibration import add_offsets, cell_indices, fit_offsets
from synthgan.refinement.ratio import RatioTrainer
from synthgan.refinement.refiner import Refiner
from synthgan.refinement.state import Refinement, effective_share
from synthgan.refinement.tails import fit_tails

#: Made rows for each training row that the ratio is trained on, and the most of them.
MADE_PER_ROW = 4
MAX_MADE = 400_000
#: Rows chosen by the network that the trees are grown on, at most, and their cells:
#: each is chosen from several, and 800 trees on 3 million cells take some 30 seconds on
#: two cores.
MAX_CHOSEN = 60_000
MAX_CHOSEN_CELLS = 3_000_000
#: The network's share of the time, and of what is left then the share that making the
#: trees' rows, and the last calibration, may each take.
NETWORK_SHARE, CHOOSING_SHARE = 0.6, 0.25
#: Made cells that are held in memory at the most.
MAX_CELLS = 40_000_000
#: Made rows that networks and trees are tested on.
TESTED_ROWS = 5_000
#: Candidates of a row for each unit of the variance of their weights (whose mean is 1);
#: the fewest and the most of them.
CANDIDATES = 32
MIN_CANDIDATES, MAX_CANDIDATES = 4, 32
#: Candidates that the last calibration looks at for each training row, and the most of
#: them: their chance adds little to that of the rows that are handed out.
CALIBRATED_PER_ROW = 32
MAX_CALIBRATED = 640_000
#: Share of the made rows whose log-ratio is cut off at the top.
CAPPED_SHARE = 0.002

#: Makes the rows of a range, the generator's own or chosen ones.
MakeRows = Callable[[RowRange, Choose | None], EncodedTable]


def count_made(layout: Layout, n_rows: int) -> tuple[int, int]:
    """Return of how many made rows a network learns, and on how many it is tested."""
    most = MAX_CELLS // layout.n_cells
    return min(MADE_PER_ROW * n_rows, MAX_MADE, most), min(n_rows, TESTED_ROWS, most)


def count_candidates(share: float) -> int:
    r"""Return how many candidates a row is chosen from.

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
    """Learn to choose among a generator's rows.

    A network learns to tell training rows from made ones; boosted trees then tell
    them from the rows that are chosen by the network, and their score is added.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows.
    make_rows : callable
        Makes the generator's rows of a range, or rows chosen among them.
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
    refinement, rows = calibrate([], n_tested)
    on_progress(NETWORK_SHARE)
    now = time.perf_counter()
    left = deadline - now
    # Chosen rows are dearer than the generator's own.
    n_affordable = int(
        min(MAX_CHOSEN, CHOOSING_SHARE * left * len(rows) / (now - began))
    )
    if n_affordable >= n_tested:
        choose = Refiner(layout, refinement).choose
        n_chosen = min(n_made, MAX_CHOSEN_CELLS // layout.n_cells, n_affordable)
        trees = grow_trees(
            layout,
            train_rows,
            make("made for trees", n_chosen, choose),
            make("tested for trees", n_tested, choose),
            make_seed(seed, "trees"),
            now + (1 - CHOOSING_SHARE) * left,
            lambda n, most: on_progress(NETWORK_SHARE + (1 - NETWORK_SHARE) * n / most),
        )
        refinement, rows = calibrate(trees, n_affordable)
    tails = fit_tails(rows, len(train_rows), layout)
    return dataclasses.replace(refinement, tails=tails)


def _calibrate(
    layout: Layout,
    train: EncodedTable,
    make_rows: MakeRows,
    units: tuple[int, ...],
    weights: list[np.ndarray],
    trees: list[np.ndarray],
    n_rows: int,
    seed: int,
) -> tuple[Refinement, EncodedTable]:
    """Find number of candidates and offsets; return rows chosen by them as well.

    Fewer rows than `n_rows` where their candidates would be more than are needed.
    """
    no_tails = layout.n_ranks * [np.empty((2, 0), dtype=np.float32)]
    refinement = Refinement(
        units, [], weights, trees, [], no_tails, math.inf, math.inf, 1, 1.0
    )
    refiner = Refiner(layout, refinement)

    def score(table: EncodedTable) -> np.ndarray:
        return np.stack(
            [refiner.score_by_networks(table), refiner.score_by_trees(table)]
        )

    most = min(
        CALIBRATED_PER_ROW * len(train), MAX_CALIBRATED, MAX_CELLS // layout.n_cells
    )
    n_rows = min(n_rows, most // MIN_CANDIDATES)
    scores = score(make_rows(RowRange(make_seed(seed, "share"), 0, n_rows), None))
    caps = np.quantile(scores, 1 - CAPPED_SHARE, axis=1, keepdims=True)
    share = effective_share(np.minimum(scores, caps).sum(axis=0))
    n_candidates = count_candidates(share)
    n_rows = min(n_rows, most // n_candidates)
    candidates = make_rows(
        RowRange(make_seed(seed, "calibration"), 0, n_rows * n_candidates), None
    )
    log_weights = np.minimum(score(candidates), caps).sum(axis=0)
    offsets = fit_offsets(train, candidates, log_weights, n_candidates, layout)
    # Rows chosen as they will be.
    log_weights = add_offsets(log_weights, cell_indices(candidates, layout), offsets)
    noisy = log_weights + make_rng(seed, "choice").gumbel(size=len(candidates))
    best = noisy.reshape(n_candidates, n_rows).argmax(axis=0)
    chosen = best * n_rows + np.arange(n_rows)
    rows = candidates.take(chosen)
    refinement = dataclasses.replace(
        refinement,
        offsets=offsets,
        cap=float(caps[0, 0]),
        trees_cap=float(caps[1, 0]),
        n_candidates=n_candidates,
        effective_share=share,
    )
    return refinement, rows

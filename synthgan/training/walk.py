"""`walk`: rows within a part of what a generator makes, however rare that part is.

Rejection makes rows until one belongs; that takes ever longer for rarer parts. Here
each row starts as a row that is known to belong, and its noise walks: small steps
mostly stay inside, and what would leave is refused. Rows come out as rejection would
give them, without the waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders import EncodedTable
from synthgan.training.noise import Noise
from synthgan.training.sampler import Sampler, fill_blocks

#: Sizes of the steps, from a fresh draw, for parts that are common, to small ones, of
#: which nine in ten stay inside a part that is a tenth of all.
STEP_SIZES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.18, 0.12, 0.09)
#: Log-weights of rows, up to a constant.
LogWeights = Callable[[EncodedTable], np.ndarray]


@dataclass(frozen=True, eq=False)
class Starts:
    """Where the walk of each row begins.

    Parameters
    ----------
    noise : Noise of m rows
        That of rows which belong.
    table : EncodedTable of m rows
        What the generator makes of it.
    places : ndarray of int, shape (n,)
        For each of n rows, where it starts among the m.
    """

    noise: Noise
    table: EncodedTable
    places: np.ndarray


def draw_starts(
    sampler: Sampler,
    pool_rows: RowRange,
    pool: EncodedTable,
    matches: Sequence[tuple[np.ndarray, np.ndarray]],
    rows: RowRange,
    log_weights: np.ndarray | None = None,
) -> Starts:
    """Draw where each row starts, among rows of a pool that belong as it does.

    Parameters
    ----------
    sampler : Sampler
        The generator.
    pool_rows : RowRange of m rows
        Seed and numbers of the pool's rows.
    pool : EncodedTable of m rows
        What the generator made of them.
    matches : sequence of (ndarray of int, ndarray of int)
        Places of rows of the range, and of the pool's rows that they may start at; a
        row that is in none starts anywhere.
    rows : RowRange
        Seed and numbers of the rows.
    log_weights : ndarray, shape (m,), optional
        Of the pool's rows: starts are drawn in proportion to the weights.
    """
    uniforms = rows.uniforms("start")
    places = np.zeros(rows.n_rows, dtype=np.int64)
    for members, found in matches:
        weights = np.ones(len(found))
        if log_weights is not None:
            weights = softmax(log_weights[found])
        edges = np.cumsum(weights)
        drawn = np.searchsorted(edges, uniforms[members] * edges[-1], side="right")
        places[members] = found[drawn.clip(max=len(found) - 1)]
    used, places = np.unique(places, return_inverse=True)
    return Starts(sampler.find_noise(pool_rows, used), pool.take(used), places)


def walk(
    sampler: Sampler,
    rows: RowRange,
    starts: Starts,
    belongs: Callable[[EncodedTable, slice], np.ndarray],
    log_weights: LogWeights | None = None,
) -> EncodedTable:
    """Make the rows of a range, each within a part of its own.

    Parameters
    ----------
    sampler : Sampler
        The generator.
    rows : RowRange
        Seed and numbers of the rows.
    starts : Starts of rows.n_rows rows
        Where they begin.
    belongs : callable
        Given some rows and which of the range they are, tells which belong where they
        should.
    log_weights : callable, optional
        Log-weights of rows, up to a constant: rows come in proportion to the weight.
        By default all weigh the same.

    Returns
    -------
    EncodedTable of rows.n_rows rows
        All of them belong, if their starts do.

    Notes
    -----
    A Metropolis-Hastings chain on the noise for each row. Its steps keep the noise's
    own distribution, so the chance to accept one that stays inside is the ratio of the
    weights, and the chain's distribution is the generator's, weighted and restricted.
    Starts drawn from that distribution already have it; the steps make rows that share
    a start differ.

    References
    ----------
    R. Turner, J. Hung, E. Frank, Y. Saatci, J. Yosinski, "Metropolis-Hastings
    generative adversarial networks", 2019, arXiv:1811.11357. For the steps see
    `Noise.move`.
    """
    weigh = log_weights or (lambda table: np.zeros(len(table)))

    def make(block: int, part: slice, place: slice) -> EncodedTable:
        rng = rows.block_rng(block, "walk")
        first = starts.places[place]
        noise, table = starts.noise.take(first), starts.table.take(first)
        weights = weigh(table)
        for size in STEP_SIZES:
            # Drawn for a whole block: a row does not depend on how many are asked for.
            fresh = sampler.draw_noise(rng).take(part)
            patience = rng.standard_exponential(BLOCK_SIZE)[part]
            moved = noise.move(fresh, size)
            made = sampler.make(moved)
            made_weights = weigh(made)
            accepted = belongs(made, place) & (weights - made_weights < patience)
            weights = np.where(accepted, made_weights, weights)
            noise = noise.replace(accepted, moved)
            table = table.replace(accepted, made)
        return table

    return fill_blocks(sampler.layout, rows, make)

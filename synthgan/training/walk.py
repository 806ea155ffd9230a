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

from synthgan._random import BLOCK_SIZE, RowRange, pick
from synthgan.candidates import Choose, MakeCandidate
from synthgan.encoders import EncodedTable
from synthgan.training.noise import Noise
from synthgan.training.sampler import Sampler, fill_blocks

#: Sizes of the steps before a row's first state: small ones, nine in ten of which stay
#: inside a part that is a tenth of all, so that hardly any row is one of the pool's.
FIRST_SIZES = (0.25, 0.12, 0.06)
#: Sizes of the steps from one state to the next: from a fresh draw, for parts that are
#: common, to one that keeps a good deal. With one step only, in turn, states are so
#: alike that choosing among them hardly refines.
SIZES = (0.35, 0.5, 0.7, 1.0)
#: The last state of so many is a row, where none is chosen.
N_STATES = 3


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
    """
    uniforms = rows.uniforms("start")
    places = np.zeros(rows.n_rows, dtype=np.int64)
    for members, found in matches:
        places[members] = pick(found, uniforms[members])
    used, places = np.unique(places, return_inverse=True)
    return Starts(sampler.find_noise(pool_rows, used), pool.take(used), places)


def take_last(make_candidate: MakeCandidate, rng: np.random.Generator) -> EncodedTable:
    """Return the last of a few states of the walks of a block of rows."""
    for k in range(N_STATES):
        state = make_candidate(k)
    return state


def walk(
    sampler: Sampler,
    rows: RowRange,
    starts: Starts,
    belongs: Callable[[EncodedTable, slice], np.ndarray],
    choose: Choose = take_last,
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
    choose : callable, default take_last
        Makes a block of rows out of several candidates for each, which are the states
        of its walk.

    Returns
    -------
    EncodedTable of rows.n_rows rows
        All of them belong, if their starts do.

    Notes
    -----
    A Metropolis-Hastings chain on the noise for each row. Its steps keep the noise's
    own distribution, so all that stay inside are accepted, and the chain's distribution
    is the generator's, restricted. Starts drawn from that distribution already have it;
    the steps make rows that share a start differ.

    References
    ----------
    R. Turner, J. Hung, E. Frank, Y. Saatci, J. Yosinski, "Metropolis-Hastings
    generative adversarial networks", 2019, arXiv:1811.11357. For the steps see
    `Noise.move`.
    """

    def make(block: int, part: slice, place: slice) -> EncodedTable:
        # A whole block walks: a row does not depend on how many are asked for.
        rng = rows.block_rng(block, "walk")
        first = np.zeros(BLOCK_SIZE, dtype=np.int64)
        first[part] = starts.places[place]
        noise, table = starts.noise.take(first), starts.table.take(first)

        def step(size: float) -> None:
            nonlocal noise, table
            moved = noise.move(sampler.draw_noise(rng), size)
            made = sampler.make(moved)
            accepted = np.zeros(BLOCK_SIZE, dtype=bool)
            accepted[part] = belongs(made.take(part), place)
            noise, table = noise.replace(accepted, moved), table.replace(accepted, made)

        def candidate(k: int) -> EncodedTable:
            """Return state k of the walks; states are asked for in turn."""
            for size in SIZES if k else FIRST_SIZES:
                step(size)
            return table

        return choose(candidate, rows.block_rng(block, "choice")).take(part)

    return fill_blocks(sampler.layout, rows, make)

"""`fit_flow`: learning where a generator's rows should move."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from synthgan._random import RowRange, make_seed
from synthgan.encoders import EncodedTable
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout
from synthgan.networks.flow import JITTER
from synthgan.refinement.fit import count_made
from synthgan.refinement.ratio import RatioTrainer

#: Networks, each trained on the rows that the ones before have moved.
N_ROUNDS = 2

#: Given weights of networks, returns what makes the rows of a range, moved by them.
MoveRows = Callable[[list[np.ndarray]], Callable[[RowRange], EncodedTable]]


def fit_flow(
    layout: Layout,
    train_rows: TrainingRows,
    move_rows: MoveRows,
    discriminator_weights: list[np.ndarray],
    units: tuple[int, ...],
    seed: int,
    deadline: float,
    on_progress: Callable[[float], None],
) -> list[np.ndarray]:
    """Learn the networks of a `Flow`, one after the other.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows.
    move_rows : callable
        Given the weights of networks, returns what makes the generator's rows of a
        range, moved by them.
    discriminator_weights : list of ndarray
        Where the first network starts; each other one starts as the one before.
    units : tuple of int
        Widths of the networks, and of the discriminator.
    seed : int
        Fixes every draw.
    deadline : float
        Time (of `time.perf_counter`) after which no further call begins.
    on_progress : callable
        Told the share of the work that is done.

    Returns
    -------
    list of ndarray
        The networks' weights, one after the other; none where held-out rows do not
        bear out that the generator's rows can be told from them.
    """
    n_made, n_tested = count_made(layout, len(train_rows))
    trainer = RatioTrainer(layout, train_rows, units, make_seed(seed, "ratio"), JITTER)
    flow: list[np.ndarray] = []
    start = discriminator_weights
    for k in range(N_ROUNDS):

        def on_call_end(step: int, n_steps: int, k: int = k) -> None:
            on_progress((k + step / n_steps) / N_ROUNDS)

        make_rows = move_rows(flow)
        ratio = trainer.train(
            make_rows(RowRange(make_seed(seed, "moved", k), 0, n_made)),
            make_rows(RowRange(make_seed(seed, "tested", k), 0, n_tested)),
            start,
            deadline,
            on_call_end,
        )
        if ratio.held_out_loss >= math.log(2):
            break
        flow = [*flow, *ratio.weights]
        start = ratio.weights
        if time.perf_counter() > deadline:
            break
    return flow

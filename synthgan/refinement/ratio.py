"""The density ratio: a network trained to tell training rows from the generator's.

Its score estimates log p(x) - log q(x), p being the table and q the generator. It
starts as the discriminator that the generator was trained against, which has seen more
of its rows than could be made again, or as the network before it. The generator's rows
are without end, the training rows are not: a part of them is held out and says when to
stop. Files of earlier versions hold two networks, whose scores are added.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops, random

from synthgan._random import make_seed
from synthgan.encoders import EncodedTable
from synthgan.engines import Player, Repeated, current_engine, pad_rows
from synthgan.layout import Layout
from synthgan.networks import RatioNetwork, read_ratio_networks
from synthgan.networks.rows import jitter_ranks
from synthgan.refinement.held_out import split_held_out

#: Rows of a batch, half of them real.
BATCH_SIZE = 1000
LEARNING_RATE = 1e-3
WEIGHT_DECAY = 1.0
#: Passes over the training rows at most, within these numbers of steps.
N_EPOCHS = 100
MIN_STEPS, MAX_STEPS = 500, 1_000
STEPS_PER_CALL = 50
#: Calls without a better held-out loss before training stops.
PATIENCE = 15
#: Weight of the past in the moving average of the weights.
AVERAGING = 0.99
#: Rows scored at a time.
SCORED_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Ratio:
    """A trained ratio network.

    Parameters
    ----------
    weights : list of ndarray
        In the order of its variables.
    held_out_loss : float
        Mean cross-entropy on held-out rows, in nats; log 2 = .693 where the
        generator's rows cannot be told apart.
    """

    weights: list[np.ndarray]
    held_out_loss: float


def freeze_sum(models: Sequence[RatioNetwork]) -> Callable[[EncodedTable], np.ndarray]:
    """Return a function that scores any number of rows by the sum of networks."""

    def add_up(codes: Any, ranks: Any) -> tuple[Any]:
        features = models[0].features(codes, ranks)
        return (sum(model.network(features) for model in models),)

    variables = [variable for model in models for variable in model.variables]
    call = current_engine().freeze(add_up, variables)

    def score(table: EncodedTable) -> np.ndarray:
        scores = np.empty(len(table), dtype=np.float32)
        for start in range(0, len(table), SCORED_ROWS):
            part = slice(start, start + SCORED_ROWS)
            codes, ranks = (
                pad_rows(array[part], SCORED_ROWS)
                for array in (table.codes, table.ranks)
            )
            n_rows = len(table.codes[part])
            scores[part] = call(codes, ranks)[0][:n_rows]
        return scores

    return score


def load_ratio(
    layout: Layout, units: tuple[int, ...], weights: list[np.ndarray]
) -> Callable[[EncodedTable], np.ndarray]:
    """Return a function that scores rows by the sum of trained networks.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    units : tuple of int
        Widths of each network.
    weights : list of ndarray
        The weights of one network after the other; raises ValueError where they do
        not fit.
    """
    return freeze_sum(read_ratio_networks(layout, units, weights))


def train_ratio(
    layout: Layout,
    train: EncodedTable,
    made: EncodedTable,
    held_out_made: EncodedTable,
    discriminator_weights: list[np.ndarray],
    units: tuple[int, ...],
    seed: int,
    deadline: float,
    on_call_end: Callable[[int, int], None],
    jitter: float = 0.0,
) -> Ratio:
    """Train a network to tell training rows from made ones.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train, made, held_out_made : EncodedTable
        Training rows, the generator's rows to train on, and others to test on.
    discriminator_weights : list of ndarray
        Where it starts: at those of a discriminator, or of another ratio, its scores
        moved to lie around 0.
    units : tuple of int
        The network's widths, and the discriminator's.
    seed : int
        Fixes every draw.
    deadline : float
        Time (of `time.perf_counter`) at which training stops at the latest.
    on_call_end : callable
        Told the steps done and planned.
    jitter : float, default 0
        The ranks that the network is trained on are moved at random, at most so far as
        standard normal numbers; those it is tested on are not.
    """
    engine = current_engine()
    held_out, kept = split_held_out(train, seed)
    tested = RatioNetwork(layout, units)
    tested.start_from(discriminator_weights)
    score = freeze_sum([tested])
    model = RatioNetwork(layout, units)
    model.start_from(discriminator_weights)
    # Losses that compare rows leave it open around what scores lie.
    model.lower_scores((score(held_out).mean() + score(held_out_made).mean()) / 2)
    optimizer = keras.optimizers.AdamW(
        LEARNING_RATE, weight_decay=WEIGHT_DECAY, beta_1=0.9, beta_2=0.99
    )
    optimizer.build(model.variables)
    averages = [
        keras.Variable(ops.convert_to_numpy(variable.value), trainable=False)
        for variable in model.variables
    ]
    draws = random.SeedGenerator(make_seed(seed, "draws"))
    half = BATCH_SIZE // 2
    is_real = np.repeat([1.0, 0.0], half).astype(np.float32)

    def step(data: tuple[Any, ...]) -> Any:
        parts = []
        for codes, ranks, n_rows in (
            (data[0], data[1], len(kept)),
            (data[2], data[3], len(made)),
        ):
            chosen = random.randint((half,), 0, n_rows, seed=draws)
            seen = ops.take(ranks, chosen, axis=0)
            if jitter:
                moves = random.uniform(ops.shape(seen), -jitter, jitter, seed=draws)
                seen = jitter_ranks(seen, moves)
            parts.append(model.features(ops.take(codes, chosen, axis=0), seen))
        features = ops.concatenate(parts, axis=0)

        def losses() -> tuple[Any]:
            scores = model.network(features)
            return (ops.mean(ops.softplus(scores) - is_real * scores),)

        loss = engine.minimise(losses, [Player(model.variables, optimizer)])
        for average, variable in zip(averages, model.variables, strict=True):
            average.assign(AVERAGING * average + (1 - AVERAGING) * variable)
        return ops.stack(loss)

    n_steps = min(max(N_EPOCHS * len(kept) // half, MIN_STEPS), MAX_STEPS)
    n_calls = n_steps // STEPS_PER_CALL
    run = engine.compile(
        (Repeated(step, 1),),
        [*model.variables, *averages, *optimizer.variables, draws.state],
        (kept.codes, kept.ranks, made.codes, made.ranks),
        STEPS_PER_CALL,
        1,
        n_steps,
    )
    best = Ratio([], np.inf)
    best_call = 0
    for call in range(n_calls):
        optimizer.learning_rate = LEARNING_RATE * np.cos(np.pi / 2 * call / n_calls)
        run()
        weights = [ops.convert_to_numpy(average) for average in averages]
        tested.set_weights(weights)
        loss = _cross_entropy(score(held_out), score(held_out_made))
        if loss < best.held_out_loss:
            best, best_call = Ratio(weights, loss), call
        on_call_end((call + 1) * STEPS_PER_CALL, n_calls * STEPS_PER_CALL)
        if call - best_call >= PATIENCE or time.perf_counter() > deadline:
            break
    return best


def _cross_entropy(real_scores: np.ndarray, made_scores: np.ndarray) -> float:
    """Return the mean cross-entropy, both kinds of rows weighing the same."""
    real, made = np.logaddexp(0, -real_scores), np.logaddexp(0, made_scores)
    return float(real.mean() + made.mean()) / 2

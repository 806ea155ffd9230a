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
from synthgan.engines import Player, Repeated, current_engine, padded_batches
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout
from synthgan.networks import RatioNetwork, read_ratio_networks
from synthgan.networks.rows import jitter_ranks

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
        for part, batch in padded_batches((table.codes, table.ranks), SCORED_ROWS):
            scores[part] = call(*batch)[0][: len(scores[part])]
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


class RatioTrainer:
    """Trains networks to tell training rows from made ones, one after the other.

    They are compiled once.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows; those that are held out say when to stop.
    units : tuple of int
        The networks' widths, and the discriminator's.
    seed : int
        Fixes every draw.
    jitter : float, default 0
        The ranks that networks are trained on are moved at random, at most so far as
        standard normal numbers; those they are tested on are not.
    """

    def __init__(
        self,
        layout: Layout,
        train_rows: TrainingRows,
        units: tuple[int, ...],
        seed: int,
        jitter: float = 0.0,
    ) -> None:
        self._held_out, self._kept = train_rows.held_out, train_rows.kept
        self._jitter = jitter
        self._engine = current_engine()
        self._tested = RatioNetwork(layout, units)
        self._score = freeze_sum([self._tested])
        self._model = RatioNetwork(layout, units)
        self._optimizer = keras.optimizers.AdamW(
            LEARNING_RATE, weight_decay=WEIGHT_DECAY, beta_1=0.9, beta_2=0.99
        )
        self._optimizer.build(self._model.variables)
        self._averages = [
            keras.Variable(ops.convert_to_numpy(variable.value), trainable=False)
            for variable in self._model.variables
        ]
        self._draws = random.SeedGenerator(make_seed(seed, "draws"))
        # How each training begins.
        self._first_draw = ops.convert_to_numpy(self._draws.state)
        n_steps = N_EPOCHS * len(self._kept) // (BATCH_SIZE // 2)
        n_steps = min(max(n_steps, MIN_STEPS), MAX_STEPS)
        self._n_calls = n_steps // STEPS_PER_CALL
        self._run = self._engine.compile(
            (Repeated(self._step, 1),),
            [
                *self._model.variables,
                *self._averages,
                *self._optimizer.variables,
                self._draws.state,
            ],
            STEPS_PER_CALL,
            1,
            n_steps,
        )

    def train(
        self,
        made: EncodedTable,
        held_out_made: EncodedTable,
        discriminator_weights: list[np.ndarray],
        deadline: float,
        on_call_end: Callable[[int, int], None],
    ) -> Ratio:
        """Train a network.

        Parameters
        ----------
        made, held_out_made : EncodedTable
            The generator's rows to train on, and others to test on.
        discriminator_weights : list of ndarray
            Where it starts: at those of a discriminator, or of another ratio, its
            scores moved to lie around 0.
        deadline : float
            Time (of `time.perf_counter`) after which no further call begins.
        on_call_end : callable
            Told the steps done and planned.
        """
        self._start_from(discriminator_weights, held_out_made)
        kept = self._kept
        data = self._engine.place((kept.codes, kept.ranks, made.codes, made.ranks))
        best = Ratio([], np.inf)
        best_call = 0
        for call in range(self._n_calls):
            pace = np.cos(np.pi / 2 * call / self._n_calls)
            self._optimizer.learning_rate = LEARNING_RATE * pace
            self._run(data)
            weights = [ops.convert_to_numpy(average) for average in self._averages]
            self._tested.set_weights(weights)
            loss = _cross_entropy(
                self._score(self._held_out), self._score(held_out_made)
            )
            if loss < best.held_out_loss:
                best, best_call = Ratio(weights, loss), call
            on_call_end((call + 1) * STEPS_PER_CALL, self._n_calls * STEPS_PER_CALL)
            if call - best_call >= PATIENCE or time.perf_counter() > deadline:
                break
        return best

    def _start_from(
        self, discriminator_weights: list[np.ndarray], made: EncodedTable
    ) -> None:
        """Set every variable to what it is before the first step."""
        for network in (self._tested, self._model):
            network.start_from(discriminator_weights)
        # Losses that compare rows leave it open around what scores lie.
        middle = (self._score(self._held_out).mean() + self._score(made).mean()) / 2
        self._model.lower_scores(middle)
        for average, variable in zip(
            self._averages, self._model.variables, strict=True
        ):
            average.assign(variable.value)
        for variable in self._optimizer.variables:
            variable.assign(ops.zeros_like(variable.value))
        self._draws.state.assign(self._first_draw)

    def _step(self, data: tuple[Any, ...]) -> Any:
        half = BATCH_SIZE // 2
        real_codes, real_ranks, made_codes, made_ranks = data
        features = ops.concatenate(
            [
                self._draw_features(real_codes, real_ranks, half),
                self._draw_features(made_codes, made_ranks, half),
            ],
            axis=0,
        )
        is_real = np.repeat([1.0, 0.0], half).astype(np.float32)

        def losses() -> tuple[Any]:
            scores = self._model.network(features)
            return (ops.mean(ops.softplus(scores) - is_real * scores),)

        player = Player(self._model.variables, self._optimizer)
        loss = self._engine.minimise(losses, [player])
        for average, variable in zip(
            self._averages, self._model.variables, strict=True
        ):
            average.assign(AVERAGING * average + (1 - AVERAGING) * variable)
        return ops.stack(loss)

    def _draw_features(self, codes: Any, ranks: Any, n_rows: int) -> Any:
        """Draw rows, and return what the network sees of them."""
        chosen = random.randint((n_rows,), 0, codes.shape[0], seed=self._draws)
        seen = ops.take(ranks, chosen, axis=0)
        if self._jitter:
            moves = random.uniform(
                ops.shape(seen), -self._jitter, self._jitter, seed=self._draws
            )
            seen = jitter_ranks(seen, moves)
        return self._model.features(ops.take(codes, chosen, axis=0), seen)


def _cross_entropy(real_scores: np.ndarray, made_scores: np.ndarray) -> float:
    """Return the mean cross-entropy, both kinds of rows weighing the same."""
    real, made = np.logaddexp(0, -real_scores), np.logaddexp(0, made_scores)
    return float(real.mean() + made.mean()) / 2

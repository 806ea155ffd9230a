"""`Game`: the two networks, their optimizers, and one step of the game they play."""

from __future__ import annotations

from functools import reduce
from typing import Any

import keras
import numpy as np
from keras import ops, random

from synthgan._random import make_seed, make_seeds
from synthgan.encoders import EncodedTable
from synthgan.engines import Engine, Player, Repeated, padded_batches
from synthgan.layout import Layout
from synthgan.losses import (
    LOSSES,
    MEMORY,
    PENALTIES,
    feature_moments,
    moment_loss,
)
from synthgan.networks import RowFeatures, build_discriminator, build_generator
from synthgan.training.settings import TrainingSettings

#: The gradient penalty is applied every so many steps, with so many times its weight
#: (lazy regularisation: Karras et al. 2020, arXiv:1912.04958).
PENALTY_INTERVAL = 8
#: The figures that a step returns, in order.
FIGURES = ("discriminator_loss", "generator_loss")
#: Weight of the past, per step, in the moving average of the generator.
AVERAGING = 0.999
#: The moments of the training rows are taken of so many at the most.
MOMENT_ROWS = 65_536
#: So many at a time.
MOMENT_BATCH = 4_096
#: Share of a batch's rows of which the generator is told some cells. What it learns
#: from them costs the others: with a half, a quarter and an eighth the two-sample AUC
#: of Shoppers is .650, .631 and .620, and that of rows of which half of the cells are
#: given .657, .748 and .821.
MASKED_SHARE = 0.25
#: Adam's decay rates.
BETA_1, BETA_2 = 0.0, 0.9


class Game:
    """A generator and a discriminator in training.

    Parameters
    ----------
    layout : Layout
        Layout of the encoded table.
    settings : TrainingSettings
        How they are trained.
    engine : Engine
        Engine of Keras's backend.
    table : EncodedTable
        The training rows but for those that are held out.
    seed : int
        Fixes initial weights and every draw.
    """

    def __init__(
        self,
        layout: Layout,
        settings: TrainingSettings,
        engine: Engine,
        table: EncodedTable,
        seed: int,
    ) -> None:
        self.layout = layout
        self.settings = settings
        self.engine = engine
        self.n_drawn = keras.Variable(len(table), trainable=False, dtype="int32")
        self.rows = RowFeatures(layout)
        self.loss = LOSSES[settings.loss]
        self.penalty = PENALTIES[self.loss.penalty]
        self.generator = build_generator(
            layout,
            settings.latent_dim,
            settings.generator_units,
            make_seeds(seed, "generator"),
        )
        self.discriminator = build_discriminator(
            self.rows.features_width + layout.n_columns,
            settings.discriminator_units,
            make_seeds(seed, "discriminator"),
        )
        self.generator_optimizer = _make_adam(
            settings.generator_learning_rate, self.generator
        )
        self.discriminator_optimizer = _make_adam(
            settings.discriminator_learning_rate, self.discriminator
        )
        self.averages = [
            # A copy: on TensorFlow a variable made of another's value is that variable.
            keras.Variable(ops.convert_to_numpy(variable.value), trainable=False)
            for variable in self.generator.trainable_variables
        ]
        self.training_moments = keras.Variable(
            self._training_moments(table), trainable=False
        )
        self.moment_error = keras.Variable(
            np.zeros(self.training_moments.shape, dtype=np.float32), trainable=False
        )
        self.past_weight = keras.Variable(0.0, trainable=False)
        self.draws = random.SeedGenerator(make_seed(seed, "draws"))

    @property
    def variables(self) -> list[Any]:
        """Every variable that a step reads or changes."""
        return [
            *self.generator.trainable_variables,
            *self.discriminator.trainable_variables,
            *self.averages,
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
            self.training_moments,
            self.moment_error,
            self.past_weight,
            self.n_drawn,
            self.draws.state,
        ]

    @property
    def cycle(self) -> tuple[Repeated, ...]:
        """One step with the penalty, and the steps without until the next one."""
        return (
            Repeated(self.penalised_step, 1),
            Repeated(self.plain_step, PENALTY_INTERVAL - 1),
        )

    def set_pace(self, learning_rate_factor: float, step: int) -> None:
        """Set what changes from one compiled call to the next.

        Parameters
        ----------
        learning_rate_factor : float
            Scales both learning rates against their settings.
        step : int
            Number of steps done. Early on the moving average is short, so that it
            forgets the initial weights.
        """
        self.generator_optimizer.learning_rate = (
            self.settings.generator_learning_rate * learning_rate_factor
        )
        self.discriminator_optimizer.learning_rate = (
            self.settings.discriminator_learning_rate * learning_rate_factor
        )
        past = min(AVERAGING, (1 + step) / (10 + step))
        self.past_weight.assign(past**PENALTY_INTERVAL)

    def draw_from(self, n_rows: int) -> None:
        """Draw batches from so many of the training rows, the first ones."""
        self.n_drawn.assign(n_rows)

    def plain_step(self, data: tuple[Any, Any]) -> Any:
        """Take one step without penalty; see `_step`."""
        return self._step(data, penalised=False)

    def penalised_step(self, data: tuple[Any, Any]) -> Any:
        """Take one step with penalty, and move the averages; see `_step`."""
        figures = self._step(data, penalised=True)
        self._move_averages()
        return figures

    def _step(self, data: tuple[Any, Any], penalised: bool) -> Any:
        """Take one step of both players at once, each down its own loss.

        Parameters
        ----------
        data : (codes, ranks)
            All training rows, compact, on the device.
        penalised : bool
            Whether the discriminator pays the gradient penalty.

        Returns
        -------
        tensor, shape (len(FIGURES),)
        """
        mask = self._draw_mask()
        real = self.rows.unlink(self._draw_real(data), mask)
        real_inputs = self._discriminator_inputs(real, mask)
        free = _free_weights(mask)

        def losses() -> tuple[Any, Any]:
            fake = self._make_fake(real, mask)
            fake_inputs = self._discriminator_inputs(fake, mask)
            both = ops.concatenate([real_inputs, fake_inputs], axis=0)
            scores = self.discriminator(both)
            real_scores = scores[: self.settings.batch_size]
            fake_scores = scores[self.settings.batch_size :]
            discriminator_loss = self.loss.discriminator(real_scores, fake_scores)
            if penalised:
                penalty = self.penalty(
                    self.discriminator,
                    real_inputs,
                    ops.stop_gradient(fake_inputs),
                    self.engine.input_gradient,
                    self.draws,
                )
                weight = PENALTY_INTERVAL * self.settings.penalty_weight
                discriminator_loss = discriminator_loss + weight * penalty
            features = fake_inputs[:, : self.rows.features_width]
            error = self._move_moment_error(features, free)
            generator_loss = self.loss.generator(real_scores, fake_scores)
            generator_loss = generator_loss + moment_loss(features, free, error)
            return discriminator_loss, generator_loss

        players = [
            Player(
                self.discriminator.trainable_variables, self.discriminator_optimizer
            ),
            Player(self.generator.trainable_variables, self.generator_optimizer),
        ]
        return ops.stack(self.engine.minimise(losses, players))

    def _draw_real(self, data: tuple[Any, Any]) -> Any:
        """Draw a batch of dense training rows."""
        codes, ranks = data
        chosen = random.randint(
            (self.settings.batch_size,), 0, self.n_drawn.value, seed=self.draws
        )
        return self.rows.dense(
            ops.take(codes, chosen, axis=0), ops.take(ranks, chosen, axis=0)
        )

    def _draw_mask(self) -> Any:
        """Draw which columns are given: mostly none, else a random share of them."""
        shape = (self.settings.batch_size, self.layout.n_columns)
        lowest = 1.0 - 1.0 / MASKED_SHARE
        share = random.uniform((shape[0], 1), lowest, 1.0, seed=self.draws)
        drawn = random.uniform(shape, seed=self.draws)
        return ops.cast(drawn < share, "float32")

    def _make_fake(self, real: Any, mask: Any) -> Any:
        """Make dense rows in which the given cells are the real ones."""
        latent = random.normal(
            (self.settings.batch_size, self.settings.latent_dim), seed=self.draws
        )
        given = self.rows.spread_mask(mask)
        condition = real * given
        outputs = self.generator(latent, self.rows.features(condition), mask)
        made = self.rows.choose(outputs, self.draws)
        return condition + (1.0 - given) * made

    def _discriminator_inputs(self, rows: Any, mask: Any) -> Any:
        return ops.concatenate([self.rows.features(rows), mask], axis=1)

    def _training_moments(self, table: EncodedTable) -> np.ndarray:
        """Return the moments of the training rows, or of many of them."""

        def moments(codes: Any, ranks: Any, weights: Any) -> tuple[Any]:
            features = self.rows.features(self.rows.dense(codes, ranks))
            return (feature_moments(features, weights),)

        call = self.engine.freeze(moments, [])
        # Every so manieth row: a view, not a copy.
        step = -(-len(table) // MOMENT_ROWS)
        codes, ranks = table.codes[::step], table.ranks[::step]
        # Rows that fill up weigh nothing.
        weights = np.full((len(codes), 1), 1 / len(codes), dtype=np.float32)
        batches = padded_batches((codes, ranks, weights), MOMENT_BATCH)
        # One after the other: a table of all pairs of features can be large.
        return reduce(np.add, (call(*batch)[0] for _, batch in batches))

    def _move_moment_error(self, features: Any, weights: Any) -> Any:
        """Move the running error of the fake moments, and return it."""
        moments = feature_moments(ops.stop_gradient(features), weights)
        error = moments - self.training_moments
        self.moment_error.assign(MEMORY * self.moment_error + (1 - MEMORY) * error)
        return self.moment_error.value

    def _move_averages(self) -> None:
        """Move the generator's average, once a cycle, as far as a cycle's steps."""
        past = self.past_weight
        for average, variable in zip(
            self.averages, self.generator.trainable_variables, strict=True
        ):
            average.assign(past * average + (1.0 - past) * variable)

    def averaged_weights(self) -> list[np.ndarray]:
        """Return the generator's averaged weights, in the order of its variables."""
        return [ops.convert_to_numpy(average) for average in self.averages]

    def discriminator_weights(self) -> list[np.ndarray]:
        """Return the discriminator's weights, in the order of its variables."""
        variables = self.discriminator.trainable_variables
        return [ops.convert_to_numpy(variable) for variable in variables]


def _free_weights(mask: Any) -> Any:
    """Return weights that share 1 among the rows of which no column is given."""
    free = ops.cast(ops.all(mask == 0, axis=1, keepdims=True), mask.dtype)
    return free / ops.maximum(ops.sum(free), 1.0)


def _make_adam(learning_rate: float, network: Any) -> Any:
    adam = keras.optimizers.Adam(learning_rate, beta_1=BETA_1, beta_2=BETA_2)
    adam.build(network.trainable_variables)
    return adam

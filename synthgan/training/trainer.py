"""The training loop: compiled calls of many steps, watched from outside."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.exceptions import DivergenceError
from synthgan.layout import Layout
from synthgan.training.callbacks import Callback, TrainingState
from synthgan.training.game import FIGURES, PENALTY_INTERVAL, Game
from synthgan.training.schedule import learning_rate_factor, progress
from synthgan.training.settings import TrainingSettings

#: Steps of one compiled call: a second or two on a laptop, so that the bar moves and
#: Ctrl-C is heard.
STEPS_PER_CALL = 96


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a training leaves behind.

    Parameters
    ----------
    weights : list of ndarray
        The generator's averaged weights.
    history : DataFrame
        One row for each compiled call: step, seconds, learning-rate factor, losses.
    stop_reason : str
        Why the training ended.
    """

    weights: list[np.ndarray]
    history: pd.DataFrame
    stop_reason: str


def train(
    layout: Layout,
    table: EncodedTable,
    settings: TrainingSettings,
    seed: int,
    callbacks: Sequence[Callback] = (),
) -> TrainingResult:
    """Train a GAN on encoded rows.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    table : EncodedTable
        Training rows.
    settings : TrainingSettings
        How to train.
    seed : int
        Fixes initial weights and every draw.
    callbacks : sequence of Callback
        Look on and may stop the training.

    Returns
    -------
    TrainingResult

    Raises
    ------
    DivergenceError
        If a loss is no longer finite.
    KeyboardInterrupt
        If interrupted before there is anything to keep; a later interruption ends the
        training and keeps the averaged generator.
    """
    engine = current_engine()
    n_calls = -(-settings.n_steps // STEPS_PER_CALL)
    # Calls of one size, as full as can be: little is rounded up.
    n_cycles = -(-settings.n_steps // (n_calls * PENALTY_INTERVAL))
    steps_per_call = n_cycles * PENALTY_INTERVAL
    state = TrainingState(n_steps=n_calls * steps_per_call)
    weights: list[np.ndarray] = []
    rows: list[dict[str, float]] = []
    start = time.perf_counter()
    _tell(callbacks, "on_train_begin", state)
    try:
        game = Game(layout, settings, engine, table, seed)
        run = engine.compile(
            game.cycle,
            game.variables,
            (table.codes, table.ranks),
            n_cycles,
            len(FIGURES),
            state.n_steps,
        )
        while not state.stop_reason:
            factor = learning_rate_factor(state.progress)
            game.set_pace(factor, state.step)
            figures = run()
            _check_finite(figures, state.step, steps_per_call)
            weights = game.averaged_weights()
            state.step += steps_per_call
            state.seconds = time.perf_counter() - start
            state.progress = progress(
                state.step, state.n_steps, state.seconds, settings.max_seconds
            )
            state.figures = dict(zip(FIGURES, figures.tolist(), strict=True))
            rows.append(
                {
                    "step": state.step,
                    "seconds": state.seconds,
                    "learning_rate_factor": factor,
                    **state.figures,
                }
            )
            if state.step >= state.n_steps:
                state.stop("all steps done")
            elif state.progress >= 1:
                state.stop("max_seconds reached")
            _tell(callbacks, "on_call_end", state)
    except KeyboardInterrupt:
        if not weights:
            raise
        state.stop("interrupted")
        warnings.warn(
            f"training was interrupted after {state.step:,} of {state.n_steps:,} "
            "steps; the generator as it was then is kept",
            stacklevel=5,
        )
    finally:
        _tell(callbacks, "on_train_end", state)
    return TrainingResult(weights, pd.DataFrame(rows), state.stop_reason)


def _tell(callbacks: Sequence[Callback], hook: str, state: TrainingState) -> None:
    for callback in callbacks:
        getattr(callback, hook)(state)


def _check_finite(figures: np.ndarray, step: int, steps_per_call: int) -> None:
    if np.isfinite(figures).all():
        return
    named = ", ".join(
        f"{name} {value}"
        for name, value in zip(FIGURES, figures.tolist(), strict=True)
        if not np.isfinite(value)
    )
    stop = step + steps_per_call
    msg = (
        f"training diverged between steps {step:,} and {stop:,}: {named}; try a "
        "smaller generator_learning_rate and discriminator_learning_rate, or a larger "
        "penalty_weight"
    )
    raise DivergenceError(msg, step=stop)

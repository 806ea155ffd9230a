"""The training loop: compiled calls of many steps, watched from outside."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgan._random import make_seed
from synthgan.engines import current_engine
from synthgan.exceptions import DivergenceError
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout
from synthgan.training.callbacks import Callback, TrainingState
from synthgan.training.examiner import MIN_EXAMINED, N_EXAMS, Examiner
from synthgan.training.game import FIGURES, PENALTY_INTERVAL, Game
from synthgan.training.result import TrainingResult
from synthgan.training.schedule import (
    COOLDOWN_START,
    learning_rate_factor,
    progress,
)
from synthgan.training.settings import TrainingSettings

#: Steps of one compiled call: a second or two on a laptop, so that the bar moves and
#: Ctrl-C is heard.
STEPS_PER_CALL = 96


def train(
    layout: Layout,
    train_rows: TrainingRows,
    settings: TrainingSettings,
    seed: int,
    callbacks: Sequence[Callback] = (),
) -> TrainingResult:
    """Train a GAN on encoded rows.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows; those that are held out are drawn in the cooldown only.
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
    calls_per_exam = max(n_calls // N_EXAMS, 1)
    state = TrainingState(n_steps=n_calls * steps_per_call)
    table, held_out = train_rows.table, train_rows.held_out
    examiner = None
    if len(held_out) >= MIN_EXAMINED:
        examiner = Examiner(layout, settings, held_out, make_seed(seed, "exams"))
    weights: list[np.ndarray] = []
    discriminator_weights: list[np.ndarray] = []
    rows: list[dict[str, float | None]] = []
    start = time.perf_counter()
    _tell(callbacks, "on_train_begin", state)
    try:
        game = Game(layout, settings, engine, train_rows.kept, seed)
        run = engine.compile(
            game.cycle,
            game.variables,
            n_cycles,
            len(FIGURES),
            state.n_steps,
        )
        data = engine.place((table.codes, table.ranks))
        # Also where a callback stops it before: there is something to keep then.
        while not (state.stop_reason and weights):
            factor = learning_rate_factor(state.progress)
            game.set_pace(factor, state.step)
            if state.progress >= COOLDOWN_START and not discriminator_weights:
                discriminator_weights = game.discriminator_weights()
                game.draw_from(len(table))
            figures = run(data)
            _check_finite(figures, state.step, steps_per_call)
            weights = game.averaged_weights()
            state.step += steps_per_call
            state.seconds = time.perf_counter() - start
            state.progress = progress(
                state.step, state.n_steps, state.seconds, settings.max_seconds
            )
            state.figures = dict(zip(FIGURES, figures.tolist(), strict=True))
            is_examined = bool(examiner) and (len(rows) + 1) % calls_per_exam == 0
            if examiner and is_examined:
                _examine(examiner, weights, state)
            rows.append(
                {
                    "step": state.step,
                    "seconds": state.seconds,
                    "learning_rate_factor": factor,
                    **state.figures,
                    "two_sample_score": (
                        state.two_sample_score if is_examined else math.nan
                    ),
                }
            )
            if state.step >= state.n_steps:
                is_early = state.step < n_calls * steps_per_call
                state.stop("plateau reached" if is_early else "all steps done")
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
    return TrainingResult(
        weights,
        discriminator_weights or game.discriminator_weights(),
        pd.DataFrame(rows),
        state.stop_reason,
    )


def _examine(
    examiner: Examiner, weights: list[np.ndarray], state: TrainingState
) -> None:
    """Score the generator; where it gets no better, let the cooldown begin."""
    state.two_sample_score = examiner.examine(weights)
    if examiner.has_plateaued and state.progress < COOLDOWN_START:
        state.n_steps = round(state.step / COOLDOWN_START)
        state.progress = COOLDOWN_START


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

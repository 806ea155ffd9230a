"""`fit_model`: a table and parameters in, a fitted model out."""

from __future__ import annotations

import dataclasses
import math
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from synthgan._random import RowRange, check_random_state, make_seed
from synthgan.encoders import EncodedTable, TableEncoder
from synthgan.engines import import_keras
from synthgan.held_out import TrainingRows, count_held_out, hold_out
from synthgan.layout import Layout
from synthgan.model import Model
from synthgan.persistence import FittedState
from synthgan.schema import TableSchema
from synthgan.training.defaults import (
    default_batch_size,
    default_latent_dim,
    default_n_steps,
    default_penalty_weight,
    default_units,
)
from synthgan.training.result import TrainingResult
from synthgan.training.settings import TrainingSettings

#: Share of `max_seconds` that is left for the refinement.
REFINEMENT_SHARE = 0.25
#: Share of `max_seconds` that the GAN has, however long the schema and encoders took.
LEAST_SHARE = 0.1
#: Share of the refinement's time that its flow takes.
FLOW_SHARE = 0.4
#: Made rows that the diagnosis looks at, at most.
DIAGNOSED_ROWS = 16_384


def fit_model(
    frame: pd.DataFrame,
    schema: TableSchema,
    parameters: Mapping[str, Any],
    start: float,
) -> Model:
    """Learn a table: encode it, train, diagnose, refine.

    Parameters
    ----------
    frame : DataFrame
        The training rows, checked.
    schema : TableSchema
        What its columns mean.
    parameters : mapping
        The parameters of `GANSynthesizer`, checked.
    start : float
        Time (of `time.perf_counter`) from which `max_seconds` counts.

    Returns
    -------
    Model
    """
    seed = check_random_state(parameters["random_state"])
    encoder = TableEncoder.fit(frame, schema, seed)
    table = encoder.transform(frame, seed)
    settings = decide_settings(
        parameters, len(frame), encoder.layout, time.perf_counter() - start
    )
    train_rows = hold_out(table, make_seed(seed, "held_out"))
    trained = _train(encoder, train_rows, settings, parameters, seed)
    state = FittedState(
        encoder=encoder.with_dependencies(frame, table),
        settings=dataclasses.asdict(settings),
        weights=trained.weights,
        refinement=None,
        diagnosis=(),
        history=trained.history,
        stop_reason=trained.stop_reason,
        sample_seed=make_seed(seed, "sample"),
        next_row=0,
    )
    model = Model(state)
    if not trained.weights:
        return model
    most = parameters["max_seconds"]
    deadline = math.inf if most is None else start + most
    try:
        _diagnose(model, table, make_seed(seed, "diagnosis"))
        is_refined = _is_refined(parameters, len(frame))
        if is_refined and trained.stop_reason != "interrupted":
            _refine(
                model,
                train_rows,
                trained.discriminator_weights,
                make_seed(seed, "refinement"),
                deadline,
                verbose=parameters["verbose"],
            )
    except KeyboardInterrupt:
        model.state = dataclasses.replace(
            model.state, stop_reason="interrupted while refining"
        )
        warnings.warn(
            "fit was interrupted after training; the generator is kept, and its rows "
            "are not refined",
            stacklevel=3,
        )
    return model


def decide_settings(
    parameters: Mapping[str, Any], n_rows: int, layout: Layout, elapsed: float
) -> TrainingSettings:
    """Replace every "auto" by what it stands for.

    Parameters
    ----------
    parameters : mapping
        The parameters of `GANSynthesizer`.
    n_rows : int
        Number of training rows.
    layout : Layout
        Their layout.
    elapsed : float
        Seconds of `max_seconds` that are over before training starts.
    """
    auto = {
        "latent_dim": default_latent_dim(layout.n_ranks),
        "penalty_weight": default_penalty_weight(parameters["loss"], n_rows),
        "generator_units": default_units(n_rows),
        "discriminator_units": default_units(n_rows),
        "batch_size": default_batch_size(n_rows),
        "n_steps": default_n_steps(n_rows),
    }
    decided: dict[str, Any] = {
        name: value if parameters[name] == "auto" else parameters[name]
        for name, value in auto.items()
    }
    for name in ("generator_units", "discriminator_units"):
        decided[name] = tuple(decided[name])
    kept = {
        name: parameters[name]
        for name in (
            "loss",
            "generator_learning_rate",
            "discriminator_learning_rate",
        )
    }
    return TrainingSettings(
        max_seconds=_training_seconds(parameters, n_rows, elapsed), **kept, **decided
    )


def _training_seconds(
    parameters: Mapping[str, Any], n_rows: int, elapsed: float
) -> float | None:
    """Return what `max_seconds` leaves for the GAN."""
    most = parameters["max_seconds"]
    if most is None:
        return None
    share = 1 - REFINEMENT_SHARE if _is_refined(parameters, n_rows) else 1
    return max(share * most - elapsed, LEAST_SHARE * most)


def _is_refined(parameters: Mapping[str, Any], n_rows: int) -> bool:
    """Tell whether rows will be refined: in small tables, none tell when to stop."""
    return parameters["refine"] and count_held_out(n_rows) > 0


def _train(
    encoder: TableEncoder,
    train_rows: TrainingRows,
    settings: TrainingSettings,
    parameters: Mapping[str, Any],
    seed: int,
) -> TrainingResult:
    """Train on the encoded rows, if there is anything to learn in them."""
    if not encoder.layout.width:
        return TrainingResult([], [], pd.DataFrame({"step": []}), "nothing to learn")
    import_keras()
    from synthgan.training.callbacks import ProgressBar
    from synthgan.training.trainer import train

    callbacks = list(parameters["callbacks"] or ())
    if parameters["verbose"]:
        callbacks.append(ProgressBar())
    return train(
        encoder.layout, train_rows, settings, make_seed(seed, "game"), callbacks
    )


def _diagnose(model: Model, table: EncodedTable, seed: int) -> None:
    """Compare the generator's own rows with the training rows."""
    from synthgan.training.diagnosis import diagnose

    made = model.sampler.sample(RowRange(seed, 0, min(len(table), DIAGNOSED_ROWS)))
    state = model.state
    diagnosis = diagnose(
        table,
        made,
        state.encoder.layout,
        state.encoder.schema.names,
        state.history,
        state.settings["loss"],
    )
    model.state = dataclasses.replace(state, diagnosis=diagnosis)


def _refine(
    model: Model,
    train_rows: TrainingRows,
    discriminator_weights: list[np.ndarray],
    seed: int,
    deadline: float,
    *,
    verbose: bool,
) -> None:
    """Learn where the generator's rows should move, and which of them to keep."""
    from tqdm.auto import tqdm

    from synthgan.refinement.fit import fit_refinement
    from synthgan.refinement.flow import fit_flow

    now = time.perf_counter()
    if now >= deadline:
        return
    layout = model.state.encoder.layout
    units = tuple(model.state.settings["discriminator_units"])
    with tqdm(desc="refining", total=100, unit="%", disable=not verbose) as bar:

        def report(start: float, stop: float) -> Callable[[float], None]:
            return lambda share: bar.update(
                round(100 * (start + share * (stop - start))) - bar.n
            )

        flow = fit_flow(
            layout,
            train_rows,
            lambda weights: model.sampler_moved_by(weights).sample,
            discriminator_weights,
            units,
            seed,
            now + FLOW_SHARE * (deadline - now),
            report(0, FLOW_SHARE),
        )
        sampler = model.sampler_moved_by(flow)
        refinement = fit_refinement(
            layout,
            train_rows,
            lambda rows, choose: sampler.sample(rows, choose=choose),
            flow[-len(discriminator_weights) :] or discriminator_weights,
            units,
            seed,
            deadline,
            report(FLOW_SHARE, 1),
        )
        bar.update(100 - bar.n)
    refinement = dataclasses.replace(refinement, flow=flow)
    model.moving_sampler = sampler  # compiled once
    model.state = dataclasses.replace(model.state, refinement=vars(refinement))

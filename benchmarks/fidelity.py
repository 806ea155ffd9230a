"""Fidelity, utility, privacy, time and memory of synthgan beside the reference rows.

Each training runs in a fresh process: its peak of memory is its own, and a backend that
grew with one training does not slow the next.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from benchmarks.attacks import attack_rows, privacy_section
from benchmarks.datasets import Dataset, load_dataset
from benchmarks.machine import (
    describe_environment,
    n_cores,
    name_accelerator,
    peak_memory_mib,
)
from benchmarks.results import (
    Result,
    add_grid_arguments,
    heading,
    load_results,
    load_trainings,
    measure_seeds,
    measured_with,
    reuse_or_measure,
    to_markdown,
    write_page,
)

if TYPE_CHECKING:
    from synthgan import GANSynthesizer


class Synthesizer(Protocol):
    """What is measured."""

    def fit(self, train: pd.DataFrame) -> Synthesizer:
        """Learn a table."""

    def sample(self, n_samples: int) -> pd.DataFrame:
        """Make rows."""


_SECONDS = ("fit_seconds", "sample_seconds", "sample_rows_per_second")

LoadDataset = Callable[[Path, str], Dataset]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks fidelity` takes."""
    add_grid_arguments(parser, ["adult", "shoppers", "magic"], seeds=[0, 1, 2])


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, and write a page of all that is measured to `--output`."""
    folder = arguments.output / "fidelity"
    for name in arguments.sets:
        where = {"data_dir": arguments.data_dir, "name": name}
        reuse_or_measure(
            folder / f"{name}-references.json",
            {"set": name},
            partial(in_fresh_process, measure_references, **where),
            arguments.fresh,
        )
        measure_seeds(
            arguments,
            "fidelity",
            name,
            partial(in_fresh_process, measure_synthgan, is_attacked=True),
        )
    references = {
        result["request"]["set"]: result
        for result in load_results(folder, "*-references.json")
    }
    measured = load_trainings(arguments, "fidelity")
    sections = [
        _section(name, references[name], trainings)
        for name, trainings in measured.items()
    ]
    sections.append(_privacy(measured))
    write_page(arguments, "fidelity", "# Fidelity\n\n" + "\n".join(sections))


def in_fresh_process(
    measure: Callable[..., Result], *positional: Any, **options: Any
) -> Result:
    """Call a function in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(measure, *positional, **options).result()


def measure_references(
    data_dir: Path, name: str, load: LoadDataset = load_dataset
) -> Result:
    """Score the real holdout, the bootstrap copy and the independent columns."""
    from threadpoolctl import threadpool_limits

    from synthgan.evaluation import score_table
    from synthgan.schema import infer_schema

    dataset = load(data_dir, name)
    with threadpool_limits(n_cores()):
        scores = score_table(
            dataset.train,
            {},
            dataset.holdout,
            dataset.target,
            infer_schema(dataset.train, dataset.kinds),
        )
    return {
        "scores": scores.to_dict(orient="index"),
        "not_judged": scores.attrs["not_judged"],
        "n_train": len(dataset.train),
        "n_holdout": len(dataset.holdout),
        "environment": describe_environment(),
    }


def measure_synthgan(
    data_dir: Path,
    name: str,
    seed: int,
    max_seconds: float | None,
    *,
    is_attacked: bool = False,
    load: LoadDataset = load_dataset,
    **parameters: Any,
) -> Result:
    """Train synthgan once and measure its refined and its raw rows.

    Parameters
    ----------
    data_dir, name
        As in `load_dataset`.
    seed : int
        `random_state` of the synthesizer.
    max_seconds : float or None
        Longest training.
    is_attacked : bool, default False
        Whether the privacy of the rows is measured too, which takes about as long as
        their scores.
    load : callable, default `load_dataset`
        Reads and splits the table.
    **parameters
        Parameters of `GANSynthesizer` that are not to be its defaults.
    """
    import keras

    from synthgan import GANSynthesizer

    backend_memory = peak_memory_mib()
    dataset = load(data_dir, name)
    synthesizer = GANSynthesizer(
        schema=dataset.kinds,
        max_seconds=max_seconds,
        random_state=seed,
        verbose=False,
        **parameters,
    )
    result = measure_training(
        dataset, synthesizer, backend_memory, is_attacked=is_attacked
    )
    result["environment"]["backend"] = keras.backend.backend()
    result["environment"]["accelerator"] = name_accelerator()
    result["refinement"] = describe_refinement(synthesizer)
    synthesizer.set_params(refine=False)
    result["raw"] = {
        **measure_sample(dataset, synthesizer, is_attacked=is_attacked),
        "fit_seconds": float(synthesizer.history_["seconds"].iloc[-1]),
    }
    return result


def describe_refinement(synthesizer: GANSynthesizer) -> dict[str, float]:
    """Return candidates a row and effective share; one candidate is no refinement."""
    refinement = synthesizer.refinement_
    if refinement is None:
        return {"n_candidates": 1, "effective_share": 1.0}
    return {
        "n_candidates": 1 / refinement.acceptance_rate,
        "effective_share": refinement.effective_share,
    }


def measure_training(
    dataset: Dataset,
    synthesizer: Synthesizer,
    backend_memory: float,
    *,
    is_attacked: bool = False,
) -> Result:
    """Fit, sample as many rows as were trained on, and score them.

    Parameters
    ----------
    dataset : Dataset
        The table.
    synthesizer : Synthesizer
        Not yet fitted.
    backend_memory : float
        Peak of memory, in MiB, before the table was read.
    is_attacked : bool, default False
        Whether the rows are attacked too.

    Returns
    -------
    dict
        Scores, their intervals, seconds, memory, what attacks found, and what they
        were measured on.
    """
    start = time.perf_counter()
    synthesizer.fit(dataset.train)
    fitted = time.perf_counter()
    return {
        **measure_sample(dataset, synthesizer, is_attacked=is_attacked),
        "fit_seconds": fitted - start,
        "peak_memory_mib": peak_memory_mib() - backend_memory,
        "environment": describe_environment(),
    }


def measure_sample(
    dataset: Dataset, synthesizer: Synthesizer, *, is_attacked: bool = False
) -> Result:
    """Sample as many rows as were trained on, score them and, if asked, attack them."""
    from threadpoolctl import threadpool_limits

    start = time.perf_counter()
    synthetic = synthesizer.sample(len(dataset.train))
    seconds = time.perf_counter() - start
    with threadpool_limits(n_cores()):
        privacy = attack_rows(dataset, synthetic) if is_attacked else None
    return {
        "privacy": privacy,
        **score_rows(dataset, synthetic),
        "sample_seconds": seconds,
        "sample_rows_per_second": len(synthetic) / seconds,
    }


def score_rows(dataset: Dataset, synthetic: pd.DataFrame) -> Result:
    """Score a synthetic table beside the holdout, with intervals."""
    from threadpoolctl import threadpool_limits

    from synthgan.evaluation import compute_scores
    from synthgan.schema import infer_schema

    with threadpool_limits(n_cores()):
        scores = compute_scores(
            dataset.train,
            synthetic,
            infer_schema(dataset.train, dataset.kinds),
            holdout=dataset.holdout,
            target=dataset.target,
        )
    return {
        "scores": {result.name: result.value for result in scores},
        "intervals": {
            result.name: result.interval for result in scores if result.interval
        },
    }


def _privacy(measured: dict[str, list[Result]]) -> str:
    """Return the part of the page that says what attacks found; at best nothing."""
    rows = {
        f"{name}, {kind}": [
            part["privacy"]
            for training in trainings
            if (part := _part(training, kind == "raw")).get("privacy")
        ]
        for name, trainings in measured.items()
        for kind in ("refined", "raw")
    }
    attacked = {name: found for name, found in rows.items() if found}
    return f"## Privacy\n\n{privacy_section(attacked)}" if attacked else ""


def _candidates(trainings: list[Result]) -> str:
    """Say how many of the moved rows are kept."""
    parts = [
        f"{training['refinement']['n_candidates']:.1f} "
        f"({training['refinement']['effective_share']:.2f})"
        for training in trainings
    ]
    return (
        "Refined, one moved row in so many is kept (effective share of their weights): "
        f"{', '.join(parts)}. The seconds of a raw fit leave out encoding, "
        "which those of a refined one hold."
    )


def _part(training: Result, raw: bool) -> Result:
    """Return what was measured of one training's rows, refined or raw."""
    part: Result = training["raw"] if raw else training
    return part


def _measured(training: Result, raw: bool) -> dict[str, float]:
    """Return the figures of one training's rows, refined or raw."""
    part = _part(training, raw)
    figures = {name: part[name] for name in _SECONDS}
    memory = np.nan if raw else training["peak_memory_mib"]
    return {**part["scores"], **figures, "peak_memory_mib": memory}


def _section(name: str, references: Result, trainings: list[Result]) -> str:
    """Return the part of the page that shows one set."""
    tables = {
        kind: pd.DataFrame.from_dict(
            {
                f"synthgan {kind}, seed {training['request']['seed']}": _measured(
                    training, raw=kind == "raw"
                )
                for training in trainings
            },
            orient="index",
        )
        for kind in ("refined", "raw")
    }
    means = [
        table.mean().to_frame(f"synthgan {kind}, mean of {len(table)}").T
        for kind, table in tables.items()
        if len(table) > 1
    ]
    measured = pd.concat([*means, *tables.values()])
    rows = pd.DataFrame.from_dict(references["scores"], orient="index").astype(float)
    (real,) = {column for column in rows.columns if column.startswith("trtr_")}
    measured[real] = rows[real].iloc[0]
    table = pd.concat([rows, measured])
    table = table[[*rows.columns, *_SECONDS, "peak_memory_mib"]]
    table.columns = [heading(column) for column in table.columns]
    not_judged = ", ".join(references["not_judged"]) or "none"
    return (
        f"## {name}\n\n{references['n_train']:,} training rows, "
        f"{references['n_holdout']:,} rows of holdout. Columns not judged: "
        f"{not_judged}.\n\n{to_markdown(table)}\n\n"
        f"{_candidates(trainings)}\n\n"
        f"{measured_with(trainings)}\n"
    )

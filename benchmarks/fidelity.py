"""Fidelity, utility, time and memory of synthgan beside the reference rows.

Each training runs in a fresh process: its peak of memory is its own, and a backend that
grew with one training does not slow the next.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from benchmarks.datasets import Dataset, load_dataset
from benchmarks.machine import describe_environment, n_cores, peak_memory_mib
from benchmarks.results import Result, describe, reuse_or_measure, to_markdown


class Synthesizer(Protocol):
    """What is measured."""

    def fit(self, train: pd.DataFrame) -> Synthesizer:
        """Learn a table."""

    def sample(self, n_samples: int) -> pd.DataFrame:
        """Make rows."""


MakeSynthesizer = Callable[[Dataset], Synthesizer]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks fidelity` takes."""
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="folder of the sets"
    )
    parser.add_argument("--sets", nargs="+", default=["adult", "shoppers", "magic"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--max-seconds", type=float, help="longest training")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    parser.add_argument("--fresh", action="store_true", help="measure everything anew")


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, print it, and write it to `--output`."""
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    folder = arguments.output / "fidelity"
    sections = []
    for name in arguments.sets:
        where = {"data_dir": arguments.data_dir, "name": name}
        references = reuse_or_measure(
            folder / f"{name}-references.json",
            {"set": name},
            partial(_in_fresh_process, measure_references, **where),
            arguments.fresh,
        )
        trainings = [
            reuse_or_measure(
                folder / f"{name}-{backend}-seed{seed}.json",
                {"set": name, "seed": seed, "max_seconds": arguments.max_seconds},
                partial(
                    _in_fresh_process,
                    measure_synthgan,
                    **where,
                    seed=seed,
                    max_seconds=arguments.max_seconds,
                ),
                arguments.fresh,
            )
            for seed in arguments.seeds
        ]
        sections.append(_section(name, references, trainings))
        print("\n" + sections[-1], flush=True)
    page = arguments.output / f"fidelity-{backend}.md"
    page.write_text("# Fidelity\n\n" + "\n".join(sections))
    print(f"written: {page}")


def _in_fresh_process(measure: Callable[..., Result], **options: Any) -> Result:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(measure, **options).result()


def measure_references(data_dir: Path, name: str) -> Result:
    """Score the real holdout, the bootstrap copy and the independent columns."""
    from threadpoolctl import threadpool_limits

    from synthgan.evaluation import score_table
    from synthgan.schema import infer_schema

    dataset = load_dataset(data_dir, name)
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
    data_dir: Path, name: str, seed: int, max_seconds: float | None
) -> Result:
    """Train synthgan once, and measure it."""
    import keras

    from synthgan import GANSynthesizer

    def make(dataset: Dataset) -> Synthesizer:
        return GANSynthesizer(
            schema=dataset.kinds,
            max_seconds=max_seconds,
            random_state=seed,
            verbose=False,
        )

    backend_memory = peak_memory_mib()
    result = measure_training(load_dataset(data_dir, name), make, backend_memory)
    result["environment"]["backend"] = keras.backend.backend()
    return result


def measure_training(
    dataset: Dataset, make: MakeSynthesizer, backend_memory: float
) -> Result:
    """Fit, sample as many rows as were trained on, and score them.

    Parameters
    ----------
    dataset : Dataset
        The table.
    make : callable
        Makes a synthesizer for it.
    backend_memory : float
        Peak of memory, in MiB, before the table was read.

    Returns
    -------
    dict
        Scores, their intervals, seconds, memory, and what they were measured on.
    """
    from threadpoolctl import threadpool_limits

    from synthgan.evaluation import compute_scores
    from synthgan.schema import infer_schema

    synthesizer = make(dataset)
    start = time.perf_counter()
    synthesizer.fit(dataset.train)
    fitted = time.perf_counter()
    synthetic = synthesizer.sample(len(dataset.train))
    sampled = time.perf_counter()
    memory = peak_memory_mib() - backend_memory
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
        "fit_seconds": fitted - start,
        "sample_seconds": sampled - fitted,
        "sample_rows_per_second": len(synthetic) / (sampled - fitted),
        "peak_memory_mib": memory,
        "environment": describe_environment(),
    }


def _section(name: str, references: Result, trainings: list[Result]) -> str:
    """Return the part of the page that shows one set."""
    measured = {
        f"synthgan, seed {training['request']['seed']}": {
            **training["scores"],
            "fit_seconds": training["fit_seconds"],
            "sample_seconds": training["sample_seconds"],
            "sample_rows_per_second": training["sample_rows_per_second"],
            "peak_memory_mib": training["peak_memory_mib"],
        }
        for training in trainings
    }
    single = pd.DataFrame.from_dict(measured, orient="index")
    rows = pd.DataFrame.from_dict(references["scores"], orient="index").astype(float)
    (real,) = {column for column in rows.columns if column.startswith("trtr_")}
    single[real] = rows[real].iloc[0]
    mean = single.mean().to_frame(f"synthgan, mean of {len(trainings)}").T
    table = pd.concat([rows, mean, single])
    first = [
        "fit_seconds",
        "sample_seconds",
        "sample_rows_per_second",
        "peak_memory_mib",
    ]
    table = table[[*rows.columns, *first]]
    table.columns = [_heading(column) for column in table.columns]
    not_judged = ", ".join(references["not_judged"]) or "none"
    return (
        f"## {name}\n\n{references['n_train']:,} training rows, "
        f"{references['n_holdout']:,} rows of holdout. Columns not judged: "
        f"{not_judged}.\n\n{to_markdown(table)}\n\n"
        f"Measured with {describe(trainings[-1]['environment'])}.\n"
    )


def _heading(column: str) -> str:
    words = column.replace("_percent", " %").replace("_mib", " MiB")
    return words.replace("_", " ")

"""Rows a second of a synthesizer that was trained briefly on Adult.

The speed of sampling does not depend on how long the training took.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import pandas as pd

from benchmarks.datasets import load_dataset
from benchmarks.fidelity import Synthesizer
from benchmarks.machine import describe_environment
from benchmarks.results import describe, to_markdown, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks sampling` takes."""
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="folder of the sets"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=200, help="steps of training")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))


def run(arguments: argparse.Namespace) -> None:
    """Train, time the samples, print the speed, and write it to `--output`."""
    import keras

    from synthgan import GANSynthesizer

    dataset = load_dataset(arguments.data_dir, "adult")
    synthesizer = GANSynthesizer(
        schema=dataset.kinds,
        n_steps=arguments.steps,
        refine=False,
        random_state=0,
        verbose=False,
    ).fit(dataset.train)
    seconds = time_samples(synthesizer, arguments.rows, arguments.runs)
    speeds = [arguments.rows / second for second in seconds]
    table = pd.DataFrame(
        {
            "rows a second": {
                "median": statistics.median(speeds),
                "slowest": min(speeds),
                "fastest": max(speeds),
            }
        }
    )
    environment = {"backend": keras.backend.backend(), **describe_environment()}
    page = (
        f"# Sampling\n\nAdult, {arguments.rows:,} rows, {arguments.runs} runs.\n\n"
        f"{to_markdown(table)}\n\nMeasured with {describe(environment)}.\n"
    )
    print(page)
    result = {"rows": arguments.rows, "seconds": seconds, "environment": environment}
    name = f"sampling-{environment['backend']}"
    write_json(arguments.output / f"{name}.json", result)
    (arguments.output / f"{name}.md").write_text(page)


def time_samples(synthesizer: Synthesizer, n_rows: int, n_runs: int) -> list[float]:
    """Return the seconds of each run, after a short one that compiles."""
    synthesizer.sample(1000)
    seconds = []
    for _ in range(n_runs):
        start = time.perf_counter()
        synthesizer.sample(n_rows)
        seconds.append(time.perf_counter() - start)
    return seconds

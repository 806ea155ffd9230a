"""Speed and memory of rows streamed by a synthesizer that was trained on Adult."""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.datasets import load_dataset
from benchmarks.fidelity import describe_refinement, in_fresh_process
from benchmarks.machine import describe_environment, name_accelerator, peak_memory_mib
from benchmarks.results import Result, measured_with, to_markdown, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks sampling` takes."""
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="folder of the sets"
    )
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each run")
    parser.add_argument("--batch-size", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))


def run(arguments: argparse.Namespace) -> None:
    """Measure in a process of its own, print, and write to `--output`."""
    result = in_fresh_process(
        measure,
        arguments.data_dir,
        arguments.rows,
        arguments.batch_size,
        arguments.runs,
    )
    page = _page(result)
    print(page)
    name = f"sampling-{result['environment']['backend']}"
    write_json(arguments.output / f"{name}.json", result)
    (arguments.output / f"{name}.md").write_text(page)


def measure(data_dir: Path, n_rows: int, batch_size: int, n_runs: int) -> Result:
    """Train once, and stream raw and refined rows."""
    import keras

    from synthgan import GANSynthesizer

    dataset = load_dataset(data_dir, "adult")
    synthesizer = GANSynthesizer(schema=dataset.kinds, random_state=0, verbose=False)
    synthesizer.fit(dataset.train)
    # Raw rows first: the peak of memory only rises.
    streams = {}
    for kind in ("raw", "refined"):
        synthesizer.set_params(refine=kind == "refined")
        streams[kind] = time_streams(synthesizer, n_rows, batch_size, n_runs)
    return {
        "rows": n_rows,
        "batch_size": batch_size,
        **describe_refinement(synthesizer),
        **streams,
        "environment": {
            "backend": keras.backend.backend(),
            **describe_environment(),
            "accelerator": name_accelerator(),
        },
    }


def time_streams(
    synthesizer: Any, n_rows: int, batch_size: int, n_runs: int
) -> dict[str, Any]:
    """Stream the rows several times, after a batch that compiles.

    Returns
    -------
    dict
        "seconds" of each run, and the process's peak of memory in MiB after the first
        batch ("mib_after_a_batch") and after all runs ("mib_after_all").
    """
    _stream(synthesizer, batch_size, batch_size)
    mib_after_a_batch = peak_memory_mib()
    seconds = [_stream(synthesizer, n_rows, batch_size) for _ in range(n_runs)]
    return {
        "seconds": seconds,
        "mib_after_a_batch": mib_after_a_batch,
        "mib_after_all": peak_memory_mib(),
    }


def _stream(synthesizer: Any, n_rows: int, batch_size: int) -> float:
    """Make rows, let go of each batch, and return the seconds."""
    start = time.perf_counter()
    for _ in synthesizer.sample_iter(batch_size, n_rows):
        pass
    return time.perf_counter() - start


def _page(result: Result) -> str:
    table = pd.DataFrame(
        {
            kind: {
                "median, s": statistics.median(result[kind]["seconds"]),
                "fastest, s": min(result[kind]["seconds"]),
                "slowest, s": max(result[kind]["seconds"]),
                "peak memory after one batch, MiB": result[kind]["mib_after_a_batch"],
                "peak memory after all, MiB": result[kind]["mib_after_all"],
            }
            for kind in ("raw", "refined")
        }
    ).T
    return (
        f"# Sampling\n\nAdult, {result['rows']:,} rows in batches of "
        f"{result['batch_size']:,}; runs: {len(result['raw']['seconds'])}. Refined, "
        f"one moved row in {result['n_candidates']:.1f} is kept.\n\n"
        f"{to_markdown(table)}\n\nThe peak is the whole process's, training and raw "
        f"rows included.\n\n{measured_with([result])}\n"
    )

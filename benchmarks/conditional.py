"""Rows drawn under conditions, beside those cut out of unconditional rows by rejection.

One training answers for all slices of a set: the most frequent classes, and three
ranges of one number. The judge tells the rows of a slice from the held-out real ones.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.datasets import Dataset, load_dataset
from benchmarks.machine import describe_environment, n_cores
from benchmarks.results import (
    Result,
    add_grid_arguments,
    measured_with,
    run_grid,
    to_markdown,
)
from benchmarks.slices import (
    BLOCK_ROWS,
    MAX_ROWS,
    MIN_JUDGED,
    ConditionalSynthesizer,
    find_slices,
    measure_slices,
)

#: Classes and number that each set is cut by. The fare of a taxi trip is no class.
_COLUMNS = {
    "adult": ("income", "age"),
    "shoppers": ("Revenue", "ProductRelated_Duration"),
    "nyc_taxis": ("payment", "distance"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks conditional` takes."""
    add_grid_arguments(parser, list(_COLUMNS), seeds=[0], choices=list(_COLUMNS))


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, print it, and write it to `--output`."""
    head = f"# Conditional rows\n\n{_INTRODUCTION}"
    run_grid(arguments, "conditional", head, measure, _section)


def measure(data_dir: Path, name: str, seed: int, max_seconds: float | None) -> Result:
    """Train once, and measure all slices."""
    from threadpoolctl import threadpool_limits

    dataset = load_dataset(data_dir, name)
    start = time.perf_counter()
    synthesizer = fit_synthesizer(dataset, seed, max_seconds)
    fitted = time.perf_counter()
    with threadpool_limits(n_cores()):
        slices = measure_slices(
            dataset, synthesizer, find_slices(dataset.train, *_COLUMNS[name])
        )
    return {
        "slices": slices,
        "fit_seconds": fitted - start,
        "n_train": len(dataset.train),
        "environment": describe_environment(),
    }


def fit_synthesizer(
    dataset: Dataset, seed: int, max_seconds: float | None
) -> ConditionalSynthesizer:
    """Learn the training rows."""
    from synthgan import GANSynthesizer

    synthesizer = GANSynthesizer(
        schema=dataset.kinds, max_seconds=max_seconds, random_state=seed, verbose=False
    )
    return synthesizer.fit(dataset.train)


_INTRODUCTION = f"""\
Each slice is asked for in two ways: by a condition, and by sampling without one and
keeping the rows that belong. AUC is that of the standard judge, who tells them from
the held-out real rows of the slice: 0.5 is best. The rows of each slice are as many as
the real ones, or as many times as many as a block of {BLOCK_ROWS:,} holds; up to five
parts of them, each as large as the real slice, are judged, and the mean is shown. "AUC
real" is that of the training rows of the slice, the ceiling. Slices of fewer than
{MIN_JUDGED} held-out rows are not judged.

"Conditional seconds" are those of the conditional call alone, once the pool of rows
that conditions are drawn from is there; the first call makes it, and it is kept.
"Rejection seconds" are those of sampling until as many rows belong to the slice;
after {MAX_ROWS:,} rows, they are extrapolated. Both are without compilation.
"""


def _section(name: str, results: list[Result]) -> str:
    """Return the part of the page that shows one set, means over its seeds."""
    n_holdout = {
        title: part["n_holdout"] for title, part in results[-1]["slices"].items()
    }
    tables = [
        pd.DataFrame.from_dict(
            {title: _figures(part) for title, part in result["slices"].items()},
            orient="index",
        ).astype(float)
        for result in results
    ]
    table = pd.concat(tables).groupby(level=0, sort=False).mean()
    first = max(
        part["first_call_seconds"]
        for result in results
        for part in result["slices"].values()
    )
    summary = _summary(table)
    table.index = [
        f"{title} ({_count(n_holdout[title])})" for title in table.index.tolist()
    ]
    return (
        f"## {name}\n\n{results[-1]['n_train']:,} training rows; "
        f"{_trainings(results)}. {summary}\n\n{to_markdown(table)}\n\n"
        f"The slowest first call, with pool and compilation, took {first:.1f} s.\n\n"
        f"{measured_with(results)}\n"
    )


def _figures(part: Result) -> dict[str, float]:
    areas = {kind: np.nan if v is None else v for kind, v in part["auc"].items()}
    rejection = part["rejection_seconds"]
    seconds = np.nan if rejection is None else rejection
    return {
        "AUC conditional": areas["conditional"],
        "AUC rejection": areas["rejection"],
        "difference": areas["conditional"] - areas["rejection"],
        "AUC real": areas["real"],
        "conditional seconds": part["conditional_seconds"],
        "rejection seconds": seconds,
        "times cheaper": seconds / part["conditional_seconds"],
    }


def _trainings(results: list[Result]) -> str:
    seconds = ", ".join(f"{result['fit_seconds']:.0f} s" for result in results)
    limit = results[-1]["request"]["max_seconds"]
    return f"trained for {seconds}" + (f" (limit: {limit:g} s)" if limit else "")


def _summary(table: pd.DataFrame) -> str:
    """Say how far the two ways are apart, in words."""
    gaps = table["difference"].dropna()
    rare = table.loc[["top 1 %" in title for title in table.index], "times cheaper"]
    sentences = []
    if len(gaps):
        sentences.append(
            f"The conditional AUC is above rejection's by at most {gaps.max():+.3f} "
            "(goal: 0.03)."
        )
    if rare.notna().any():
        sentences.append(f"The top 1 % is {rare.min():,.0f} times cheaper (goal: 100).")
    return " ".join(sentences)


def _count(n_rows: int) -> str:
    words = f"{n_rows:,} real rows"
    return words if n_rows >= MIN_JUDGED else f"{words}: not judged"

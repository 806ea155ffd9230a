"""Small tables: half of the rows train, the other half shows utility and privacy."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks.attacks import membership_auc, privacy_section
from benchmarks.datasets import load_halves
from benchmarks.fidelity import in_fresh_process, measure_references, measure_synthgan
from benchmarks.results import (
    Result,
    add_grid_arguments,
    heading,
    measured_with,
    run_grid,
    to_markdown,
)

_SCORES = ("two_sample_auc", "shape_error_percent", "trend_all_error_percent")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks small` takes."""
    sets = ["pima_diabetes", "german_credit"]
    add_grid_arguments(parser, sets, seeds=[0, 1, 2, 3, 4])


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, print it, and write it to `--output`."""
    run_grid(arguments, "small", _HEAD, partial(in_fresh_process, measure), _section)


def measure(data_dir: Path, name: str, seed: int, max_seconds: float | None) -> Result:
    """Split with a seed, train with it, and measure; the real rows' scores beside."""
    load = partial(load_halves, seed=seed)
    training = measure_synthgan(
        data_dir, name, seed, max_seconds, is_attacked=True, load=load
    )
    return {**training, "references": measure_references(data_dir, name, load)}


_HEAD = """\
# Small tables

Each seed splits the rows anew, trains on one half, and judges with the other. "TRTR" is
the same classifier trained on the real half.
"""


def _section(name: str, trainings: list[Result]) -> str:
    """Return the part of the page that shows one set."""
    table = pd.DataFrame.from_dict(
        {
            f"seed {training['request']['seed']}": _row(training)
            for training in trainings
        },
        orient="index",
    )
    table = pd.concat([table.mean().to_frame(f"mean of {len(table)}").T, table])
    references = trainings[0]["references"]
    return (
        f"## {name}\n\n{references['n_train']:,} training rows, "
        f"{references['n_holdout']:,} rows of holdout.\n\n{to_markdown(table)}\n\n"
        f"{privacy_section({name: [training['privacy'] for training in trainings]})}\n"
        f"{measured_with(trainings)}\n"
    )


def _row(training: Result) -> dict[str, float]:
    scores = training["scores"]
    real = training["references"]["scores"]["real holdout"]
    return {
        "TSTR": scores["tstr_auc"],
        "TRTR": real["trtr_auc"],
        **{
            heading(name): area
            for name, area in membership_auc(training["privacy"]).items()
        },
        **{heading(name): scores[name] for name in _SCORES},
        "fit seconds": training["fit_seconds"],
    }

"""Quality against seconds: CTGAN and synthgan, stopped earlier and later.

Every point is a training of its own, from the start, in the environments of
`python -m benchmarks peers`, whose trainings at the defaults are the last points;
nothing else may run beside it.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks.datasets import load_dataset
from benchmarks.peers.environments import (
    add_environment_arguments,
    alone,
    environment_name,
)
from benchmarks.peers.grid import COSTS, score_names, to_frame
from benchmarks.peers.measurement import Limits, measure_peer
from benchmarks.peers.pictures import draw_curves
from benchmarks.peers.registry import PEERS
from benchmarks.results import (
    add_folder_arguments,
    heading,
    load_results,
    measured_with,
    reuse_or_measure,
    to_markdown,
)

_STOPS = {
    "ctgan": ("epochs", (5, 15, 40, 100)),
    "synthgan": ("max_seconds", (15, 30, 60, 120)),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks curve` takes."""
    add_folder_arguments(parser)
    parser.add_argument("--sets", nargs="+", default=["adult"])
    parser.add_argument("--seed", type=int, default=0)
    add_environment_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    """Measure all points, print them, and write page and pictures to `--output`."""
    folder = arguments.output / "curve"
    limits = Limits(arguments.environments.absolute(), arguments.limit_seconds)
    with alone(limits.environments):
        for name in arguments.sets:
            dataset = load_dataset(arguments.data_dir, name)
            for model, (option, values) in _STOPS.items():
                peer = PEERS[model]
                for value in values:
                    options = {option: value}
                    reuse_or_measure(
                        folder / f"{name}-{model}-{option}{value}.json",
                        {
                            "set": name,
                            "model": model,
                            "seed": arguments.seed,
                            "options": options,
                            "environment": environment_name(peer),
                        },
                        partial(
                            measure_peer,
                            dataset,
                            peer,
                            arguments.seed,
                            limits,
                            options,
                        ),
                        arguments.fresh,
                    )
    page = _write_page(arguments.output, arguments.seed)
    print(f"{page.read_text()}\nwritten: {page}")


def _write_page(output: Path, seed: int) -> Path:
    results = load_results(output / "curve")
    sets = {result["request"]["set"] for result in results}
    results += [
        result
        for result in load_results(output / "peers")
        if result["request"]["set"] in sets
        and result["request"]["model"] in _STOPS
        and result["request"]["seed"] == seed
    ]
    frame = to_frame(results).sort_values(["model", "fit_seconds"])
    parts = ["# Quality against seconds"]
    for name, rows in frame.groupby("set"):
        draw_curves(
            rows[rows["status"] == "measured"], output / "curve" / f"{name}.png"
        )
        parts += [f"## {name}", to_markdown(_table(rows)), _failures(rows)]
    used = measured_with(results)
    page = output / "curve.md"
    page.write_text("\n\n".join([*filter(None, parts), f"{used}\n"]))
    return page


def _table(rows: pd.DataFrame) -> pd.DataFrame:
    table = rows[[*COSTS, *score_names(rows)]].astype(float)
    options = rows["options"].replace("", "defaults")
    table.index = pd.Index(rows["model"] + ", " + options)
    return table.rename(columns=heading)


def _failures(rows: pd.DataFrame) -> str:
    return "\n".join(
        f"- {row.model}, {row.options}: {row.status}: {row.reason}"
        for row in rows[rows["status"] != "measured"].itertuples()
    )

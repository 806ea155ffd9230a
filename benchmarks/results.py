"""Results on disk: one JSON for each measurement, one Markdown page for each grid."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Result = dict[str, Any]
#: Measures one set with one seed: folder of the sets, set, seed, longest training.
Measure = Callable[[Path, str, int, float | None], Result]


def add_folder_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare where the sets are, and where results are kept."""
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="folder of the sets"
    )
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))
    parser.add_argument(
        "--fresh", action="store_true", help="measure anew what is kept there, too"
    )


def add_grid_arguments(
    parser: argparse.ArgumentParser,
    sets: Sequence[str],
    seeds: Sequence[int],
    choices: Sequence[str] | None = None,
) -> None:
    """Declare what a grid of sets and seeds takes: defaults, and the sets it knows."""
    add_folder_arguments(parser)
    parser.add_argument("--sets", nargs="+", choices=choices, default=list(sets))
    parser.add_argument("--seeds", nargs="+", type=int, default=list(seeds))
    parser.add_argument("--max-seconds", type=float, help="longest training")


def variant(arguments: argparse.Namespace) -> str:
    """Return the backend and the longest training, as files are named by them.

    Examples
    --------
    >>> variant(argparse.Namespace(max_seconds=30.0))
    'tensorflow-30s'
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    longest = arguments.max_seconds
    return backend if longest is None else f"{backend}-{longest:g}s"


def measure_seeds(
    arguments: argparse.Namespace, folder: str, name: str, measure: Measure
) -> None:
    """Measure one set with every seed, but for what is saved.

    Parameters
    ----------
    arguments : Namespace
        As `add_grid_arguments` declares them.
    folder : str
        Folder of the results, below `--output`.
    name : str
        The set.
    measure : callable
        Measures the set with one seed.
    """
    for seed in arguments.seeds:
        reuse_or_measure(
            arguments.output / folder / f"{name}-{variant(arguments)}-seed{seed}.json",
            {"set": name, "seed": seed, "max_seconds": arguments.max_seconds},
            partial(measure, arguments.data_dir, name, seed, arguments.max_seconds),
            arguments.fresh,
        )


def load_trainings(
    arguments: argparse.Namespace, folder: str
) -> dict[str, list[Result]]:
    """Read what has been measured in a folder, of this run's variant, by set."""
    trainings: dict[str, list[Result]] = {}
    pattern = f"*-{variant(arguments)}-seed*.json"
    for training in load_results(arguments.output / folder, pattern):
        trainings.setdefault(training["request"]["set"], []).append(training)
    return trainings


def write_page(arguments: argparse.Namespace, folder: str, text: str) -> None:
    """Print a page, and write it beside the folder of its results."""
    print(f"\n{text}", flush=True)
    page = arguments.output / f"{folder}-{variant(arguments)}.md"
    page.write_text(text)
    print(f"written: {page}")


def run_grid(
    arguments: argparse.Namespace,
    folder: str,
    head: str,
    measure: Measure,
    section: Callable[[str, list[Result]], str],
) -> None:
    """Measure every set with every seed, and write a page of all that is measured."""
    for name in arguments.sets:
        measure_seeds(arguments, folder, name, measure)
    sections = [
        section(name, trainings)
        for name, trainings in load_trainings(arguments, folder).items()
    ]
    write_page(arguments, folder, f"{head}\n" + "\n".join(sections))


def reuse_or_measure(
    path: Path, request: Mapping[str, Any], measure: Callable[[], Result], fresh: bool
) -> Result:
    """Return a saved result of the same request, or measure and save it.

    Parameters
    ----------
    path : Path
        The result's file.
    request : mapping
        What is asked for; a saved answer to another request is not reused.
    measure : callable
        Makes the result.
    fresh : bool
        Whether to measure anew in any case.
    """
    if path.exists() and not fresh:
        saved = json.loads(path.read_text())
        if saved["request"] == dict(request):
            print(f"{path.name}: kept, measured on {saved['environment']['date']}")
            return saved
    print(f"{path.name}: measuring …", flush=True)
    result = {"request": dict(request), **measure()}
    write_json(path, result)
    return result


def load_results(folder: Path, pattern: str = "*.json") -> list[Result]:
    """Read the results on disk, in the order of their files' names."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob(pattern))]


def write_json(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result; what is not a number is written as null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        _without_nan(result), indent=1, ensure_ascii=False, allow_nan=False
    )
    path.write_text(text + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def to_markdown(table: pd.DataFrame) -> str:
    """Return a frame as a Markdown table, its index first, its gaps blank."""
    lines = [["", *map(str, table.columns)], ["---", *["---:"] * table.shape[1]]]
    # Not row by row: rows of a frame turn whole numbers beside others into floats.
    rows = zip(table.index, table.itertuples(index=False, name=None), strict=True)
    lines += [[str(name), *map(_cell, row)] for name, row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: float) -> str:
    if pd.isna(value):
        return ""
    if abs(value) >= 100 or isinstance(value, int | np.integer):
        return f"{value:,.0f}"
    return f"{value:.3f}"


def describe(environment: Mapping[str, Any]) -> str:
    """Return an environment as one line of text."""
    return ", ".join(f"{name} {value}" for name, value in environment.items())


def measured_with(results: Iterable[Mapping[str, Any]]) -> str:
    """Return what results were measured with, as a sentence.

    What differs between their environments is named with each of its values.

    Examples
    --------
    >>> first = {"environment": {"date": "May 1", "keras": "3.1"}}
    >>> measured_with([first, {"environment": {"date": "May 2"}}])
    'Measured with date May 1 and May 2, keras 3.1.'
    """
    values: dict[str, set[str]] = {}
    for result in results:
        for name, value in result["environment"].items():
            values.setdefault(name, set()).add(str(value))
    joined = {name: " and ".join(sorted(found)) for name, found in values.items()}
    return f"Measured with {describe(joined)}."


def heading(name: str) -> str:
    """Return what a table or a picture calls a figure.

    Examples
    --------
    >>> heading("shape_error_percent"), heading("peak_memory_mib")
    ('shape error %', 'peak memory MiB')
    """
    return name.replace("_percent", " %").replace("_mib", " MiB").replace("_", " ")

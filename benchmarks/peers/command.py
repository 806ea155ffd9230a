"""Fidelity, utility, time and memory of synthgan beside its peers.

Each peer runs in a virtual environment of its own, one at a time; nothing else may run
beside it, or every time is wrong. What is saved already is not measured again; the page
and the pictures show all that is saved.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

from benchmarks.datasets import load_dataset
from benchmarks.fidelity import measure_references
from benchmarks.peers.environments import (
    add_environment_arguments,
    alone,
    environment_name,
)
from benchmarks.peers.grid import to_frame
from benchmarks.peers.measurement import Limits, measure_peer
from benchmarks.peers.page import make_page
from benchmarks.peers.pictures import draw_bars, draw_quality_against_seconds
from benchmarks.peers.registry import PEERS
from benchmarks.results import (
    Result,
    add_folder_arguments,
    load_results,
    reuse_or_measure,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks peers` takes."""
    add_folder_arguments(parser)
    parser.add_argument(
        "--sets", nargs="+", default=["adult", "shoppers", "magic", "default"]
    )
    parser.add_argument("--models", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    add_environment_arguments(parser)
    parser.add_argument(
        "--retry", action="store_true", help="measure anew what failed before"
    )


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid; write the page after each training, the pictures at the end."""
    limits = Limits(arguments.environments.absolute(), arguments.limit_seconds)
    with alone(limits.environments):
        for name in arguments.sets:
            dataset = load_dataset(arguments.data_dir, name)
            reuse_or_measure(
                _references_path(arguments.output, name),
                {"set": name},
                partial(measure_references, arguments.data_dir, name),
                arguments.fresh,
            )
            for seed in arguments.seeds:
                for model in arguments.models:
                    peer = PEERS[model]
                    path = (
                        arguments.output / "peers" / f"{name}-{model}-seed{seed}.json"
                    )
                    reuse_or_measure(
                        path,
                        {
                            "set": name,
                            "model": model,
                            "seed": seed,
                            "environment": environment_name(peer),
                        },
                        partial(measure_peer, dataset, peer, seed, limits),
                        arguments.fresh or (arguments.retry and _has_failed(path)),
                    )
                    _write_page(arguments.output, arguments.seeds)
    _draw(arguments.output)
    print(f"written: {arguments.output / 'peers.md'}")


def _write_page(output: Path, seeds: list[int]) -> None:
    results = load_results(output / "peers")
    references = {
        name: _read_references(output, name)
        for name in dict.fromkeys(result["request"]["set"] for result in results)
    }
    (output / "peers.md").write_text(make_page(results, references, seeds))


def _draw(output: Path) -> None:
    folder = output / "peers"
    frame = to_frame(load_results(folder))
    measured = frame[frame["status"] == "measured"]
    if measured.empty:
        return
    draw_quality_against_seconds(measured, folder / "quality-against-seconds.png")
    for name, rows in measured.groupby("set"):
        reference = _read_references(output, str(name))
        draw_bars(rows, reference, folder / f"bars-{name}.png")


def _read_references(output: Path, name: str) -> Result:
    return json.loads(_references_path(output, name).read_text())


def _references_path(output: Path, name: str) -> Path:
    """Return the file of the reference rows, shared with the fidelity benchmark."""
    return output / "fidelity" / f"{name}-references.json"


def _has_failed(path: Path) -> bool:
    return path.exists() and json.loads(path.read_text())["status"] != "measured"

"""How long a user waits for `import synthgan` and for the command line."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.machine import describe_environment
from benchmarks.results import measured_with, to_markdown, write_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks startup` takes."""
    parser.add_argument("--runs", type=int, default=9, help="runs of each command")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results"))


def run(arguments: argparse.Namespace) -> None:
    """Time both, print the medians, and write them to `--output`."""
    script = Path(sys.executable).with_name("synthgan")
    if not script.exists():
        msg = f"startup: expected the command {script}; run `pip install .` first"
        raise SystemExit(msg)
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import synthgan": [sys.executable, "-c", "import synthgan"],
        "synthgan --help": [str(script), "--help"],
    }
    seconds = {
        name: time_command(command, arguments.runs)
        for name, command in commands.items()
    }
    table = pd.DataFrame(
        {
            "median seconds": {k: statistics.median(v) for k, v in seconds.items()},
            "fastest": {k: min(v) for k, v in seconds.items()},
            "slowest": {k: max(v) for k, v in seconds.items()},
        }
    )
    result = {"seconds": seconds, "environment": describe_environment()}
    page = (
        f"# Start-up\n\n{to_markdown(table)}\n\n{arguments.runs} runs each, after one "
        f"that is not counted. {measured_with([result])}\n"
    )
    print(page)
    write_json(arguments.output / "startup.json", result)
    (arguments.output / "startup.md").write_text(page)


def time_command(command: list[str], n_runs: int) -> list[float]:
    """Return the seconds of each run, after one that warms the disk's cache."""
    seconds = []
    for _ in range(n_runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return seconds[1:]

"""`synthgan evaluate`: judge a synthetic table from the shell."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

SUMMARY = "judge a synthetic table: useful, private, faithful?"
DESCRIPTION = (
    "Compare a synthetic table with the real rows that it was made from and with real "
    "rows that were held out; print the scores and write a report."
)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    command.add_argument("train", metavar="REAL", help="real rows: .csv or .parquet")
    command.add_argument("synthetic", metavar="SYNTHETIC", help="the synthetic rows")
    command.add_argument(
        "--holdout",
        metavar="FILE",
        help="real rows that the generator never saw; without them neither usefulness "
        "nor privacy is judged",
    )
    command.add_argument(
        "--target", metavar="COLUMN", help="the column that models learn to predict"
    )
    command.add_argument(
        "--metrics",
        nargs="+",
        default=["quick"],
        metavar="NAME",
        help="quick (default), all, or names of metrics and attacks",
    )
    command.add_argument("--html", metavar="FILE", help="write the report to this file")
    command.add_argument(
        "--json", metavar="FILE", help="write the figures to this file"
    )
    command.add_argument(
        "--random-state", type=int, default=0, metavar="N", help="seed (default: 0)"
    )
    command.add_argument("--quiet", action="store_true", help="show no progress")


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    from synthgan.datasets import read_table
    from synthgan.evaluation import evaluate

    is_preset = len(options.metrics) == 1 and options.metrics[0] in {"quick", "all"}
    evaluation = evaluate(
        read_table(options.train),
        read_table(options.synthetic),
        read_table(options.holdout) if options.holdout else None,
        target=options.target,
        metrics=options.metrics[0] if is_preset else options.metrics,
        random_state=options.random_state,
        verbose=not options.quiet,
    )
    print(evaluation)
    if options.html:
        evaluation.to_html(options.html)
        print(f"\nreport: {options.html}")
    if options.json:
        text = json.dumps(evaluation.to_dict(), indent=1, ensure_ascii=False)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
        print(f"figures: {options.json}")

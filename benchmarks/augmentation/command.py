"""Whether synthetic rows help four learners on small and on unbalanced tables.

Real rows alone, beside duplicated rows, class weights, random over-sampling, SMOTE-NC,
CTGAN (where `python -m benchmarks peers` has installed it) and synthgan. Each cell is a
file; what is saved already is not measured again, and the page shows all that is saved.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from functools import partial

from benchmarks.augmentation.cells import BALANCE, STUDY, Cell, Table, split_rows
from benchmarks.augmentation.learners import LEARNERS, RowReader, score_learner
from benchmarks.augmentation.methods import METHODS, Question, ctgan_python, train_on
from benchmarks.augmentation.page import make_page
from benchmarks.datasets import load_dataset
from benchmarks.machine import describe_environment
from benchmarks.peers.environments import add_environment_arguments
from benchmarks.peers.measurement import RunFailedError
from benchmarks.results import (
    Result,
    add_folder_arguments,
    load_results,
    reuse_or_measure,
)
from synthgan._random import make_seed
from synthgan.evaluation.utility.controls import Undefined

_SETS = {
    STUDY: [
        "pima_diabetes",
        "heart_cleveland",
        "german_credit",
        "titanic",
        "penguins",
        "telco_churn",
        "insurance",
    ],
    BALANCE: ["shoppers", "telco_churn"],
}
_SIZES = {STUDY: [50, 100, 200, 500], BALANCE: [20, 50, 100]}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks augmentation` takes."""
    add_folder_arguments(parser)
    parser.add_argument(
        "--tasks", nargs="+", choices=[STUDY, BALANCE], default=[STUDY, BALANCE]
    )
    parser.add_argument("--sets", nargs="+", help="these of the tasks' sets only")
    parser.add_argument(
        "--rows", nargs="+", type=int, help="training rows, or those of the rarer class"
    )
    parser.add_argument("--splits", type=int, default=10, help="splits of each cell")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    add_environment_arguments(parser, limit_seconds=3600)


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, and write the page after each cell."""
    from threadpoolctl import threadpool_limits

    folder = arguments.output / "augmentation"
    has_ctgan = ctgan_python(arguments.environments.absolute()) is not None
    # Tables are small: more threads would only get in each other's way.
    with threadpool_limits(1):
        for cell, table in _cells(arguments):
            for method in arguments.methods:
                request = {**cell.to_dict(), "method": method}
                if method == "CTGAN":
                    request["is_installed"] = has_ctgan
                reuse_or_measure(
                    folder / f"{cell.name}-{method.replace(' ', '_')}.json",
                    request,
                    partial(measure, cell, table, method, arguments),
                    arguments.fresh,
                )
    results = load_results(folder)
    page = make_page(results)
    print("\n" + page)
    (arguments.output / "augmentation.md").write_text(page)


def _cells(arguments: argparse.Namespace) -> Iterator[tuple[Cell, Table]]:
    """Yield the cells that the tables allow, and their tables."""
    for task in arguments.tasks:
        for name in _SETS[task]:
            if arguments.sets and name not in arguments.sets:
                continue
            table = Table.read(load_dataset(arguments.data_dir, name))
            for n_rows in arguments.rows or _SIZES[task]:
                if not table.allows(n_rows):
                    continue
                for split in range(arguments.splits):
                    yield Cell(task, name, n_rows, split), table


def measure(
    cell: Cell, table: Table, method: str, arguments: argparse.Namespace
) -> Result:
    """Train all learners on what a method makes of a cell's training rows."""
    train, test = split_rows(table, cell)
    seed = make_seed(cell.split, "augmentation study", method)
    question = Question(
        cell.task,
        table,
        train,
        seed,
        arguments.environments.absolute(),
        arguments.limit_seconds,
    )
    reader = RowReader(table, train)
    facts = {
        "overlap": len(train) / len(table.rows),
        "environment": describe_environment(),
    }
    start = time.perf_counter()
    try:
        rows = train_on(method, question, reader)
    except RunFailedError as error:
        return {"status": "failed", "reason": str(error), **facts}
    if isinstance(rows, Undefined):
        return {"status": "undefined", "reason": rows.reason, **facts}
    seconds = time.perf_counter() - start
    tested = reader.read(test)
    scores = {
        learner: score_learner(learner, rows, tested, reader.n_classes, cell.split)
        for learner in LEARNERS
    }
    return {"status": "measured", "seconds": seconds, "scores": scores, **facts}

"""Whether the evaluators say what is known to be true: references and planted leaks.

Known tables take the synthetic table's place: rows as good as real, columns without
their relations, and tables with a planted leak of a known size.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.attacks import describe_attacks
from benchmarks.datasets import load_dataset
from benchmarks.machine import describe_environment, n_cores
from benchmarks.results import (
    Result,
    add_folder_arguments,
    measured_with,
    reuse_or_measure,
    to_markdown,
)
from synthgan.evaluation import score_table
from synthgan.evaluation.privacy import judge_privacy, run_attacks
from synthgan.schema import TableSchema, infer_schema

#: What independent code measured on Adult: figure, table, value.
_KNOWN = (
    ("shape_error_percent", "real holdout", ".63"),
    ("trend_all_error_percent", "real holdout", "1.78"),
    ("trend_all_error_percent", "independent columns", "7.4"),
    ("two_sample_score", "real holdout", "at least .99"),
    ("two_sample_score", "independent columns", "about .02"),
)
#: Noise on each number of a noisy copy, in standard deviations of its column.
_NOISE = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks evaluator` takes."""
    add_folder_arguments(parser)
    parser.add_argument(
        "--rows", type=int, default=12_000, help="rows of each table with a leak"
    )
    parser.add_argument(
        "--seeds", type=int, default=5, help="innocent tables, for false alarms"
    )


def run(arguments: argparse.Namespace) -> None:
    """Measure, print, and write a page to `--output`."""
    from threadpoolctl import threadpool_limits

    folder = arguments.output / "evaluator"
    dataset = load_dataset(arguments.data_dir, "adult")
    schema = infer_schema(dataset.train, dataset.kinds)
    table = pd.concat([dataset.train, dataset.holdout], ignore_index=True)

    def measured(name: str, measure: Callable[[], Result], **request: object) -> Result:
        path = folder / f"adult-{name}.json"
        return reuse_or_measure(path, request, measure, arguments.fresh)

    def attacked(kind: str, seed: int) -> Result:
        return measured(
            f"{kind.replace(' ', '-').replace('-%', '')}-{arguments.rows}-seed{seed}",
            partial(attack, table, schema, kind, arguments.rows, seed),
            kind=kind,
            seed=seed,
            rows=arguments.rows,
        )

    with threadpool_limits(n_cores()):
        references = measured(
            "references",
            lambda: {
                "scores": score_table(
                    dataset.train, {}, dataset.holdout, dataset.target, schema
                ).to_dict(orient="index"),
                "environment": describe_environment(),
            },
            set="adult",
        )
        planted = {kind: attacked(kind, 0) for kind in PLANTED}
        innocent = [attacked("independent rows", i) for i in range(arguments.seeds)]
    page = _page(references, planted, innocent, arguments.rows)
    print("\n" + page)
    (arguments.output / "evaluator.md").write_text(page)


def attack(
    table: pd.DataFrame, schema: TableSchema, kind: str, n_rows: int, seed: int
) -> Result:
    """Split a real table at random, plant a leak in one part, and attack it."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(len(table))[: 3 * n_rows].reshape(3, -1)
    train, holdout, fresh = (table.iloc[part].reset_index(drop=True) for part in places)
    synthetic = PLANTED[kind](train, fresh, schema, rng)
    results = run_attacks(train, synthetic, holdout, schema, random_state=seed)
    verdict = judge_privacy(results)
    return {
        "figures": describe_attacks(results),
        "leaks": list(verdict.leaks),
        "sentence": verdict.sentence,
        "environment": describe_environment(),
    }


def _independent(
    train: pd.DataFrame,
    fresh: pd.DataFrame,
    schema: TableSchema,
    rng: np.random.Generator,
) -> pd.DataFrame:
    return fresh


def _verbatim(
    train: pd.DataFrame,
    fresh: pd.DataFrame,
    schema: TableSchema,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n_copies = len(train) // 100
    return pd.concat([fresh[n_copies:], train[:n_copies]])


def _noisy(
    train: pd.DataFrame,
    fresh: pd.DataFrame,
    schema: TableSchema,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n_copies = len(train) // 20
    copies = train[:n_copies].copy()
    for column in schema:
        if column.kind.is_numeric:
            noise = rng.normal(0, _NOISE * train[column.name].std(), n_copies)
            values = (copies[column.name] + noise).round()
            copies[column.name] = values.clip(column.minimum, column.maximum)
    return pd.concat([fresh[n_copies:], copies.astype(train.dtypes)])


def _copies(
    train: pd.DataFrame,
    fresh: pd.DataFrame,
    schema: TableSchema,
    rng: np.random.Generator,
) -> pd.DataFrame:
    return train.iloc[rng.permutation(len(train))]


#: Tables with a planted leak, made from training rows and as many fresh real rows.
PLANTED = {
    "independent rows": _independent,
    "1 % verbatim copies": _verbatim,
    "5 % noisy copies": _noisy,
    "100 % copies": _copies,
}


def _page(
    references: Result, planted: dict[str, Result], innocent: list[Result], n_rows: int
) -> str:
    known = pd.DataFrame(
        {
            f"{table}: {figure.replace('_percent', ' %').replace('_', ' ')}": {
                "independent code": known,
                "measured": f"{references['scores'][table][figure]:.3f}",
            }
            for figure, table, known in _KNOWN
        }
    ).T
    figures = pd.DataFrame(
        {
            kind: {name: row["figure"] for name, row in result["figures"].items()}
            for kind, result in planted.items()
        }
    )
    leaks = "\n".join(
        f"- {kind}: {len(result['leaks'])} of {len(result['figures'])} tests"
        + (f" ({', '.join(result['leaks'])})" if result["leaks"] else "")
        for kind, result in planted.items()
    )
    n_alarms = sum(bool(result["leaks"]) for result in innocent)
    return (
        "# Evaluator\n\n## Reference values on Adult\n\n"
        f"{_to_markdown_text(known)}\n\n"
        f"## Planted leaks: {n_rows:,} training, held-out and synthetic rows of Adult"
        f"\n\nFound, after Holm's correction at a family-wise level of 1 %:\n\n{leaks}"
        f"\n\n{to_markdown(figures)}\n\n"
        f"## False alarms\n\n{n_alarms} of {len(innocent)} tables of independent real "
        "rows, each with a split of its own, were said to leak.\n\n"
        f"{measured_with([references])}\n"
    )


def _to_markdown_text(table: pd.DataFrame) -> str:
    lines = ["| | " + " | ".join(table.columns) + " |", "| --- | ---: | ---: |"]
    lines += [
        f"| {name} | {' | '.join(row)} |"
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(lines)

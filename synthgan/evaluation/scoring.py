"""Metrics on the synthetic table and on the reference tables, merged into scores."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.facts import REAL_HOLDOUT, NotJudged, Score
from synthgan.evaluation.progress import Progress, Step
from synthgan.evaluation.registry import METRICS
from synthgan.schema import TableSchema

Results = tuple[MetricResult, ...]

#: Why what needs a holdout cannot be judged without one.
NO_HOLDOUT = "needs real rows that the generator never saw, and no holdout was given"
_SYNTHETIC = "synthetic table"
_NO_TARGET = "needs a column to predict, and no target was named"


@dataclass(frozen=True, eq=False)
class Roles:
    """The tables that play a part beside the one that is judged.

    Parameters
    ----------
    train : DataFrame
        The real rows that the generator saw.
    holdout : DataFrame or None
        Real rows that it never saw.
    target : column name or None
        The column to predict.
    schema : TableSchema
        What the columns mean.
    random_state : int
        Seed of everything that is drawn.
    """

    train: pd.DataFrame
    holdout: pd.DataFrame | None
    target: Hashable | None
    schema: TableSchema
    random_state: int


def find_lacking(names: Sequence[str], roles: Roles) -> list[NotJudged]:
    """Name the metrics that the given tables do not allow, each with its reason."""
    lacking = []
    for name in names:
        if METRICS[name].needs_holdout and roles.holdout is None:
            lacking.append(NotJudged(name, NO_HOLDOUT))
        elif METRICS[name].needs_target and roles.target is None:
            lacking.append(NotJudged(name, _NO_TARGET))
    return lacking


def score_steps(
    names: Sequence[str],
    synthetic: pd.DataFrame,
    references: Mapping[str, pd.DataFrame],
) -> list[Step]:
    """Say what `score` will run: each metric on the references, then on the table."""
    return [
        Step(name, f"{name}, {label}", table.size)
        for name in names
        for label, table in {**references, _SYNTHETIC: synthetic}.items()
    ]


def score(
    names: Sequence[str],
    synthetic: pd.DataFrame,
    references: Mapping[str, pd.DataFrame],
    roles: Roles,
    progress: Progress,
) -> list[Score]:
    """Compute metrics on the synthetic table and on the references.

    Parameters
    ----------
    names : sequence of str
        Metrics that the given tables allow.
    synthetic : DataFrame
        The table to be judged.
    references : dict of name to DataFrame
        The reference tables.
    roles : Roles
        The other tables.
    progress : Progress
        Is told of each step.
    """
    steps = iter(score_steps(names, synthetic, references))

    def compute(name: str, label: str, table: pd.DataFrame) -> Results:
        with progress.running(next(steps)):
            return _compute(METRICS[name], label, table, roles)

    scores: list[Score] = []
    for name in names:
        beside = {
            label: compute(name, label, table) for label, table in references.items()
        }
        results = compute(name, _SYNTHETIC, synthetic)
        scores += [_merge(name, result, beside) for result in results]
    return scores


def _merge(name: str, result: MetricResult, beside: Mapping[str, Results]) -> Score:
    """Put a figure beside the references' figures of the same name."""
    return Score(
        METRICS[name].section,
        name,
        result.name,
        result.value,
        result.higher_is_better,
        result.interval,
        {
            label: other.value
            for label, results in beside.items()
            for other in results
            if other.name == result.name
        },
        _reason(result),
    )


def _compute(metric: Metric, label: str, table: pd.DataFrame, roles: Roles) -> Results:
    if label == REAL_HOLDOUT and metric.needs_holdout:
        table = roles.train  # the holdout cannot test itself
    return metric.compute(
        roles.train,
        table,
        roles.schema,
        holdout=roles.holdout,
        target=roles.target,
        random_state=roles.random_state,
    )


def _reason(result: MetricResult) -> str:
    if result.reason or np.isfinite(result.value):
        return result.reason
    return "these tables do not allow the figure"

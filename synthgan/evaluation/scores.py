"""The score table: synthetic tables beside the reference rows, one column a figure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from synthgan._random import RandomState, check_random_state, make_rng
from synthgan.evaluation.base import MetricResult
from synthgan.evaluation.facts import (
    BOOTSTRAP_COPY,
    INDEPENDENT_COLUMNS,
    REAL_HOLDOUT,
)
from synthgan.evaluation.inputs import check_tables, read_schema
from synthgan.evaluation.references import bootstrap_copy, independent_columns
from synthgan.evaluation.registry import METRICS
from synthgan.evaluation.utility import predictive_score
from synthgan.schema import TableSchema
from synthgan.statistics import (
    columns_not_judged,
    sort_rows,
)

#: The metrics of the score table.
HEADLINE = ("column_shapes", "trend_all", "trend_common", "two_sample", "tstr")


def compute_scores(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    schema: TableSchema,
    *,
    holdout: pd.DataFrame | None = None,
    target: Hashable | None = None,
    random_state: int = 0,
) -> tuple[MetricResult, ...]:
    """Judge one table by every headline metric that can be computed.

    Parameters
    ----------
    train : DataFrame
        The real rows that the generator saw.
    synthetic : DataFrame
        The rows to be judged.
    schema : TableSchema
        What the columns of `train` mean.
    holdout : DataFrame, optional
        Real rows that the generator never saw; without it what needs them is left out.
    target : column name, optional
        The column to predict; without it no prediction is scored.
    random_state : int, default 0
        Seed of everything that is drawn.

    Returns
    -------
    tuple of MetricResult

    Raises
    ------
    InputError
        If `synthetic` or `holdout` lacks a column of `train`, or holds cells that
        cannot be compared with it.
    """
    check_tables(train, {"synthetic": synthetic, "holdout": holdout})
    results: list[MetricResult] = []
    for metric in (METRICS[name] for name in HEADLINE):
        lacks_holdout = metric.needs_holdout and holdout is None
        lacks_target = metric.needs_target and target is None
        if not lacks_holdout and not lacks_target:
            results += metric.compute(
                train,
                synthetic,
                schema,
                holdout=holdout,
                target=target,
                random_state=random_state,
            )
    return tuple(results)


def score_table(
    train: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    holdout: pd.DataFrame | None = None,
    target: Hashable | None = None,
    schema: TableSchema | Mapping[Hashable, str] | None = None,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    """Score synthetic tables beside the reference rows.

    Parameters
    ----------
    train : DataFrame
        The real rows that the generators saw.
    tables : dict of name to DataFrame
        The synthetic tables, with the columns of `train`; none is needed.
    holdout : DataFrame, optional
        Real rows that no generator saw. Without it the row "real holdout" and
        everything that is tested on real rows are left out.
    target : column name, optional
        The column to predict. Without it no prediction is scored.
    schema : TableSchema or dict of column name to kind, optional
        What the columns of `train` mean; what is not given is inferred.
    random_state : int, numpy Generator, numpy RandomState or None, default 0
        Seed of the reference rows, the judge's folds and the models.

    Returns
    -------
    DataFrame
        One row a table: "real holdout" (what fresh real rows score), "bootstrap
        copy" (of the training rows: what copying scores), "independent columns" (what
        ignoring every relation scores), then `tables`. One column a figure:

        - `shape_error_percent`: distance of single columns' distributions, lower is
          better.
        - `trend_all_error_percent`, `trend_common_error_percent`: distance of pairs'
          relations, with each table's own bins or the training table's, lower is
          better.
        - `two_sample_auc` (best 0.5), `two_sample_score` (best 1): whether a classifier
          tells the table from the training rows.
        - `tstr_auc`, `tstr_macro_auc` or `tstr_r2`: a model trained on the table,
          tested on the holdout; missing for the holdout, which cannot test itself.
        - `trtr_...`: the same trained on the training rows, equal in every row.

        `attrs["not_judged"]` names the columns that were left out, each with its
        reason.

    Raises
    ------
    InputError
        If a table lacks a column of `train`, or holds cells that cannot be compared.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=600)
    >>> real = pd.DataFrame({"x": x, "twice": 2 * x})
    >>> table = score_table(real[:400], {"noise": real[:400] + 9}, holdout=real[400:])
    >>> table["two_sample_auc"].round(1).to_dict()["noise"]
    1.0
    >>> list(table.index)
    ['real holdout', 'bootstrap copy', 'independent columns', 'noise']
    """
    check_tables(train, {"holdout": holdout, **tables})
    seed = check_random_state(random_state)
    schema = read_schema(train, schema, target)
    judged = reference_tables(train, schema, seed)
    if holdout is not None:
        judged = {REAL_HOLDOUT: holdout, **judged}
    rows = {}
    for name, table in {**judged, **tables}.items():
        results = compute_scores(
            train,
            table,
            schema,
            holdout=None if table is holdout else holdout,
            target=target,
            random_state=seed,
        )
        rows[name] = {result.name: result.value for result in results}
    scores = pd.DataFrame.from_dict(rows, orient="index")
    if holdout is not None and target is not None:
        ceiling = predictive_score(train, holdout, schema, target, seed)
        scores[f"trtr_{ceiling.name}"] = ceiling.value
    scores.attrs["not_judged"] = columns_not_judged(schema)
    return scores


def reference_tables(
    train: pd.DataFrame, schema: TableSchema, random_state: int = 0
) -> dict[str, pd.DataFrame]:
    """Make the reference rows that need nothing but the training table.

    Parameters
    ----------
    train : DataFrame
        The training table; the order of its rows does not matter.
    schema : TableSchema
        What its columns mean.
    random_state : int, default 0
        Seed of the draws.

    Returns
    -------
    dict of name to DataFrame
        "bootstrap copy" and "independent columns", as long as `train`.
    """
    ordered = sort_rows(train, schema)
    return {
        name: make(ordered, len(train), make_rng(random_state, "references", name))
        for name, make in (
            (BOOTSTRAP_COPY, bootstrap_copy),
            (INDEPENDENT_COLUMNS, independent_columns),
        )
    }

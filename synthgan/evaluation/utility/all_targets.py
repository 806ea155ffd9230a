"""Global utility: every column in turn is the one to predict."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from synthgan._random import make_rng
from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.utility.models import make_model
from synthgan.evaluation.utility.prediction import fit_and_predict
from synthgan.exceptions import ParameterError
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    Levels,
    judged_columns,
    sort_rows,
)

#: At most this many rows of each table, and classes of each target.
MAX_ROWS = 10_000
MAX_CLASSES = 20

#: How far above guessing the model trained on real rows must be.
_MIN_SKILL = 0.05


def score_all_targets(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    schema: TableSchema,
    random_state: int = 0,
) -> pd.DataFrame:
    r"""Predict every column from the others, by models of real and of synthetic rows.

    Parameters
    ----------
    train, synthetic : DataFrame
        The rows to learn from, at most 10,000 of each.
    holdout : DataFrame
        Real rows to predict, at most 10,000.
    schema : TableSchema
        What the columns mean. Of a discrete target the rows of the 20 most frequent
        levels are kept.
    random_state : int, default 0
        Seed of models and draws.

    Returns
    -------
    DataFrame of float
        One row a column, with the skill of the boosted models trained on `"real"` and
        on `"synthetic"` rows, and its `"ratio"`, at least 0; NaN where the real rows
        do not allow a skill of .05.

    Notes
    -----
    Skill is 0 for guessing and 1 at best: :math:`R^2` of a numeric target,
    :math:`2\,AUC - 1` (macro AUC for several classes) of any other.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> x = np.random.default_rng(0).normal(size=300)
    >>> table = pd.DataFrame({"x": x, "y": np.where(x > 0, "up", "down")})
    >>> parts = table[:100], table[100:200], table[200:]
    >>> score_all_targets(*parts, infer_schema(table)).loc["y"].round(1).to_dict()
    {'real': 1.0, 'synthetic': 1.0, 'ratio': 1.0}
    """
    tables = [
        _draw(table, schema, random_state, role)
        for role, table in (
            ("train", train),
            ("synthetic", synthetic),
            ("holdout", holdout),
        )
    ]
    rows = {}
    for column in judged_columns(schema):
        parts = _keep_frequent(tables, column)
        real, found = (
            _skill(fitted_on, parts[2], schema, column, random_state)
            for fitted_on in parts[:2]
        )
        ratio = max(np.nan_to_num(found), 0.0) / real if real >= _MIN_SKILL else np.nan
        rows[column.name] = {"real": real, "synthetic": found, "ratio": ratio}
    return pd.DataFrame.from_dict(rows, orient="index", dtype=float)


def _draw(
    table: pd.DataFrame, schema: TableSchema, random_state: int, role: str
) -> pd.DataFrame:
    rng = make_rng(random_state, "all_targets", role)
    n_rows = min(len(table), MAX_ROWS)
    drawn = np.sort(rng.choice(len(table), n_rows, replace=False))
    return sort_rows(table, schema).iloc[drawn]


def _keep_frequent(
    tables: list[pd.DataFrame], column: ColumnSchema
) -> list[pd.DataFrame]:
    """Keep the rows of the levels that are most frequent in the training table."""
    if column.kind.is_numeric:
        return tables
    levels = Levels.fit(tables[0][column.name], max_levels=MAX_CLASSES)
    if len(levels.labels) < MAX_CLASSES:
        return tables
    codes = (levels.codes(table[column.name]) for table in tables)
    return [
        table[(code >= 0) & (code < MAX_CLASSES)]
        for table, code in zip(tables, codes, strict=True)
    ]


def _skill(
    fitted_on: pd.DataFrame,
    holdout: pd.DataFrame,
    schema: TableSchema,
    column: ColumnSchema,
    random_state: int,
) -> float:
    model = make_model("boosting", schema, column.name, random_state)
    trial = fit_and_predict(model, fitted_on, holdout, schema, column.name)
    if trial.prediction is None:
        return np.nan
    score = trial.prediction.headline()
    return score if trial.prediction.is_regression else 2 * score - 1


@dataclass(frozen=True)
class GlobalUtility(Metric):
    """Mean ratio of `score_all_targets`; 1 where every column is learnt as well."""

    section: ClassVar[Literal["fidelity", "utility"]] = "utility"
    is_quick: ClassVar[bool] = False
    needs_holdout: ClassVar[bool] = True

    def compute(
        self,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: TableSchema,
        *,
        holdout: pd.DataFrame | None = None,
        target: Hashable | None = None,
        random_state: int = 0,
    ) -> tuple[MetricResult, ...]:
        """Judge a synthetic table; see `Metric.compute`."""
        if holdout is None:
            msg = "global_utility: expected a holdout, got None; pass one"
            raise ParameterError(msg)
        scores = score_all_targets(train, synthetic, holdout, schema, random_state)
        ratios = scores["ratio"].dropna() if len(scores) else scores
        if not len(ratios):
            reason = "no column of the real rows can be predicted from the others"
            return (MetricResult("global_utility", np.nan, True, reason=reason),)
        return (MetricResult("global_utility", float(ratios.mean()), True),)

"""Utility: what a model learns from the synthetic table, tested on real rows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.pipeline import Pipeline

from synthgan._random import make_seed
from synthgan.evaluation.base import Metric, MetricResult
from synthgan.exceptions import ParameterError
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    Levels,
    TablePreparation,
    auc_interval,
    canonical_order,
    column_numbers,
    columns_not_judged,
    make_boosting,
)


def predictive_score(
    fitted_on: pd.DataFrame,
    holdout: pd.DataFrame,
    schema: TableSchema,
    target: Hashable,
    random_state: int = 0,
) -> MetricResult:
    """Train a model on one table and score its predictions for another.

    Parameters
    ----------
    fitted_on : DataFrame
        What model and coding of categories are fitted on.
    holdout : DataFrame
        Real rows to predict; a level that `fitted_on` lacks counts as missing.
    schema : TableSchema
        What the columns mean: a numeric target is predicted by regression, any other
        by classification.
    target : column name
        The column to predict from all others; rows where it is missing are left out.
    random_state : int, default 0
        Seed of the model.

    Returns
    -------
    MetricResult
        Two classes in the holdout: `auc` with its interval, 0 where `fitted_on` has
        one class only. More: `macro_auc`, the mean area of each class against the
        rest, in which a class that `fitted_on` lacks scores 0. Regression: `r2`. NaN
        where the holdout has no two values to tell apart, or `fitted_on` no row.

    Raises
    ------
    ParameterError
        If `target` is not a column that can be predicted.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> x = np.random.default_rng(0).normal(size=400)
    >>> table = pd.DataFrame({"x": x, "y": np.where(x > 0, "up", "down")})
    >>> schema = infer_schema(table)
    >>> result = predictive_score(table[:200], table[200:], schema, "y")
    >>> result.name, round(result.value, 1)
    ('auc', 1.0)
    """
    column = _check_target(schema, target)
    fitted_on = fitted_on[fitted_on[target].notna()]
    holdout = holdout[holdout[target].notna()]
    preparation = TablePreparation.fit([fitted_on], schema, leave_out=[target])
    features, unseen = map(preparation.transform, (fitted_on, holdout))
    is_categorical = preparation.is_categorical
    seed = make_seed(random_state, "utility")
    if column.kind.is_numeric:
        values, truth = (
            column_numbers(table[target], column) for table in (fitted_on, holdout)
        )
        regressor = make_boosting(HistGradientBoostingRegressor, is_categorical, seed)
        return _score_regression(regressor, features, values, unseen, truth)
    # A class has one code in both tables; these codes are no feature.
    levels = Levels.fit(fitted_on[target], holdout[target])
    labels, truth = (levels.codes(table[target]) for table in (fitted_on, holdout))
    classifier = make_boosting(HistGradientBoostingClassifier, is_categorical, seed)
    return _score_classification(classifier, features, labels, unseen, truth)


def _score_regression(
    regressor: Pipeline,
    features: np.ndarray,
    values: np.ndarray,
    unseen: np.ndarray,
    truth: np.ndarray,
) -> MetricResult:
    if not features.size or len(np.unique(truth)) < 2:
        return MetricResult("r2", np.nan, higher_is_better=True)
    _fit_in_order(regressor, features, values)
    value = float(r2_score(truth, regressor.predict(unseen)))
    return MetricResult("r2", value, higher_is_better=True)


def _score_classification(
    classifier: Pipeline,
    features: np.ndarray,
    labels: np.ndarray,
    unseen: np.ndarray,
    truth: np.ndarray,
) -> MetricResult:
    classes = np.unique(truth)
    name = "auc" if len(classes) <= 2 else "macro_auc"
    if not features.size or len(classes) < 2:
        return MetricResult(name, np.nan, higher_is_better=True)
    if len(np.unique(labels)) < 2:
        return MetricResult(name, 0.0, higher_is_better=True)
    _fit_in_order(classifier, features, labels)
    probabilities = dict(
        zip(classifier.classes_, classifier.predict_proba(unseen).T, strict=True)
    )
    areas = {
        level: float(roc_auc_score(truth == level, probabilities[level]))
        for level in classes
        if level in probabilities
    }
    interval = None
    if set(probabilities) == set(classes) and name == "auc":
        interval = auc_interval(truth == classes[0], probabilities[classes[0]])
    return MetricResult(name, sum(areas.values()) / len(classes), True, interval)


def _fit_in_order(model: Pipeline, features: np.ndarray, target: np.ndarray) -> None:
    """Fit a model on rows in an order that does not depend on the table's."""
    order = canonical_order(np.column_stack([features, target]))
    model.fit(features[order], target[order])


def _check_target(schema: TableSchema, target: Hashable) -> ColumnSchema:
    column = schema[target]
    reason = columns_not_judged(schema).get(target)
    if reason:
        msg = f"target: column {target!r} cannot be predicted ({reason}); name another"
        raise ParameterError(msg)
    return column


@dataclass(frozen=True)
class TrainSyntheticTestReal(Metric):
    """`predictive_score` of the synthetic table on the holdout.

    With the training table in the synthetic table's place it is the figure to compare
    it with, "train real, test real".
    """

    needs_holdout: ClassVar[bool] = True
    needs_target: ClassVar[bool] = True

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
        if holdout is None or target is None:
            msg = "tstr: expected a holdout and a target, got None; pass both"
            raise ParameterError(msg)
        result = predictive_score(synthetic, holdout, schema, target, random_state)
        return (replace(result, name=f"tstr_{result.name}"),)

"""Learn from one table, predict another: the one way in which every figure does it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from synthgan.evaluation.base import MetricResult
from synthgan.evaluation.inputs import check_target
from synthgan.evaluation.utility.models import make_model
from synthgan.evaluation.utility.scoring import Prediction, score_names
from synthgan.exceptions import ParameterError
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    Levels,
    TablePreparation,
    canonical_order,
    column_numbers,
    judged_columns,
)


@dataclass(frozen=True, eq=False)
class Trial:
    """A model and what it says of the rows it was tried on.

    Parameters
    ----------
    model : estimator or None
        Fitted; None where the rows it was to be fitted on have one class only, or
        where there was nothing to be judged.
    features : DataFrame
        What was predicted from.
    prediction : Prediction or None
        None where there is nothing to be judged.
    names : tuple of str
        The names of the scores, the headline first.
    reason : str
        Why there is no prediction.
    """

    model: BaseEstimator | None
    features: pd.DataFrame
    prediction: Prediction | None
    names: tuple[str, ...]
    reason: str = ""

    def scores(self) -> dict[str, float]:
        """Return every score, NaN where there is no prediction."""
        if self.prediction is None:
            return dict.fromkeys(self.names, np.nan)
        return self.prediction.scores()

    def headline(self, random_state: int = 0) -> MetricResult:
        """Return the first of the scores with its interval."""
        name = self.names[0]
        if self.prediction is None:
            return MetricResult(name, np.nan, True, reason=self.reason)
        interval = self.prediction.headline_interval(random_state)
        return MetricResult(name, self.prediction.headline(), True, interval)


def fit_and_predict(
    model: BaseEstimator,
    fitted_on: pd.DataFrame,
    tested_on: pd.DataFrame,
    schema: TableSchema,
    target: Hashable,
) -> Trial:
    """Fit a model on one table and let it predict a column of another.

    Parameters
    ----------
    model : estimator
        Of scikit-learn's kind, taking frames; it is cloned. A classifier must have
        `predict_proba`.
    fitted_on, tested_on : DataFrame
        The two tables. Rows without the target are left out.
    schema : TableSchema
        What the columns mean; identifiers and text are no features.
    target : column name
        The column to predict.

    Raises
    ------
    ParameterError
        If `target` is not a column that can be predicted.
    """
    column = find_target(schema, target)
    fitted_on = fitted_on[fitted_on[target].notna()]
    tested_on = tested_on[tested_on[target].notna()]
    names = [part.name for part in judged_columns(schema) if part.name != target]
    features, unseen = fitted_on[names], tested_on[names]
    is_regression = column.kind.is_numeric
    if is_regression:
        labels, truth = (
            column_numbers(table[target], column) for table in (fitted_on, tested_on)
        )
        n_classes = 0
    else:
        # A class has one code in both tables; these codes are no feature.
        levels = Levels.fit(fitted_on[target], tested_on[target])
        labels, truth = (
            levels.codes(table[target]) for table in (fitted_on, tested_on)
        )
        n_classes = len(levels.labels)
    scores = score_names(is_regression, len(np.unique(truth)))
    reason = _why_not(features, truth, names)
    if reason:
        return Trial(None, unseen, None, scores, reason)
    if is_regression:
        fitted = _fit_in_order(model, features, labels, schema, target)
        prediction = Prediction(truth, fitted.predict(unseen), np.empty(0, dtype=int))
        return Trial(fitted, unseen, prediction, scores)
    known = np.unique(labels)
    probabilities = np.zeros((len(unseen), n_classes))
    if len(known) < 2:
        probabilities[:, known] = 1.0
        return Trial(None, unseen, Prediction(truth, probabilities, known), scores)
    fitted = _fit_in_order(model, features, labels, schema, target)
    if not hasattr(fitted, "predict_proba"):
        msg = (
            f"models: expected classifiers with predict_proba to predict {target!r}, "
            f"got {type(model).__name__}; wrap it in CalibratedClassifierCV"
        )
        raise ParameterError(msg)
    probabilities[:, fitted.classes_] = fitted.predict_proba(unseen)
    return Trial(fitted, unseen, Prediction(truth, probabilities, known), scores)


def _why_not(features: pd.DataFrame, truth: np.ndarray, names: list[Hashable]) -> str:
    """Say why nothing can be judged, "" where it can."""
    if not names:
        return "no column to predict from"
    if not len(features):
        return "the target is missing in every row to learn from"
    if len(np.unique(truth)) < 2:
        return "the target has one value only in the rows to be predicted"
    return ""


def _fit_in_order(
    model: BaseEstimator,
    features: pd.DataFrame,
    labels: np.ndarray,
    schema: TableSchema,
    target: Hashable,
) -> BaseEstimator:
    """Fit a model on rows in an order that does not depend on the table's."""
    matrix = TablePreparation.fit([features], schema, [target]).transform(features)
    order = canonical_order(np.column_stack([matrix, labels]))
    return clone(model).fit(features.iloc[order], labels[order])


def find_target(schema: TableSchema, target: Hashable) -> ColumnSchema:
    """Return the schema of a target that can be predicted.

    Raises
    ------
    SchemaError
        If it is no column.
    ParameterError
        If it is an identifier or text.
    """
    column = schema[target]
    check_target(schema, target)
    return column


def predictive_score(
    fitted_on: pd.DataFrame,
    holdout: pd.DataFrame,
    schema: TableSchema,
    target: Hashable,
    random_state: int = 0,
) -> MetricResult:
    """Train a boosted model on one table and score its predictions for another.

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
    find_target(schema, target)
    model = make_model("boosting", schema, target, random_state)
    return fit_and_predict(model, fitted_on, holdout, schema, target).headline(
        random_state
    )

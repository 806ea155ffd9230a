"""Whether a model trained on synthetic rows looks at the same columns."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator

from synthgan._random import make_rng
from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.utility.models import make_model
from synthgan.evaluation.utility.prediction import Trial, find_target, fit_and_predict
from synthgan.evaluation.utility.scoring import Prediction
from synthgan.exceptions import ParameterError
from synthgan.schema import TableSchema
from synthgan.statistics import sort_rows

_N_SHUFFLES = 5
_MIN_FEATURES = 3


def compare_importances(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    target: Hashable,
    schema: TableSchema,
    random_state: int = 0,
) -> pd.DataFrame:
    """Measure which columns a model relies on, trained on real and on synthetic rows.

    Parameters
    ----------
    train, synthetic : DataFrame
        The rows to learn from.
    holdout : DataFrame
        Real rows to predict.
    target : column name
        The column to predict.
    schema : TableSchema
        What the columns mean.
    random_state : int, default 0
        Seed of the models and of the shuffles.

    Returns
    -------
    DataFrame of float
        One row a feature, columns `"real"` and `"synthetic"`: what the boosted model's
        headline score (AUC, macro AUC or R²) on the holdout loses when the feature's
        cells are shuffled there, mean of five shuffles. NaN where there is no model.

    References
    ----------
    L. Breiman, "Random forests", Machine Learning 45, 2001.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> table = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 2)))
    >>> table = table.set_axis(["x", "noise"], axis=1).assign(y=lambda t: t["x"] > 0)
    >>> parts, schema = (table[:100], table[100:200], table[200:]), infer_schema(table)
    >>> importances = compare_importances(*parts, "y", schema)
    >>> importances.idxmax().to_dict()
    {'real': 'x', 'synthetic': 'x'}
    """
    find_target(schema, target)
    # The shuffles must not depend on the order of the rows.
    holdout = sort_rows(holdout, schema)
    model = make_model("boosting", schema, target, random_state)
    return pd.DataFrame(
        {
            role: _importances(
                fit_and_predict(model, table, holdout, schema, target), random_state
            )
            for role, table in (("real", train), ("synthetic", synthetic))
        }
    )


def _importances(trial: Trial, random_state: int) -> pd.Series:
    names, model, known = trial.features.columns, trial.model, trial.prediction
    if model is None or known is None:
        return pd.Series(np.nan, index=names)
    losses = {}
    for name in names:
        rng = make_rng(random_state, "importance", str(name))
        scores = []
        for _ in range(_N_SHUFFLES):
            shuffled = trial.features.copy(deep=False)
            cells = trial.features[name]
            shuffled[name] = cells.iloc[rng.permutation(len(cells))].set_axis(
                cells.index
            )
            scores.append(_predict_again(model, shuffled, known).headline())
        losses[name] = known.headline() - float(np.mean(scores))
    return pd.Series(losses)


def _predict_again(
    model: BaseEstimator, features: pd.DataFrame, first: Prediction
) -> Prediction:
    """Predict the same rows as the first time from other features."""
    if first.is_regression:
        return replace(first, predicted=model.predict(features))
    probabilities = np.zeros_like(first.predicted)
    probabilities[:, first.known] = model.predict_proba(features)
    return replace(first, predicted=probabilities)


@dataclass(frozen=True)
class ImportanceAgreement(Metric):
    """Spearman's rank correlation of the two columns of `compare_importances`."""

    section: ClassVar[Literal["fidelity", "utility"]] = "utility"
    is_quick: ClassVar[bool] = False
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
            msg = "importance_agreement: expected a holdout and a target, got None"
            raise ParameterError(msg)
        name = "importance_agreement"
        importances = compare_importances(
            train, synthetic, holdout, target, schema, random_state
        )
        if len(importances) < _MIN_FEATURES:
            reason = f"fewer than {_MIN_FEATURES} columns to predict from"
            return (MetricResult(name, np.nan, True, reason=reason),)
        if (importances.nunique() < 2).any():
            reason = "a model relies on no column, or could not be trained"
            return (MetricResult(name, np.nan, True, reason=reason),)
        value = stats.spearmanr(importances["real"], importances["synthetic"])
        return (MetricResult(name, float(value.statistic), True),)

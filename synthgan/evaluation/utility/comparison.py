"""The same models trained on real and on synthetic rows, tested on real rows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.utility.models import FAMILIES, make_model
from synthgan.evaluation.utility.prediction import (
    check_target,
    fit_and_predict,
    predictive_score,
)
from synthgan.evaluation.utility.scoring import score_names
from synthgan.exceptions import ParameterError
from synthgan.schema import TableSchema


def compare_models(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame,
    target: Hashable,
    schema: TableSchema,
    models: Mapping[str, BaseEstimator] | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Train the same models on real and on synthetic rows, and test them on real ones.

    Parameters
    ----------
    train : DataFrame
        The real rows to learn from.
    synthetic : DataFrame
        The synthetic rows to learn from.
    holdout : DataFrame
        Real rows to predict.
    target : column name
        The column to predict; rows where it is missing are left out.
    schema : TableSchema
        What the columns mean: a numeric target is predicted by regression, any other
        by classification. Identifiers and text are no features.
    models : dict of name to estimator, optional
        Scikit-learn models or pipelines that take a frame of features, and numbers or
        codes of classes to predict; they are cloned. By default `"linear"`
        (logistic or ridge regression), `"random_forest"` and `"boosting"`.
    random_state : int, default 0
        Seed of the default models.

    Returns
    -------
    DataFrame of float
        Three rows a model, trained on `"real"` and on `"synthetic"` rows, and their
        `"ratio"` (synthetic by real); one column a score. Two classes: `auc`,
        `average_precision` (of the class that is rarer in the holdout),
        `balanced_accuracy`, `log_loss`; more: `macro_auc`, `macro_f1`; numbers: `r2`,
        `rmse`, `mae`. A class that the training rows lack scores 0 in the means over
        classes. NaN where the tables do not allow a score.

    Raises
    ------
    ParameterError
        If `target` cannot be predicted, or a model has no `predict_proba`.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn.neighbors import KNeighborsRegressor
    >>> from synthgan.schema import infer_schema
    >>> x = np.linspace(0, 1, 90)
    >>> table = pd.DataFrame({"x": x, "y": x**2})
    >>> train, synthetic, holdout = table[::3], table[1::3] + 0.1, table[2::3]
    >>> schema = infer_schema(train)
    >>> models = {"neighbours": KNeighborsRegressor(1)}
    >>> table = compare_models(train, synthetic, holdout, "y", schema, models)
    >>> table.loc["neighbours"].round(2).to_dict(orient="index")["ratio"]
    {'r2': 0.96, 'rmse': 4.32, 'mae': 4.57}
    """
    check_target(schema, target)
    if models is None:
        models = {
            family: make_model(family, schema, target, random_state)
            for family in FAMILIES
        }
    rows = {}
    for name, model in models.items():
        for role, table in (("real", train), ("synthetic", synthetic)):
            trial = fit_and_predict(model, table, holdout, schema, target)
            rows[name, role] = pd.Series(trial.scores())
        real = rows[name, "real"]
        rows[name, "ratio"] = rows[name, "synthetic"] / real.where(real != 0)
    frame = pd.DataFrame(rows).T
    frame.index.names = ["model", "trained on"]
    return frame


@dataclass(frozen=True)
class TrainSyntheticTestReal(Metric):
    """`predictive_score` of the synthetic table on the holdout.

    With the training table in the synthetic table's place it is the figure to compare
    it with, "train real, test real".
    """

    section: ClassVar[Literal["fidelity", "utility"]] = "utility"
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


@dataclass(frozen=True)
class TrainRealTestSynthetic(Metric):
    """`predictive_score` of the training table on the synthetic rows.

    Low where synthetic labels do not fit their rows, and also where the rows are more
    varied than real ones.
    """

    section: ClassVar[Literal["fidelity", "utility"]] = "utility"
    is_quick: ClassVar[bool] = False
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
        if target is None:
            msg = "trts: expected a target, got None; pass one"
            raise ParameterError(msg)
        result = predictive_score(train, synthetic, schema, target, random_state)
        # The synthetic table may lack classes; the figure is called the same.
        is_regression = schema[target].kind.is_numeric
        name = score_names(is_regression, train[target].nunique())[0]
        return (replace(result, name=f"trts_{name}"),)


@dataclass(frozen=True)
class ModelComparison(Metric):
    """What `compare_models` says, in three figures.

    `tstr_mean` is the mean headline score (AUC, macro AUC or R²) of the models trained
    on synthetic rows; `tstr_ratio` the mean of its ratios to the models trained on
    real rows; `model_ranking_agreement` says whether the model to choose is the same.

    Notes
    -----
    The agreement is Kendall's rank correlation of the two lists of scores, each pair
    of models weighted by how far apart the real rows put them: the order of models
    that are as good as each other does not count.
    """

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
            msg = "model_comparison: expected a holdout and a target, got None"
            raise ParameterError(msg)
        scores = compare_models(
            train, synthetic, holdout, target, schema, random_state=random_state
        )
        real, found, ratio = (
            scores.iloc[:, 0].xs(role, level="trained on").to_numpy()
            for role in ("real", "synthetic", "ratio")
        )
        mean = float(np.mean(found))
        reason = "the models could not be trained, or tested" if np.isnan(mean) else ""
        # A ratio to a score that is no better than guessing says nothing.
        guess = 0.0 if schema[target].kind.is_numeric else 0.5
        is_learnable = bool(np.all(real > guess))
        ratio_reason = reason or "" if is_learnable else "real rows cannot be predicted"
        agreement = _rank_agreement(real, found)
        return (
            MetricResult("tstr_mean", mean, True, reason=reason),
            MetricResult(
                "tstr_ratio",
                float(np.mean(ratio)) if is_learnable else np.nan,
                True,
                reason=ratio_reason,
            ),
            MetricResult(
                "model_ranking_agreement",
                agreement,
                True,
                reason="the models score the same, or not at all"
                if np.isnan(agreement)
                else "",
            ),
        )


def _rank_agreement(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the weighted rank correlation, NaN where one list has no ranks."""
    gaps, orders = (np.subtract.outer(part, part) for part in (expected, found))
    if np.isnan(gaps).any() or not gaps.any() or not orders.any():
        return np.nan
    return float((gaps * np.sign(orders)).sum() / np.abs(gaps).sum())

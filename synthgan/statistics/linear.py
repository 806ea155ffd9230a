"""Linear models as every figure here uses them."""

from __future__ import annotations

import warnings
from typing import Self

import numpy as np
from sklearn.compose import make_column_transformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class QuietLogisticRegression(LogisticRegression):
    """Logistic regression of at most 1,000 steps that does not warn at their end.

    Where classes can be parted perfectly it goes on for ever, and is as good a judge
    where it stops.

    Examples
    --------
    >>> model = QuietLogisticRegression(max_iter=1).fit([[0.0], [1.0]], [0, 1])
    >>> model.predict([[5.0]])
    array([1])
    """

    def fit(
        self, X: np.ndarray, y: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> Self:
        """Fit the model; see scikit-learn's."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super().fit(X, y, sample_weight)


def make_linear(
    model_type: type[LogisticRegression | Ridge], is_categorical: np.ndarray
) -> Pipeline:
    """Make a model for the matrices of `TablePreparation`.

    Parameters
    ----------
    model_type : LogisticRegression or Ridge
        What it predicts, or a subclass of these.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes of levels.

    Returns
    -------
    Pipeline
        Not fitted. Codes become one-hot, "missing" being a level and an unknown one
        none; numbers are standardised, missing ones set to the mean beside a column
        that says so.
    """
    levels = OneHotEncoder(handle_unknown="ignore")
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True, keep_empty_features=True), StandardScaler()
    )
    columns = make_column_transformer(
        (levels, np.flatnonzero(is_categorical)),
        (numbers, np.flatnonzero(~is_categorical)),
    )
    is_classifier = issubclass(model_type, LogisticRegression)
    return make_pipeline(
        columns, model_type(max_iter=1000) if is_classifier else model_type()
    )

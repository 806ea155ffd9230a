"""Histogram gradient boosting as every figure here uses it."""

from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.pipeline import Pipeline, make_pipeline


class EmptyColumnFiller(TransformerMixin, BaseEstimator):
    """Put zeros into the columns that held no value when fitted.

    Histogram gradient boosting fails where it finds nothing to cut into bins. A column
    of zeros says as little.

    Examples
    --------
    >>> filler = EmptyColumnFiller().fit(np.array([[1.0, np.nan], [np.nan, np.nan]]))
    >>> filler.transform(np.array([[np.nan, 5.0]]))
    array([[nan,  0.]])
    """

    def fit(self, X: np.ndarray, y: np.ndarray | None = None) -> Self:
        """Find the columns without a value in X, shape (n_rows, n_columns)."""
        self.is_empty_ = np.isnan(X).all(axis=0)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return X with zeros in those columns."""
        return np.where(self.is_empty_, 0.0, X)


def make_boosting(
    model_type: type[HistGradientBoostingClassifier | HistGradientBoostingRegressor],
    is_categorical: np.ndarray,
    seed: int,
    learning_rate: float = 0.1,
    max_iter: int = 100,
) -> Pipeline:
    """Make a model for the matrices of `TablePreparation`.

    Parameters
    ----------
    model_type : HistGradientBoostingClassifier or HistGradientBoostingRegressor
        What it predicts.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes of levels.
    seed : int
        Seed of the model.
    learning_rate : float, default 0.1
        Shrinkage of each tree; raising it fits the rows more closely.
    max_iter : int, default 100
        Number of trees (of each class, if there are more than two); raising it fits
        the rows more closely and takes longer.

    Returns
    -------
    Pipeline
        Not fitted. Without early stopping: it would hold rows back at random, and
        takes a weaker model on large tables than on small ones.
    """
    model = model_type(
        learning_rate=learning_rate,
        max_iter=max_iter,
        early_stopping=False,
        categorical_features=is_categorical,
        random_state=seed,
    )
    return make_pipeline(EmptyColumnFiller(), model)

"""The families of models that learn from a table, and the way in for a user's own.

Every model takes a frame of features; what is encoded is encoded inside of it, and so
fitted on the training side alone.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, Self, get_args

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline

from synthgan._random import make_seed
from synthgan.schema import TableSchema
from synthgan.statistics import (
    EmptyColumnFiller,
    QuietLogisticRegression,
    TablePreparation,
    judged_columns,
    make_boosting,
    make_linear,
)

Family = Literal["linear", "random_forest", "boosting"]
FAMILIES: tuple[Family, ...] = get_args(Family)


class TableCoder(TransformerMixin, BaseEstimator):
    """Turn a frame into the matrix of `TablePreparation`, fitted where the model is.

    Parameters
    ----------
    schema : TableSchema
        What the columns mean.
    target : column name
        The column that the frame does not have.
    """

    def __init__(self, schema: TableSchema, target: Hashable) -> None:
        self.schema = schema
        self.target = target

    def fit(self, X: pd.DataFrame, y: np.ndarray | None = None) -> Self:
        """Read the levels of the discrete columns."""
        self.preparation_ = TablePreparation.fit([X], self.schema, [self.target])
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Return a matrix of floats, shape (n_rows, n_columns)."""
        return self.preparation_.transform(X)


def make_model(
    family: Family, schema: TableSchema, target: Hashable, random_state: int = 0
) -> Pipeline:
    """Make a model that predicts one column of a table from the others.

    Parameters
    ----------
    family : {"linear", "random_forest", "boosting"}
        Logistic or ridge regression, a random forest, or histogram gradient boosting.
    schema : TableSchema
        What the columns mean: a numeric target makes a regressor, any other a
        classifier.
    target : column name
        The column to predict.
    random_state : int, default 0
        Seed of the model.

    Returns
    -------
    Pipeline
        Not fitted; takes frames without the target. Levels that it was not fitted on
        are tolerated.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> table = pd.DataFrame({"x": [1.5, 2, 3, 4] * 9, "y": ["a", "a", "b", "b"] * 9})
    >>> model = make_model("linear", infer_schema(table), "y").fit(
    ...     table[["x"]], table["y"]
    ... )
    >>> model.predict(pd.DataFrame({"x": [0.0, 5.0]})).tolist()
    ['a', 'b']
    """
    is_categorical = np.array(
        [
            not column.kind.is_numeric
            for column in judged_columns(schema)
            if column.name != target
        ],
        dtype=bool,
    )
    model = make_matrix_model(
        family, schema[target].kind.is_numeric, is_categorical, random_state
    )
    return make_pipeline(TableCoder(schema, target), *model)


def make_matrix_model(
    family: Family, is_regression: bool, is_categorical: np.ndarray, random_state: int
) -> Pipeline:
    """Make a model for the matrices of `TablePreparation`; see `make_model`."""
    seed = make_seed(random_state, "utility")
    if family == "linear":
        linear = Ridge if is_regression else QuietLogisticRegression
        return make_linear(linear, is_categorical)
    if family == "random_forest":
        forest = RandomForestRegressor if is_regression else RandomForestClassifier
        return make_pipeline(EmptyColumnFiller(), forest(random_state=seed))
    boosting = (
        HistGradientBoostingRegressor
        if is_regression
        else HistGradientBoostingClassifier
    )
    return make_boosting(boosting, is_categorical, seed)

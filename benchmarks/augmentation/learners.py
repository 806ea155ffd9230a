"""The four learners, and what they make of training rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from benchmarks.augmentation.cells import Table
from synthgan.evaluation.utility.controls import TrainingRows
from synthgan.evaluation.utility.models import FAMILIES, make_matrix_model
from synthgan.evaluation.utility.scoring import Prediction
from synthgan.statistics import (
    EmptyColumnFiller,
    Levels,
    TablePreparation,
    column_numbers,
)

#: The families of `evaluate`, and a weak learner.
LEARNERS = (*FAMILIES, "decision_tree")


class RowReader:
    """Reads tables in the coding of a training table.

    Parameters
    ----------
    table : Table
        What the columns mean, and all classes that there are.
    train : DataFrame
        The training rows, from which levels are read.
    """

    def __init__(self, table: Table, train: pd.DataFrame) -> None:
        self._table = table
        self._preparation = TablePreparation.fit([train], table.schema, [table.target])
        self._classes = Levels.fit(table.rows[table.target])

    @property
    def n_classes(self) -> int:
        """How many classes there are."""
        return len(self._classes.labels)

    def read(self, rows: pd.DataFrame) -> TrainingRows:
        """Return rows as matrices, without those that have no target."""
        rows = rows[rows[self._table.target].notna()]
        target = rows[self._table.target]
        if self._table.is_regression:
            labels = column_numbers(target, self._table.schema[self._table.target])
        else:
            labels = self._classes.codes(target)
        return TrainingRows(
            self._preparation.transform(rows),
            labels,
            self._preparation.is_categorical,
            self._table.is_regression,
        )


def score_learner(
    learner: str, train: TrainingRows, test: TrainingRows, n_classes: int, seed: int
) -> dict[str, float]:
    """Train a learner and return its scores on the test rows, the headline first."""
    model = _make_learner(learner, train, seed)
    weights = {f"{model.steps[-1][0]}__sample_weight": train.sample_weight}
    model.fit(train.features, train.labels, **weights)
    if train.is_regression:
        nothing = np.empty(0, dtype=int)
        predicted = model.predict(test.features)
        return Prediction(test.labels, predicted, nothing).scores()
    known = np.unique(train.labels)
    probabilities = np.zeros((len(test.labels), n_classes))
    probabilities[:, known] = model.predict_proba(test.features)
    return Prediction(test.labels, probabilities, known).scores()


def _make_learner(learner: str, train: TrainingRows, seed: int) -> Pipeline:
    if learner == "decision_tree":
        tree = DecisionTreeRegressor if train.is_regression else DecisionTreeClassifier
        return make_pipeline(EmptyColumnFiller(), tree(random_state=seed))
    return make_matrix_model(learner, train.is_regression, train.is_categorical, seed)

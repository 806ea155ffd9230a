"""What synthetic rows must beat: ways to more or weightier rows without a generator."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from synthgan._random import make_rng, make_seed

_N_NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows to learn from, in the coding of the real ones.

    Parameters
    ----------
    features : ndarray of float, shape (n_rows, n_columns)
        NaN where a cell is missing.
    labels : ndarray, shape (n_rows,)
        Numbers, or codes of classes.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes.
    is_regression : bool
        Whether the labels are numbers.
    sample_weight : ndarray of float, shape (n_rows,), optional
        What each row weighs; by default all the same.
    """

    features: np.ndarray
    labels: np.ndarray
    is_categorical: np.ndarray
    is_regression: bool
    sample_weight: np.ndarray | None = None

    def extend(self, features: np.ndarray, labels: np.ndarray) -> TrainingRows:
        """Return these rows and others."""
        return replace(
            self,
            features=np.concatenate([self.features, features]),
            labels=np.concatenate([self.labels, labels]),
        )


@dataclass(frozen=True)
class Undefined:
    """A control that the rows do not allow.

    Parameters
    ----------
    reason : str
        Why, in plain words.
    """

    reason: str


Control = Callable[[TrainingRows, int, int], TrainingRows | Undefined]

_NUMERIC = Undefined("the target is numeric: there are no classes to balance")


def duplicate_rows(rows: TrainingRows, n_added: int, seed: int) -> TrainingRows:
    """Add as many real rows again, drawn with replacement."""
    rng = make_rng(seed, "controls", "duplicated")
    drawn = rng.integers(len(rows.labels), size=n_added)
    return rows.extend(rows.features[drawn], rows.labels[drawn])


def weight_classes(
    rows: TrainingRows, n_added: int, seed: int
) -> TrainingRows | Undefined:
    """Give every class the same weight in all."""
    if rows.is_regression:
        return _NUMERIC
    weights = compute_sample_weight("balanced", rows.labels)
    return replace(rows, sample_weight=weights)


def over_sample(
    rows: TrainingRows, n_added: int, seed: int
) -> TrainingRows | Undefined:
    """Draw rows of each class again until it is as frequent as the most frequent."""
    if rows.is_regression:
        return _NUMERIC
    rng = make_rng(seed, "controls", "over-sampling")
    classes, counts = np.unique(rows.labels, return_counts=True)
    drawn = np.concatenate(
        [
            rng.choice(np.flatnonzero(rows.labels == code), counts.max() - count)
            for code, count in zip(classes, counts, strict=True)
        ]
    )
    return rows.extend(rows.features[drawn], rows.labels[drawn])


def smote(rows: TrainingRows, n_added: int, seed: int) -> TrainingRows | Undefined:
    """Interpolate rows of the minority classes: SMOTE-NC of imbalanced-learn.

    Missing numbers are set to the column's mean before; a table without numeric or
    without discrete columns gets SMOTE-N or SMOTE.
    """
    if rows.is_regression:
        return _NUMERIC
    try:
        # Optional, and untyped: mypy must not depend on whether it is there.
        over_sampling = importlib.import_module("imblearn.over_sampling")
    except ImportError:
        return Undefined("imbalanced-learn is not installed")
    counts = np.unique(rows.labels, return_counts=True)[1]
    if counts.min() <= _N_NEIGHBOURS:
        return Undefined(f"a class has no more than {_N_NEIGHBOURS} rows")
    options = {
        "k_neighbors": _N_NEIGHBOURS,
        "random_state": make_seed(seed, "controls", "SMOTE-NC"),
    }
    if rows.is_categorical.all():
        sampler = over_sampling.SMOTEN(**options)
    elif rows.is_categorical.any():
        positions = np.flatnonzero(rows.is_categorical)
        sampler = over_sampling.SMOTENC(positions.tolist(), **options)
    else:
        sampler = over_sampling.SMOTE(**options)
    features, labels = sampler.fit_resample(_fill(rows), rows.labels)
    added = features[len(rows.labels) :]
    # What was filled as a level of its own is missing again.
    is_hole = rows.is_categorical & (added < 0)
    added = np.where(is_hole, np.nan, added)
    return rows.extend(added, labels[len(rows.labels) :])


def _fill(rows: TrainingRows) -> np.ndarray:
    """Put a level -1 or the column's mean where a cell is missing."""
    present = ~np.isnan(rows.features)
    sums = np.where(present, rows.features, 0.0).sum(axis=0)
    means = sums / np.maximum(present.sum(axis=0), 1)
    filling = np.where(rows.is_categorical, -1.0, means)
    return np.where(present, rows.features, filling)


#: The controls, by the names that they have in tables.
CONTROLS: dict[str, Control] = {
    "duplicated rows": duplicate_rows,
    "class weights": weight_classes,
    "random over-sampling": over_sample,
    "SMOTE-NC": smote,
}

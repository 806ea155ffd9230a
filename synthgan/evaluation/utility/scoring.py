"""Scores of predictions: what each is called, and which way is better.

A class that the model was never shown scores zero where classes are scored one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import (
    average_precision_score,
    f1_score,
    log_loss,
    mean_absolute_error,
    r2_score,
    recall_score,
    roc_auc_score,
    root_mean_squared_error,
)

from synthgan._random import make_rng
from synthgan.statistics import auc_interval, canonical_order, spread_interval

LOWER_IS_BETTER = frozenset({"log_loss", "rmse", "mae"})

_N_RESAMPLES = 30


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of rows whose truth is known.

    Parameters
    ----------
    truth : ndarray, shape (n_rows,)
        Numbers, or codes of classes.
    predicted : ndarray of float
        Numbers of shape (n_rows,), or probabilities of shape (n_rows, n_classes).
    known : ndarray of int
        The codes of the classes that the model was fitted on; empty for numbers.
    """

    truth: np.ndarray
    predicted: np.ndarray
    known: np.ndarray

    @property
    def is_regression(self) -> bool:
        """Whether numbers were predicted."""
        return self.predicted.ndim == 1

    def scores(self) -> dict[str, float]:
        """Return every score, the headline first.

        Returns
        -------
        dict of str to float
            Two classes: `auc`, `average_precision` (of the rarer class),
            `balanced_accuracy`, `log_loss`. More: `macro_auc`, `macro_f1`. Numbers:
            `r2`, `rmse`, `mae`.
        """
        if self.is_regression:
            return {
                "r2": float(r2_score(self.truth, self.predicted)),
                "rmse": float(root_mean_squared_error(self.truth, self.predicted)),
                "mae": float(mean_absolute_error(self.truth, self.predicted)),
            }
        classes, counts = np.unique(self.truth, return_counts=True)
        chosen = self.predicted.argmax(axis=1)
        headline = {score_names(False, len(classes))[0]: self._mean_area()}
        if len(classes) > 2:
            f1 = f1_score(
                self.truth, chosen, labels=classes, average="macro", zero_division=0
            )
            return headline | {"macro_f1": float(f1)}
        rare = classes[counts.argmin()]
        precision = 0.0
        if rare in self.known:
            precision = average_precision_score(
                self.truth == rare, self.predicted[:, rare]
            )
        recall = recall_score(
            self.truth, chosen, labels=classes, average="macro", zero_division=0
        )
        codes = np.arange(self.predicted.shape[1])
        return headline | {
            "average_precision": float(precision),
            "balanced_accuracy": float(recall),
            "log_loss": float(log_loss(self.truth, self.predicted, labels=codes)),
        }

    def _mean_area(self) -> float:
        """Return the mean area under the curves of the classes; of two they agree."""
        areas = [
            float(roc_auc_score(self.truth == code, self.predicted[:, code]))
            if code in self.known and len(self.known) > 1
            else 0.0
            for code in np.unique(self.truth)
        ]
        return sum(areas) / len(areas)

    def headline(self) -> float:
        """Return the first of the scores alone."""
        if self.is_regression:
            return float(r2_score(self.truth, self.predicted))
        return self._mean_area()

    def headline_interval(self, random_state: int) -> tuple[float, float] | None:
        """Return the headline's 95 % interval over rows to be predicted.

        DeLong's for two classes, else from resampled rows; None where a class of two
        was never shown to the model.
        """
        if not self.is_regression:
            classes = np.unique(self.truth)
            if not np.isin(classes, self.known).all() and len(classes) == 2:
                return None
            if len(classes) == 2:
                first = classes[0]
                return auc_interval(self.truth == first, self.predicted[:, first])
        order = canonical_order(np.column_stack([self.truth, self.predicted]))
        rng = make_rng(random_state, "utility", "interval")
        estimates = [self.headline()]
        for _ in range(_N_RESAMPLES):
            rows = order[rng.integers(len(order), size=len(order))]
            part = Prediction(self.truth[rows], self.predicted[rows], self.known)
            is_judged = len(np.unique(part.truth)) > 1
            estimates.append(part.headline() if is_judged else np.nan)
        return spread_interval(np.array(estimates), high=1.0)


def score_names(is_regression: bool, n_classes: int) -> tuple[str, ...]:
    """Name the scores of a prediction, the headline first.

    Examples
    --------
    >>> score_names(False, 2)
    ('auc', 'average_precision', 'balanced_accuracy', 'log_loss')
    """
    if is_regression:
        return ("r2", "rmse", "mae")
    if n_classes > 2:
        return ("macro_auc", "macro_f1")
    return ("auc", "average_precision", "balanced_accuracy", "log_loss")

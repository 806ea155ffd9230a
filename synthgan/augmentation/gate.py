"""The gate: whether synthetic rows help a model, measured before they are added.

In each of ten splits a synthesizer of its own learns the training side, and the model
is tested on real rows that neither has seen.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from synthgan._random import make_seed
from synthgan.evaluation.utility.models import make_model
from synthgan.evaluation.utility.prediction import find_target, fit_and_predict
from synthgan.exceptions import InferenceWarning, InputError, ParameterError
from synthgan.schema import TableSchema
from synthgan.statistics import Levels, sort_rows

#: Draws rows for a training table: `draw(train, seed)`.
DrawRows = Callable[[pd.DataFrame, int], pd.DataFrame]

_N_FOLDS = 5
_N_REPEATS = 2
_MIN_ROWS = 4 * _N_FOLDS
_CONFIDENCE = 0.95


@dataclass(frozen=True, eq=False)
class GateResult:
    """What was measured, and what follows from it.

    Parameters
    ----------
    score : str
        The score that models were compared by; more is better.
    measurements : DataFrame
        One row for each number of synthetic rows: `n_added` to the whole table, `real`
        (the score of the real rows alone), `augmented` (with synthetic ones), `gain`
        (their difference), `low` (its lower bound); means over the splits.
    """

    score: str
    measurements: pd.DataFrame

    @property
    def n_added(self) -> int:
        """The number with the largest gain of those that surely help; 0 if none."""
        helps = self.measurements[self.measurements["low"] > 0]
        if helps.empty:
            return 0
        return int(helps.loc[helps["gain"].idxmax(), "n_added"])

    def to_dict(self) -> dict[str, Any]:
        """Return what was measured as plain values, as `DataFrame.attrs` needs them."""
        return {
            "score": self.score,
            "helps": self.n_added > 0,
            "n_added": self.n_added,
            "measurements": self.measurements.to_dict(orient="records"),
        }

    def refusal(self) -> str:
        """Say why no rows were added."""
        gains = self.measurements.dropna()
        if gains.empty:
            return (
                "no synthetic rows were added: whether they help could not be "
                "measured, as the splits have too few values of the target to learn "
                "and to test"
            )
        best = gains.loc[gains["gain"].idxmax()]
        return (
            "no synthetic rows were added: none of the numbers that were tried surely "
            f"helps the model; the best changes its {self.score} of {best['real']:.3f} "
            f"by {best['gain']:+.3f}, and the lower bound of that is {best['low']:+.3f}"
        )


def measure_gain(
    frame: pd.DataFrame,
    target: Hashable,
    schema: TableSchema,
    draw: DrawRows,
    counts: tuple[int, ...],
    estimator: BaseEstimator | None,
    seed: int,
) -> GateResult:
    r"""Measure whether a model learns more from real rows with synthetic ones.

    Parameters
    ----------
    frame : DataFrame
        The real rows.
    target : column name
        What the model predicts.
    schema : TableSchema
        What the columns mean.
    draw : callable
        Draws the most rows that are to be tried, for one training table; fewer are the
        first of them.
    counts : tuple of int
        How many synthetic rows beside all of `frame` are to be tried, ascending. Beside
        a training table it is the same share of what `draw` gives.
    estimator : estimator or None
        Takes frames of the features; None is the boosted model of `evaluate`.
    seed : int
        Seed of splits and models, and of the seeds that `draw` gets.

    Returns
    -------
    GateResult

    Raises
    ------
    InputError
        If there are too few rows.
    ParameterError
        If the target cannot be predicted, or by no such estimator.

    Notes
    -----
    A bound of the mean gain :math:`\bar g` of :math:`k = 10` splits (five folds,
    twice) is :math:`\bar g - t_{k-1} \sqrt{s^2 (1/k + n_{test}/n_{train})}`: the
    splits share training rows, which the second term makes up for. It is one-sided, and
    all bounds hold together with a confidence of 95 % (Bonferroni).

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning
    52, 2003.
    """
    column = find_target(schema, target)
    model = make_model("boosting", schema, target, seed)
    if estimator is not None:
        if not column.kind.is_numeric and not hasattr(estimator, "predict_proba"):
            msg = (
                "estimator: expected a classifier with predict_proba to predict "
                f"{target!r}, got {type(estimator).__name__}; wrap it in "
                "CalibratedClassifierCV"
            )
            raise ParameterError(msg)
        model = estimator
    frame = frame[frame[target].notna()]
    if len(frame) < _MIN_ROWS:
        msg = (
            f"gate: expected at least {_MIN_ROWS} rows with a value of {target!r} to "
            f"measure with, got {len(frame)}; collect more, or leave gate out"
        )
        raise InputError(msg)
    frame = sort_rows(frame, schema)
    real, augmented = [], []
    for i, (train, test) in enumerate(_split(frame[target], schema, target, seed)):
        fitted_on, tested_on = frame.iloc[train], frame.iloc[test]
        with warnings.catch_warnings():
            # The fit to the whole table says it once.
            warnings.simplefilter("ignore", InferenceWarning)
            rows = draw(fitted_on, make_seed(seed, "augmentation", "gate", i))
        tables = [fitted_on] + [
            pd.concat([fitted_on, rows.iloc[: round(count / counts[-1] * len(rows))]])
            for count in counts
        ]
        trials = [
            fit_and_predict(model, table, tested_on, schema, target).headline()
            for table in tables
        ]
        real.append(trials[0].value)
        augmented.append([trial.value for trial in trials[1:]])
    return _summarise(trials[0].name, np.array(real), np.array(augmented), counts)


def _split(
    labels: pd.Series, schema: TableSchema, target: Hashable, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the places of training and test rows; classes have equal shares."""
    codes = np.zeros(len(labels), dtype=int)
    if not schema[target].kind.is_numeric:
        codes = Levels.fit(labels).codes(labels)
    folds = RepeatedKFold
    if np.bincount(codes).min() >= _N_FOLDS:
        folds = RepeatedStratifiedKFold
    splitter = folds(
        n_splits=_N_FOLDS,
        n_repeats=_N_REPEATS,
        random_state=make_seed(seed, "augmentation", "folds"),
    )
    yield from splitter.split(codes, codes)


def _summarise(
    score: str, real: np.ndarray, augmented: np.ndarray, counts: tuple[int, ...]
) -> GateResult:
    """Return the means over the splits, and the bounds of the gains."""
    gains = augmented - real[:, None]
    # A split that could not be judged with some rows is left out for all.
    is_judged = ~np.isnan(gains).any(axis=1)
    real, augmented, gains = real[is_judged], augmented[is_judged], gains[is_judged]
    n_splits = len(gains)
    if n_splits < _N_FOLDS:
        nothing = dict.fromkeys(("real", "augmented", "gain", "low"), np.nan)
        return GateResult(score, pd.DataFrame({"n_added": counts, **nothing}))
    confidence = 1 - (1 - _CONFIDENCE) / len(counts)
    overlap = 1 / (_N_FOLDS - 1)
    reach = stats.t.ppf(confidence, n_splits - 1) * np.sqrt(
        gains.var(axis=0, ddof=1) * (1 / n_splits + overlap)
    )
    return GateResult(
        score,
        pd.DataFrame(
            {
                "n_added": counts,
                "real": real.mean(),
                "augmented": augmented.mean(axis=0),
                "gain": gains.mean(axis=0),
                "low": gains.mean(axis=0) - reach,
            }
        ),
    )

"""The ways to fill missing cells that `imputation` compares.

All learn the training rows and fill the same cells. Tables are the matrices of
`TablePreparation`: numbers, and the codes of levels, the most frequent first.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from synthgan import GANSynthesizer
from synthgan._random import make_rng, make_seed
from synthgan.schema import Kind
from synthgan.statistics import TablePreparation

#: How often a method fills the cells that draws them.
N_DRAWS = 5
#: Rows that the nearest neighbours are looked for in: more would take hours.
MAX_NEIGHBOUR_ROWS = 5000


@dataclass(frozen=True, eq=False)
class Question:
    """Training rows and what is to be learned of them.

    Parameters
    ----------
    train : DataFrame
        The features of the training rows.
    preparation : TablePreparation
        Turns tables into matrices.
    seed : int
        Seed of the methods.
    max_seconds : float or None
        Longest training of synthgan.
    """

    train: pd.DataFrame
    preparation: TablePreparation
    seed: int
    max_seconds: float | None

    @cached_property
    def matrix(self) -> np.ndarray:
        """The training rows, shape (n_rows, n_columns)."""
        return self.preparation.transform(self.train)

    @property
    def is_categorical(self) -> np.ndarray:
        """Which columns hold codes, shape (n_columns,)."""
        return self.preparation.is_categorical


@dataclass(frozen=True, eq=False)
class Filling:
    """The matrices that a method made of one with holes, and its seconds."""

    matrices: Sequence[np.ndarray]
    seconds: float


#: Fills the missing cells of a frame: once, or several times.
Fill = Callable[[pd.DataFrame], Sequence[np.ndarray]]


def fit_synthgan(question: Question) -> Fill:
    """Train on the features; each filling is a draw."""
    columns = question.preparation.columns
    synthesizer = GANSynthesizer(
        schema={column.name: column.kind for column in columns},
        max_seconds=question.max_seconds,
        random_state=question.seed,
        verbose=False,
    ).fit(question.train)
    return lambda frame: [
        question.preparation.transform(filled)
        for filled in synthesizer.impute(
            frame, N_DRAWS, random_state=make_seed(question.seed, "imputation")
        )
    ]


def fit_simple(question: Question) -> Fill:
    """Fill in medians of numbers, and the most frequent levels."""
    medians, modes = (
        SimpleImputer(strategy=strategy).fit(question.matrix)
        for strategy in ("median", "most_frequent")
    )
    return _fill_matrices(
        question,
        lambda holey: np.where(
            question.is_categorical, modes.transform(holey), medians.transform(holey)
        ),
    )


def fit_neighbours(question: Question) -> Fill:
    """Average five near rows among 5,000, columns scaled to unit variance."""
    rng = make_rng(question.seed, "imputation", "neighbours")
    n_rows = min(len(question.matrix), MAX_NEIGHBOUR_ROWS)
    places = rng.choice(len(question.matrix), n_rows, replace=False)
    return _fill_scaled(question, KNNImputer(), question.matrix[places])


def fit_iterative(question: Question) -> Fill:
    """Predict each column from the others, in rounds: the predicted mean."""
    return _fill_scaled(question, _iterative(question, False), question.matrix)


def fit_iterative_drawn(question: Question) -> Fill:
    """Do the same, but draw from what is predicted; each filling is a draw."""
    imputer = _iterative(question, True)
    return _fill_scaled(question, imputer, question.matrix, N_DRAWS)


def fit_column_draws(question: Question) -> Fill:
    """Draw each cell from the column's training cells, and ignore its row."""

    def fill(holey: np.ndarray) -> np.ndarray:
        drawn = [
            rng.choice(column[~np.isnan(column)], len(holey))
            for column in question.matrix.T
        ]
        return np.where(np.isnan(holey), np.column_stack(drawn), holey)

    rng = make_rng(question.seed, "imputation", "column draws")
    return _fill_matrices(question, fill, N_DRAWS)


METHODS: dict[str, Callable[[Question], Fill]] = {
    "column draws": fit_column_draws,
    "SimpleImputer": fit_simple,
    "KNNImputer": fit_neighbours,
    "IterativeImputer": fit_iterative,
    "IterativeImputer, drawn": fit_iterative_drawn,
    "synthgan": fit_synthgan,
}


def fill(method: Fill, frame: pd.DataFrame) -> Filling:
    """Let a fitted method fill the missing cells of a frame, and time it."""
    start = time.perf_counter()
    matrices = method(frame)
    return Filling(matrices, time.perf_counter() - start)


def _iterative(question: Question, sample_posterior: bool) -> BaseEstimator:
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    scaled = StandardScaler().fit_transform(question.matrix)
    return IterativeImputer(
        sample_posterior=sample_posterior,
        min_value=np.nanmin(scaled, axis=0),
        max_value=np.nanmax(scaled, axis=0),
        random_state=question.seed,
    )


def _fill_scaled(
    question: Question, imputer: BaseEstimator, rows: np.ndarray, n_draws: int = 1
) -> Fill:
    """Fit an imputer to scaled rows, codes included, and scale back what it fills."""
    scaler = StandardScaler().fit(question.matrix)
    pipeline: Pipeline = make_pipeline(scaler, imputer)
    with warnings.catch_warnings():
        # Ten rounds are its default, and are enough here or not.
        warnings.simplefilter("ignore", ConvergenceWarning)
        imputer.fit(scaler.transform(rows))
    return _fill_matrices(
        question,
        lambda holey: scaler.inverse_transform(pipeline.transform(holey)),
        n_draws,
    )


def _fill_matrices(
    question: Question,
    fill_holes: Callable[[np.ndarray], np.ndarray],
    n_draws: int = 1,
) -> Fill:
    """Fill a frame's matrix; whole numbers and codes are rounded, codes to known ones.

    Cells that were there stay.
    """
    columns = question.preparation.columns
    is_whole = question.is_categorical | [
        column.kind is Kind.INTEGER for column in columns
    ]
    last_code = np.array(
        [
            len(question.preparation.levels[column.name].labels) - 1
            if column.name in question.preparation.levels
            else np.inf
            for column in columns
        ]
    )
    first_code = np.where(question.is_categorical, 0, -np.inf)

    def fill_frame(frame: pd.DataFrame) -> Sequence[np.ndarray]:
        holey = question.preparation.transform(frame)
        filled = []
        for _ in range(n_draws):
            matrix = fill_holes(holey)
            matrix = np.where(is_whole, matrix.round(), matrix)
            matrix = matrix.clip(first_code, last_code)
            filled.append(np.where(np.isnan(holey), matrix, holey))
        return filled

    return fill_frame

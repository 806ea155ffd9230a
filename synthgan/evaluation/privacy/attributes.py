"""Attribute inference: what the synthetic table tells about a known person's secret."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)

from synthgan._random import make_rng, make_seed
from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.coding import pooled_levels
from synthgan.evaluation.privacy.significance import compare_groups
from synthgan.evaluation.privacy.tables import AttackTables
from synthgan.statistics import make_boosting, nearest_distances

#: So many training rows, and rows of the holdout, are attacked.
N_TARGETS = 4_000
#: A number is guessed right within so large a share of the people.
TOLERANCE = 0.05
#: Levels that a model guesses; the rarer ones count as one, which is never right.
_MAX_CLASSES = 20
_MISSING = -1.0


class AttributeAttack(Attack):
    """Guesses of a column from all others, tried on training rows and on the holdout.

    That income follows from occupation is a fact about the population, and true of the
    holdout as well; only success beyond that betrays training rows. A level is guessed
    right where it is the same, a number within 5 % of the people, a missing cell where
    it is missing.

    Attributes
    ----------
    name : str
        What the results are called, followed by the column in brackets.
    """

    name: ClassVar[str]

    @abstractmethod
    def guess(
        self, tables: AttackTables, people: np.ndarray, column: int, seed: int
    ) -> np.ndarray:
        """Guess a column of people whose other columns are known.

        Parameters
        ----------
        tables : AttackTables
            Where the attacker learns: `tables.synthetic`.
        people : ndarray of float, shape (n_people, n_columns)
            The people; cells of `column` must not be looked at.
        column : int
            Position of the column.
        seed : int
            Seed of a model.

        Returns
        -------
        ndarray of float, shape (n_people,)
            Levels or ranks; NaN for "missing".
        """

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        if not tables.sensitive:
            return (AttackResult.not_judged(self.name, "no column to guess"),)
        rng = make_rng(random_state, "privacy", "attributes")
        n_targets = min(N_TARGETS, len(tables.train))
        targets = [
            rows[np.sort(rng.choice(len(rows), n_targets, replace=False))]
            for rows in (tables.train, tables.holdout)
        ]
        return tuple(
            self._attack_column(tables, targets, column, random_state)
            for column in tables.sensitive
        )

    def _attack_column(
        self,
        tables: AttackTables,
        targets: list[np.ndarray],
        column: int,
        random_state: int,
    ) -> AttackResult:
        label = tables.columns[column].name
        name = f"{self.name}[{label}]"
        people = np.concatenate(targets)
        truth = np.nan_to_num(people[:, column], nan=_MISSING)
        if people.shape[1] < 2:
            return AttackResult.not_judged(name, "there is no other column to know")
        if (truth == truth[0]).all():
            return AttackResult.not_judged(name, "everybody has the same value")
        seed = make_seed(random_state, "privacy", self.name, str(label))
        guesses = self.guess(tables, people, column, seed)
        tolerance = 0.0 if tables.is_categorical[column] else TOLERANCE
        hits = np.abs(np.nan_to_num(guesses, nan=_MISSING) - truth) <= tolerance
        return compare_groups(name, *np.split(hits, [len(targets[0])]))


@dataclass(frozen=True)
class NearestAttribute(AttributeAttack):
    """The attacker knows a person but for one column, and wants that.

    He takes it from the synthetic row that is nearest to the person in all the others.
    """

    title: ClassVar[str] = "Attribute inference by the nearest row"
    name: ClassVar[str] = "attribute_nearest"

    def guess(
        self, tables: AttackTables, people: np.ndarray, column: int, seed: int
    ) -> np.ndarray:
        """Guess a column; see `AttributeAttack.guess`."""
        known = np.arange(people.shape[1]) != column
        nearest = nearest_distances(
            people[:, known], tables.synthetic[:, known], tables.is_categorical[known]
        )[1]
        return tables.synthetic[nearest[:, 0], column]


@dataclass(frozen=True)
class BoostedAttribute(AttributeAttack):
    """The attacker knows a person but for one column, and wants that.

    He trains gradient boosting on the synthetic rows to predict it from the others.
    """

    title: ClassVar[str] = "Attribute inference by a model"
    is_quick: ClassVar[bool] = False
    name: ClassVar[str] = "attribute_boosting"

    def guess(
        self, tables: AttackTables, people: np.ndarray, column: int, seed: int
    ) -> np.ndarray:
        """Guess a column; see `AttributeAttack.guess`."""
        known = np.arange(people.shape[1]) != column
        is_level = bool(tables.is_categorical[column])
        learnt = tables.synthetic[:, column]
        if is_level:
            learnt = _frequent_levels(np.nan_to_num(learnt, nan=_MISSING))
        rows = ~np.isnan(learnt)
        values = learnt[rows]
        if len(np.unique(values)) < 2:
            return np.full(len(people), values[0] if len(values) else np.nan)
        model = make_boosting(
            HistGradientBoostingClassifier
            if is_level
            else HistGradientBoostingRegressor,
            tables.is_categorical[known],
            seed,
        )
        features, unseen = (
            pooled_levels(matrix, tables.is_categorical)[:, known]
            for matrix in (tables.synthetic[rows], people)
        )
        return model.fit(features, values).predict(unseen)


def _frequent_levels(codes: np.ndarray) -> np.ndarray:
    """Replace all but the most frequent levels by a code that none has."""
    levels, counts = np.unique(codes, return_counts=True)
    frequent = levels[np.argsort(-counts, kind="stable")[:_MAX_CLASSES]]
    return np.where(np.isin(codes, frequent), codes, _MISSING - 1)

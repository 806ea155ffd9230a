"""Matches: synthetic rows that are a training row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.significance import compare_hits
from synthgan.evaluation.privacy.tables import AttackTables

#: Numbers are near that lie in the same fiftieth of the people.
_N_BANDS = 50
_MISSING = -1.0


@dataclass(frozen=True)
class ExactMatches(Attack):
    """The attacker holds the synthetic table and believes that its rows are people.

    He points at rows and is right where a training row is equal in every column, up to
    the rounding of floats. Common rows occur by chance; how often shows in the rows
    that equal one of the holdout.
    """

    title: ClassVar[str] = "Exact matches"

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        matrices = (tables.train, tables.holdout, tables.synthetic)
        return (_match("exact_matches", *matrices),)


@dataclass(frozen=True)
class NearMatches(Attack):
    """The attacker holds the synthetic table and believes its rows, roughly.

    He points at rows and is right where a training row has the same levels, and its
    numbers lie in the same fiftieth of the people. A generator that copies and blurs
    the numbers is caught here and not among the exact matches.
    """

    title: ClassVar[str] = "Near matches"

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        matrices = (
            np.where(tables.is_categorical, matrix, np.floor(_N_BANDS * matrix))
            for matrix in (tables.train, tables.holdout, tables.synthetic)
        )
        return (_match("near_matches", *matrices),)


def _match(
    name: str, train: np.ndarray, holdout: np.ndarray, synthetic: np.ndarray
) -> AttackResult:
    """Count synthetic rows that equal a training row, and one of the holdout."""
    rows = np.nan_to_num(np.concatenate([train, holdout, synthetic]), nan=_MISSING)
    keys = np.unique(rows, axis=0, return_inverse=True)[1].ravel()
    real = (keys[: len(train)], keys[len(train) : -len(synthetic)])
    found = keys[-len(synthetic) :]
    hits_train, hits_holdout = (np.isin(found, part) for part in real)
    return compare_hits(name, hits_train, hits_holdout, found, found)

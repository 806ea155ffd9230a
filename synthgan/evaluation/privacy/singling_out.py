"""Singling out: conditions that are true of exactly one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthgan._random import make_rng
from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.significance import compare_hits
from synthgan.evaluation.privacy.tables import AttackTables

#: So many conditions are tried, where there are so many synthetic rows.
N_GUESSES = 2_000
#: A number meets a condition within so large a share of the people.
TOLERANCE = 0.025
#: So many conditions take up the columns in the same order.
_BATCH = 50
#: Far from every rank and level.
_MISSING = -9.0


@dataclass(frozen=True)
class SinglingOut(Attack):
    """The attacker holds the synthetic table and wants to point at one person.

    From a synthetic row he makes a condition, "45 to 47 years, widowed, from Malta":
    column after column is added until no other synthetic row meets it. He claims that
    exactly one person does, and is right where exactly one training row meets it.
    By chance that happens as well; how often shows in the holdout.
    """

    title: ClassVar[str] = "Singling out"

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        rng = make_rng(random_state, "privacy", "singling_out")
        synthetic, train, holdout = (
            # Columns are read one by one.
            np.asfortranarray(np.nan_to_num(matrix, nan=_MISSING), dtype=np.float32)
            for matrix in (tables.synthetic, tables.train, tables.holdout)
        )
        tolerances = np.where(tables.is_categorical, 0, TOLERANCE).astype(np.float32)
        n_guesses = min(N_GUESSES, len(synthetic))
        rows = rng.choice(len(synthetic), n_guesses, replace=False)
        counts, who = [], []
        for start in range(0, n_guesses, _BATCH):
            seeds = synthetic[rows[start : start + _BATCH]]
            order = rng.permutation(seeds.shape[1])
            n_columns = _columns_needed(seeds, synthetic, tolerances, order)
            for people in (train, holdout):
                meets = _meets(seeds, people, tolerances, order, n_columns)
                counts.append(meets.sum(axis=1))
                who.append(meets.argmax(axis=1))
        hits = [np.concatenate(counts[role::2]) == 1 for role in (0, 1)]
        people_hit = [np.concatenate(who[role::2]) for role in (0, 1)]
        return (compare_hits("singling_out", *hits, *people_hit),)


def _columns_needed(
    seeds: np.ndarray, synthetic: np.ndarray, tolerances: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """Return how many columns, in order, leave a row alone; all where none do."""
    meets = np.ones((len(seeds), len(synthetic)), dtype=bool)
    needed = np.full(len(seeds), len(order))
    for n_columns, j in enumerate(order, start=1):
        open_rows = np.flatnonzero(needed == len(order))
        gaps = np.abs(seeds[open_rows, j, None] - synthetic[:, j])
        meets[open_rows] &= gaps <= tolerances[j]
        alone = open_rows[meets[open_rows].sum(axis=1) <= 1]
        needed[alone] = n_columns
    return needed


def _meets(
    seeds: np.ndarray,
    people: np.ndarray,
    tolerances: np.ndarray,
    order: np.ndarray,
    n_columns: np.ndarray,
) -> np.ndarray:
    """Return who meets each seed's condition, shape (n_seeds, n_people)."""
    meets = np.ones((len(seeds), len(people)), dtype=bool)
    for position, j in enumerate(order):
        active = np.flatnonzero(n_columns > position)
        gaps = np.abs(seeds[active, j, None] - people[:, j])
        meets[active] &= gaps <= tolerances[j]
    return meets

"""Linkability: two records that belong to one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthgan._random import make_rng
from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.significance import compare_groups
from synthgan.evaluation.privacy.tables import AttackTables
from synthgan.statistics import nearest_distances

#: So many training rows, and rows of the holdout, are attacked.
N_TARGETS = 2_000
#: The halves belong together that share one of so many nearest synthetic rows.
N_NEIGHBOURS = 5


@dataclass(frozen=True)
class Linkability(Attack):
    """The attacker holds two tables, each with half of the columns, without names.

    He wants to know which records belong to one person, and takes the synthetic table
    for the bridge: two records belong together that have a synthetic row in common
    among their five nearest. For a true pair he is right where that is so. It happens
    to people whom the generator never saw, too; how often shows in the holdout.
    """

    title: ClassVar[str] = "Linkability"

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        name = "linkability"
        n_columns = len(tables.columns)
        if n_columns < 2:
            return (AttackResult.not_judged(name, "one column has no halves"),)
        rng = make_rng(random_state, "privacy", name)
        order = rng.permutation(n_columns)
        halves = order[: n_columns // 2], order[n_columns // 2 :]
        n_targets = min(N_TARGETS, len(tables.train))
        people = np.concatenate(
            [
                rows[np.sort(rng.choice(len(rows), n_targets, replace=False))]
                for rows in (tables.train, tables.holdout)
            ]
        )
        first, second = (
            nearest_distances(
                people[:, half],
                tables.synthetic[:, half],
                tables.is_categorical[half],
                N_NEIGHBOURS,
            )[1]
            for half in halves
        )
        hits = (first[:, :, None] == second[:, None, :]).any(axis=(1, 2))
        return (compare_groups(name, *np.split(hits, [n_targets])),)

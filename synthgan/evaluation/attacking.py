"""Attacks on the synthetic table and, on fewer rows, on the reference tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from synthgan._random import make_rng
from synthgan.evaluation.facts import BOOTSTRAP_COPY, INDEPENDENT_COLUMNS
from synthgan.evaluation.privacy import (
    ATTACKS,
    AttackResult,
    AttackTables,
    PrivacyVerdict,
    judge_privacy,
)
from synthgan.evaluation.privacy.run import N_QUICK_SENSITIVE
from synthgan.evaluation.progress import Progress, Step
from synthgan.evaluation.scores import reference_tables
from synthgan.evaluation.scoring import Roles
from synthgan.statistics import sort_rows

#: Rows of each table where the references are attacked: they show what copying and
#: what independence look like, and that needs no more.
MAX_REFERENCE_ROWS = 2_000


@dataclass(frozen=True, eq=False)
class Attacked:
    """What the attacks found.

    Parameters
    ----------
    results : tuple of AttackResult
        On the synthetic table.
    references : dict of attack name to dict of str to float
        The same figures on the reference tables.
    verdict : PrivacyVerdict or None
        What they say together; None where none was made.
    """

    results: tuple[AttackResult, ...] = ()
    references: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    verdict: PrivacyVerdict | None = None


def attack_steps(
    names: Sequence[str], synthetic: pd.DataFrame, roles: Roles
) -> list[Step]:
    """Say what `attack` will run: on the synthetic table, then on the references."""
    n_few = min(len(roles.train), MAX_REFERENCE_ROWS) * synthetic.shape[1]
    return [
        *(Step(name, name, synthetic.size) for name in names),
        *(
            Step(name, f"{name}, {label}", n_few)
            for label in (BOOTSTRAP_COPY, INDEPENDENT_COLUMNS)
            for name in names
        ),
    ]


def attack(
    names: Sequence[str],
    synthetic: pd.DataFrame,
    roles: Roles,
    progress: Progress,
    is_quick: bool,
) -> Attacked:
    """Attack the synthetic table and the references.

    Parameters
    ----------
    names : sequence of str
        Attacks; with none of them, or without a holdout, nothing is found.
    synthetic : DataFrame
        The table to be judged.
    roles : Roles
        The other tables.
    progress : Progress
        Is told of each step.
    is_quick : bool
        Whether attribute inference guesses a handful of columns only.
    """
    holdout = roles.holdout
    if holdout is None or not names:
        return Attacked()
    steps = iter(attack_steps(names, synthetic, roles))
    max_sensitive = N_QUICK_SENSITIVE if is_quick else None

    def run(
        train: pd.DataFrame, table: pd.DataFrame, held_out: pd.DataFrame
    ) -> list[AttackResult]:
        tables = AttackTables.prepare(
            train,
            table,
            held_out,
            roles.schema,
            roles.random_state,
            max_sensitive=max_sensitive,
        )
        results: list[AttackResult] = []
        for name in names:
            with progress.running(next(steps)):
                if tables.reason:
                    results.append(AttackResult.not_judged(name, tables.reason))
                else:
                    results += ATTACKS[name].run(tables, roles.random_state)
        return results

    results = run(roles.train, synthetic, holdout)
    train = _draw(roles.train, roles, "train")
    held_out = _draw(holdout, roles, "holdout")
    figures: dict[str, dict[str, float]] = {}
    references = reference_tables(train, roles.schema, roles.random_state)
    for label, table in references.items():
        for result in run(train, table, held_out):
            figures.setdefault(result.name, {})[label] = result.figure
    return Attacked(tuple(results), figures, judge_privacy(results))


def _draw(table: pd.DataFrame, roles: Roles, role: str) -> pd.DataFrame:
    """Draw at most `MAX_REFERENCE_ROWS` rows, whatever their order."""
    if len(table) <= MAX_REFERENCE_ROWS:
        return table
    rng = make_rng(roles.random_state, "attack references", role)
    drawn = rng.choice(len(table), MAX_REFERENCE_ROWS, replace=False)
    return sort_rows(table, roles.schema).iloc[drawn]

"""What every attack is, and what it gives back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from synthgan.evaluation.privacy.tables import AttackTables


@dataclass(frozen=True)
class AttackResult:
    """What one attack achieved.

    Parameters
    ----------
    name : str
        What the attack is called in tables, with its variant or column in brackets.
    figure : float
        What it achieved against the training rows; NaN where it was not judged.
    innocent : float
        What the same attack achieves where there is nothing to find: a constant, such
        as the AUC of 0.5, or its success against the holdout, which no generator saw.
    interval : tuple of float or None
        95 % interval of `figure`.
    p_value : float
        One-sided: how often a table that tells nothing about single training rows
        would look as bad or worse. NaN where it was not judged.
    detectable : float
        The difference between `figure` and `innocent` that a test of this size at the
        level .01 finds half of the time. A leak below it goes unseen.
    n_attacks : int
        Number of rows or guesses that it rests on.
    reason : str, default ""
        Why it was not judged.
    """

    name: str
    figure: float
    innocent: float
    interval: tuple[float, float] | None
    p_value: float
    detectable: float
    n_attacks: int
    reason: str = ""

    @classmethod
    def not_judged(cls, name: str, reason: str) -> Self:
        """Return the result of an attack that the tables do not allow."""
        return cls(name, np.nan, np.nan, None, np.nan, np.nan, 0, reason)

    @property
    def is_judged(self) -> bool:
        """Whether there is a figure."""
        return not self.reason

    @property
    def excess(self) -> float:
        """What the attack achieved beyond innocence."""
        return self.figure - self.innocent


class Attack(ABC):
    """A way of finding out about real people: a frozen dataclass in `ATTACKS`.

    Attributes
    ----------
    title : str
        What it is called in a report.
    is_quick : bool
        Whether `attacks="quick"` runs it.
    """

    title: ClassVar[str]
    is_quick: ClassVar[bool] = True

    @abstractmethod
    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table.

        Parameters
        ----------
        tables : AttackTables
            Training, holdout and synthetic rows, large enough to be judged.
        random_state : int, default 0
            Seed of everything that is drawn.

        Returns
        -------
        tuple of AttackResult
            One or several. Their p-values are right where training rows and holdout
            are a random split of one table, and each row is one person.
        """

"""The tables as every attack sees them: coded alike, in canonical order, equally large.

Training rows and holdout enter everything here in the same way (ranks are taken in both
together), so that a synthetic table which knows neither cannot be nearer to one.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from synthgan._random import make_rng
from synthgan.evaluation.privacy.coding import code_tables
from synthgan.exceptions import ParameterError
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    judged_columns,
    nearest_distances,
    quantile_ranks,
    thin_rows,
)

#: At most so many rows of each table take part.
MAX_ROWS = 20_000
#: Fewer rows tell nothing about chance.
MIN_ROWS = 50
#: Neighbours that membership attacks look at.
N_NEIGHBOURS = 20


class Neighbours(NamedTuple):
    """The nearest rows of one table to those of another.

    Parameters
    ----------
    distances : ndarray of float, shape (n_queries,)
        Sums over columns, each between 0 and 1.
    indices : ndarray of int, shape (n_queries,)
        Positions of the nearest rows.
    """

    distances: np.ndarray
    indices: np.ndarray


class CandidateDistances(NamedTuple):
    """How far candidates for membership are from what the attacker holds.

    Parameters
    ----------
    to_synthetic, to_reference : ndarray of float, shape (n_candidates, k)
        Distances to the k nearest rows, in ascending order.
    """

    to_synthetic: np.ndarray
    to_reference: np.ndarray


#: More of the holdout than this in the training table, and nothing can be judged.
MAX_OVERLAP = 0.2


@dataclass(frozen=True, eq=False)
class AttackTables:
    """Three tables in one coding.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        The columns, ordered by name; identifiers and text are left out.
    train, holdout : ndarray of float, shape (n_real, n_columns)
        As many training rows as rows of the holdout: numbers as ranks among both
        together, levels as codes, NaN where a cell is missing.
    synthetic : ndarray of float, shape (n_synthetic, n_columns)
        The synthetic rows in the same coding.
    sensitive : tuple of int
        Positions of the columns that attribute inference guesses.
    random_state : int
        Seed of the split of the holdout.
    overlap : float
        Share of the holdout's rows that equal a training row, beyond the share of the
        training rows that equal another one.
    """

    columns: tuple[ColumnSchema, ...]
    train: np.ndarray
    holdout: np.ndarray
    synthetic: np.ndarray
    sensitive: tuple[int, ...]
    random_state: int
    overlap: float

    @classmethod
    def prepare(
        cls,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        holdout: pd.DataFrame,
        schema: TableSchema,
        random_state: int = 0,
        *,
        sensitive: Collection[Hashable] | None = None,
        max_sensitive: int | None = None,
    ) -> AttackTables:
        """Code, order and thin out three tables.

        Parameters
        ----------
        train, synthetic, holdout : DataFrame
            The rows that the generator saw, its own, and real ones that it never saw.
        schema : TableSchema
            What the columns of `train` mean.
        random_state : int, default 0
            Seed of subsamples.
        sensitive : collection of column names, optional
            The columns whose values an attacker wants to learn; by default all.
        max_sensitive : int, optional
            How many of them to attack at most: those whose commonest value is rarest,
            because there a right guess says most.

        Raises
        ------
        ParameterError
            If a sensitive column is not one that is compared.
        InputError
            If a column holds cells that cannot be compared with the training table's.
        """
        columns = tuple(judged_columns(schema))
        raw = code_tables(
            {"train": train, "holdout": holdout, "synthetic": synthetic}, columns
        )
        n_real = min(len(train), len(holdout), MAX_ROWS)
        sizes = {"train": n_real, "holdout": n_real, "synthetic": MAX_ROWS}
        drawn = {
            role: thin_rows(
                matrix, sizes[role], make_rng(random_state, "privacy", role)
            )
            for role, matrix in raw.items()
        }
        is_categorical = _is_categorical(columns)
        real = np.concatenate([drawn["train"], drawn["holdout"]])
        ranks = {
            role: quantile_ranks(matrix, real, is_categorical)
            for role, matrix in drawn.items()
        }
        return cls(
            columns=columns,
            sensitive=_choose_sensitive(columns, real, sensitive, max_sensitive),
            random_state=random_state,
            overlap=_overlap(raw["train"], raw["holdout"]),
            **ranks,
        )

    @property
    def reason(self) -> str:
        """Why the tables are too poor to be judged; empty where they are not."""
        if not self.columns:
            return "no column that can be compared"
        n_rows = min(len(self.train), len(self.synthetic))
        if n_rows < MIN_ROWS:
            return (
                f"too few rows: training, holdout and synthetic table need {MIN_ROWS} "
                f"each, the smallest has {n_rows}"
            )
        if self.overlap > MAX_OVERLAP:
            return (
                f"{self.overlap:.0%} of the holdout's rows stand in the training "
                "table, beyond chance; hold out rows that the generator never saw"
            )
        return ""

    @cached_property
    def is_categorical(self) -> np.ndarray:
        """Which columns hold codes of levels; shape (n_columns,)."""
        return _is_categorical(self.columns)

    @cached_property
    def synthetic_to_train(self) -> Neighbours:
        """Each synthetic row's nearest training row."""
        return self._nearest(self.synthetic, self.train)

    @cached_property
    def synthetic_to_holdout(self) -> Neighbours:
        """Each synthetic row's nearest row of the holdout."""
        return self._nearest(self.synthetic, self.holdout)

    @cached_property
    def holdout_to_train(self) -> Neighbours:
        """Each holdout row's nearest training row."""
        return self._nearest(self.holdout, self.train)

    @cached_property
    def _halves(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the holdout's rows that play non-members, and of the others."""
        order = make_rng(self.random_state, "privacy", "halves").permutation(
            len(self.holdout)
        )
        half = len(order) // 2
        return np.sort(order[:half]), np.sort(order[half:])

    @cached_property
    def members(self) -> np.ndarray:
        """Training rows, as many as there are non-members."""
        n_rows = len(self.non_members)
        rng = make_rng(self.random_state, "privacy", "members")
        return self.train[np.sort(rng.choice(len(self.train), n_rows, replace=False))]

    @cached_property
    def non_members(self) -> np.ndarray:
        """One half of the holdout: rows that membership attacks should not claim."""
        return self.holdout[self._halves[0]]

    @cached_property
    def reference(self) -> np.ndarray:
        """The other half: real rows that the attacker compares with."""
        return self.holdout[self._halves[1]]

    @cached_property
    def candidates(self) -> CandidateDistances:
        """Distances of members, then non-members, to what the attacker holds."""
        candidates = np.concatenate([self.members, self.non_members])
        to_synthetic, to_reference = (
            nearest_distances(candidates, rows, self.is_categorical, N_NEIGHBOURS)[0]
            for rows in (self.synthetic, self.reference)
        )
        return CandidateDistances(to_synthetic, to_reference)

    def _nearest(self, queries: np.ndarray, references: np.ndarray) -> Neighbours:
        distances, indices = nearest_distances(queries, references, self.is_categorical)
        return Neighbours(distances[:, 0], indices[:, 0])


def _is_categorical(columns: tuple[ColumnSchema, ...]) -> np.ndarray:
    return np.array([not column.kind.is_numeric for column in columns], dtype=bool)


def _choose_sensitive(
    columns: tuple[ColumnSchema, ...],
    real: np.ndarray,
    wanted: Collection[Hashable] | None,
    at_most: int | None,
) -> tuple[int, ...]:
    """Return the positions of the columns to attack."""
    names = [column.name for column in columns]
    for name in wanted or ():
        if name not in names:
            msg = (
                f"sensitive: expected columns out of {names!r}, which are those that "
                f"are compared, got {name!r}"
            )
            raise ParameterError(msg)
    positions = [j for j, name in enumerate(names) if wanted is None or name in wanted]
    commonest = {
        j: np.unique(real[:, j], return_counts=True)[1].max(initial=0)
        for j in positions
    }
    chosen = sorted(positions, key=lambda j: (commonest[j], j))[:at_most]
    return tuple(sorted(chosen))


def _overlap(train: np.ndarray, holdout: np.ndarray) -> float:
    """Return the share of a holdout that is training rows, beyond natural twins."""
    if not train.shape[1]:
        return 0.0
    keys, held_out = (
        pd.util.hash_pandas_object(pd.DataFrame(matrix), index=False)
        for matrix in (train, holdout)
    )
    return float(held_out.isin(keys).mean() - keys.duplicated(keep=False).mean())

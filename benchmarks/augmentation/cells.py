"""The cells of the grid: a table, a size, a split; and the rows that each of them has.

All methods and learners of a cell see the same training and test rows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from benchmarks.datasets import Dataset
from synthgan._random import make_rng, make_seed
from synthgan.schema import TableSchema, infer_schema
from synthgan.statistics import columns_not_judged

#: A study has random training rows, a balance task few rows of the rarer class.
STUDY, BALANCE = "study", "balance"
#: Rows of the larger class in a balance task.
N_MAJORITY = 1000

_LARGEST_SHARE = 0.7
_TEST_SHARE = 0.5


@dataclass(frozen=True)
class Cell:
    """One split of one table.

    Parameters
    ----------
    task : {"study", "balance"}
        What is asked.
    set : str
        The table's name.
    n_rows : int
        Training rows, or, in a balance task, those of the rarer class.
    split : int
        Which of the random splits.
    """

    task: str
    set: str
    n_rows: int
    split: int

    def to_dict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return asdict(self)

    @property
    def name(self) -> str:
        """The name that files begin with."""
        return f"{self.task}-{self.set}-{self.n_rows}-split{self.split}"


@dataclass(frozen=True, eq=False)
class Table:
    """A real table without the columns that nothing learns from.

    Parameters
    ----------
    rows : DataFrame
        All of its rows that have a target.
    target : str
        The column to predict.
    schema : TableSchema
        What its columns mean.
    """

    rows: pd.DataFrame
    target: str
    schema: TableSchema

    @staticmethod
    def read(dataset: Dataset) -> Table:
        """Put the parts of a data set together again."""
        rows = pd.concat([dataset.train, dataset.holdout], ignore_index=True)
        rows = rows[rows[dataset.target].notna()].reset_index(drop=True)
        left_out = columns_not_judged(infer_schema(rows, dataset.kinds))
        rows = rows.drop(columns=list(left_out))
        kinds = {
            name: kind for name, kind in dataset.kinds.items() if name not in left_out
        }
        return Table(rows, dataset.target, infer_schema(rows, kinds))

    @property
    def is_regression(self) -> bool:
        """Whether the target is a number."""
        return self.schema[self.target].kind.is_numeric

    def allows(self, n_rows: int) -> bool:
        """Whether enough rows remain for tests beside so many training rows."""
        return n_rows <= _LARGEST_SHARE * len(self.rows)


def split_rows(table: Table, cell: Cell) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test rows of a cell.

    In a study the test rows are all others; in a balance task they are half of the
    table, with its own shares of the classes.
    """
    labels = None if table.is_regression else table.rows[table.target]
    seed = make_seed(0, "augmentation study", cell.set, cell.n_rows, cell.split)
    size = {"train_size": cell.n_rows}
    if cell.task == BALANCE:
        size = {"test_size": _TEST_SHARE}
    train, test = train_test_split(
        table.rows, stratify=labels, random_state=seed, **size
    )
    if cell.task == BALANCE:
        train = _thin_out(train, table.target, cell.n_rows, seed)
    return train.reset_index(drop=True), test.reset_index(drop=True)


def _thin_out(
    rows: pd.DataFrame, target: str, n_minority: int, seed: int
) -> pd.DataFrame:
    """Keep `n_minority` rows of the rarest class and `N_MAJORITY` of the others."""
    rng = make_rng(seed, "augmentation study", "minority")
    is_rare = (rows[target] == rows[target].value_counts().idxmin()).to_numpy()
    places = [
        rng.choice(np.flatnonzero(part), n_kept, replace=False)
        for part, n_kept in ((is_rare, n_minority), (~is_rare, N_MAJORITY))
    ]
    return rows.iloc[np.sort(np.concatenate(places))]

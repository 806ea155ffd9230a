"""`EncodedTable`: rows as the networks see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class EncodedTable:
    """Rows in their compact form.

    Parameters
    ----------
    codes : ndarray of int32, shape (n_rows, layout.n_codes)
        The code of each softmax block.
    ranks : ndarray of float32, shape (n_rows, layout.n_ranks)
        The number of each rank block, in [0, 1].
    """

    codes: np.ndarray
    ranks: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray | slice) -> EncodedTable:
        """Return some rows, by their places."""
        return EncodedTable(self.codes[rows], self.ranks[rows])

    @classmethod
    def concatenate(cls, tables: Sequence[EncodedTable]) -> EncodedTable:
        """Put the rows of several tables, at least one, one after the other."""
        return cls(
            np.concatenate([table.codes for table in tables]),
            np.concatenate([table.ranks for table in tables]),
        )

    def replace(self, where: np.ndarray, other: EncodedTable) -> EncodedTable:
        """Return other rows where a mask says so; all are of one length."""
        where = where[:, None]
        return EncodedTable(
            np.where(where, other.codes, self.codes),
            np.where(where, other.ranks, self.ranks),
        )

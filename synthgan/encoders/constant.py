"""`ConstantEncoder`: a column with nothing to learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.encoders.base import ColumnEncoder, EncoderState, no_codes, no_ranks
from synthgan.layout import BlockSpec
from synthgan.schema import ColumnSchema
from synthgan.schema.values import (
    insert_missing,
    level_codes,
    missing_column,
    restore_levels,
)


@dataclass(frozen=True, eq=False)
class ConstantEncoder(ColumnEncoder):
    """Encoder of columns that hold one value, or none; takes no block.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    position : int
        Position of the value among the column's categories, -1 where all cells are
        missing.
    """

    name = "constant"
    position: int

    @classmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> ConstantEncoder:
        """Remember which category it is."""
        if column.n_distinct == 0:
            return cls(column, -1)
        return cls(column, int(level_codes(series[:1], column.levels)[0]))

    @property
    def specs(self) -> tuple[BlockSpec, ...]:
        """No blocks."""
        return ()

    def transform(
        self, series: pd.Series, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Encode cells as nothing, after checking that they are the constant."""
        if self.position < 0:
            unknown = series.notna().to_numpy(bool)
        else:
            unknown = level_codes(series, self.column.levels) != self.position
        self.check_known(unknown, series)
        return no_codes(len(series)), no_ranks(len(series))

    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Repeat the constant."""
        storage = self.column.storage
        if self.position < 0:
            return missing_column(rows.n_rows, storage)
        positions = np.full(rows.n_rows, self.position)
        present = restore_levels(positions, self.column.levels, storage)
        return insert_missing(present, np.zeros(rows.n_rows, dtype=bool), storage)

    def to_state(self) -> EncoderState:
        """Return the position."""
        return EncoderState({"position": self.position}, {})

    @classmethod
    def from_state(cls, column: ColumnSchema, state: EncoderState) -> ConstantEncoder:
        """Rebuild from the position."""
        return cls(column, int(state.values["position"]))

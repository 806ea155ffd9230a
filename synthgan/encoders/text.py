"""`TextEncoder`: nearly unique strings, of which only the missingness is learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders.base import EncoderState
from synthgan.encoders.missingness import MissingnessEncoder, decode_missing
from synthgan.encoders.patterns import TextPattern
from synthgan.schema import ColumnSchema
from synthgan.schema.values import insert_missing, restore_strings


@dataclass(frozen=True, eq=False)
class TextEncoder(MissingnessEncoder):
    """Encoder of names, e-mail addresses, free text.

    Samples get made-up strings of the same character patterns, never a real one.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    pattern : TextPattern
        Makes the strings.
    """

    name = "text"
    pattern: TextPattern

    @classmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> TextEncoder:
        """Learn the strings' patterns."""
        return cls(
            column, TextPattern.learn(series.dropna().to_numpy(dtype=object), rng)
        )

    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Make a string for each row, block by block."""
        missing = decode_missing(codes)
        parts = [
            self.pattern.make(
                rows.block_rng(block, "text", str(self.column.name)), BLOCK_SIZE
            )[part]
            for block, part in rows.blocks()
        ]
        strings = np.concatenate([*parts, np.empty(0, dtype=object)])[~missing]
        present = restore_strings(strings, self.column.storage)
        return insert_missing(present, missing, self.column.storage)

    def to_state(self) -> EncoderState:
        """Return the patterns."""
        return EncoderState(self.pattern.to_dict(), self.pattern.arrays())

    @classmethod
    def from_state(cls, column: ColumnSchema, state: EncoderState) -> TextEncoder:
        """Rebuild from the patterns."""
        return cls(column, TextPattern.from_state(state.values, state.arrays))

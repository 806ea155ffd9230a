"""`CategoricalEncoder`: levels as one choice, or as two where there are many."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.encoders.base import ColumnEncoder, EncoderState, no_ranks
from synthgan.layout import BlockSpec
from synthgan.schema import ColumnSchema
from synthgan.schema.values import insert_missing, level_codes, restore_levels

#: Up to this many levels each has a code of its own.
MAX_SINGLE_CODES = 256
#: Beyond, the most frequent so many still have; the others share buckets.
N_OWN_BUCKETS = 128


@dataclass(frozen=True, eq=False)
class CategoricalEncoder(ColumnEncoder):
    """Encoder of categorical, ordinal and boolean columns.

    Levels seen in training are numbered by frequency. Up to 256 of them are one
    softmax block. Beyond, a level is a bucket and an item in it: the 128 most frequent
    have a bucket of their own, the others share buckets of about the square root of
    their number, so that 100,000 levels take 444 + 317 codes. A missing cell is one
    code more.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    positions : ndarray of int64, shape (k,)
        Position, among the column's categories, of each level seen, most frequent
        first.
    """

    name = "categorical"
    positions: np.ndarray

    @classmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> CategoricalEncoder:
        """Sort the levels that occur by their frequency."""
        levels = level_codes(series, column.levels)
        counts = np.bincount(levels[levels >= 0], minlength=len(column.levels))
        order = np.argsort(-counts, kind="stable")
        return cls(column, order[counts[order] > 0])

    @property
    def n_levels(self) -> int:
        """Number of levels seen in training."""
        return len(self.positions)

    @property
    def _item_width(self) -> int:
        if self.n_levels <= MAX_SINGLE_CODES:
            return 0
        return math.ceil(math.sqrt(self.n_levels))

    @property
    def _n_buckets(self) -> int:
        if not self._item_width:
            return self.n_levels
        return N_OWN_BUCKETS + math.ceil(
            (self.n_levels - N_OWN_BUCKETS) / self._item_width
        )

    @property
    def specs(self) -> tuple[BlockSpec, ...]:
        """A block of levels, or one of buckets and one of items."""
        width = self._n_buckets + self.has_missing
        if not self._item_width:
            return (BlockSpec("level", "softmax", width),)
        return (
            BlockSpec("bucket", "softmax", width),
            BlockSpec("item", "softmax", self._item_width),
        )

    @property
    def missing_code(self) -> int | None:
        """The code after the levels', or after the buckets'."""
        return self._n_buckets if self.has_missing else None

    def transform(
        self, series: pd.Series, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Encode cells; see `ColumnEncoder.transform`."""
        rank_of_position = np.full(len(self.column.levels) + 1, -1, dtype=np.int64)
        rank_of_position[self.positions] = np.arange(self.n_levels)
        level = rank_of_position[level_codes(series, self.column.levels)]
        missing = series.isna().to_numpy(bool)
        self.check_known((level < 0) & ~(missing & self.has_missing), series)
        if not self._item_width:
            codes = np.where(missing, self.n_levels, level)[:, None]
        else:
            rest = np.maximum(level - N_OWN_BUCKETS, 0)
            is_own = level < N_OWN_BUCKETS
            bucket = np.where(is_own, level, N_OWN_BUCKETS + rest // self._item_width)
            item = np.where(is_own, 0, rest % self._item_width)
            bucket = np.where(missing, self._n_buckets, bucket)
            codes = np.stack([bucket, item], axis=1)
        return codes.astype(np.int32), no_ranks(len(series))

    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Decode rows; see `ColumnEncoder.inverse_transform`."""
        missing = codes[:, 0] == self._n_buckets
        level = codes[~missing, 0].astype(np.int64)
        if self._item_width:
            rest = level - N_OWN_BUCKETS
            first = N_OWN_BUCKETS + rest * self._item_width
            # The last bucket may be shorter than the item block is wide.
            size = np.clip(self.n_levels - first, 1, self._item_width)
            shared = first + codes[~missing, 1] % size
            level = np.where(rest < 0, level, shared)
        present = restore_levels(
            self.positions[level], self.column.levels, self.column.storage
        )
        return insert_missing(present, missing, self.column.storage)

    def to_state(self) -> EncoderState:
        """Return the levels' positions."""
        return EncoderState({}, {"positions": self.positions})

    @classmethod
    def from_state(
        cls, column: ColumnSchema, state: EncoderState
    ) -> CategoricalEncoder:
        """Rebuild from the levels' positions."""
        positions = state.arrays["positions"]
        if positions.dtype.kind != "i":
            msg = f"positions: expected integers, got {positions.dtype}"
            raise ValueError(msg)
        return cls(column, positions)

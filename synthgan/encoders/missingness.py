"""`MissingnessEncoder`: columns of which only the missingness is learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.encoders.base import ColumnEncoder, no_codes, no_ranks
from synthgan.layout import BlockSpec


@dataclass(frozen=True, eq=False)
class MissingnessEncoder(ColumnEncoder):
    """Base of the encoders whose present values are made up and not decoded.

    The one block says 1 where a cell is missing; a column without missing cells has
    none.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    """

    @property
    def specs(self) -> tuple[BlockSpec, ...]:
        """A block for missingness where cells are missing."""
        return (BlockSpec("missing", "softmax", 2),) if self.has_missing else ()

    @property
    def missing_code(self) -> int | None:
        """The second of the two codes."""
        return 1 if self.has_missing else None

    def transform(
        self, series: pd.Series, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Encode which cells are missing; see `ColumnEncoder.transform`."""
        missing = series.isna().to_numpy(bool)
        if not self.has_missing:
            self.check_known(missing, series)
            return no_codes(len(series)), no_ranks(len(series))
        return missing[:, None].astype(np.int32), no_ranks(len(series))


def decode_missing(codes: np.ndarray) -> np.ndarray:
    """Return which cells are missing; shape (n,)."""
    if not codes.shape[1]:
        return np.zeros(len(codes), dtype=bool)
    return codes[:, 0] == 1

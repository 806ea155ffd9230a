"""The one block of a column of which only the missingness is learned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgan.encoders.base import ColumnEncoder, no_codes, no_ranks
from synthgan.layout import BlockSpec


def missing_specs(encoder: ColumnEncoder) -> tuple[BlockSpec, ...]:
    """Return a block of present and missing, or none if nothing is missing."""
    return (BlockSpec("missing", "softmax", 2),) if encoder.has_missing else ()


def encode_missing(
    encoder: ColumnEncoder, series: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Return 1 where a cell is missing, if the column has the block."""
    missing = series.isna().to_numpy(bool)
    if not encoder.has_missing:
        encoder.check_known(missing, series)
        return no_codes(len(series)), no_ranks(len(series))
    return missing[:, None].astype(np.int32), no_ranks(len(series))


def decode_missing(codes: np.ndarray) -> np.ndarray:
    """Return which cells are missing; shape (n,)."""
    if not codes.shape[1]:
        return np.zeros(len(codes), dtype=bool)
    return codes[:, 0] == 1

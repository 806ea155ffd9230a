"""Encoded rows of chance alone, for whatever a generator might make."""

from __future__ import annotations

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout


def draw_rows(layout: Layout, n_rows: int, rng: np.random.Generator) -> EncodedTable:
    """Draw codes and ranks, all alike."""
    widths = [block.width for block in layout.softmax_blocks]
    return EncodedTable(
        rng.integers(0, widths, (n_rows, len(widths))).astype(np.int32),
        rng.random((n_rows, layout.n_ranks)).astype(np.float32),
    )

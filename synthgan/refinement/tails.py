"""Tails: ranks at the two ends of a column, put where they should be.

A network reaches the outermost ranks too seldom, so the largest values of a long-tailed
column would never be made. Ranks are uniform by construction; the made ones' ends are
stretched until they are.
"""

from __future__ import annotations

import numpy as np

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout

#: Share of a column's ranks that makes one end.
TAIL_SHARE = 0.005
#: Ends of fewer ranks say too little, and columns of fewer have none.
MIN_TAIL, MIN_RANKS = 20, 400
#: So many rows of as many as were trained on come to the very end of a column, on
#: average. Which of them is the outermost is chance in both tables, so that a table
#: of made rows lacks an extreme one time in 256 (2^-8); with one row, every other time.
N_AT_END = 8


def fit_tails(made: EncodedTable, n_train: int, layout: Layout) -> list[np.ndarray]:
    """Remember the outermost ranks of made rows.

    Parameters
    ----------
    made : EncodedTable
        Rows as they are handed out.
    n_train : int
        Number of training rows.
    layout : Layout
        Layout of the rows.

    Returns
    -------
    list of ndarray of float32, shape (2, k)
        For each rank the k lowest and the k highest, ascending; k may be 0.
    """
    tails = []
    n_at_end = max(1, round(N_AT_END * len(made) / n_train))
    for own, counts in zip(made.ranks.T, layout.ranks_count(made.codes).T, strict=True):
        ranks = np.sort(own[counts])
        size = 0
        if len(ranks) >= MIN_RANKS:
            size = max(int(TAIL_SHARE * len(ranks)), MIN_TAIL)
            ranks = ranks[n_at_end - 1 : len(ranks) - n_at_end + 1]
        tails.append(np.stack([ranks[:size], ranks[len(ranks) - size :]]))
    return tails


def stretch_tails(
    table: EncodedTable, tails: list[np.ndarray], layout: Layout
) -> EncodedTable:
    r"""Return rows whose outermost ranks reach 0 and 1 as often as they should.

    Notes
    -----
    With h the remembered upper end, a rank r above its first entry becomes
    :math:`h_1 + (1 - h_1) F_h(r)`, F being the end's empirical distribution function,
    interpolated; likewise at the lower end. Ranks between the ends stay.
    """
    ranks = table.ranks.copy()
    counts = layout.ranks_count(table.codes)
    for place, (low, high) in enumerate(tails):
        if not len(low):
            continue
        ranked = counts[:, place]
        shares = np.linspace(0, 1, len(low))
        own = ranks[:, place]
        top = ranked & (own > high[0])
        own[top] = high[0] + (1 - high[0]) * np.interp(own[top], high, shares)
        bottom = ranked & (own < low[-1])
        own[bottom] = low[-1] * np.interp(own[bottom], low, shares)
    return EncodedTable(table.codes, ranks)

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
MAX_AT_END = 8
#: An end far off has fewer, but one at the least: together they are at most this share
#: of the column's variance. Eight rows at the one abalone of height 1.13, beside a
#: median of .14, more than doubled it, and cost a tenth of every correlation with it.
END_VARIANCE = 0.3


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
    share = len(made) / n_train
    columns = zip(
        made.ranks.T,
        layout.ranks_count(made.codes).T,
        layout.rank_blocks,
        strict=True,
    )
    for own, counts, block in columns:
        ranks = np.sort(own[counts])
        size = 0
        if len(ranks) >= MIN_RANKS:
            size = max(int(TAIL_SHARE * len(ranks)), MIN_TAIL)
        n_ranks = len(ranks) / share
        first, last = (
            max(1, round(share * count_at_end(deviations, n_ranks)))
            for deviations in block.end_deviations
        )
        start, stop = first - 1, len(ranks) - last + 1
        tails.append(np.stack([ranks[start : start + size], ranks[stop - size : stop]]))
    return tails


def count_at_end(deviations: float, n_ranks: float) -> int:
    """Return how many of a column's numbers come to one of its ends, on average.

    Parameters
    ----------
    deviations : float
        How many standard deviations that end lies from the mean.
    n_ranks : float
        How many numbers the column has in a table as long as the training table.

    Examples
    --------
    >>> count_at_end(3, 1_000), count_at_end(8, 5_000), count_at_end(24, 5_000)
    (8, 8, 2)
    """
    most = END_VARIANCE * n_ranks / max(deviations, 1.0) ** 2
    return int(min(max(most, 1), MAX_AT_END))


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

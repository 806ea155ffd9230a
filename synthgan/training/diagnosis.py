"""`diagnose`: what is wrong with a trained generator, in words, and what to try."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import pandas as pd

from synthgan.encoders import EncodedTable
from synthgan.layout import Block, Layout

#: A code in at least this share of the training rows, and in so many of them, must be
#: made.
MISSED_SHARE, MISSED_ROWS = 0.005, 20
#: Shares that differ by more are named.
SHARE_GAP = 0.05
#: Made ranks that spread by less than this part of the training ranks have collapsed.
COLLAPSED_SPREAD = 0.3
#: A relativistic discriminator's loss is log 2 where it sees no difference.
WON_LOSS = 0.15
BLIND_DISTANCE = 0.002
#: Calls at the end of training that its losses are taken from.
LAST_CALLS = 10


def diagnose(
    train: EncodedTable,
    made: EncodedTable,
    layout: Layout,
    names: Sequence[Hashable],
    history: pd.DataFrame,
    loss: str,
) -> tuple[str, ...]:
    """Look for the usual faults of a GAN.

    Parameters
    ----------
    train, made : EncodedTable
        Training rows, and rows of the generator.
    layout : Layout
        Layout of both.
    names : sequence of column names
        In the order of the table.
    history : DataFrame
        The training's history.
    loss : str
        Name of the loss.

    Returns
    -------
    tuple of str
        One sentence or two for each fault, with what to try; none if nothing is
        conspicuous.
    """
    faults = [
        *_column_faults(train, made, layout, names),
        *_discriminator_faults(history, loss),
    ]
    return tuple(faults)


def _column_faults(
    train: EncodedTable, made: EncodedTable, layout: Layout, names: Sequence[Hashable]
) -> Iterator[str]:
    for block in layout.softmax_blocks:
        yield from _choice_faults(train, made, block, names[block.column])
    # Beside an atom and in a missing cell a rank means nothing.
    made_count, train_count = (layout.ranks_count(t.codes) for t in (made, train))
    for block in layout.rank_blocks:
        i = block.index
        made_ranks = made.ranks[made_count[:, i], i]
        train_ranks = train.ranks[train_count[:, i], i]
        if min(len(made_ranks), len(train_ranks)) < MISSED_ROWS:
            continue
        spread, expected = made_ranks.std(), train_ranks.std()
        if spread < COLLAPSED_SPREAD * expected:
            yield (
                f"column {names[block.column]!r} has collapsed: its values spread "
                f"{spread / expected:.0%} as much as those of the training rows. Try "
                "more steps, or half the generator's learning rate."
            )


def _choice_faults(
    train: EncodedTable, made: EncodedTable, block: Block, name: Hashable
) -> Iterator[str]:
    counts = np.bincount(train.codes[:, block.index], minlength=block.width)
    wanted = counts / len(train)
    got = np.bincount(made.codes[:, block.index], minlength=block.width) / len(made)
    missed = (got == 0) & (wanted >= MISSED_SHARE) & (counts >= MISSED_ROWS)
    if missed.any():
        yield (
            f"column {name!r}: {missed.sum()} of its values, in "
            f"{wanted[missed].sum():.1%} of the training rows, are never made. Try "
            "more steps, or a wider generator."
        )
    worst = int(np.abs(got - wanted).argmax())
    if abs(got[worst] - wanted[worst]) > SHARE_GAP:
        yield (
            f"column {name!r}: a value of {wanted[worst]:.1%} of the training rows is "
            f"made in {got[worst]:.1%}. Try more steps."
        )


def _discriminator_faults(history: pd.DataFrame, loss: str) -> Iterator[str]:
    if loss != "relativistic" or "discriminator_loss" not in history:
        return
    recent = history["discriminator_loss"].tail(LAST_CALLS)
    if recent.mean() < WON_LOSS:
        yield (
            f"the discriminator has won: its loss is {recent.mean():.2f}, and log 2 = "
            "0.69 would be a draw. Try a larger penalty_weight, or a wider generator."
        )
    if (recent - np.log(2)).abs().max() < BLIND_DISTANCE:
        yield (
            "the discriminator sees nothing: its loss stands at log 2. Try a smaller "
            "penalty_weight."
        )

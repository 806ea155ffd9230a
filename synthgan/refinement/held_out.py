"""Training rows held out to tell what is borne out by rows not trained on."""

from __future__ import annotations

from synthgan._random import make_rng
from synthgan.encoders import EncodedTable

#: Held-out share of the training rows, and the most of them.
HELD_OUT_SHARE = 0.1
MAX_HELD_OUT = 3_000


def split_held_out(
    train: EncodedTable, seed: int, most: int | None = None
) -> tuple[EncodedTable, EncodedTable]:
    """Return rows that are held out and rows to train on, drawn at random.

    Parameters
    ----------
    train : EncodedTable
        All training rows.
    seed : int
        Fixes which ones.
    most : int, optional
        Of how many rows, drawn first, both are parts; by default of all.
    """
    order = make_rng(seed, "held_out").permutation(len(train))[:most]
    n_held_out = min(int(HELD_OUT_SHARE * len(order)), MAX_HELD_OUT)
    return train.take(order[:n_held_out]), train.take(order[n_held_out:])

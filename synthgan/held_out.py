"""`TrainingRows`: training rows, of which a part is held out until near the end."""

from __future__ import annotations

from dataclasses import dataclass

from synthgan._random import make_rng
from synthgan.encoders import EncodedTable

#: Held-out share of the training rows, and the most of them.
HELD_OUT_SHARE = 0.1
MAX_HELD_OUT = 2_000
#: Of fewer training rows none are held out: they would be too few to see anything.
MIN_ROWS = 1_000


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Training rows in a random order, of which the last ones are held out.

    Until its cooldown the GAN does not see these, and the networks and trees that
    refine never do: what they say of those rows is what they say of fresh ones.

    Parameters
    ----------
    table : EncodedTable
        All of them.
    n_kept : int
        How many come before those that are held out.
    """

    table: EncodedTable
    n_kept: int

    def __len__(self) -> int:
        return len(self.table)

    @property
    def kept(self) -> EncodedTable:
        """The rows to train on."""
        return self.table.take(slice(None, self.n_kept))

    @property
    def held_out(self) -> EncodedTable:
        """The rows that are held out; none of a small table."""
        return self.table.take(slice(self.n_kept, None))


def hold_out(table: EncodedTable, seed: int) -> TrainingRows:
    """Draw the rows that are held out.

    Parameters
    ----------
    table : EncodedTable
        All training rows.
    seed : int
        Fixes which ones.
    """
    n_held_out = count_held_out(len(table))
    order = make_rng(seed, "held_out").permutation(len(table))
    return TrainingRows(table.take(order), len(table) - n_held_out)


def count_held_out(n_rows: int) -> int:
    """Return how many of the training rows are held out.

    Examples
    --------
    >>> count_held_out(500), count_held_out(5_000), count_held_out(1_000_000)
    (0, 500, 2000)
    """
    if n_rows < MIN_ROWS:
        return 0
    return min(int(HELD_OUT_SHARE * n_rows), MAX_HELD_OUT)

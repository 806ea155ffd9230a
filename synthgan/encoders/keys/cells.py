"""What the forms of integers and of strings share: empty cells, and scattered rows.

Both count their keys in mixed-radix digits; here are only such numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from synthgan.encoders.characters import mix

#: Arithmetic is modulo this mask plus one.
MASK = 2**64 - 1

_GOLDEN = 0x9E3779B97F4A7C15  # SplitMix64's increment: sets the rounds' seeds apart
#: The empty part of a form is at most this many cells.
_MAX_CELLS = 1024


class _Halves(NamedTuple):
    """Factors of a number of keys dealt into two products; the rest is free."""

    left: list[int]
    right: list[int]
    n_left: int
    n_right: int

    @property
    def capacity(self) -> int:
        return self.n_left * self.n_right


def deal(sizes: Sequence[int]) -> _Halves:
    """Deal the positions of `sizes` into two products of at most 2**32 each."""
    members: tuple[list[int], list[int]] = ([], [])
    products = [1, 1]
    for position in sorted(range(len(sizes)), key=lambda index: -sizes[index]):
        half = int(products[0] > products[1])
        if products[half] * sizes[position] <= 2**32:
            products[half] *= sizes[position]
            members[half].append(position)
    return _Halves(*members, *products)


def scatter(rows: np.ndarray, sizes: Sequence[int], seed: int) -> list[np.ndarray]:
    """Give each row its own combination of digits, in random-looking order.

    The row number, written with two digits, goes through four rounds of a Feistel
    network, which is one to one whatever its round function is; the two digits are
    then split into those of `sizes`. Positions beyond 2**64 combinations are free and
    are filled from the row's hash.

    Parameters
    ----------
    rows : ndarray of uint64
        Row numbers below `deal(sizes).capacity`.
    sizes : sequence of int
        Number of values of each digit.
    seed : int
        Chooses the order.

    Returns
    -------
    list of ndarray of uint64
        The digits, one array for each of `sizes`.
    """

    def hashed(numbers: np.ndarray, purpose: int, size: int) -> np.ndarray:
        salt = np.uint64((seed + (purpose + 1) * _GOLDEN) & MASK)
        return mix(numbers + salt) % np.uint64(size)

    halves = deal(sizes)
    n_left, n_right = np.uint64(halves.n_left), np.uint64(halves.n_right)
    left, right = rows // n_right, rows % n_right
    for purpose in range(4):
        left = (left + hashed(right, purpose, halves.n_left)) % n_left
        right = (right + hashed(left, purpose, halves.n_right)) % n_right
    digits: dict[int, np.ndarray] = {}
    for rest, members in ((left, halves.left), (right, halves.right)):
        for position in members:
            rest, digits[position] = np.divmod(rest, np.uint64(sizes[position]))
    return [
        digits[position] if position in digits else hashed(rows, 4 + position, size)
        for position, size in enumerate(sizes)
    ]


class Level(NamedTuple):
    """A way of dividing a form into cells of equal size."""

    used: np.ndarray  # sorted distinct numbers of the cells with training keys; uint64
    n_cells: int
    cell_size: int


def choose_empty(
    levels: Iterator[Level], n_keys: int, rng: np.random.Generator
) -> tuple[int, np.ndarray] | None:
    """Choose empty cells, as large as possible with enough room in all of them.

    At most half of the empty cells of a level are taken: all of them together would
    tell where the training keys are.

    Parameters
    ----------
    levels : iterator of Level
        From the coarsest to the finest.
    n_keys : int
        Number of training keys.
    rng : Generator
        Draws the cells.

    Returns
    -------
    (level, cells) or None
        Number of the level and of the cells in it, in random order; None where no
        level has two empty cells.
    """
    target = max(2**20, 16 * n_keys)
    most, choice = 0, None
    for number, level in enumerate(levels):
        n_empty = level.n_cells - len(level.used)
        n_chosen = min(_MAX_CELLS, n_empty // 2)
        if n_chosen * level.cell_size > most:
            most = n_chosen * level.cell_size
            choice = (number, level.used, n_empty, n_chosen)
        if most >= target:
            break
    if choice is None:
        return None
    number, used, n_empty, n_chosen = choice
    ranks = rng.choice(n_empty, n_chosen, replace=False).astype(np.uint64)
    # Below the j-th used cell (from 0) lie used[j] - j empty ones, so the cell of
    # empty rank r has as many used ones below it as have used[j] - j <= r.
    n_empty_below = used - np.arange(len(used), dtype=np.uint64)
    n_used_below = np.searchsorted(n_empty_below, ranks, side="right")
    return number, ranks + n_used_below.astype(np.uint64)

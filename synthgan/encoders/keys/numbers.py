"""Forms of integers: where between, above and below the training keys there is room.

Strings that are a number between a common prefix and suffix are read and written here
too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from synthgan.encoders.characters import from_points, to_points
from synthgan.encoders.keys.cells import MASK, Level, choose_empty, deal, scatter

#: A common step is believed from this many integers on: the differences of ten
#: random integers share a factor once in 500 times.
_MIN_KEYS_FOR_STEP = 10


@dataclass(frozen=True)
class NumberRegion:
    """Integers that are no training keys: `start + step * offset` for some starts.

    Parameters
    ----------
    starts : tuple of int
        First number of each cell.
    step : int
        Distance of the numbers; negative where they descend.
    width : int
        Numbers in a cell.
    is_scattered : bool
        Whether rows use them in random-looking order (`width` is a power of ten then)
        or one after the other (there is one cell then).
    """

    starts: tuple[int, ...]
    step: int
    width: int
    is_scattered: bool

    @property
    def _sizes(self) -> list[int]:
        return [len(self.starts), *[10] * (len(str(self.width)) - 1)]

    @property
    def capacity(self) -> int:
        """Number of keys."""
        return deal(self._sizes).capacity if self.is_scattered else self.width

    def make(self, rows: np.ndarray, seed: int) -> np.ndarray:
        """Make the numbers of rows, modulo 2**64."""
        # Arithmetic modulo 2**64 is exact for both signs: the result is in range.
        starts = np.array([start & MASK for start in self.starts], dtype=np.uint64)
        step = np.uint64(self.step & MASK)
        if not self.is_scattered:
            return starts + step * rows
        cell, *digits = scatter(rows, self._sizes, seed)
        offset = np.zeros_like(rows)
        for digit in digits:
            offset = offset * np.uint64(10) + digit
        return starts[cell.astype(np.intp)] + step * offset


class SplitNumbers(NamedTuple):
    """Strings read as numbers between a common prefix and suffix."""

    prefix: str
    suffix: str
    n_digits: int  # 0 where the lengths differ
    numbers: np.ndarray  # in order; uint64

    @property
    def form(self) -> tuple[int, int]:
        """Smallest and largest number of as many digits."""
        if self.n_digits == 0:
            return 0, MASK
        smallest = 10 ** (self.n_digits - 1)
        has_zeros = int(self.numbers[0]) < smallest
        return 0 if has_zeros else smallest, 10**self.n_digits - 1


def split_numbers(keys: list[str]) -> SplitNumbers | None:
    """Read sorted keys as numbers between a common prefix and suffix, if they are."""
    if len(keys) < 2:
        return None  # one key shares nothing, so nothing of it may be kept
    backwards = [key[::-1] for key in keys]
    # What the first and the last in order share, all share.
    prefix = _common_start(keys[0], keys[-1]).rstrip(string.digits)
    suffix = _common_start(min(backwards), max(backwards))[::-1].lstrip(string.digits)
    # Eighteen digits stay below 2**63, and leave room above.
    pattern = re.escape(prefix) + "([0-9]{1,18})" + re.escape(suffix)
    matches = [re.fullmatch(pattern, key) for key in keys]
    numbers = [match[1] for match in matches if match is not None]
    if len(numbers) < len(keys):
        return None
    lengths = {len(number) for number in numbers}
    if len(lengths) > 1 and any(number[0] == "0" != number for number in numbers):
        return None
    n_digits = lengths.pop() if len(lengths) == 1 else 0
    return SplitNumbers(
        prefix, suffix, n_digits, np.array(sorted(map(int, numbers)), dtype=np.uint64)
    )


def _common_start(first: str, second: str) -> str:
    """Return the longest string that both start with."""
    pairs = enumerate(zip(first, second, strict=False))
    shorter = min(first, second, key=len)
    return shorter[: next((index for index, (a, b) in pairs if a != b), None)]


def write_numbers(
    numbers: np.ndarray, prefix: str, suffix: str, padding: int
) -> np.ndarray:
    """Write numbers with leading zeros between a prefix and a suffix."""
    powers = np.array([10**exponent for exponent in range(1, 20)], dtype=np.uint64)
    n_digits = np.searchsorted(powers, numbers, side="right") + 1
    n_digits = np.maximum(n_digits, padding)
    before, after = to_points(prefix)[0], to_points(suffix)[0]
    strings = np.empty(len(numbers), dtype=object)
    for width in np.unique(n_digits).tolist():
        here = n_digits == width
        length = len(before) + width + len(after)
        points = np.empty((int(here.sum()), length), dtype=np.uint32)
        points[:, : len(before)] = before
        points[:, len(before) + width :] = after
        rest = numbers[here]
        for position in range(len(before) + width - 1, len(before) - 1, -1):
            rest, digit = np.divmod(rest, np.uint64(10))
            points[:, position] = digit + np.uint64(ord("0"))
        strings[here] = from_points(points.ravel(), np.full(len(points), length))
    return strings


def number_regions(
    values: np.ndarray,
    form: tuple[int, int],
    bounds: tuple[int, int],
    rng: np.random.Generator,
) -> list[NumberRegion]:
    """Find the integers to use, the best first.

    Parameters
    ----------
    values : ndarray of an integer dtype, shape (n,)
        Training keys, distinct and in order.
    form : (int, int)
        Smallest and largest number of the same form.
    bounds : (int, int)
        Smallest and largest number at all.
    rng : Generator
        Chooses the places.

    Returns
    -------
    list of NumberRegion
        Disjoint.
    """
    wide = np.int64 if values.dtype.kind == "i" else np.uint64
    ordered = values.astype(wide)
    smallest, largest = int(ordered[0]), int(ordered[-1])
    # The difference modulo 2**64 is the true one, whatever the signs.
    differences = np.diff(ordered.view(np.uint64))
    is_step_known = len(ordered) >= _MIN_KEYS_FOR_STEP
    step = int(np.gcd.reduce(differences)) if is_step_known else 1
    n_between = (largest - smallest) // step + 1
    # How far from the training keys to start: as far as would blur where they end.
    reach = max(n_between, max(abs(smallest), abs(largest)) // (10 * step), 100)

    def ray(first: int, last: int, direction: int, blur: int) -> list[NumberRegion]:
        room = (last - first) * direction // step + 1
        if room < 1:
            return []
        skip = int(rng.integers(max(1, min(room // 2, blur))))
        start = first + direction * step * skip
        return [NumberRegion((start,), direction * step, room - skip, False)]

    # Beyond the form no training key is near, so there is nothing to blur.
    above = largest + step
    beyond = max(above, form[1] + 1 + (largest - form[1] - 1) % step)
    below = smallest - step
    under = min(below, form[0] - 1 - (form[0] - 1 - smallest) % step)
    rays = ray(above, form[1], 1, reach) + ray(below, form[0], -1, reach)
    longer = ray(beyond, bounds[1], 1, 1) + ray(under, bounds[0], -1, 1)
    holes = _number_holes(ordered, step, rng)
    is_counter = len(ordered) == 1 or 2 * len(ordered) >= n_between
    return [*rays, *holes, *longer] if is_counter else [*holes, *rays, *longer]


def _number_holes(
    ordered: np.ndarray, step: int, rng: np.random.Generator
) -> list[NumberRegion]:
    """Find decimal intervals between the smallest and the largest that are empty."""
    counts = ordered // ordered.dtype.type(step)
    residue = int(ordered[0]) % step
    widths = [10**exponent for exponent in range(18, -1, -1)]

    def levels() -> Iterator[Level]:
        for width in widths:
            cells = (counts // counts.dtype.type(width)).view(np.uint64)
            cells = cells - cells[0]  # modulo 2**64, so exact for both signs
            is_first = np.append(True, cells[1:] != cells[:-1])
            yield Level(cells[is_first], int(cells[-1]) + 1, width)

    choice = choose_empty(levels(), len(ordered), rng)
    if choice is None:
        return []
    level, cells = choice
    width = widths[level]
    first = int(counts[0]) // width
    starts = ((first + cell) * width * step + residue for cell in cells.tolist())
    return [NumberRegion(tuple(starts), step, width, True)]

"""Forms of strings: the characters at each position, and unused combinations."""

from __future__ import annotations

import math
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from synthgan.encoders.characters import from_points, similar_characters, to_points
from synthgan.encoders.keys.cells import Level, choose_empty, deal, scatter

#: A form is lengthened until it has room for this many keys.
_ENOUGH_KEYS = 2**48
#: Fewer keys that agree in a letter or digit do not make it a part of the form.
_MIN_KEYS_FOR_LITERAL = 5
#: With five keys for each character of a class, one that is as frequent as the others
#: stays unseen with probability exp(-5): what is unseen then, does not occur.
_KEYS_PER_CHARACTER = 5

_LOWER_HEX = string.digits + "abcdef"
_UPPER_HEX = string.digits + "ABCDEF"
_CHARACTER_SETS = (
    string.digits,
    _LOWER_HEX,
    _UPPER_HEX,
    string.ascii_lowercase,
    string.ascii_uppercase,
    string.digits + string.ascii_lowercase,
    string.digits + string.ascii_uppercase,
    string.ascii_letters,
    string.digits + string.ascii_letters,
)


@dataclass(frozen=True)
class TextRegion:
    """Strings of one length that are no training keys.

    Parameters
    ----------
    alphabets : tuple of str
        The characters that are possible at each position.
    n_fixed : int
        The first so many of the positions with more than one possible character are
        those whose combinations are the cells.
    cells : tuple of int
        Numbers of the empty cells, in the mixed-radix system of those positions.
    """

    alphabets: tuple[str, ...]
    n_fixed: int
    cells: tuple[int, ...]

    @property
    def _variable(self) -> list[int]:
        return _variable_positions(self.alphabets)

    @property
    def _sizes(self) -> list[int]:
        open_positions = self._variable[self.n_fixed :]
        return [len(self.cells), *(len(self.alphabets[p]) for p in open_positions)]

    @property
    def capacity(self) -> int:
        """Number of keys."""
        return deal(self._sizes).capacity

    def make(self, rows: np.ndarray, seed: int) -> np.ndarray:
        """Make the strings of rows."""
        alphabets = [to_points(alphabet)[0] for alphabet in self.alphabets]
        points = np.empty((len(rows), len(alphabets)), dtype=np.uint32)
        for position, alphabet in enumerate(alphabets):
            points[:, position] = alphabet[0]
        cell, *digits = scatter(rows, self._sizes, seed)
        fixed = self._variable[: self.n_fixed]
        code = np.array(self.cells, dtype=np.uint64)[cell.astype(np.intp)]
        for position in reversed(fixed):
            size = np.uint64(len(alphabets[position]))
            code, digit = np.divmod(code, size)
            points[:, position] = alphabets[position][digit.astype(np.intp)]
        for position, digit in zip(self._variable[self.n_fixed :], digits, strict=True):
            points[:, position] = alphabets[position][digit.astype(np.intp)]
        return from_points(points.ravel(), np.full(len(rows), len(alphabets)))


def text_regions(keys: list[str], rng: np.random.Generator) -> list[TextRegion]:
    """Find the strings to use, those of the most frequent length first."""
    groups: dict[int, list[str]] = {}
    for key in keys:
        groups.setdefault(len(key), []).append(key)
    points = {
        length: to_points(group)[0].reshape(len(group), length)
        for length, group in groups.items()
    }
    length = max(groups, key=lambda length: (len(groups[length]), length))
    whole, seen = _alphabets(points[length])
    region = _empty_region(seen, points[length], rng)
    # The characters that were seen are closer to the form, if they leave enough room.
    if region is None or region.capacity < len(keys):
        region = _empty_region(whole, points[length], rng) or region
    regions = [] if region is None else [region]
    variable = _variable_positions(whole)
    last = variable[-1] if variable else len(whole) - 1
    extra = whole[last] if variable and len(whole[last]) >= 10 else string.digits
    capacity = sum(region.capacity for region in regions)
    while capacity < _ENOUGH_KEYS:
        length += 1
        whole = (*whole[: last + 1], extra, *whole[last + 1 :])
        region = _empty_region(whole, points.get(length), rng)
        if region is not None:
            regions.append(region)
            capacity += region.capacity
    return regions


def _variable_positions(alphabets: Sequence[str]) -> list[int]:
    """Return the positions at which more than one character is possible."""
    return [index for index, alphabet in enumerate(alphabets) if len(alphabet) > 1]


def _alphabets(points: np.ndarray) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Find the characters that are possible at each position.

    Parameters
    ----------
    points : ndarray of uint32, shape (n, length)
        Code points of the training keys of one length.

    Returns
    -------
    whole, seen : tuple of str
        The whole classes of what was seen at each position; the same narrowed to what
        was seen where there are enough keys to tell.
    """
    n_keys = len(points)
    seen = ["".join(map(chr, np.unique(column).tolist())) for column in points.T]
    is_hexadecimal = _is_hexadecimal(seen)
    whole = []
    for position, text in enumerate(seen):
        is_shared = len(text) == 1 and n_keys >= _MIN_KEYS_FOR_LITERAL
        alphabet = text if is_shared else _widen(text, is_hexadecimal)
        whole.append(alphabet)
        if n_keys < _KEYS_PER_CHARACTER * len(alphabet):
            seen[position] = alphabet
    return tuple(whole), tuple(seen)


def _is_hexadecimal(seen: Sequence[str]) -> bool:
    """Tell whether all positions that vary have hexadecimal digits, one of them both.

    Letters up to F alone are no sign: "AB-1234" is not hexadecimal.
    """
    varied = ["".join(filter(str.isalnum, text)) for text in seen if len(text) > 1]
    is_mixed = any(
        text and not text.isalpha() and not text.isdecimal() for text in varied
    )
    return is_mixed and any(
        set("".join(varied)) <= set(digits) for digits in (_LOWER_HEX, _UPPER_HEX)
    )


def _widen(seen: str, is_hexadecimal: bool) -> str:
    """Return all characters of the classes of those seen, in order of code points."""
    letters_and_digits = {character for character in seen if character.isalnum()}
    ascii_part = {character for character in letters_and_digits if character.isascii()}
    widened = set(seen) - ascii_part
    if ascii_part:
        widened |= next(
            set(characters)
            for characters in _CHARACTER_SETS
            if ascii_part <= set(characters)
            and (is_hexadecimal or characters not in (_LOWER_HEX, _UPPER_HEX))
        )
    for character in letters_and_digits - ascii_part:
        widened |= set(similar_characters(character))
    if letters_and_digits and len(widened) == 1:
        widened |= set(string.digits)  # the only one of its class would give it away
    return "".join(sorted(widened))


def _empty_region(
    alphabets: tuple[str, ...], points: np.ndarray | None, rng: np.random.Generator
) -> TextRegion | None:
    """Find the part of a form that holds no training key.

    Parameters
    ----------
    alphabets : tuple of str
        The characters that are possible at each position, in order of code points.
    points : ndarray of uint32, shape (n, length), or None
        Code points of the training keys of this length; None if there are none.
    rng : Generator
        Chooses among the empty parts.

    Returns
    -------
    TextRegion or None
        None if there is no room.
    """
    sizes = [len(alphabet) for alphabet in alphabets]
    variable = _variable_positions(alphabets)
    digits = np.zeros((len(alphabets), 0 if points is None else len(points)), np.uint64)
    has_form = np.ones(digits.shape[1], dtype=bool)
    for position, alphabet in enumerate(alphabets if points is not None else ()):
        characters = to_points(alphabet)[0]
        column = points[:, position]  # type: ignore[index]
        found = np.searchsorted(characters, column).clip(max=len(characters) - 1)
        has_form &= characters[found] == column
        digits[position] = found
    digits = digits[:, has_form]
    if digits.shape[1] == 0:
        return TextRegion(alphabets, 0, (0,))

    def levels() -> Iterator[Level]:
        code = np.zeros(digits.shape[1], dtype=np.uint64)
        n_cells = 1
        for position in variable:
            n_cells *= sizes[position]
            if n_cells >= 2**63:
                return
            code = code * np.uint64(sizes[position]) + digits[position]
            yield Level(np.unique(code), n_cells, math.prod(sizes) // n_cells)

    choice = choose_empty(levels(), digits.shape[1], rng)
    if choice is None:
        return None
    return TextRegion(alphabets, choice[0] + 1, tuple(choice[1].tolist()))

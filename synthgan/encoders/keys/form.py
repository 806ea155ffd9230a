"""`KeyForm`: the form of a column of keys, and fresh keys of that form.

Here the form of a column is told from its keys; `numbers` and `strings` find the part
of it that no training key is in. Missing cells and dtypes are the encoder's business;
strings that mean somebody (names, e-mail addresses) are `patterns`'.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from synthgan.encoders.keys.cells import MASK
from synthgan.encoders.keys.numbers import (
    NumberRegion,
    number_regions,
    split_numbers,
    write_numbers,
)
from synthgan.encoders.keys.strings import TextRegion, text_regions
from synthgan.exceptions import InputError

#: Keys are made for so many rows at a time, which a processor's cache holds.
_CHUNK_SIZE = 4096


@dataclass(frozen=True)
class KeyForm:
    """The form of a column's keys and the part of it that is empty in training.

    Parameters
    ----------
    dtype : str
        Integer dtype of the keys, or "object" for strings.
    regions : tuple
        Parts of the form without a training key, in the order in which rows use them;
        the later ones lengthen the form.
    seed : int
        Chooses the order of the keys within a region.
    prefix, suffix : str
        What stands before and after the number in strings such as "cust_17".
    padding : int
        Number of digits that leading zeros fill up in such strings.

    Notes
    -----
    Integers, and strings that are a number between a common prefix and suffix, count
    on from a random place above the largest where at least half of the numbers
    between the smallest and the largest are used. Otherwise the form is divided into
    cells (decimal intervals of integers, combinations of the leading variable
    characters of strings), as coarse as possible, and keys are drawn, in
    random-looking order and without repetition, from at most half of the cells that
    are empty in training. So a key is never a training key, by construction, and
    neither the state nor any number of keys tells a training key: they tell where
    some are not.

    A character position of the most frequent length is constant, or one of: digits,
    hexadecimal digits, lower-case letters, upper-case letters, their unions; other
    characters stand for themselves, letters of other scripts for their neighbours.
    Where there are many keys, the characters that never occur at a position are left
    out. A form that is used up gets one more character, or larger numbers.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> train = np.array([f"cust_{number}" for number in range(1, 501)], dtype=object)
    >>> form = KeyForm.learn(train, rng)
    >>> form.make(np.arange(3, dtype=np.uint64)).tolist()
    ['cust_756', 'cust_757', 'cust_758']
    """

    dtype: str
    regions: tuple[NumberRegion | TextRegion, ...]
    seed: int
    prefix: str = ""
    suffix: str = ""
    padding: int = 0

    @classmethod
    def learn(cls, values: np.ndarray, rng: np.random.Generator) -> KeyForm:
        """Learn the form of training keys.

        Parameters
        ----------
        values : ndarray of object (str) or of an integer dtype, shape (n,)
            The keys without missing ones; n at least 1. Repetitions do not count.
        rng : Generator
            Chooses among the empty parts.

        Returns
        -------
        KeyForm
            The form; it holds no training key.

        Raises
        ------
        InputError
            If there is no key.
        """
        if len(values) == 0:
            msg = (
                "keys: expected at least one value that is not missing, got none; "
                "give the column another kind"
            )
            raise InputError(msg)
        seed = int(rng.integers(2**63))
        if values.dtype.kind in "iu":
            limits = np.iinfo(values.dtype)
            bounds = (int(limits.min), int(limits.max))
            lowest = max(bounds[0], 0) if values.min() >= 0 else bounds[0]
            numbers = np.unique(values)
            regions = number_regions(numbers, (lowest, bounds[1]), bounds, rng)
            return cls(str(values.dtype), tuple(regions), seed)
        keys = sorted(set(values.tolist()))
        split = split_numbers(keys)
        if split is None:
            return cls("object", tuple(text_regions(keys, rng)), seed)
        regions = number_regions(split.numbers, split.form, (0, MASK), rng)
        return cls(
            "object", tuple(regions), seed, split.prefix, split.suffix, split.n_digits
        )

    @property
    def capacity(self) -> int:
        """Number of keys that can be made."""
        return sum(region.capacity for region in self.regions)

    def make(self, row_numbers: np.ndarray) -> np.ndarray:
        """Make the keys of rows.

        Parameters
        ----------
        row_numbers : ndarray of uint64, shape (n,)
            Numbers of the rows: a row's key depends on its number alone, and different
            rows have different keys.

        Returns
        -------
        ndarray of object (str) or of the training keys' integer dtype, shape (n,)
            The keys.

        Raises
        ------
        InputError
            If a row number is beyond the keys that the dtype has left.
        """
        keys = np.empty(len(row_numbers), dtype=self.dtype)
        for start in range(0, len(row_numbers), _CHUNK_SIZE):
            chunk = slice(start, start + _CHUNK_SIZE)
            keys[chunk] = self._make_chunk(row_numbers[chunk])
        return keys

    def _make_chunk(self, rows: np.ndarray) -> np.ndarray:
        """Make the keys of a few rows, region by region."""
        keys = np.empty(len(rows), dtype=self.dtype)
        is_open = np.ones(len(rows), dtype=bool)
        first = 0
        for region in self.regions:
            # The last row, not the one after it: that may be 2**64.
            last = min(first + region.capacity, 2**64) - 1
            here = is_open & (rows <= np.uint64(last))
            if here.any():
                made = region.make(rows[here] - np.uint64(first), self.seed)
                keys[here] = self._finish(made)
                is_open &= ~here
            first = last + 1
            if not is_open.any():
                return keys
        msg = (
            f"keys: expected at most {first} rows, as many as there are unused keys "
            f"of dtype {self.dtype}, got row number {rows.max()}; give the column a "
            "wider dtype or another kind"
        )
        raise InputError(msg)

    def _finish(self, made: np.ndarray) -> np.ndarray:
        """Turn what a region makes into keys of the column."""
        if made.dtype == object:
            return made
        if self.dtype == "object":
            return write_numbers(made, self.prefix, self.suffix, self.padding)
        # Casts of integers wrap: the number modulo 2**64 becomes the signed one.
        return made.astype(self.dtype)

    def to_dict(self) -> dict[str, Any]:
        """Return the form as str, int, lists and dicts of them."""
        regions = [
            {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(region).items()
            }
            for region in self.regions
        ]
        return {**asdict(self), "regions": regions}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> KeyForm:
        """Undo `to_dict`."""
        regions = [_region_from_dict(region) for region in values["regions"]]
        return cls(**{**values, "regions": tuple(regions)})


def _region_from_dict(values: dict[str, Any]) -> NumberRegion | TextRegion:
    """Build a region from its dict; lists become tuples."""
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return TextRegion(**plain) if "alphabets" in plain else NumberRegion(**plain)

"""`TextPattern`: the character patterns of a column of texts, and made-up texts.

Here are names, e-mail addresses, street names, free text: strings that are nearly
unique and mean somebody. What is kept is what they look like; what is made means
nothing, and is never one of them. Keys, which must be unique, are `keys`'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from synthgan.encoders.characters import (
    CLASSES,
    LOWER,
    character_class,
    from_points,
    mix,
    similar_characters,
    to_points,
)

_MAX_TEMPLATES = 2000
_MAX_LENGTH = 2000
#: A class of fewer characters is widened: drawing from two letters would nearly
#: spell out the few texts that they stand in.
_MIN_ALPHABET = 5
#: After so many rounds a text grows. A free one is found with probability 1/4 at
#: least in each round, so only templates with next to no choice get here.
_PATIENT_ROUNDS = 32
_CHUNK_SIZE = 4096  # texts that are learned at a time, to bound the memory
_N_CODE_POINTS = 0x110000
#: Share of the table of hashes that training texts may take; 0.63 is expected.
_MAX_OCCUPIED = 0.75


@dataclass(frozen=True, eq=False)
class TextPattern:
    """Character patterns of texts, and what keeps the texts themselves from recurring.

    Parameters
    ----------
    templates : tuple of str
        Distinct patterns: each letter or digit replaced by the name of its class,
        everything else as it stood.
    counts : tuple of int
        Number of training texts with each template.
    frequencies : dict of str to dict of str to int
        For each class its characters, and how often each of them stands in the
        training texts.
    salt : int
        Seed of the hash.
    occupied : ndarray of bool
        Which values of the hash a training text has.

    Notes
    -----
    A text is made by drawing a template in proportion to its count, and a character
    for every class position in proportion to its frequency in the column. A made text
    is given out only if its place in the table of hashes is empty; otherwise its
    characters are drawn again. As all training texts are in the table, none is ever
    given out: this is certain, not likely.

    The table has one place for each training text, so 1 - exp(-1) = 63 % of *all*
    strings hit an occupied one. Finding a given text in it raises the odds that it was
    in training by a factor of 1.6 only; no text can be read from it.

    The templates themselves tell the lengths of the words and the punctuation of
    training texts. Only `max_templates` of them are kept, at most 2,000 characters of
    each.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> train = np.array(["Ada Lovelace", "Alan Turing", "Emmy Noether"], dtype=object)
    >>> pattern = TextPattern.learn(train, rng)
    >>> pattern.templates
    ('Aaa Aaaaaaaa', 'Aaaa Aaaaaa', 'Aaaa Aaaaaaa')
    >>> pattern.make(rng, 2).tolist()
    ['Nmv Trataodt', 'Tnn Tnhcolel']
    """

    templates: tuple[str, ...]
    counts: tuple[int, ...]
    frequencies: dict[str, dict[str, int]]
    salt: int
    occupied: np.ndarray

    @classmethod
    def learn(
        cls,
        values: np.ndarray,
        rng: np.random.Generator,
        max_templates: int = _MAX_TEMPLATES,
    ) -> TextPattern:
        """Learn the patterns of training texts.

        Parameters
        ----------
        values : ndarray of object (str), shape (n,)
            Texts without missing ones.
        rng : Generator
            Chooses the templates to keep, and the hash.
        max_templates : int, default 2000
            Keep so many of the distinct templates, drawn in proportion to their
            counts. More of them take more room and tell more about single texts.

        Returns
        -------
        TextPattern
            The patterns; no text is in them.
        """
        texts = values.tolist()
        character_counts = np.zeros(_N_CODE_POINTS, dtype=np.int64)
        template_counts: Counter[str] = Counter()
        for chunk in _chunks([text[:_MAX_LENGTH] for text in texts]):
            points, lengths = to_points(chunk)
            chunk_counts = np.bincount(points, minlength=_N_CODE_POINTS)
            character_counts += chunk_counts
            classes = _class_points(np.flatnonzero(chunk_counts))[points]
            template_counts.update(from_points(classes, lengths).tolist())
        templates, counts = _keep_templates(template_counts, max_templates, rng)
        frequencies = _class_frequencies(character_counts)
        salt, occupied = _occupy(list(set(texts)), rng)
        return cls(templates, counts, frequencies, salt, occupied)

    def make(self, rng: np.random.Generator, n_texts: int) -> np.ndarray:
        """Make texts up.

        Parameters
        ----------
        rng : Generator
            All that the texts depend on.
        n_texts : int
            How many; at least 0.

        Returns
        -------
        ndarray of object (str), shape (n_texts,)
            Texts of the templates, none of which is a training text. They are not
            made unique.
        """
        texts = np.empty(n_texts, dtype=object)
        shares = np.cumsum(self.counts) / sum(self.counts)
        chosen = np.searchsorted(shares, rng.random(n_texts), side="right")
        pending = np.arange(n_texts)
        n_rounds = 0
        while len(pending):
            n_extra = max(n_rounds - _PATIENT_ROUNDS, 0)
            points, lengths = self._template_points(chosen[pending], n_extra)
            points = self._fill(points, rng)
            is_free = ~self.occupied[
                _places(points, lengths, self.salt, len(self.occupied))
            ]
            made = from_points(points[np.repeat(is_free, lengths)], lengths[is_free])
            texts[pending[is_free]] = made
            pending = pending[~is_free]
            n_rounds += 1
        return texts

    def to_dict(self) -> dict[str, Any]:
        """Return all but the arrays as str, int, lists and dicts of them."""
        return {
            "templates": list(self.templates),
            "counts": list(self.counts),
            "frequencies": {
                name: dict(counts) for name, counts in self.frequencies.items()
            },
            "salt": self.salt,
            "n_places": len(self.occupied),
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the table of hashes, eight places to a byte."""
        return {"occupied": np.packbits(self.occupied)}

    @classmethod
    def from_state(
        cls, values: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> TextPattern:
        """Undo `to_dict` and `arrays`."""
        n_bytes = -(-values["n_places"] // 8)
        if len(arrays["occupied"]) != n_bytes:
            msg = f"occupied: expected {n_bytes} bytes, got {len(arrays['occupied'])}"
            raise ValueError(msg)
        return cls(
            tuple(values["templates"]),
            tuple(values["counts"]),
            values["frequencies"],
            values["salt"],
            np.unpackbits(arrays["occupied"], count=values["n_places"]).astype(bool),
        )

    @cached_property
    def _flat_templates(self) -> tuple[np.ndarray, np.ndarray]:
        """Code points of all templates in a row, and the templates' lengths."""
        return to_points(self.templates)

    @cached_property
    def _growth(self) -> np.ndarray:
        """Code point of the class that each template grows by: its own last one."""
        default = next(iter(self.frequencies))
        last = (
            next((name for name in reversed(template) if name in CLASSES), default)
            for template in self.templates
        )
        return to_points(list(last))[0]

    def _template_points(
        self, chosen: np.ndarray, n_extra: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return chosen templates as code points, each grown by `n_extra` places."""
        flat, all_lengths = self._flat_templates
        lengths = all_lengths[chosen]
        stops = np.cumsum(lengths)
        first = np.cumsum(all_lengths)[chosen] - lengths  # in `flat`
        offsets = np.repeat(first - (stops - lengths), lengths)
        points = flat[offsets + np.arange(len(offsets))]
        growth = np.repeat(self._growth[chosen], n_extra)
        return np.insert(points, np.repeat(stops, n_extra), growth), lengths + n_extra

    def _fill(self, points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Replace the names of classes by characters of them."""
        filled = points.copy()
        for name, counts in self.frequencies.items():
            here = np.flatnonzero(points == ord(name))
            shares = np.cumsum(list(counts.values())) / sum(counts.values())
            drawn = np.searchsorted(shares, rng.random(len(here)), side="right")
            filled[here] = to_points(list(counts))[0][drawn]
        return filled


def _chunks(texts: list[str]) -> Iterator[list[str]]:
    """Split texts, to bound the memory that their code points take."""
    for start in range(0, len(texts), _CHUNK_SIZE):
        yield texts[start : start + _CHUNK_SIZE]


def _class_points(points: np.ndarray) -> np.ndarray:
    """Make the table that maps each of some code points to that of its class."""
    table = np.zeros(_N_CODE_POINTS, dtype=np.uint32)
    table[points] = [ord(character_class(chr(point))) for point in points.tolist()]
    return table


def _keep_templates(
    template_counts: Counter[str], max_templates: int, rng: np.random.Generator
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Draw the templates to keep, in proportion to their counts."""
    # Without any text, empty ones are made. Sorted, so that the order of the training
    # rows is not told.
    templates = np.array(sorted(template_counts) or [""], dtype=object)
    counts = np.array([template_counts[template] or 1 for template in templates])
    if len(templates) > max_templates:
        probabilities = counts / counts.sum()
        kept = np.sort(
            rng.choice(len(templates), max_templates, replace=False, p=probabilities)
        )
        templates, counts = templates[kept], counts[kept]
    return tuple(templates.tolist()), tuple(counts.tolist())


def _class_frequencies(character_counts: np.ndarray) -> dict[str, dict[str, int]]:
    """Count the characters of each class; small classes are widened.

    Parameters
    ----------
    character_counts : ndarray of int64, shape (number of code points,)
        How often each character occurs.

    Returns
    -------
    dict of str to dict of str to int
        Class to character to count, with one class at least. A character that was
        added to its class counts as much as the mean of the others.
    """
    frequencies: dict[str, dict[str, int]] = {}
    for point in np.flatnonzero(character_counts).tolist():
        name = character_class(chr(point))
        if name in CLASSES:
            counts = frequencies.setdefault(name, {})
            counts[chr(point)] = int(character_counts[point])
    if not frequencies:
        frequencies[LOWER] = {LOWER: 1}
    for counts in frequencies.values():
        if len(counts) < _MIN_ALPHABET:
            mean_count = max(1, sum(counts.values()) // len(counts))
            for character in list(counts):
                for similar in similar_characters(character):
                    counts.setdefault(similar, mean_count)
    # In order of code points, which survives any way of writing dicts to a file.
    return {
        name: dict(sorted(frequencies[name].items())) for name in sorted(frequencies)
    }


def _occupy(texts: list[str], rng: np.random.Generator) -> tuple[int, np.ndarray]:
    """Enter distinct texts into a table of hashes with one place for each.

    Returns
    -------
    salt : int
        Seed of the hash: one that leaves a quarter of the places empty, as nearly all
        do for more than a few texts.
    occupied : ndarray of bool, shape (max(number of texts, 2),)
        Whether some text has this place.
    """
    while True:
        salt = int(rng.integers(2**63))
        occupied = np.zeros(max(len(texts), 2), dtype=bool)
        for chunk in _chunks(texts):
            occupied[_places(*to_points(chunk), salt, len(occupied))] = True
        if occupied.mean() <= _MAX_OCCUPIED:
            return salt, occupied


def _places(
    points: np.ndarray, lengths: np.ndarray, salt: int, n_places: int
) -> np.ndarray:
    """Hash texts to places of a table.

    The hash of a text is the sum of the scrambled pairs of character and position,
    scrambled again.

    Parameters
    ----------
    points, lengths : ndarray
        Texts, as `to_points` returns them.
    salt : int
        Chooses the hash.
    n_places : int
        Number of places.

    Returns
    -------
    ndarray of int64, shape (n,)
        In [0, n_places).
    """
    stops = np.cumsum(lengths)
    starts = stops - lengths
    positions = np.arange(len(points)) - np.repeat(starts, lengths)
    pairs = positions.astype(np.uint64) * np.uint64(_N_CODE_POINTS) + points
    # Sums over texts as differences of one running sum: exact modulo 2**64, and right
    # for empty texts.
    sums = np.append(np.uint64(0), np.cumsum(mix(pairs + np.uint64(salt))))
    hashes = mix(sums[stops] - sums[starts] + np.uint64(salt))
    return (hashes % np.uint64(n_places)).astype(np.int64)

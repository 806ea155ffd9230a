"""Strings as arrays of code points, and the classes of their characters.

Shared by `keys` and `patterns`; what is made of the classes is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

UPPER, LOWER, LETTER, DIGIT = "A", "a", "\u4e00", "0"
#: A class is named by one of its own members, so that a pattern is a plain string:
#: every letter and digit in it stands for its class, all else for itself.
CLASSES = (UPPER, LOWER, LETTER, DIGIT)

_BLOCK = 32  # scripts are laid out in runs of this size; no class spans two scripts


def character_class(character: str) -> str:
    """Name the class of a character.

    Parameters
    ----------
    character : str
        One character of any script.

    Returns
    -------
    str
        `UPPER`, `LOWER`, `LETTER` (letters without case, and numerals that are no
        decimal digits), `DIGIT`; a character that is neither letter nor digit is its
        own class.

    Examples
    --------
    >>> [character_class(character) for character in "Qé7-"]
    ['A', 'a', '0', '-']
    """
    if character.isdecimal():
        return DIGIT
    if not character.isalnum():
        return character
    if character.isupper():
        return UPPER
    return LOWER if character.islower() else LETTER


def similar_characters(character: str) -> str:
    """Return the characters of the same class and the same run of 32 code points.

    Examples
    --------
    >>> similar_characters("q"), similar_characters("7")
    ('abcdefghijklmnopqrstuvwxyz', '0123456789')
    """
    first = ord(character) // _BLOCK * _BLOCK
    wanted = character_class(character)
    candidates = map(chr, range(first, first + _BLOCK))
    return "".join(other for other in candidates if character_class(other) == wanted)


def to_points(strings: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Turn strings into the code points of all of them in a row, and their lengths.

    Parameters
    ----------
    strings : sequence of n str
        The strings.

    Returns
    -------
    points : ndarray of uint32, shape (sum of the lengths,)
    lengths : ndarray of int64, shape (n,)

    Examples
    --------
    >>> points, lengths = to_points(["ab", "", "c"])
    >>> points.tolist(), lengths.tolist()
    ([97, 98, 99], [2, 0, 1])
    """
    encoded = "".join(strings).encode("utf-32-le", "surrogatepass")
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    return np.frombuffer(encoded, dtype="<u4"), lengths


def from_points(points: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Undo `to_points`.

    Parameters
    ----------
    points : ndarray of uint32
        Code points of all strings in a row.
    lengths : ndarray of int64, shape (n,)
        Lengths of the strings.

    Returns
    -------
    ndarray of object, shape (n,)
        The strings.

    Notes
    -----
    One decoding and n slices. Numpy's own string arrays would drop trailing NULs and
    pad every string to the longest.

    Examples
    --------
    >>> from_points(*to_points(["ab", "", "c"])).tolist()
    ['ab', '', 'c']
    """
    encoded = np.ascontiguousarray(points, dtype="<u4").tobytes()
    text = encoded.decode("utf-32-le", "surrogatepass")
    stops = np.cumsum(lengths)
    bounds = zip((stops - lengths).tolist(), stops.tolist(), strict=True)
    strings = np.empty(len(lengths), dtype=object)
    strings[:] = [text[start:stop] for start, stop in bounds]
    return strings


def mix(numbers: np.ndarray) -> np.ndarray:
    """Scramble 64-bit numbers, one to one (the finaliser of SplitMix64).

    Parameters
    ----------
    numbers : ndarray of uint64
        The numbers.

    Returns
    -------
    ndarray of uint64
        As random-looking a number for each, different ones for different ones.

    References
    ----------
    Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators".

    Examples
    --------
    >>> import numpy as np
    >>> mix(np.array([1, 2], dtype=np.uint64)).tolist()
    [6238072747940578789, 15839785061582574730]
    """
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))

"""Columns that another column determines: a city's state, the month of a date.

A network learns such a rule nearly, and a table in which six rows of a hundred break it
is told from a real one by them. So rules without an exception in the training rows are
kept by construction: the determined column's codes are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

#: A rule is believed if chance would keep it once in 2 to this power.
MIN_BITS = 40.0
#: A determinant's levels have so many rows in the mean.
MIN_ROWS_PER_LEVEL = 5
#: A number held by fewer rows is not kept; the nearest one stands in for it.
MIN_ROWS_OF_NUMBER = 3


@dataclass(frozen=True, eq=False)
class Dependency:
    """One column's codes as a function of another column.

    Parameters
    ----------
    determinant, dependent : int
        Positions of the two columns.
    levels : ndarray of int32, shape (n_levels, k), or of float64, shape (n_levels, 1)
        What the determinant was in training, sorted: codes, or, where it has ranks,
        numbers, NaN for a missing cell.
    codes : ndarray of int32, shape (n_levels, m)
        What they determine.
    """

    determinant: int
    dependent: int
    levels: np.ndarray
    codes: np.ndarray

    def look_up(self, arguments: np.ndarray, made: np.ndarray) -> np.ndarray:
        """Return the determined codes.

        Parameters
        ----------
        arguments : ndarray, shape (n, k)
            The determinant in n rows, as in `levels`.
        made : ndarray of int32, shape (n, m)
            Codes for rows whose determinant was never seen. A number that was not has
            those of the nearest one.
        """
        if self.levels.dtype.kind == "f":
            places, found = _find_nearest(self.levels[:, 0], arguments[:, 0])
        else:
            places, found = _find_same(self.levels, arguments)
        return np.where(found[:, None], self.codes[places], made)


def find_dependencies(
    arguments: Mapping[int, np.ndarray], values: Mapping[int, np.ndarray]
) -> tuple[Dependency, ...]:
    r"""Find the columns that another one determines, without exception.

    Parameters
    ----------
    arguments : mapping of int to ndarray, shape (n_rows, k)
        By its position, each column that may determine others: its codes, or its
        numbers as floats in one column.
    values : mapping of int to ndarray of int32, shape (n_rows, m)
        The codes of each column that may be determined.

    Returns
    -------
    tuple of Dependency
        One at the most for each dependent column; no determinant is itself dependent.

    Notes
    -----
    That a level's further rows repeat its first one's value has, if the columns are
    independent, the probability :math:`(\sum_k p_k^2)^{m - 1}` for a level of m rows;
    rules are kept whose probability over all levels is at most
    :math:`2^{-40}`.

    Examples
    --------
    >>> city = np.random.default_rng(0).integers(0, 4, (500, 1))
    >>> state = np.array([0, 1, 1, 2])[city]
    >>> columns = {0: city, 1: state}
    >>> (rule,) = find_dependencies(columns, columns)
    >>> rule.determinant, rule.dependent, rule.codes.ravel().tolist()
    (0, 1, [0, 1, 1, 2])
    """
    groups = {
        column: np.unique(_as_keys(rows), return_index=True, return_inverse=True)
        for column, rows in {**values, **arguments}.items()
    }
    # A function has at most as many values as arguments; of two columns that determine
    # each other the earlier one is free.
    order = sorted(groups, key=lambda column: (-len(groups[column][0]), column))
    free: list[int] = []
    found = []
    for column in order:
        own = groups[column][2]
        determinant = next((c for c in free if _determines(groups[c][2], own)), None)
        if column not in values or determinant is None:
            if column in arguments:
                free.append(column)
            continue
        found.append(_make_dependency(determinant, column, groups, arguments, values))
    return tuple(found)


def _make_dependency(
    determinant: int,
    dependent: int,
    groups: Mapping[int, tuple[np.ndarray, np.ndarray, np.ndarray]],
    arguments: Mapping[int, np.ndarray],
    values: Mapping[int, np.ndarray],
) -> Dependency:
    _, first, inverse = groups[determinant]
    levels = arguments[determinant][first]
    if levels.dtype.kind == "f":
        first = first[np.bincount(inverse) >= MIN_ROWS_OF_NUMBER]
        levels = arguments[determinant][first]
    return Dependency(determinant, dependent, levels, values[dependent][first])


def _as_keys(rows: np.ndarray) -> np.ndarray:
    """Return one number for each row of codes; a float column's own."""
    if rows.dtype.kind == "f":
        return rows[:, 0]
    return _join(rows, rows.max(axis=0) + 1)


def _determines(arguments: np.ndarray, values: np.ndarray) -> bool:
    """Tell whether values are a function of arguments, and not by chance."""
    counts = np.bincount(arguments)
    if len(arguments) < MIN_ROWS_PER_LEVEL * len(counts):
        return False
    low = np.full(len(counts), values.max(initial=0))
    np.minimum.at(low, arguments, values)
    if (low[arguments] != values).any():
        return False
    shares = np.bincount(values) / len(values)
    bits = -np.log2(np.sum(shares**2))
    return bool(bits * (counts - 1).sum() >= MIN_BITS)


def _find_same(
    levels: np.ndarray, arguments: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where rows of codes stand among sorted ones, and which do."""
    span = levels.max(axis=0).astype(np.int64) + 1
    known, asked = _join(levels, span), _join(arguments, span)
    # A code beyond those seen would be taken for another level's.
    asked[(arguments >= span).any(axis=1)] = -1
    places = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return places, known[places] == asked


def _find_nearest(
    levels: np.ndarray, numbers: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return which sorted level is nearest to each number, and which have one.

    A missing number has one where missing ones were seen, which stand last.
    """
    missing = np.isnan(numbers)
    n_known = int((~np.isnan(levels)).sum())
    right = np.searchsorted(levels[:n_known], numbers).clip(1, max(n_known - 1, 1))
    left = right - 1
    right = np.minimum(right, n_known - 1)
    nearest = np.where(numbers - levels[left] <= levels[right] - numbers, left, right)
    places = np.where(missing, len(levels) - 1, nearest)
    return places, np.where(missing, n_known < len(levels), n_known > 0)


def _join(codes: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Return one number for each row of codes, that sorts as the row does."""
    joined = np.zeros(len(codes), dtype=np.int64)
    for i, width in enumerate(span.tolist()):
        joined = joined * width + codes[:, i]
    return joined

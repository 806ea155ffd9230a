"""Conditions as people write them: plain data, bound to no table.

What a condition means for a column, and whether it may be asked for, is decided in
`allowed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgan.exceptions import ParameterError

#: Containers that stand for a set of values.
_SETS = (list, tuple, set, frozenset, range, np.ndarray, pd.Series, pd.Index)
_CLOSED = ("both", "left", "right", "neither")


@dataclass(frozen=True)
class Condition:
    """What the cells of one column must be; see `one_of`, `between`, `MISSING`."""


@dataclass(frozen=True)
class OneOf(Condition):
    """A cell must be one of some values; made by `one_of`."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Between(Condition):
    """A cell must lie in a range; made by `between`, `at_least` and their like.

    An end that is None is no end.
    """

    low: Any
    high: Any
    closed: str = "both"


@dataclass(frozen=True)
class Missingness(Condition):
    """A cell must be missing, or must not be: `MISSING` and `NOT_MISSING`."""

    is_missing: bool

    def __repr__(self) -> str:
        return "MISSING" if self.is_missing else "NOT_MISSING"


@dataclass(frozen=True)
class AllOf(Condition):
    """A cell must satisfy several conditions at once."""

    conditions: tuple[Condition, ...]


#: A cell must be missing.
MISSING = Missingness(True)
#: A cell must not be missing.
NOT_MISSING = Missingness(False)


def one_of(values: Iterable[Any]) -> OneOf:
    """Ask for one of some values; a plain list means the same.

    Parameters
    ----------
    values : iterable
        Categories that were seen in training, or numbers or dates inside the training
        range; at least one.

    Raises
    ------
    ParameterError
        If there is no value, or the values are one string.

    Examples
    --------
    >>> one_of(["Private", "State-gov"])
    OneOf(values=('Private', 'State-gov'))
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        msg = f"one_of: expected a list of values, got {values!r}; write one_of([...])"
        raise ParameterError(msg)
    values = tuple(values)
    if not values:
        msg = "one_of: expected at least one value, got none"
        raise ParameterError(msg)
    return OneOf(values)


def between(low: Any, high: Any, closed: str = "both") -> Between:
    """Ask for a number, date or ordered level in a range.

    Parameters
    ----------
    low, high : number, date, str, timedelta or level
        The range's ends. Text is read as a date in a column of dates.
    closed : {"both", "left", "right", "neither"}, default "both"
        Which ends belong to the range.

    Raises
    ------
    ParameterError
        If `closed` is something else, or an end is missing.

    Examples
    --------
    >>> between(18, 30, closed="left")
    Between(low=18, high=30, closed='left')
    """
    if closed not in _CLOSED:
        msg = f"closed: expected one of {', '.join(map(repr, _CLOSED))}, got {closed!r}"
        raise ParameterError(msg)
    return Between(_check_end(low), _check_end(high), closed)


def at_least(value: Any) -> Between:
    """Ask for `value` or more; see `between`.

    Examples
    --------
    >>> at_least("2024-01-01")
    Between(low='2024-01-01', high=None, closed='both')
    """
    return Between(_check_end(value), None)


def more_than(value: Any) -> Between:
    """Ask for more than `value`; see `between`."""
    return Between(_check_end(value), None, "neither")


def at_most(value: Any) -> Between:
    """Ask for `value` or less; see `between`."""
    return Between(None, _check_end(value))


def less_than(value: Any) -> Between:
    """Ask for less than `value`; see `between`."""
    return Between(None, _check_end(value), "neither")


def _check_end(value: Any) -> Any:
    if isinstance(value, Condition) or _is_set(value):
        expected = "one number, date or level"
    elif is_hole(value):
        expected = "a value that is not missing (at_least and at_most have one end)"
    else:
        return value
    msg = f"range: expected {expected} as an end, got {value!r}"
    raise ParameterError(msg)


def as_condition(value: Any) -> Condition:
    """Turn what a user may write for a column into a condition.

    Parameters
    ----------
    value : Condition, list of values or value
        A list stands for `one_of`; a plain value must be met exactly.

    Raises
    ------
    ParameterError
        If it is None or NaN: `MISSING` is meant, or the column is to be left out.

    Examples
    --------
    >>> as_condition("Private"), as_condition([1, 2])
    (OneOf(values=('Private',)), OneOf(values=(1, 2)))
    """
    if isinstance(value, Condition):
        return value
    if _is_set(value):
        return one_of(value)
    if is_hole(value):
        msg = (
            f"conditions: expected a value, got {value!r}; ask for a missing cell with "
            "MISSING, and leave out a column that may be anything"
        )
        raise ParameterError(msg)
    return OneOf((value,))


def is_hole(value: Any) -> bool:
    """Tell whether a value is one of pandas' markers of a missing cell."""
    return bool(np.isscalar(pd.isna(value)) and pd.isna(value))


def _is_set(value: Any) -> bool:
    return isinstance(value, _SETS) or pd.api.types.is_array_like(value)

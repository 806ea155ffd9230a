"""Checks of what users pass, so that all error texts agree.

Parameters are checked against one table of constraints when `fit` is called, not in
the constructor, as scikit-learn's contract asks.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from synthgan.exceptions import InputError, ParameterError


@dataclass(frozen=True)
class Constraint:
    """What a parameter may be.

    Parameters
    ----------
    expected : str
        In words, for the error.
    accepts : callable
        Tells whether a value is fine.
    """

    expected: str
    accepts: Callable[[Any], bool]


def is_integer(value: object) -> bool:
    """Tell whether a value is an integer; booleans are none."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_real(value: object) -> bool:
    """Tell whether a value is a finite real number; booleans are none."""
    return (
        isinstance(value, numbers.Real)
        and not isinstance(value, bool)
        and float("-inf") < value < float("inf")  # type: ignore[operator]
    )


def integer(minimum: int, *allowed: object) -> Constraint:
    """Accept integers from `minimum` on, and the values in `allowed`."""
    return Constraint(
        _or(f"an integer of at least {minimum}", allowed),
        lambda v: _is_one_of(v, allowed) or (is_integer(v) and v >= minimum),
    )


def positive(*allowed: object) -> Constraint:
    """Accept numbers above zero, and the values in `allowed`."""
    return Constraint(
        _or("a number above 0", allowed),
        lambda v: _is_one_of(v, allowed) or (is_real(v) and v > 0),
    )


def non_negative(*allowed: object) -> Constraint:
    """Accept numbers from zero on, and the values in `allowed`."""
    return Constraint(
        _or("a number of at least 0", allowed),
        lambda v: _is_one_of(v, allowed) or (is_real(v) and v >= 0),
    )


def option(*allowed: object) -> Constraint:
    """Accept the values in `allowed` only."""
    names = ", ".join(map(repr, allowed))
    return Constraint(f"one of {names}", lambda v: _is_one_of(v, allowed))


def list_of(kind: type, *allowed: object) -> Constraint:
    """Accept lists and tuples of instances of a class, and the values in `allowed`."""
    return Constraint(
        _or(f"a list of {kind.__name__}", allowed),
        lambda v: (
            _is_one_of(v, allowed)
            or (isinstance(v, list | tuple) and all(isinstance(e, kind) for e in v))
        ),
    )


def units(*allowed: object) -> Constraint:
    """Accept non-empty sequences of one positive integer, repeated."""

    def accepts(value: object) -> bool:
        if _is_one_of(value, allowed):
            return True
        if not isinstance(value, tuple | list) or not value:
            return False
        return all(is_integer(v) and v > 0 for v in value) and len(set(value)) == 1

    return Constraint(
        _or("a tuple such as (128, 128), all entries equal and positive", allowed),
        accepts,
    )


def _is_one_of(value: object, allowed: tuple[object, ...]) -> bool:
    return any(type(value) is type(option) and value == option for option in allowed)


def _or(expected: str, allowed: tuple[object, ...]) -> str:
    return " or ".join([expected, *map(repr, allowed)])


def check_parameters(
    parameters: Mapping[str, Any], constraints: Mapping[str, Constraint]
) -> None:
    """Check parameters against their constraints.

    Raises
    ------
    ParameterError
        Naming the parameter, what was expected and what was got.
    """
    for name, constraint in constraints.items():
        value = parameters[name]
        if not constraint.accepts(value):
            msg = f"{name}: expected {constraint.expected}, got {value!r}"
            raise ParameterError(msg)


def check_frame(frame: object) -> pd.DataFrame:
    """Return `frame` if it is a table that can be learned from.

    Raises
    ------
    TypeError
        If it is not a DataFrame.
    InputError
        If it has no rows or columns, or column names that are not plain and unique.
    """
    if not isinstance(frame, pd.DataFrame):
        msg = (
            f"expected a pandas DataFrame, got {type(frame).__name__}; wrap arrays as "
            "pandas.DataFrame(array, columns=[...])"
        )
        raise TypeError(msg)
    if isinstance(frame.columns, pd.MultiIndex):
        msg = (
            "columns: expected plain names, got a MultiIndex of "
            f"{frame.columns.nlevels} levels; join the levels first, as in "
            "frame.columns = frame.columns.to_flat_index()"
        )
        raise InputError(msg)
    if not len(frame.columns):
        msg = "expected at least one column, got a frame of 0 columns"
        raise InputError(msg)
    if not len(frame):
        msg = "expected at least one row, got a frame of 0 rows"
        raise InputError(msg)
    check_unique(frame.columns)
    return frame


def check_unique(columns: pd.Index) -> None:
    """Refuse names of columns that are there more than once.

    Raises
    ------
    InputError
        Naming them.
    """
    repeated = columns[columns.duplicated()].unique().tolist()
    if repeated:
        msg = f"columns: expected unique names, got {repeated!r} more than once"
        raise InputError(msg)

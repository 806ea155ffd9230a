"""`allowed_cells`: conditions checked against what training knew of a column."""

from __future__ import annotations

import functools
import math
import operator
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from synthgan.conditions.allowed import AllowedCells
from synthgan.conditions.cells import (
    own_precision,
    read_number,
    read_seen_codes,
    restore_numbers,
    seen_codes,
)
from synthgan.conditions.condition import (
    AllOf,
    Between,
    Condition,
    Missingness,
    OneOf,
)
from synthgan.encoders import ColumnEncoder
from synthgan.exceptions import InputError
from synthgan.schema import ColumnSchema, Kind


def allowed_cells(condition: Condition, encoder: ColumnEncoder) -> AllowedCells:
    """Check a condition against a column, and return the cells that it allows.

    Raises
    ------
    InputError
        If the column cannot be conditioned on, a value has the wrong type, was never
        seen or lies outside the training range, or no cell satisfies the condition.
    """
    column = encoder.column
    if column.kind in {Kind.IDENTIFIER, Kind.TEXT}:
        msg = (
            f"column {column.name!r} of kind {column.kind}: its cells are made up, so "
            "there is nothing to ask for; leave it out of the conditions, or declare "
            "it categorical in schema="
        )
        raise InputError(msg)
    match condition:
        case AllOf(conditions):
            return _all_of(conditions, encoder)
        case Missingness(is_missing):
            return _missingness(is_missing, encoder)
        case OneOf(values) if column.kind.is_numeric:
            choices = {_read_choice(value, column) for value in values}
        case OneOf(values):
            choices = set(read_seen_codes(values, encoder))
        case Between() if column.kind.is_numeric:
            return _number_range(condition, encoder)
        case Between():
            choices = _levels_between(condition, encoder)
        case _:
            msg = f"column {column.name!r}: expected a condition, got {condition!r}"
            raise InputError(msg)
    return AllowedCells(encoder, choices=tuple(sorted(choices)))


def _all_of(conditions: tuple[Condition, ...], encoder: ColumnEncoder) -> AllowedCells:
    parts = [allowed_cells(part, encoder) for part in conditions]
    both = functools.reduce(AllowedCells.intersect, parts)
    if both.is_empty:
        msg = (
            f"column {encoder.column.name!r}: no cell satisfies all of "
            f"{', '.join(map(repr, conditions))}"
        )
        raise InputError(msg)
    return both


def _missingness(is_missing: bool, encoder: ColumnEncoder) -> AllowedCells:
    column = encoder.column
    if is_missing and not encoder.has_missing:
        msg = f"column {column.name!r}: asked to be missing, but never was in training"
        raise InputError(msg)
    if not is_missing and not column.n_distinct:
        msg = f"column {column.name!r}: asked to be present, but never was in training"
        raise InputError(msg)
    return AllowedCells(encoder, is_missing)


def _read_choice(value: Any, column: ColumnSchema) -> Any:
    number = read_number(value, column)
    if not column.minimum <= number <= column.maximum:
        raise _outside(column, repr(value))
    restore_numbers([number], column)  # the dtype must be able to hold it
    return number


def _outside(column: ColumnSchema, asked: str) -> InputError:
    return InputError(
        f"column {column.name!r}: {asked} is outside the training range "
        f"{column.values_text}"
    )


def _number_range(condition: Between, encoder: ColumnEncoder) -> AllowedCells:
    column = encoder.column
    low, high = (
        None if end is None else read_number(end, column)
        for end in (condition.low, condition.high)
    )
    if low is not None and high is not None and low > high:
        msg = (
            f"column {column.name!r}: expected a range's low end below its high end, "
            f"got {condition!r}"
        )
        raise InputError(msg)
    above = low is not None and low > column.maximum
    if above or (high is not None and high < column.minimum):
        raise _outside(column, repr(condition))
    if low is not None:
        low = _snap(low, condition.closed in {"both", "left"}, column, True)
    if high is not None:
        high = _snap(high, condition.closed in {"both", "right"}, column, False)
    allowed = AllowedCells(encoder, low=low, high=high)
    seen = AllowedCells(encoder, low=column.minimum, high=column.maximum)
    if allowed.is_empty or allowed.intersect(seen).is_empty:
        precision = "numbers"
        if column.step is not None:
            precision = f"steps of {column.step:,} between"
        elif column.decimals is not None:
            precision = f"numbers of {column.decimals} decimals,"
        msg = (
            f"column {column.name!r}: no value of the column's precision inside "
            f"{condition!r}; it has {precision} {column.values_text}"
        )
        raise InputError(msg)
    return allowed


def _levels_between(condition: Between, encoder: ColumnEncoder) -> set[int]:
    """Return the seen levels in a range: of their order, or of numbers."""
    column, seen = encoder.column, seen_codes(encoder).tolist()
    if column.kind is Kind.ORDINAL:

        def place(value: Any) -> Any:
            return read_seen_codes([value], encoder)[0]

        places = seen
    elif _has_numbers(column):

        def place(value: Any) -> Any:
            if isinstance(value, Real) and not isinstance(value, bool):
                return value
            msg = f"column {column.name!r}: expected a number, got {value!r}"
            raise InputError(msg)

        places = column.levels.take(seen).tolist()
    else:
        msg = (
            f"column {column.name!r} of kind {column.kind}: its values have no order, "
            f"got {condition!r}; list the values with one_of([...])"
        )
        raise InputError(msg)
    low, high = (
        None if end is None else place(end) for end in (condition.low, condition.high)
    )
    after = operator.ge if condition.closed in {"both", "left"} else operator.gt
    before = operator.le if condition.closed in {"both", "right"} else operator.lt
    inside = {
        code
        for code, value in zip(seen, places, strict=True)
        if (low is None or after(value, low)) and (high is None or before(value, high))
    }
    if not inside:
        msg = (
            f"column {column.name!r}: no value seen in training lies in {condition!r}; "
            f"it has {column.values_text}"
        )
        raise InputError(msg)
    return inside


def _has_numbers(column: ColumnSchema) -> bool:
    levels = column.levels
    types = pd.api.types
    return types.is_numeric_dtype(levels) and not types.is_bool_dtype(levels)


def _snap(end: Any, is_closed: bool, column: ColumnSchema, is_low: bool) -> Any:
    """Move an end inwards to the next number that the column could hold."""
    inwards, into = (math.ceil, 1) if is_low else (math.floor, -1)
    if column.step is not None:
        steps = Fraction(end - column.minimum) / column.step
        count = inwards(steps)
        is_moved = count == steps and not is_closed
        return column.minimum + (count + into * is_moved) * column.step
    own = own_precision(column).type
    number = own(end)
    if column.decimals is not None and np.isfinite(number):
        # The shortest text of the column's own precision is what a person wrote.
        units = Fraction(str(number)) * 10**column.decimals
        count = inwards(units)
        is_moved = count == units and not is_closed
        number = own((count + into * is_moved) / 10**column.decimals)
    if number == own(end) and not is_closed:
        number = np.nextafter(number, own(into * np.inf))
    return float(number)

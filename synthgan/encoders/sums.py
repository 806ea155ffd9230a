"""Sums kept by construction: what `synthgan.schema.sums` found holds in made rows."""

from __future__ import annotations

import graphlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.schema import ColumnSchema, TableSchema
from synthgan.schema.sums import round_number, tolerance
from synthgan.schema.values import numbers_with_gaps, restore_values

#: A column may be a term of several sums: what one of them moves, the others follow.
N_PASSES = 3


@dataclass(frozen=True)
class SumRule:
    """One column as the sum of others.

    Parameters
    ----------
    total : int
        Its position.
    signs : dict of int to int
        1 or -1 for the position of each term.
    offset : float
        A constant that is added.
    """

    total: int
    signs: dict[int, int]
    offset: float

    @property
    def columns(self) -> tuple[int, ...]:
        """The positions of all columns, the sum's first."""
        return (self.total, *self.signs)


def order_sums(schema: TableSchema) -> tuple[SumRule, ...]:
    """Return a schema's sums, those that are terms of others before these.

    Parameters
    ----------
    schema : TableSchema
        The table's description.
    """
    position = {name: i for i, name in enumerate(schema.names)}
    rules = {
        position[column.name]: SumRule(
            position[column.name],
            {position[name]: sign for name, sign in column.sum_of},
            column.offset,
        )
        for column in schema
        if column.sum_of
    }
    before = {total: rule.signs for total, rule in rules.items()}
    order = graphlib.TopologicalSorter(before).static_order()
    return tuple(rules[i] for i in order if i in rules)


def settle_sums(
    cells: dict[int, pd.Series],
    rules: tuple[SumRule, ...],
    schema: TableSchema,
    given: np.ndarray | None = None,
) -> dict[int, pd.Series]:
    """Return columns in which every sum is right.

    Parameters
    ----------
    cells : dict of int to Series of n cells
        Columns by their positions, all that the rules name among them.
    rules : tuple of SumRule
        The rules, in the order of `order_sums`.
    schema : TableSchema
        The table's description.
    given : ndarray of bool, shape (n, number of columns of the table), optional
        Cells that must stay as they are.

    Returns
    -------
    dict of int to Series of n cells
        The same columns, with other cells where a rule was broken.

    Notes
    -----
    What is lacking is added to the sum; where that would leave its training range, or
    is given, to the terms, one after the other, each within its own range. Rows in
    which a cell of a rule is missing are left alone, and so are those whose given
    cells contradict each other.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> frame = pd.DataFrame({"a": [3, 1, 4, 1, 5] * 20, "b": [0, 2, 4, 8] * 25})
    >>> frame["c"] = frame["a"] + frame["b"]
    >>> schema = infer_schema(frame)
    >>> cells = {i: frame.iloc[:2, i] for i in range(3)}
    >>> cells[2] = cells[2] + 4
    >>> settle_sums(cells, order_sums(schema), schema)[2].tolist()
    [3, 3]
    """
    places = {i for rule in rules for i in rule.columns}
    made = {i: numbers_with_gaps(cells[i], schema.columns[i]) for i in places}
    numbers = dict(made)
    totals = {rule.total for rule in rules}
    for _ in range(N_PASSES):
        before = dict(numbers)
        for rule in rules:
            movable = (rule.total, *(i for i in rule.signs if i not in totals))
            _settle_one(numbers, rule, movable, schema, given)
        if all(np.array_equal(numbers[i], before[i], equal_nan=True) for i in places):
            break
    settled = dict(cells)
    for i in places:
        changed = np.flatnonzero((numbers[i] != made[i]) & ~np.isnan(made[i]))
        if len(changed):
            settled[i] = _put(cells[i], changed, numbers[i], schema.columns[i])
    return settled


def _settle_one(
    numbers: dict[int, np.ndarray],
    rule: SumRule,
    movable: tuple[int, ...],
    schema: TableSchema,
    given: np.ndarray | None,
) -> None:
    """Put other numbers where one rule is broken."""
    signs = {rule.total: -1, **rule.signs}
    lacking = rule.offset + sum(sign * numbers[i] for i, sign in signs.items())
    for i in movable:
        column = schema.columns[i]
        # A sum takes all that is lacking, however little: then it is exact.
        broken = np.abs(lacking) > (0 if i == rule.total else tolerance(column))
        if given is not None:
            broken &= ~given[:, i]
        wanted = numbers[i] - signs[i] * lacking
        moved = np.clip(round_number(wanted, column), column.minimum, column.maximum)
        moved = np.where(broken, moved, numbers[i])
        lacking = lacking + signs[i] * (moved - numbers[i])
        numbers[i] = moved


def _put(
    cells: pd.Series, places: np.ndarray, numbers: np.ndarray, column: ColumnSchema
) -> pd.Series:
    """Return a column with other numbers at some places."""
    values = numbers[places]
    if column.step is not None:
        values = values.astype(np.int64)
    cells = cells.copy()
    cells.iloc[places] = restore_values(values, column.storage, column.decimals)
    return cells

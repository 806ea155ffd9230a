"""Random conditions on columns of every kind."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd
from hypothesis import strategies as st
from tables import all_kind_columns

from synthgan.conditions import (
    MISSING,
    NOT_MISSING,
    at_least,
    at_most,
    between,
    less_than,
    more_than,
    one_of,
)
from synthgan.schema import ColumnSchema, TableSchema

#: Columns that conditions can be put on.
COLUMNS = {
    name: cells
    for name, cells in all_kind_columns().items()
    if not name.startswith(("identifier", "text"))
}

Test = Callable[[Any], bool]


def passes(series: pd.Series, test: Test) -> bool:
    """Tell whether every cell of a column passes the test that a condition came with.

    A missing cell satisfies no condition but that it is missing.
    """
    return all((not pd.isna(cell) or test is pd.isna) and test(cell) for cell in series)


def draw_conditions(
    draw: Any, names: Iterable[str], schema: TableSchema, frame: pd.DataFrame
) -> tuple[dict[str, Any], dict[str, Test]]:
    """Draw a condition on each of some columns, and its test; see `draw_condition`."""
    asked = {name: draw_condition(draw, schema[name], frame[name]) for name in names}
    wanted = {name: condition for name, (condition, _) in asked.items()}
    return wanted, {name: test for name, (_, test) in asked.items()}


def draw_condition(
    draw: Any, column: ColumnSchema, series: pd.Series
) -> tuple[Any, Test]:
    """Draw a condition on a column, and the same as a test of one of its cells.

    The test compares the cells themselves, so that it shares no code with the library.
    """
    cells = list(series.dropna().unique())

    def pick() -> Any:
        return draw(st.sampled_from(cells))

    kinds = ["missing"] if column.n_missing else []
    if cells:
        kinds += ["value", "list", "present"]
    if column.kind.is_numeric:
        kinds += ["between", "left", "right", "neither", "one end"]
    match draw(st.sampled_from(kinds)):
        case "missing":
            return MISSING, pd.isna
        case "present":
            return NOT_MISSING, pd.notna
        case "value":
            value = pick()
            return value, lambda cell: cell == value
        case "list":
            values = [pick(), pick(), pick()]
            return one_of(values), lambda cell: cell in values
        case "one end":
            make, test = draw(
                st.sampled_from(
                    [
                        (at_least, operator.ge),
                        (at_most, operator.le),
                        (more_than, operator.gt),
                        (less_than, operator.lt),
                    ]
                )
            )
            end = pick()
            return make(end), lambda cell: test(cell, end)
        case closed:
            closed = closed.replace("between", "both")
            low, high = sorted([pick(), pick()])
            after = operator.ge if closed in {"both", "left"} else operator.gt
            before = operator.le if closed in {"both", "right"} else operator.lt
            return (
                between(low, high, closed),
                lambda cell: after(cell, low) and before(cell, high),
            )

"""Columns whose cells often equal those of an earlier column, in the same row.

A payment that equals last month's bill to the unit is a relation that ranks cannot
express. Here such pairs are found; how they are encoded is decided elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgan.schema.column import ColumnSchema
from synthgan.schema.values import numbers_with_gaps

#: A column refers to another one if at least this share of its cells equal the other's.
MIN_SHARE = 0.01
MIN_ROWS = 10
#: A column refers to so many others at the most.
MAX_REFERENCES = 2
#: A value in this share of the rows is a constant of its own, equal or not.
CONSTANT_SHARE = 0.01
#: So many rows are looked at.
SEARCHED_ROWS = 20_000


def find_references(
    frame: pd.DataFrame, columns: Sequence[ColumnSchema]
) -> list[ColumnSchema]:
    """Find the columns that refer to earlier ones.

    Parameters
    ----------
    frame : DataFrame
        The training rows.
    columns : sequence of ColumnSchema
        What its columns mean.

    Returns
    -------
    list of ColumnSchema
        The same, with `references` filled in: the most frequent first.

    Notes
    -----
    Equal cells count only where their value is no frequent constant of the column, and
    only as far as they are more than the cells that differ by one unit: numbers that
    lie near each other are equal now and then by chance, a reference is a spike.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> rng = np.random.default_rng(0)
    >>> bill, other = rng.normal(size=(2, 1000)).round(4)
    >>> paid = np.where(rng.random(1000) < 0.3, bill, other)
    >>> infer_schema(pd.DataFrame({"bill": bill, "paid": paid}))["paid"].references
    (('bill', 0.289),)
    """
    searched = np.linspace(0, len(frame) - 1, min(len(frame), SEARCHED_ROWS))
    sample = frame.iloc[searched.astype(np.int64)]
    numeric = [i for i, column in enumerate(columns) if column.kind.is_numeric]
    numbers = {i: numbers_with_gaps(sample.iloc[:, i], columns[i]) for i in numeric}
    described = list(columns)
    for i in numeric:
        earlier = [j for j in numeric if j < i and _comparable(columns[j], columns[i])]
        if not earlier:
            continue
        names = [columns[j].name for j in earlier]
        shares = _shares(numbers[i], [numbers[j] for j in earlier], _unit(columns[i]))
        floor = max(MIN_SHARE, MIN_ROWS / len(frame))
        references = tuple((names[k], share) for k, share in shares if share >= floor)
        described[i] = dataclasses.replace(columns[i], references=references)
    return described


def _comparable(first: ColumnSchema, second: ColumnSchema) -> bool:
    """Tell whether one's cells could stand in the other.

    Sums take no part: they follow from their terms.
    """
    return (
        not (first.sum_of or second.sum_of)
        and first.dtype == second.dtype
        and first.storage.element == second.storage.element
        and first.kind == second.kind
        and first.decimals == second.decimals
    )


def _unit(column: ColumnSchema) -> float:
    """Return the least distance of two values; 0 where there is none to speak of."""
    if column.step is not None:
        return float(column.step)
    return 0.0 if column.decimals is None else 10.0**-column.decimals


def _shares(
    values: np.ndarray, others: list[np.ndarray], unit: float
) -> list[tuple[int, float]]:
    """Return the columns that are equalled most often, and in which share of the rows.

    Each counts only the rows that those before it have not explained.
    """
    _, inverse, counts = np.unique(
        values, return_inverse=True, return_counts=True, equal_nan=False
    )
    unexplained = counts[inverse] < max(CONSTANT_SHARE * len(values), MIN_ROWS)
    distances = np.abs(np.stack(others) - values)
    equal = distances == 0
    # On both sides, hence half of them.
    near = 0.5 * ((distances > 0.5 * unit) & (distances < 1.5 * unit))
    found = []
    for _ in range(MAX_REFERENCES):
        shares = ((equal - near) * unexplained).mean(axis=1)
        best = int(shares.argmax())
        found.append((best, round(float(shares[best]), 4)))
        unexplained &= ~equal[best]
    return found

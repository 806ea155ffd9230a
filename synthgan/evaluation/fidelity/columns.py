"""The columns of two tables, read once for everything that compares them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    Levels,
    canonical_order,
    column_numbers,
    judged_columns,
)


@dataclass(frozen=True, eq=False)
class ComparedColumn:
    """One column in both tables, as numbers.

    Parameters
    ----------
    schema : ColumnSchema
        What it means.
    train, synthetic : ndarray, each of shape (n_rows,)
        Numeric columns: floats, NaN where missing. Discrete ones (constant ones too):
        codes, the same in both tables; 0 for missing, then the levels.
    """

    schema: ColumnSchema
    train: np.ndarray
    synthetic: np.ndarray

    @property
    def is_numeric(self) -> bool:
        """Whether the cells are values, not codes."""
        return self.schema.kind.is_numeric


def read_columns(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema
) -> list[ComparedColumn]:
    """Read the columns that are compared, ordered by name.

    The rows of each table stand in their canonical order.
    """
    columns = [
        _read_column(column, train[column.name], synthetic[column.name])
        for column in judged_columns(schema)
    ]
    if not columns:
        return []
    first = canonical_order(np.column_stack([column.train for column in columns]))
    second = canonical_order(np.column_stack([column.synthetic for column in columns]))
    return [
        ComparedColumn(column.schema, column.train[first], column.synthetic[second])
        for column in columns
    ]


def _read_column(
    column: ColumnSchema, train: pd.Series, synthetic: pd.Series
) -> ComparedColumn:
    if column.kind.is_numeric:
        return ComparedColumn(
            column, column_numbers(train, column), column_numbers(synthetic, column)
        )
    levels = Levels.fit(train, synthetic)
    return ComparedColumn(column, levels.codes(train) + 1, levels.codes(synthetic) + 1)

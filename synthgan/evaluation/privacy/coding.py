"""From three tables to three matrices in one coding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from synthgan.schema import ColumnSchema, Kind
from synthgan.statistics import MAX_LEVELS, Levels, column_numbers


def code_tables(
    tables: Mapping[str, pd.DataFrame], columns: Sequence[ColumnSchema]
) -> dict[str, np.ndarray]:
    """Turn tables into matrices: numbers as they are, levels as codes they share.

    Parameters
    ----------
    tables : dict of role to DataFrame
        The tables.
    columns : sequence of ColumnSchema
        The columns of the matrices.

    Returns
    -------
    dict of role to ndarray of float, shape (n_rows, n_columns)
        NaN where a cell is missing. Unlike in `TablePreparation` no levels are pooled:
        rows are equal only where their cells are.
    """
    coded = {role: np.empty((len(tables[role]), len(columns))) for role in tables}
    for j, column in enumerate(columns):
        cells = {role: table[column.name] for role, table in tables.items()}
        if column.kind.is_numeric:
            for role, series in cells.items():
                numbers = column_numbers(series, column)
                coded[role][:, j] = _rounded(numbers, column)
            continue
        levels = Levels.fit(*cells.values())
        for role, series in cells.items():
            codes = levels.codes(series)
            coded[role][:, j] = np.where(codes < 0, np.nan, codes)
    return coded


def _rounded(numbers: np.ndarray, column: ColumnSchema) -> np.ndarray:
    """Drop the digits that differ between two ways of storing one number."""
    if column.kind is not Kind.CONTINUOUS:
        return numbers
    if column.decimals is not None:
        return np.round(numbers, column.decimals)
    return numbers.astype(np.float32).astype(float)


def pooled_levels(matrix: np.ndarray, is_categorical: np.ndarray) -> np.ndarray:
    """Give the rare levels one code, for models that take no more than so many."""
    return np.where(is_categorical, np.minimum(matrix, MAX_LEVELS), matrix)

"""From tables to numbers: the one way in which every comparison reads a table.

Numeric columns become floats, discrete ones become codes in a coding that the compared
tables share; identifiers and text are left out. What is measured on the numbers is not
decided here.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.exceptions import InputError
from synthgan.schema import ColumnSchema, Kind, TableSchema, present_numbers
from synthgan.schema.storage import read_storage
from synthgan.schema.values import unit_of

#: Histogram gradient boosting takes 255 levels: these many and one for the rest.
MAX_LEVELS = 254

_REASONS = {
    Kind.IDENTIFIER: "identifier: its values are meant to differ",
    Kind.TEXT: "text: its values are made up",
}


def columns_not_judged(schema: TableSchema) -> dict[Hashable, str]:
    """Name the columns that no comparison looks at, each with its reason.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> table = pd.DataFrame({"id": range(100), "age": [20, 30] * 50})
    >>> columns_not_judged(infer_schema(table))
    {'id': 'identifier: its values are meant to differ'}
    """
    return {
        column.name: _REASONS[column.kind]
        for column in schema
        if column.kind in _REASONS
    }


def judged_columns(schema: TableSchema) -> list[ColumnSchema]:
    """Return the columns that are compared, ordered by name.

    The order does not depend on the table's own, so that results do not either.
    """
    judged = (column for column in schema if column.kind not in _REASONS)
    return sorted(judged, key=lambda column: str(column.name))


def column_numbers(series: pd.Series, column: ColumnSchema) -> np.ndarray:
    """Return a numeric column as floats, NaN where a cell is missing.

    Parameters
    ----------
    series : Series of n cells
        The column, of any table.
    column : ColumnSchema
        What it means in the training table, in whose unit times are counted.

    Returns
    -------
    ndarray of float64, shape (n,)

    Raises
    ------
    InputError
        If the cells are not finite numbers (or times, where the schema says so).

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> table = pd.DataFrame({"age": [20, None, 30]}, dtype="Int64")
    >>> column_numbers(table["age"], infer_schema(table)["age"])
    array([20., nan, 30.])
    """
    cells = np.full(len(series), np.nan)
    if series.isna().all():
        return cells
    try:
        if column.kind in {Kind.DATETIME, Kind.TIMEDELTA}:
            series = _in_unit_of(column, series)
        values, missing = present_numbers(series, column)
    except (TypeError, ValueError) as error:
        msg = (
            f"column {column.name!r}: expected {column.kind} values as in the training "
            f"table (dtype {column.dtype}), got dtype {series.dtype}; convert it first "
            f"({error})"
        )
        raise InputError(msg) from error
    if not np.isfinite(values).all():
        msg = (
            f"column {column.name!r}: expected finite numbers, got "
            f"{np.count_nonzero(~np.isfinite(values))} infinite ones; replace them"
        )
        raise InputError(msg)
    cells[~missing] = values
    return cells


def _in_unit_of(column: ColumnSchema, times: pd.Series) -> pd.Series:
    """Return times that are counted in the unit of the training column."""
    storage = column.storage
    if not storage.is_object:
        return times.astype(column.dtype)
    # Python's own dates and times name no unit.
    is_object = pd.api.types.is_object_dtype(times.dtype)
    if is_object and read_storage(times, column.name).element is storage.element:
        return times
    name = "timedelta64" if column.kind is Kind.TIMEDELTA else "datetime64"
    return times.astype(f"{name}[{unit_of(storage)}]")


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels of a discrete column, in the coding that the compared tables share.

    Parameters
    ----------
    labels : Index of str
        The levels as text, the most frequent first: 1, 1.0 and "1" are one level,
        whether they are stored as integers, floats, strings or categories.
    """

    labels: pd.Index

    @classmethod
    def fit(cls, *columns: pd.Series, max_levels: int | None = None) -> Levels:
        """Read the levels of one column in one table or several.

        Parameters
        ----------
        *columns : Series
            The column in each of the tables.
        max_levels : int, optional
            How many levels, the most frequent, keep a code of their own; by default
            all do.

        Examples
        --------
        >>> import pandas as pd
        >>> train, synthetic = pd.Series(["b", "a", "b"]), pd.Series(["c", "b", None])
        >>> levels = Levels.fit(train, synthetic)
        >>> list(levels.labels), levels.codes(synthetic).tolist()
        (['b', 'a', 'c'], [2, 0, -1])
        """
        counts: dict[str, int] = {}
        for column in columns:
            codes, labels = _text_codes(column)
            frequencies = np.bincount(codes[codes >= 0], minlength=len(labels))
            for label, count in zip(labels, frequencies.tolist(), strict=True):
                counts[label] = counts.get(label, 0) + count
        ordered = sorted(counts, key=lambda label: (-counts[label], label))
        return cls(pd.Index(ordered[:max_levels], dtype=object))

    def codes(self, column: pd.Series) -> np.ndarray:
        """Return the code of each cell.

        Returns
        -------
        ndarray of int64, shape (n,)
            Position in `labels`; `len(labels)` for any other level; -1 for a missing
            cell.
        """
        codes, labels = _text_codes(column)
        lookup = self.labels.get_indexer(pd.Index(labels, dtype=object))
        lookup[lookup < 0] = len(self.labels)
        return np.append(lookup, -1)[codes]


def _text_codes(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Code a column by itself: -1 for missing cells, and the levels as text."""
    codes, uniques = pd.factorize(column)
    return codes, [_label(level) for level in uniques]


def _label(level: object) -> str:
    # True, 1 and 1.0 are one level.
    if isinstance(level, bool | np.bool_ | np.integer):
        return str(int(level))
    if isinstance(level, float | np.floating) and float(level).is_integer():
        return f"{level:.0f}"
    return str(level)


@dataclass(frozen=True, eq=False)
class TablePreparation:
    """The way from a table to the matrix that classifiers take.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        The columns of the matrix, in order.
    levels : dict of column name to Levels
        The coding of each discrete column.
    """

    columns: tuple[ColumnSchema, ...]
    levels: dict[Hashable, Levels]

    @classmethod
    def fit(
        cls,
        tables: Sequence[pd.DataFrame],
        schema: TableSchema,
        leave_out: Collection[Hashable] = (),
    ) -> TablePreparation:
        """Read the levels of the discrete columns in `tables`, and nothing else.

        Parameters
        ----------
        tables : sequence of DataFrame
            Where levels are read: every compared table for a two-sample test, the
            training side alone for a prediction.
        schema : TableSchema
            What the columns mean.
        leave_out : collection of column names, default ()
            Columns that the matrix must not have, such as a target.

        Examples
        --------
        >>> import pandas as pd
        >>> from synthgan.schema import infer_schema
        >>> table = pd.DataFrame({"sex": ["f", "m", "f"], "age": [20.5, None, 30.0]})
        >>> preparation = TablePreparation.fit([table], infer_schema(table))
        >>> preparation.transform(table)  # columns by name: age, sex
        array([[20.5,  0. ],
               [ nan,  1. ],
               [30. ,  0. ]])
        """
        columns = tuple(
            column for column in judged_columns(schema) if column.name not in leave_out
        )
        levels = {
            column.name: Levels.fit(
                *(table[column.name] for table in tables), max_levels=MAX_LEVELS
            )
            for column in columns
            if not column.kind.is_numeric
        }
        return cls(columns, levels)

    @property
    def is_categorical(self) -> np.ndarray:
        """Which columns of the matrix hold codes, shape (n_columns,)."""
        return np.array([column.name in self.levels for column in self.columns], bool)

    def transform(self, table: pd.DataFrame) -> np.ndarray:
        """Return a table as floats of shape (n_rows, n_columns), NaN where missing."""
        matrix = np.empty((len(table), len(self.columns)))
        for i, column in enumerate(self.columns):
            series = table[column.name]
            if column.name in self.levels:
                codes = self.levels[column.name].codes(series)
                matrix[:, i] = np.where(codes < 0, np.nan, codes)
            else:
                matrix[:, i] = column_numbers(series, column)
        return matrix


def canonical_order(matrix: np.ndarray) -> np.ndarray:
    """Return the positions that sort a matrix's rows, column after column.

    Sorted before any seeded step, a table gives the same result whatever the order in
    which its rows came.

    Examples
    --------
    >>> canonical_order(np.array([[2.0, 1.0], [1.0, np.nan], [1.0, 5.0]]))
    array([2, 1, 0])
    """
    if not matrix.shape[1]:
        return np.arange(len(matrix))
    return np.lexsort(matrix.T[::-1])


def sort_rows(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Return a table's rows in an order that does not depend on the one they had."""
    matrix = TablePreparation.fit([table], schema).transform(table)
    return table.iloc[canonical_order(matrix)]


def thin_rows(matrix: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Draw at most so many rows, whatever the order in which they came."""
    matrix = matrix[canonical_order(matrix)]
    if len(matrix) <= n_rows:
        return matrix
    return matrix[np.sort(rng.choice(len(matrix), n_rows, replace=False))]

"""How strongly two columns are related, whatever their kinds.

Each measure is taken once for every line of row weights, so that a bootstrap reads the
columns once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgan.schema import TableSchema
from synthgan.statistics.preparation import (
    MAX_LEVELS,
    Levels,
    column_numbers,
    judged_columns,
)
from synthgan.statistics.resampling import weighted_counts

#: A variance below this share of the mean square is rounding: the column is constant.
_ROUNDING = 1e-14


def pairwise_correlations(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation of each pair of columns, where both are present.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows, n_columns)
        The columns, NaN where a cell is missing.
    weights : ndarray, shape (n_lines, n_rows)
        How often each row counts.

    Returns
    -------
    ndarray of float, shape (n_lines, n_columns, n_columns)
        NaN for a pair of which one column is constant.

    Examples
    --------
    >>> import numpy as np
    >>> values = np.array([[1.0, 2.0], [2.0, 4.0], [3.0, np.nan], [4.0, 6.0]])
    >>> pairwise_correlations(values, np.ones((1, 4))).round(3)[0, 0, 1]
    np.float64(0.982)
    """
    n_columns = values.shape[1]
    present = ~np.isnan(values)
    is_empty = ~present.any(axis=0)
    centre = np.nanmedian(np.where(is_empty, 0.0, values), axis=0)
    centred = np.where(present, values - centre, 0.0)
    scale = np.abs(centred).max(axis=0, initial=0.0)
    centred = centred / np.where(scale > 0, scale, 1.0)
    is_present = present.astype(float)
    result = np.empty((len(weights), n_columns, n_columns))
    for line, weight in zip(result, weights, strict=True):
        weighted = centred * weight[:, None]
        n_both = (is_present * weight[:, None]).T @ is_present
        n_both = np.where(n_both > 0, n_both, np.nan)
        mean = weighted.T @ is_present / n_both  # of the row's column, where both are
        square = (weighted * centred).T @ is_present / n_both
        variance = square - mean**2
        variance = np.where(variance > _ROUNDING * square, variance, np.nan)
        covariance = weighted.T @ centred / n_both - mean * mean.T
        line[:] = covariance / np.sqrt(variance * variance.T)
    return np.clip(result, -1, 1)


def correlation_ratio(
    values: np.ndarray, codes: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    r"""Return how far levels explain numbers, over the rows with a number.

    Parameters
    ----------
    values : ndarray of float, shape (n_rows,)
        The numbers, NaN where a cell is missing.
    codes : ndarray of int, shape (n_rows,)
        The levels' codes, from 0 on.
    weights : ndarray, shape (n_lines, n_rows)
        How often each row counts.

    Returns
    -------
    ndarray of float in [0, 1], shape (n_lines,)
        NaN where there is one level or one number only.

    Notes
    -----
    :math:`\eta = \sqrt{\sum_k n_k (\bar x_k - \bar x)^2 / \sum_i (x_i - \bar x)^2}`.

    Examples
    --------
    >>> import numpy as np
    >>> values, codes = np.array([1.0, 1.0, 5.0, 5.0]), np.array([0, 0, 1, 1])
    >>> correlation_ratio(values, codes, np.ones((1, 4)))
    array([1.])
    """
    present = ~np.isnan(values)
    values, codes, weights = values[present], codes[present], weights[:, present]
    if not len(values) or len(np.unique(codes)) < 2:
        return np.full(len(weights), np.nan)
    values = values - np.median(values)
    scale = np.abs(values).max()
    values = values / scale if scale else values
    n_levels = codes.max() + 1
    counts = weighted_counts(codes, weights, n_levels)
    sums = _weighted_sums(values, codes, weights, n_levels)
    n_rows = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.sum(axis=1) / n_rows
        square = weights @ values**2 / n_rows
        explained = np.nansum(sums**2 / counts, axis=1) / n_rows - mean**2
        variance = square - mean**2
        variance = np.where(variance > _ROUNDING * square, variance, np.nan)
        return np.sqrt(np.clip(explained / variance, 0, 1))


def _weighted_sums(
    values: np.ndarray, codes: np.ndarray, weights: np.ndarray, size: int
) -> np.ndarray:
    """Sum the values of each code once for each line of weights."""
    return np.stack(
        [np.bincount(codes, line * values, minlength=size) for line in weights]
    )


def cramers_v(first: np.ndarray, second: np.ndarray, weights: np.ndarray) -> np.ndarray:
    r"""Return Cramér's V of two columns of codes.

    Parameters
    ----------
    first, second : ndarray of int, shape (n_rows,)
        The columns' codes, from 0 on.
    weights : ndarray, shape (n_lines, n_rows)
        How often each row counts.

    Returns
    -------
    ndarray of float in [0, 1], shape (n_lines,)
        NaN where a column has one level only.

    Notes
    -----
    :math:`V = \sqrt{\chi^2 / (n (\min(r, c) - 1))}` without a correction of its bias,
    which matters where cells of the r by c table are rare.

    Examples
    --------
    >>> import numpy as np
    >>> first, second = np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])
    >>> cramers_v(first, second, np.ones((1, 4)))
    array([1.])
    """
    n_levels = min(len(np.unique(first)), len(np.unique(second)))
    if n_levels < 2:
        return np.full(len(weights), np.nan)
    width = second.max() + 1
    # Only the cells that occur: of two columns of many levels most are empty.
    codes, cells = pd.factorize(first.astype(np.int64) * width + second)
    rows, columns = np.divmod(cells, width)
    n_rows = weights.sum(axis=1, dtype=float)[:, None]
    shares = weighted_counts(codes, weights, len(cells)) / n_rows
    row_shares = weighted_counts(first, weights, first.max() + 1) / n_rows
    column_shares = weighted_counts(second, weights, width) / n_rows
    expected = row_shares[:, rows] * column_shares[:, columns]
    ratio = np.divide(
        shares**2, expected, out=np.zeros_like(shares), where=expected > 0
    )
    chi_squared = ratio.sum(axis=1) - 1
    return np.sqrt(np.clip(chi_squared / (n_levels - 1), 0, 1))


def association_matrix(table: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Measure how strongly each pair of columns is related.

    Parameters
    ----------
    table : DataFrame
        Any table with the schema's columns.
    schema : TableSchema
        What the columns mean; identifiers and text are left out.

    Returns
    -------
    DataFrame of float, shape (n_columns, n_columns)
        Symmetric, columns by name, ones on the diagonal: Pearson's correlation (in
        [-1, 1]) of two numeric columns, the correlation ratio of a numeric and a
        discrete one, Cramér's V of two discrete ones (both in [0, 1]). "Missing" is a
        level of a discrete column; numbers that are missing are left out. Levels
        beyond the 254 most frequent are one. NaN where a column has one value only.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> table = pd.DataFrame({"age": [20.5, 30, 40, 50], "sex": ["f", "f", "m", "m"]})
    >>> association_matrix(table, infer_schema(table)).round(2)
         age  sex
    age  1.0  0.9
    sex  0.9  1.0
    """
    names = [column.name for column in judged_columns(schema)]
    matrix = associations(association_columns(table, schema), np.ones((1, len(table))))[
        0
    ]
    return pd.DataFrame(matrix, index=names, columns=names)


def association_columns(table: pd.DataFrame, schema: TableSchema) -> list[np.ndarray]:
    """Read the columns that `associations` compares: floats, or integer codes."""
    return [
        column_numbers(table[column.name], column)
        if column.kind.is_numeric
        else Levels.fit(table[column.name], max_levels=MAX_LEVELS).codes(
            table[column.name]
        )
        + 1
        for column in judged_columns(schema)
    ]


def associations(columns: list[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Return the association matrix for each line of row weights.

    Parameters
    ----------
    columns : list of ndarray, each of shape (n_rows,)
        Floats for numeric columns, integer codes from 0 on for discrete ones.
    weights : ndarray, shape (n_lines, n_rows)
        How often each row counts.

    Returns
    -------
    ndarray of float, shape (n_lines, n_columns, n_columns)
    """
    size = len(columns)
    result = np.empty((len(weights), size, size))
    result[:, range(size), range(size)] = 1.0
    numeric = [i for i, cells in enumerate(columns) if cells.dtype.kind == "f"]
    if len(numeric) > 1:
        values = np.column_stack([columns[i] for i in numeric])
        block = pairwise_correlations(values, weights)
        block[:, range(len(numeric)), range(len(numeric))] = 1.0
        result[np.ix_(range(len(weights)), numeric, numeric)] = block
    for i, first in enumerate(columns):
        for j, second in enumerate(columns[:i]):
            match first.dtype.kind, second.dtype.kind:
                case "f", "f":
                    continue
                case "f", _:
                    measured = correlation_ratio(first, second, weights)
                case _, "f":
                    measured = correlation_ratio(second, first, weights)
                case _:
                    measured = cramers_v(first, second, weights)
            result[:, i, j] = result[:, j, i] = measured
    return result

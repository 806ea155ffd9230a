"""Validity: whether every cell could stand in the training table at all."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.exceptions import InputError
from synthgan.schema import ColumnSchema, Kind, TableSchema
from synthgan.statistics import Levels, column_numbers, judged_columns

_DEFECTS = ("dtype", "missing", "range", "category", "granularity")


def invalid_cells(synthetic: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Count the cells of each column that the training table could not hold.

    Parameters
    ----------
    synthetic : DataFrame
        The table to be judged.
    schema : TableSchema
        What the training table's columns mean and hold; identifiers and text are left
        out.

    Returns
    -------
    DataFrame of int
        One row a column, one column a defect, each cell counted once: `dtype` (the
        column's cells cannot be read as its kind), `missing` (where no cell of the
        training table is), `range` (below its minimum or above its maximum),
        `category` (a level that it does not have), `granularity` (more decimals than
        any of its values, or no multiple of its step). How values are stored is not
        judged: 3.0 is a fine integer.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"age": [20, 31, 47], "sex": ["f", "m", "f"]})
    >>> synthetic = pd.DataFrame({"age": [25.5, 99, 40], "sex": ["f", "x", None]})
    >>> invalid_cells(synthetic, infer_schema(train))
         dtype  missing  range  category  granularity
    age      0        0      1         0            1
    sex      0        1      0         1            0
    """
    columns = judged_columns(schema)
    counts = {
        column.name: {
            defect: int(np.count_nonzero(found == defect)) for defect in _DEFECTS
        }
        for column in columns
        for found in [_defects(synthetic[column.name], column)]
    }
    frame = pd.DataFrame.from_dict(counts, orient="index", columns=list(_DEFECTS))
    return frame.astype(int)


def _defects(series: pd.Series, column: ColumnSchema) -> np.ndarray:
    """Name the defect of each cell, "" where it has none."""
    if column.kind.is_numeric:
        try:
            defects = _numeric_defects(column_numbers(series, column), column)
        except InputError:
            defects = np.full(len(series), "dtype", dtype=object)
    else:
        defects = _discrete_defects(series, column)
    defects[series.isna().to_numpy(bool)] = "" if column.n_missing else "missing"
    return defects


def _discrete_defects(series: pd.Series, column: ColumnSchema) -> np.ndarray:
    levels = Levels.fit(pd.Series(column.levels))
    is_unknown = levels.codes(series) == len(levels.labels)
    return np.where(is_unknown, "category", "").astype(object)


def _numeric_defects(values: np.ndarray, column: ColumnSchema) -> np.ndarray:
    low, high = float(column.minimum), float(column.maximum)
    is_outside = (values < low) | (values > high)
    defects = np.where(_is_off_grid(values, column), "granularity", "").astype(object)
    defects[is_outside] = "range"
    return defects


def _is_off_grid(values: np.ndarray, column: ColumnSchema) -> np.ndarray:
    """Tell which values have more decimals, or a finer step, than the real ones."""
    if column.kind is Kind.CONTINUOUS:
        if column.decimals is None:
            return np.zeros(len(values), dtype=bool)
        grid = 10.0**-column.decimals
        offset = values
    else:
        grid = float(column.step or 1)
        offset = values - float(column.minimum)
    distance = np.abs(offset - grid * np.rint(offset / grid))
    # Half and single precision write 0.1 as something near it.
    rounding = np.abs(values) * np.finfo(_precision(column)).eps
    return distance > 1e-6 * grid + rounding


def _precision(column: ColumnSchema) -> np.dtype:
    own = column.storage.numpy_dtype
    is_float = isinstance(own, np.dtype) and own.kind == "f"
    return own if is_float else np.dtype(np.float64)


@dataclass(frozen=True)
class Validity(Metric):
    """Share of rows without an invalid cell: 1, or there is a defect.

    Its interval is Wilson's; `invalid_cells` says which columns are at fault. A table
    of fresh real rows scores a little less than 1, as some lie outside the training
    table's range.
    """

    def compute(
        self,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: TableSchema,
        *,
        holdout: pd.DataFrame | None = None,
        target: Hashable | None = None,
        random_state: int = 0,
    ) -> tuple[MetricResult, ...]:
        """Judge a synthetic table; see `Metric.compute`."""
        columns = judged_columns(schema)
        if not columns:
            reason = "no column that is compared"
            return (MetricResult("validity", np.nan, True, reason=reason),)
        is_valid = np.ones(len(synthetic), dtype=bool)
        for column in columns:
            is_valid &= _defects(synthetic[column.name], column) == ""
        n_valid = int(is_valid.sum())
        found = stats.binomtest(n_valid, len(synthetic)).proportion_ci(method="wilson")
        interval = float(found.low), float(found.high)
        return (MetricResult("validity", n_valid / len(synthetic), True, interval),)

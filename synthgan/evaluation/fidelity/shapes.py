"""Single columns: how far each distribution is from the real one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity.columns import ComparedColumn, read_columns
from synthgan.evaluation.fidelity.errors import (
    kolmogorov_smirnov,
    mean_error,
    total_variation,
)
from synthgan.schema import TableSchema
from synthgan.statistics import Resamples


def column_shape_errors(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema
) -> pd.Series:
    r"""Measure how far each column's distribution is from the real one.

    Parameters
    ----------
    train, synthetic : DataFrame
        The two tables.
    schema : TableSchema
        What the columns mean; identifiers and text are left out.

    Returns
    -------
    Series of float in [0, 1]
        One for each column, 0 where the distributions are equal.

    Notes
    -----
    Numeric columns: the Kolmogorov-Smirnov distance
    :math:`\max_x |F(x) - \hat F(x)|` of the values that are not missing. Discrete
    columns: total variation :math:`\frac12 \sum_k |p_k - \hat p_k|` of the levels.
    These are SDMetrics' KSComplement and TVComplement, taken from 1; there missing
    cells of discrete columns are dropped, too.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"x": [1.5, 2.0, 3.0, 4.0], "y": ["a", "a", "b", "b"]})
    >>> synthetic = pd.DataFrame({"x": [1.5, 2.0, 3.0, 3.0], "y": ["a", "a", "a", "b"]})
    >>> column_shape_errors(train, synthetic, infer_schema(train)).to_dict()
    {'x': 0.25, 'y': 0.25}
    """
    as_they_are = Resamples.draw(len(train), len(synthetic), n_resamples=0)
    errors = {
        column.schema.name: _shape_errors(column, as_they_are)[0]
        for column in read_columns(train, synthetic, schema)
    }
    return pd.Series(errors, dtype=float)


def _shape_errors(column: ComparedColumn, resamples: Resamples) -> np.ndarray:
    measure = kolmogorov_smirnov if column.is_numeric else total_variation
    return measure(column.train, column.synthetic, resamples)


@dataclass(frozen=True)
class ColumnShapes(Metric):
    """Mean of `column_shape_errors`, in percent, with its bootstrap interval."""

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
        resamples = Resamples.draw(len(train), len(synthetic), random_state)
        errors = [
            _shape_errors(column, resamples)
            for column in read_columns(train, synthetic, schema)
        ]
        reason = "no column that is compared"
        return (mean_error("shape_error_percent", errors, reason),)

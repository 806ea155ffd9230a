"""Missing cells: whether they are as frequent, and missing together, as in real rows.

Every column is judged, identifiers and text too: whether a cell is missing can be
compared where its value cannot.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity.errors import mean_error
from synthgan.schema import TableSchema
from synthgan.statistics import Resamples, canonical_order


def missing_rate_errors(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema
) -> pd.DataFrame:
    """Measure how far the rates of missing cells are from the real ones.

    Parameters
    ----------
    train, synthetic : DataFrame
        The two tables.
    schema : TableSchema
        What the columns mean; all of them are judged.

    Returns
    -------
    DataFrame of float in [0, 1], shape (n_columns, n_columns)
        Symmetric: absolute differences of the share of rows in which both columns are
        missing; on the diagonal those of single columns.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"x": [1.5, None, None, 2], "y": [0.5, None, None, 1]})
    >>> synthetic = pd.DataFrame({"x": [1.5, None, 1, 2], "y": [0.5, 2, None, None]})
    >>> missing_rate_errors(train, synthetic, infer_schema(train))
          x    y
    x  0.25  0.5
    y  0.50  0.0
    """
    names = _names(schema)
    as_they_are = Resamples.draw(len(train), len(synthetic), n_resamples=0)
    errors = _joint_rate_errors(train[names], synthetic[names], as_they_are)
    return pd.DataFrame(errors[0], index=names, columns=names)


def _names(schema: TableSchema) -> list[Hashable]:
    """Return the columns' names in an order that does not depend on the table's."""
    return sorted(schema.names, key=str)


def _joint_rate_errors(
    train: pd.DataFrame, synthetic: pd.DataFrame, resamples: Resamples
) -> np.ndarray:
    """Return errors of shape (1 + n_resamples, n_columns, n_columns)."""
    rates = (
        _joint_rates(table, weights)
        for table, weights in (
            (train, resamples.train),
            (synthetic, resamples.synthetic),
        )
    )
    return np.abs(np.subtract(*rates))


def _joint_rates(table: pd.DataFrame, weights: np.ndarray) -> np.ndarray:
    missing = table.isna().to_numpy(float)
    missing = missing[canonical_order(missing)]
    return np.stack([missing.T @ (missing * line[:, None]) for line in weights]) / len(
        table
    )


@dataclass(frozen=True)
class Missingness(Metric):
    """Means of `missing_rate_errors`, in percentage points: columns and pairs.

    Columns without a missing cell count, with an error of zero.
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
        names = _names(schema)
        resamples = Resamples.draw(len(train), len(synthetic), random_state)
        errors = _joint_rate_errors(train[names], synthetic[names], resamples)
        single = [errors[:, i, i] for i in range(len(names))]
        joint = [errors[:, i, j] for i, j in combinations(range(len(names)), 2)]
        return (
            mean_error("missing_rate_error_percent", single, "no column"),
            mean_error("missing_pair_error_percent", joint, "only one column"),
        )

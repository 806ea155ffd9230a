"""Association matrices: how strongly columns are related, real beside synthetic."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity.columns import read_columns
from synthgan.schema import TableSchema
from synthgan.statistics import (
    MAX_LEVELS,
    Resamples,
    associations,
    mean_of_present,
    spread_interval,
)


def _pool(cells: np.ndarray) -> np.ndarray:
    """Give levels beyond the most frequent, whose codes are the largest, one code."""
    is_numeric = cells.dtype.kind == "f"
    return cells if is_numeric else np.minimum(cells, MAX_LEVELS + 1)


@dataclass(frozen=True)
class AssociationDifference(Metric):
    """Mean absolute difference of the association matrices, over pairs of columns.

    See `association_matrix` for the measures. A pair that has no association in the
    training table (a column is constant there) is left out; one that only the
    synthetic table lacks counts as 0 there.
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
        name = "association_difference"
        columns = read_columns(train, synthetic, schema)
        resamples = Resamples.draw(len(train), len(synthetic), random_state)
        expected = associations(
            [_pool(column.train) for column in columns], resamples.train
        )
        found = associations(
            [_pool(column.synthetic) for column in columns], resamples.synthetic
        )
        pairs = np.triu_indices(len(columns), 1)
        differences = np.abs(expected - np.nan_to_num(found))[:, *pairs]
        differences = differences[:, ~np.isnan(differences[0])]
        if not differences.size:
            reason = "no two columns with an association in the training table"
            return (MetricResult(name, np.nan, False, reason=reason),)
        estimates = mean_of_present(differences, axis=1)
        interval = spread_interval(estimates, 0.0)
        return (MetricResult(name, float(estimates[0]), False, interval),)

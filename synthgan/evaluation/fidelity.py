"""Fidelity: single columns, pairs of columns and all columns beside the real ones.

Numeric columns are compared by their values, discrete ones (constant ones too) by their
levels, of which "missing" is one. The two-sample test, which sees all columns at once,
is `synthgan.statistics.two_sample`; here it is only given the form of a metric.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.statistics import (
    Levels,
    column_numbers,
    judged_columns,
    two_sample_test,
)

Edges = Literal["own", "train"]

_N_BINS = 10
#: Codes of `numpy.digitize` run from 0 (below the edges) to `_N_BINS` + 1 (above).
_MISSING_BIN = _N_BINS + 2


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
    errors = {
        column.name: _shape_error(train[column.name], synthetic[column.name], column)
        for column in judged_columns(schema)
    }
    return pd.Series(errors, dtype=float)


def _shape_error(train: pd.Series, synthetic: pd.Series, column: ColumnSchema) -> float:
    if column.kind.is_numeric:
        values = (column_numbers(series, column) for series in (train, synthetic))
        return _kolmogorov_smirnov(*(part[~np.isnan(part)] for part in values))
    return _total_variation(*_level_codes(train, synthetic))


def _kolmogorov_smirnov(train: np.ndarray, synthetic: np.ndarray) -> float:
    if not len(train) or not len(synthetic):
        return float(len(train) != len(synthetic))
    points = np.unique(np.concatenate([train, synthetic]))
    shares = (
        np.searchsorted(np.sort(values), points, side="right") / len(values)
        for values in (train, synthetic)
    )
    return float(np.abs(np.subtract(*shares)).max())


def _level_codes(
    train: pd.Series, synthetic: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Code the cells of a discrete column: 0 for missing, then its levels."""
    levels = Levels.fit(train, synthetic)
    return levels.codes(train) + 1, levels.codes(synthetic) + 1


def _total_variation(train: np.ndarray, synthetic: np.ndarray) -> float:
    """Return the total variation between two samples of codes >= 0."""
    size = max(train.max(initial=0), synthetic.max(initial=0)) + 1
    shares = (
        np.bincount(codes, minlength=size) / max(len(codes), 1)
        for codes in (train, synthetic)
    )
    return float(np.abs(np.subtract(*shares)).sum() / 2)


def pair_trend_errors(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    schema: TableSchema,
    edges: Edges = "train",
) -> pd.Series:
    r"""Measure how far the relation of each pair of columns is from the real one.

    Parameters
    ----------
    train, synthetic : DataFrame
        The two tables.
    schema : TableSchema
        What the columns mean; identifiers and text are left out.
    edges : {"train", "own"}, default "train"
        Where numeric columns are cut beside discrete ones: at the training table's
        edges in both tables, or in each table at its own, which a single outlier moves.

    Returns
    -------
    Series of float in [0, 1]
        Indexed by the two columns' names; 0 where the relations are equal. NaN for
        two numeric columns that have no correlation in the training table (one of them
        is constant, or they are never both present).

    Notes
    -----
    Two numeric columns: :math:`|\rho - \hat\rho| / 2` of Pearson's correlations over
    the rows where both are present; a correlation that only the synthetic table lacks
    counts as 0. Any other pair: total variation of the joint table, numeric columns cut
    into ten bins of equal width between minimum and maximum. As in SDMetrics, the
    maximum itself and what lies above it, and what lies below the minimum, have bins of
    their own; unlike there, missing cells do not share the maximum's.

    `edges="own"` is the "trend" of SDMetrics before 0.27 and of all published figures.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"x": ["a", "a", "b", "b"], "y": ["c", "c", "d", "d"]})
    >>> synthetic = pd.DataFrame({"x": ["a", "a", "b", "b"], "y": ["c", "d", "c", "d"]})
    >>> pair_trend_errors(train, synthetic, infer_schema(train))
    x  y    0.5
    dtype: float64
    """
    columns = judged_columns(schema)
    numeric = [column for column in columns if column.kind.is_numeric]
    correlation_errors = _correlation_errors(train, synthetic, numeric)
    codes = {
        column.name: _trend_codes(
            train[column.name], synthetic[column.name], column, edges
        )
        for column in columns
    }
    errors = {}
    for first, second in combinations([column.name for column in columns], 2):
        error = correlation_errors.get((first, second))
        if error is None:
            error = _joint_variation(codes[first], codes[second])
        errors[first, second] = error
    return pd.Series(errors, dtype=float)


def _correlation_errors(
    train: pd.DataFrame, synthetic: pd.DataFrame, numeric: list[ColumnSchema]
) -> dict[tuple[Hashable, Hashable], float]:
    """Return half the absolute difference of the correlations of each numeric pair."""
    expected, found = (
        pd.DataFrame(
            {
                column.name: column_numbers(table[column.name], column)
                for column in numeric
            }
        )
        .corr()
        .to_numpy()
        for table in (train, synthetic)
    )
    errors = np.abs(expected - np.nan_to_num(found)) / 2
    return {
        (first.name, second.name): float(errors[i, j])
        for (i, first), (j, second) in combinations(enumerate(numeric), 2)
    }


def _trend_codes(
    train: pd.Series, synthetic: pd.Series, column: ColumnSchema, edges: Edges
) -> tuple[np.ndarray, np.ndarray]:
    """Code the cells of a column for joint tables."""
    if not column.kind.is_numeric:
        return _level_codes(train, synthetic)
    expected = column_numbers(train, column)
    found = column_numbers(synthetic, column)
    return _bins(expected, expected), _bins(
        found, found if edges == "own" else expected
    )


def _bins(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Cut values into bins of equal width over the range of the reference."""
    present = reference[~np.isnan(reference)]
    edges = np.histogram_bin_edges(present, bins=_N_BINS)
    return np.where(np.isnan(values), _MISSING_BIN, np.digitize(values, edges))


def _joint_variation(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]
) -> float:
    """Return the total variation of a joint table, from two columns' codes."""
    n_train = len(first[0])
    n_second = max(codes.max(initial=0) for codes in second) + 1
    joint = np.concatenate(first) * n_second + np.concatenate(second)
    if joint.max(initial=0) > len(joint):  # a table of many empty cells
        joint = np.unique(joint, return_inverse=True)[1]
    return _total_variation(joint[:n_train], joint[n_train:])


@dataclass(frozen=True)
class ColumnShapes(Metric):
    """Mean of `column_shape_errors`, in percent."""

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
        errors = column_shape_errors(train, synthetic, schema)
        value = 100 * float(errors.mean())
        return (MetricResult("shape_error_percent", value, higher_is_better=False),)


@dataclass(frozen=True)
class ColumnPairTrends(Metric):
    """Mean of `pair_trend_errors`, in percent.

    Parameters
    ----------
    variant : {"all", "common"}
        `"all"`: each table's own edges, as published figures have it; `"common"`: the
        training table's edges for both.
    """

    variant: Literal["all", "common"]

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
        edges: Edges = "own" if self.variant == "all" else "train"
        errors = pair_trend_errors(train, synthetic, schema, edges)
        name = f"trend_{self.variant}_error_percent"
        value = 100 * float(errors.mean())
        return (MetricResult(name, value, higher_is_better=False),)


@dataclass(frozen=True)
class TwoSample(Metric):
    """AUC and score of the standard judge; see `two_sample_test`."""

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
        result = two_sample_test(train, synthetic, schema, random_state)
        return (
            MetricResult("two_sample_auc", result.auc, False, result.interval),
            MetricResult("two_sample_score", result.score, True),
        )

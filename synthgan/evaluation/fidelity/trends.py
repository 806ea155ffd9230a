"""Pairs of columns: how far each relation is from the real one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity.columns import ComparedColumn, read_columns
from synthgan.evaluation.fidelity.errors import mean_error, total_variation
from synthgan.schema import TableSchema
from synthgan.statistics import Resamples, cramers_v, pairwise_correlations

Edges = Literal["own", "train"]
Pair = tuple[Hashable, Hashable]

_N_BINS = 10
#: Codes of `numpy.digitize` run from 0 (below the edges) to `_N_BINS` + 1 (above).
_MISSING_BIN = _N_BINS + 2

#: From where on two columns are called associated.
_MIN_CORRELATION = 0.5
_MIN_CRAMERS_V = 0.3


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
    columns = read_columns(train, synthetic, schema)
    as_they_are = Resamples.draw(len(train), len(synthetic), n_resamples=0)
    errors = _trend_errors(columns, as_they_are, edges)
    return pd.Series({pair: error[0] for pair, error in errors.items()}, dtype=float)


def associated_pairs(train: pd.DataFrame, schema: TableSchema) -> list[Pair]:
    r"""Name the pairs of columns that are associated in the training table.

    Parameters
    ----------
    train : DataFrame
        The training table.
    schema : TableSchema
        What its columns mean; identifiers and text are left out.

    Returns
    -------
    list of pairs of column names
        Two numeric columns with :math:`|\rho| > 0.5`; others with a Cramér's V above
        0.3, numeric columns cut into ten bins of equal width.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"x": list("aabb"), "y": list("ccdd"), "z": list("efef")})
    >>> associated_pairs(train, infer_schema(train))
    [('x', 'y')]
    """
    return _associated_pairs(read_columns(train, train, schema))


def _associated_pairs(columns: list[ComparedColumn]) -> list[Pair]:
    if not columns:
        return []
    once = np.ones((1, len(columns[0].train)))
    correlations = _correlations(columns, "train", once)
    codes = {column.schema.name: _joint_codes(column, "train") for column in columns}
    pairs = []
    for pair in combinations(codes, 2):
        if pair in correlations:
            is_associated = np.abs(correlations[pair]) > _MIN_CORRELATION
        else:
            first, second = (codes[name][0] for name in pair)
            is_associated = cramers_v(first, second, once) > _MIN_CRAMERS_V
        if is_associated[0]:  # not where it is NaN
            pairs.append(pair)
    return pairs


def _trend_errors(
    columns: list[ComparedColumn],
    resamples: Resamples,
    edges: Edges,
    pairs: list[Pair] | None = None,
) -> dict[Pair, np.ndarray]:
    """Return the errors of the given pairs (by default all), each with its resamples.

    A resample keeps the edges of the table that it was drawn from.
    """
    codes = {column.schema.name: _joint_codes(column, edges) for column in columns}
    expected = _correlations(columns, "train", resamples.train)
    found = _correlations(columns, "synthetic", resamples.synthetic)
    return {
        pair: np.abs(expected[pair] - np.nan_to_num(found[pair])) / 2
        if pair in expected
        else _joint_variation(codes[pair[0]], codes[pair[1]], resamples)
        for pair in (combinations(codes, 2) if pairs is None else pairs)
    }


def _correlations(
    columns: list[ComparedColumn],
    role: Literal["train", "synthetic"],
    weights: np.ndarray,
) -> dict[Pair, np.ndarray]:
    """Return the correlation of each numeric pair in one table's resamples."""
    numeric = [column for column in columns if column.is_numeric]
    if len(numeric) < 2:
        return {}
    values = np.column_stack([getattr(column, role) for column in numeric])
    correlations = pairwise_correlations(values, weights)
    return {
        (first.schema.name, second.schema.name): correlations[:, i, j]
        for (i, first), (j, second) in combinations(enumerate(numeric), 2)
    }


def _joint_codes(column: ComparedColumn, edges: Edges) -> tuple[np.ndarray, np.ndarray]:
    """Code the cells of a column for joint tables."""
    if not column.is_numeric:
        return column.train, column.synthetic
    expected, found = column.train, column.synthetic
    reference = found if edges == "own" else expected
    return _bins(expected, expected), _bins(found, reference)


def _bins(values: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Cut values into bins of equal width over the range of the reference."""
    present = reference[~np.isnan(reference)]
    low, high = (present.min(), present.max()) if len(present) else (0.0, 0.0)
    # Numbers so close together, so far from zero, that bins have no edges there:
    # microseconds of one day, counted since 1970.
    if (high - low or 1.0) / _N_BINS < 4 * np.spacing(max(abs(low), abs(high))):
        values, present = values - low, present - low
    edges = np.histogram_bin_edges(present, bins=_N_BINS)
    return np.where(np.isnan(values), _MISSING_BIN, np.digitize(values, edges))


def _joint_variation(
    first: tuple[np.ndarray, np.ndarray],
    second: tuple[np.ndarray, np.ndarray],
    resamples: Resamples,
) -> np.ndarray:
    """Return the total variation of a joint table, from two columns' codes."""
    n_train = len(first[0])
    n_second = max(codes.max(initial=0) for codes in second) + 1
    joint = np.concatenate(first).astype(np.int64) * n_second + np.concatenate(second)
    if joint.max(initial=0) > len(joint):  # a table of many empty cells
        joint = pd.factorize(joint)[0]
    return total_variation(joint[:n_train], joint[n_train:], resamples)


@dataclass(frozen=True)
class ColumnPairTrends(Metric):
    """Mean of `pair_trend_errors`, in percent, with its bootstrap interval.

    Parameters
    ----------
    variant : {"all", "common", "associated"}
        `"all"`: each table's own edges, as published figures have it; `"common"`: the
        training table's edges for both; `"associated"`: as `"all"`, but only the
        `associated_pairs`, as SDMetrics has it since 0.27.
    """

    variant: Literal["all", "common", "associated"]

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
        columns = read_columns(train, synthetic, schema)
        resamples = Resamples.draw(len(train), len(synthetic), random_state)
        edges: Edges = "train" if self.variant == "common" else "own"
        pairs, reason = None, "no two columns with a relation that is compared"
        if self.variant == "associated":
            pairs = _associated_pairs(columns)
            reason = "no two columns are associated in the training table"
        errors = _trend_errors(columns, resamples, edges, pairs)
        name = f"trend_{self.variant}_error_percent"
        return (mean_error(name, list(errors.values()), reason),)

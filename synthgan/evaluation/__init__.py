"""Judge synthetic tables: any two frames, whoever made them; no Keras in here."""

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity import (
    ColumnPairTrends,
    ColumnShapes,
    TwoSample,
    column_shape_errors,
    pair_trend_errors,
)
from synthgan.evaluation.references import bootstrap_copy, independent_columns
from synthgan.evaluation.registry import METRICS
from synthgan.evaluation.scores import compute_scores, reference_tables, score_table
from synthgan.evaluation.utility import TrainSyntheticTestReal, predictive_score

__all__ = [
    "METRICS",
    "ColumnPairTrends",
    "ColumnShapes",
    "Metric",
    "MetricResult",
    "TrainSyntheticTestReal",
    "TwoSample",
    "bootstrap_copy",
    "column_shape_errors",
    "compute_scores",
    "independent_columns",
    "pair_trend_errors",
    "predictive_score",
    "reference_tables",
    "score_table",
]

"""All metrics, by name. To add one: write its class, and enter it here."""

from __future__ import annotations

from synthgan.evaluation.base import Metric
from synthgan.evaluation.fidelity import ColumnPairTrends, ColumnShapes, TwoSample
from synthgan.evaluation.utility import TrainSyntheticTestReal

METRICS: dict[str, Metric] = {
    "column_shapes": ColumnShapes(),
    "trend_all": ColumnPairTrends("all"),
    "trend_common": ColumnPairTrends("common"),
    "two_sample": TwoSample(),
    "tstr": TrainSyntheticTestReal(),
}

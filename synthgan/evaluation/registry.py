"""All metrics, by name. To add one: write its class, and enter it here."""

from __future__ import annotations

from synthgan.evaluation.base import Metric
from synthgan.evaluation.fidelity import (
    AssociationDifference,
    ColumnPairTrends,
    ColumnShapes,
    HoldoutTwoSample,
    LogisticTwoSample,
    Missingness,
    PrecisionRecall,
    StrictTwoSample,
    TextForm,
    TwoSample,
    Validity,
)
from synthgan.evaluation.utility import (
    GlobalUtility,
    ImportanceAgreement,
    ModelComparison,
    TrainRealTestSynthetic,
    TrainSyntheticTestReal,
)

METRICS: dict[str, Metric] = {
    "column_shapes": ColumnShapes(),
    "trend_all": ColumnPairTrends("all"),
    "trend_common": ColumnPairTrends("common"),
    "trend_associated": ColumnPairTrends("associated"),
    "associations": AssociationDifference(),
    "missingness": Missingness(),
    "validity": Validity(),
    "text_form": TextForm(),
    "two_sample": TwoSample(),
    "two_sample_holdout": HoldoutTwoSample(),
    "two_sample_strict": StrictTwoSample(),
    "two_sample_logistic": LogisticTwoSample(),
    "precision_recall": PrecisionRecall(),
    "tstr": TrainSyntheticTestReal(),
    "trts": TrainRealTestSynthetic(),
    "model_comparison": ModelComparison(),
    "importance_agreement": ImportanceAgreement(),
    "global_utility": GlobalUtility(),
}

"""Utility: what a model learns from the synthetic table, tested on real rows."""

from synthgan.evaluation.utility.all_targets import GlobalUtility, score_all_targets
from synthgan.evaluation.utility.augmentation import evaluate_augmentation
from synthgan.evaluation.utility.comparison import (
    ModelComparison,
    TrainRealTestSynthetic,
    TrainSyntheticTestReal,
    compare_models,
)
from synthgan.evaluation.utility.importance import (
    ImportanceAgreement,
    compare_importances,
)
from synthgan.evaluation.utility.prediction import predictive_score

__all__ = [
    "GlobalUtility",
    "ImportanceAgreement",
    "ModelComparison",
    "TrainRealTestSynthetic",
    "TrainSyntheticTestReal",
    "compare_importances",
    "compare_models",
    "evaluate_augmentation",
    "predictive_score",
    "score_all_targets",
]

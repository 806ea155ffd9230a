"""Judge synthetic tables: any two frames, whoever made them; no Keras in here."""

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.displays import (
    AssociationDisplay,
    AttackDisplay,
    ColumnDisplay,
    ColumnShapesDisplay,
    ModelScoresDisplay,
)
from synthgan.evaluation.evaluator import evaluate
from synthgan.evaluation.facts import NotJudged, Run, Score
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
    associated_pairs,
    column_shape_errors,
    invalid_cells,
    missing_rate_errors,
    pair_trend_errors,
    text_form_errors,
)
from synthgan.evaluation.references import bootstrap_copy, independent_columns
from synthgan.evaluation.registry import METRICS
from synthgan.evaluation.result import Evaluation
from synthgan.evaluation.scores import compute_scores, reference_tables, score_table
from synthgan.evaluation.utility import (
    GlobalUtility,
    ImportanceAgreement,
    ModelComparison,
    TrainRealTestSynthetic,
    TrainSyntheticTestReal,
    compare_importances,
    compare_models,
    evaluate_augmentation,
    predictive_score,
    score_all_targets,
)
from synthgan.evaluation.verdicts import Verdict

__all__ = [
    "METRICS",
    "AssociationDifference",
    "AssociationDisplay",
    "AttackDisplay",
    "ColumnDisplay",
    "ColumnPairTrends",
    "ColumnShapes",
    "ColumnShapesDisplay",
    "Evaluation",
    "GlobalUtility",
    "HoldoutTwoSample",
    "ImportanceAgreement",
    "LogisticTwoSample",
    "Metric",
    "MetricResult",
    "Missingness",
    "ModelComparison",
    "ModelScoresDisplay",
    "NotJudged",
    "PrecisionRecall",
    "Run",
    "Score",
    "StrictTwoSample",
    "TextForm",
    "TrainRealTestSynthetic",
    "TrainSyntheticTestReal",
    "TwoSample",
    "Validity",
    "Verdict",
    "associated_pairs",
    "bootstrap_copy",
    "column_shape_errors",
    "compare_importances",
    "compare_models",
    "compute_scores",
    "evaluate",
    "evaluate_augmentation",
    "independent_columns",
    "invalid_cells",
    "missing_rate_errors",
    "pair_trend_errors",
    "predictive_score",
    "reference_tables",
    "score_all_targets",
    "score_table",
    "text_form_errors",
]

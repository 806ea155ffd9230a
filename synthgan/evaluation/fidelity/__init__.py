"""Fidelity: columns, pairs of columns and whole rows beside the real ones.

Numeric columns are compared by their values, discrete ones (constant ones too) by their
levels, of which "missing" is one; text by its form. The two-sample test, which sees all
columns at once, is `synthgan.statistics.two_sample`; here it is only given the form of
a metric. Intervals come from resampled rows (`synthgan.statistics.resampling`).
"""

from synthgan.evaluation.fidelity.associations import AssociationDifference
from synthgan.evaluation.fidelity.missingness import Missingness, missing_rate_errors
from synthgan.evaluation.fidelity.neighbours import PrecisionRecall
from synthgan.evaluation.fidelity.shapes import ColumnShapes, column_shape_errors
from synthgan.evaluation.fidelity.text import TextForm, text_form_errors
from synthgan.evaluation.fidelity.trends import (
    ColumnPairTrends,
    associated_pairs,
    pair_trend_errors,
)
from synthgan.evaluation.fidelity.two_sample import (
    HoldoutTwoSample,
    LogisticTwoSample,
    StrictTwoSample,
    TwoSample,
)
from synthgan.evaluation.fidelity.validity import Validity, invalid_cells

__all__ = [
    "AssociationDifference",
    "ColumnPairTrends",
    "ColumnShapes",
    "HoldoutTwoSample",
    "LogisticTwoSample",
    "Missingness",
    "PrecisionRecall",
    "StrictTwoSample",
    "TextForm",
    "TwoSample",
    "Validity",
    "associated_pairs",
    "column_shape_errors",
    "invalid_cells",
    "missing_rate_errors",
    "pair_trend_errors",
    "text_form_errors",
]

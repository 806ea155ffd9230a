"""Statistics of tables: preparation, the two-sample test, intervals.

They need numpy, pandas, scipy and scikit-learn, never Keras.
"""

from synthgan.statistics.boosting import make_boosting
from synthgan.statistics.intervals import auc_interval
from synthgan.statistics.preparation import (
    MAX_LEVELS,
    Levels,
    TablePreparation,
    canonical_order,
    column_numbers,
    columns_not_judged,
    judged_columns,
)
from synthgan.statistics.two_sample import TwoSampleResult, two_sample_test

__all__ = [
    "MAX_LEVELS",
    "Levels",
    "TablePreparation",
    "TwoSampleResult",
    "auc_interval",
    "canonical_order",
    "column_numbers",
    "columns_not_judged",
    "judged_columns",
    "make_boosting",
    "two_sample_test",
]

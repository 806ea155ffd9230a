"""Statistics of tables: preparation, the two-sample test, intervals.

They need numpy, pandas, scipy and scikit-learn, never Keras.
"""

from synthgan.statistics.association import (
    association_columns,
    association_matrix,
    associations,
    cramers_v,
    pairwise_correlations,
)
from synthgan.statistics.boosting import EmptyColumnFiller, make_boosting
from synthgan.statistics.distances import nearest_distances, quantile_ranks
from synthgan.statistics.intervals import auc_interval
from synthgan.statistics.linear import QuietLogisticRegression, make_linear
from synthgan.statistics.multiple import holm_adjusted
from synthgan.statistics.preparation import (
    MAX_LEVELS,
    Levels,
    TablePreparation,
    canonical_order,
    column_numbers,
    columns_not_judged,
    judged_columns,
    sort_rows,
    thin_rows,
)
from synthgan.statistics.resampling import (
    Resamples,
    mean_of_present,
    spread_interval,
    weighted_counts,
)
from synthgan.statistics.two_sample import (
    Judge,
    TwoSampleResult,
    tell_apart,
    two_sample_test,
)

__all__ = [
    "MAX_LEVELS",
    "EmptyColumnFiller",
    "Judge",
    "Levels",
    "QuietLogisticRegression",
    "Resamples",
    "TablePreparation",
    "TwoSampleResult",
    "association_columns",
    "association_matrix",
    "associations",
    "auc_interval",
    "canonical_order",
    "column_numbers",
    "columns_not_judged",
    "cramers_v",
    "holm_adjusted",
    "judged_columns",
    "make_boosting",
    "make_linear",
    "mean_of_present",
    "nearest_distances",
    "pairwise_correlations",
    "quantile_ranks",
    "sort_rows",
    "spread_interval",
    "tell_apart",
    "thin_rows",
    "two_sample_test",
    "weighted_counts",
]

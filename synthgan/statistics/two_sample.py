"""The two-sample test by a classifier that tells real from synthetic rows.

The judges and their settings are fixed here, because figures are comparable only with
those of the same judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline

from synthgan._random import make_rng, make_seed
from synthgan.schema import TableSchema
from synthgan.statistics.boosting import make_boosting
from synthgan.statistics.intervals import auc_interval
from synthgan.statistics.linear import QuietLogisticRegression, make_linear
from synthgan.statistics.preparation import TablePreparation, thin_rows

Judge = Literal["standard", "strict", "quick", "logistic"]

#: At most this many rows of each table are judged.
MAX_ROWS = 50_000

_N_FOLDS = 3
#: Learning rate and number of trees of the judges that are boosted trees.
_BOOSTED = {"standard": (0.3, 100), "strict": (0.1, 500), "quick": (0.2, 30)}


@dataclass(frozen=True)
class TwoSampleResult:
    """What the judge found.

    Parameters
    ----------
    auc : float
        Area under the ROC curve of the out-of-fold scores: 0.5 where the tables cannot
        be told apart, 1 where every row gives itself away; NaN where a table has
        fewer rows than folds.
    interval : tuple of float or None
        DeLong's 95 % interval of the area.
    """

    auc: float
    interval: tuple[float, float] | None

    @property
    def score(self) -> float:
        """The two-sample score, 2 - 2 max(1/2, AUC): 1 is best, 0 is worst."""
        return auc_to_score(self.auc)

    @property
    def score_interval(self) -> tuple[float, float] | None:
        """The score's 95 % interval."""
        if self.interval is None:
            return None
        low, high = self.interval
        return auc_to_score(high), auc_to_score(low)


def auc_to_score(auc: float) -> float:
    """Turn the judge's AUC into the two-sample score.

    Examples
    --------
    >>> auc_to_score(0.75), auc_to_score(0.49)
    (0.5, 1.0)
    """
    return float(2 - 2 * np.maximum(0.5, auc))


def two_sample_test(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    schema: TableSchema,
    random_state: int = 0,
    judge: Judge = "standard",
) -> TwoSampleResult:
    """Let a judge tell two tables apart.

    Parameters
    ----------
    train : DataFrame of real rows
        The real table, at most 50,000 of whose rows are judged.
    synthetic : DataFrame
        The other table, with the columns of `train`. The larger table is thinned out to
        the size of the smaller one.
    schema : TableSchema
        What the columns mean; identifiers and text are left out.
    random_state : int, default 0
        Seed of folds and subsamples.
    judge : {"standard", "strict", "quick", "logistic"}, default "standard"
        Who judges. The strict one learns slower and longer, and sees more; the quick
        one sees less; the logistic one sees single columns but no relation between
        them.

    Returns
    -------
    TwoSampleResult

    Notes
    -----
    The standard judge is `HistGradientBoostingClassifier(learning_rate=0.3,
    early_stopping=False)` with native categories, in three stratified folds. It
    reproduces XGBoost at its defaults. scikit-learn's own defaults stop early, and that
    flatters the synthetic table; so do fewer rows. The strict judge has
    `learning_rate=0.1, max_iter=500` instead, the quick one `learning_rate=0.2,
    max_iter=30`. The logistic one has one-hot levels and
    standardised numbers.

    References
    ----------
    D. Lopez-Paz, M. Oquab, "Revisiting classifier two-sample tests", ICLR 2017,
    arXiv:1610.06545.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> rng = np.random.default_rng(0)
    >>> train = pd.DataFrame({"x": rng.normal(size=300)})
    >>> shifted = train + 10
    >>> result = two_sample_test(train, shifted, infer_schema(train))
    >>> round(result.auc, 2), round(result.score, 2)
    (1.0, 0.0)
    """
    preparation = TablePreparation.fit([train, synthetic], schema)
    n_rows = min(len(train), len(synthetic), MAX_ROWS)
    if n_rows < _N_FOLDS or not preparation.columns:
        return TwoSampleResult(np.nan, None)
    real, made = (
        thin_rows(
            preparation.transform(table),
            n_rows,
            make_rng(random_state, "two_sample", role),
        )
        for role, table in (("train", train), ("synthetic", synthetic))
    )
    return tell_apart(real, made, preparation.is_categorical, random_state, judge)


def tell_apart(
    real: np.ndarray,
    made: np.ndarray,
    is_categorical: np.ndarray,
    random_state: int,
    judge: Judge,
) -> TwoSampleResult:
    """Let a judge tell two matrices apart; see `two_sample_test`.

    Parameters
    ----------
    real, made : ndarray, shape (n_rows, n_columns)
        Codes of levels and numbers.
    is_categorical : ndarray of bool, shape (n_columns,)
        Which columns hold codes.
    random_state : int
        Seed of judge and folds.
    judge : {"standard", "strict", "quick", "logistic"}
        Who judges.
    """
    features = np.concatenate([real, made])
    is_made = np.repeat([False, True], [len(real), len(made)])
    seed = make_seed(random_state, "two_sample", "judge")
    folds = StratifiedKFold(
        _N_FOLDS,
        shuffle=True,
        random_state=make_seed(random_state, "two_sample", "folds"),
    )
    scores = cross_val_predict(
        _make_judge(judge, is_categorical, seed),
        features,
        is_made,
        cv=folds,
        method="predict_proba",
    )[:, 1]
    return TwoSampleResult(
        float(roc_auc_score(is_made, scores)), auc_interval(is_made, scores)
    )


def _make_judge(judge: Judge, is_categorical: np.ndarray, seed: int) -> Pipeline:
    if judge == "logistic":
        return make_linear(QuietLogisticRegression, is_categorical)
    return make_boosting(
        HistGradientBoostingClassifier, is_categorical, seed, *_BOOSTED[judge]
    )

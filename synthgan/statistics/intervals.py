"""Confidence intervals of scores."""

from __future__ import annotations

import numpy as np
from scipy import stats


def auc_interval(
    is_positive: np.ndarray, scores: np.ndarray, confidence: float = 0.95
) -> tuple[float, float]:
    r"""Return DeLong's interval of an area under the ROC curve.

    Parameters
    ----------
    is_positive : ndarray of bool, shape (n,)
        Which rows belong to the positive class.
    scores : ndarray of float, shape (n,)
        What the classifier says: higher means rather positive. Ties count one half.
    confidence : float in (0, 1), default 0.95
        Share of such intervals that hold the true area; raising it widens them.

    Returns
    -------
    tuple of float
        Lower and upper end, inside [0, 1]: all of it where a class has fewer than two
        rows.

    Notes
    -----
    With :math:`V_i` the share of negatives that positive i beats and :math:`W_j` the
    share of positives that beat negative j, the variance of the area is
    :math:`\operatorname{var}(V)/m + \operatorname{var}(W)/n`; both come from midranks
    (Sun and Xu 2014).

    References
    ----------
    E. R. DeLong, D. M. DeLong, D. L. Clarke-Pearson, Biometrics 44, 1988.
    X. Sun, W. Xu, IEEE Signal Processing Letters 21, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> is_positive = np.array([False, False, False, True, True, True])
    >>> low, high = auc_interval(is_positive, np.array([1, 2, 4, 3, 5, 6]))
    >>> round(low, 2), high
    (0.58, 1.0)
    """
    is_positive = np.asarray(is_positive, dtype=bool)
    positive, negative = scores[is_positive], scores[~is_positive]
    n_positive, n_negative = len(positive), len(negative)
    if min(n_positive, n_negative) < 2:
        return 0.0, 1.0
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    beaten = (ranks[:n_positive] - stats.rankdata(positive)) / n_negative
    beating = 1 - (ranks[n_positive:] - stats.rankdata(negative)) / n_positive
    variance = beaten.var(ddof=1) / n_positive + beating.var(ddof=1) / n_negative
    reach = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    auc = beaten.mean()
    return float(max(auc - reach, 0.0)), float(min(auc + reach, 1.0))

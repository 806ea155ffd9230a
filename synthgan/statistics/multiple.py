"""Several tests at once: p-values that keep the family-wise error."""

from __future__ import annotations

import numpy as np


def holm_adjusted(p_values: np.ndarray) -> np.ndarray:
    r"""Adjust p-values for the number of tests by Holm's step-down rule.

    Parameters
    ----------
    p_values : ndarray of float, shape (n_tests,)
        One for each test, NaN for a test that was not made.

    Returns
    -------
    ndarray of float, shape (n_tests,)
        Rejecting where an adjusted value is at most :math:`\alpha` rejects any true
        hypothesis with a probability of at most :math:`\alpha`, however the tests
        depend on each other. NaN stays NaN and is not counted.

    Notes
    -----
    With :math:`p_{(1)} \le \dots \le p_{(m)}`, the adjusted
    :math:`\tilde p_{(i)} = \max_{j \le i} \min(1, (m - j + 1)\, p_{(j)})`.

    References
    ----------
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6, 1979.

    Examples
    --------
    >>> holm_adjusted(np.array([0.01, 0.04, np.nan, 0.03]))
    array([0.03, 0.06,  nan, 0.06])
    """
    p_values = np.asarray(p_values, dtype=float)
    adjusted = np.full(p_values.shape, np.nan)
    order = np.argsort(p_values)[: np.count_nonzero(~np.isnan(p_values))]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p_values[order]), 1.0)
    return adjusted

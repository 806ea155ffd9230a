"""How errors of columns and pairs are measured, and made into one figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthgan.evaluation.base import MetricResult
from synthgan.statistics import (
    Resamples,
    mean_of_present,
    spread_interval,
    weighted_counts,
)


def kolmogorov_smirnov(
    train: np.ndarray, synthetic: np.ndarray, resamples: Resamples
) -> np.ndarray:
    """Return the largest gap between the distributions of two samples.

    Parameters
    ----------
    train, synthetic : ndarray of float, each of shape (n_rows,)
        The samples; NaN is dropped.
    resamples : Resamples
        The weights of their rows.

    Returns
    -------
    ndarray of float in [0, 1], shape (1 + n_resamples,)
        1 where one sample is empty, 0 where both are.
    """
    present = ~np.isnan(train), ~np.isnan(synthetic)
    values = np.concatenate([train[present[0]], synthetic[present[1]]])
    codes = np.unique(values, return_inverse=True)[1]
    n_train = np.count_nonzero(present[0])
    gaps = np.cumsum(
        _share_differences(
            codes[:n_train],
            codes[n_train:],
            resamples.train[:, present[0]],
            resamples.synthetic[:, present[1]],
        ),
        axis=1,
    )
    return np.abs(gaps).max(axis=1, initial=0.0)


def total_variation(
    train: np.ndarray, synthetic: np.ndarray, resamples: Resamples
) -> np.ndarray:
    """Return the total variation between two samples of codes from 0 on.

    Returns
    -------
    ndarray of float in [0, 1], shape (1 + n_resamples,)
    """
    differences = _share_differences(
        train, synthetic, resamples.train, resamples.synthetic
    )
    return np.abs(differences).sum(axis=1) / 2


def _share_differences(
    train: np.ndarray,
    synthetic: np.ndarray,
    train_weights: np.ndarray,
    synthetic_weights: np.ndarray,
) -> np.ndarray:
    """Return how the shares of the codes differ, shape (n_lines, n_codes)."""
    size = max(train.max(initial=-1), synthetic.max(initial=-1)) + 1
    shares = (
        counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        for counts in (
            weighted_counts(train, train_weights, size),
            weighted_counts(synthetic, synthetic_weights, size),
        )
    )
    return np.subtract(*shares)


def mean_error(name: str, errors: Sequence[np.ndarray], reason: str) -> MetricResult:
    """Make one figure, in percent, of the errors of columns or pairs.

    Parameters
    ----------
    name : str
        The figure's name.
    errors : sequence of ndarray, each of shape (1 + n_resamples,)
        Errors in [0, 1], of the tables and of their resamples; one that is NaN for
        the tables themselves is left out.
    reason : str
        Why there is no figure where nothing is left.
    """
    judged = np.array([error for error in errors if not np.isnan(error[0])])
    if not judged.size:
        return MetricResult(name, np.nan, higher_is_better=False, reason=reason)
    # A pair may lose its correlation in a resample; it is then left out there.
    estimates = 100 * mean_of_present(judged, axis=0)
    interval = spread_interval(estimates, 0.0, 100.0)
    return MetricResult(name, float(estimates[0]), False, interval)

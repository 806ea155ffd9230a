import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from synthgan.statistics import auc_interval


def _binormal(rng, n_rows, shift):
    is_positive = rng.random(n_rows) < 0.4
    return is_positive, np.round(rng.normal(shift * is_positive), 1)


def test_interval_is_as_wide_as_the_bootstrap_finds():
    rng = np.random.default_rng(0)
    is_positive, scores = _binormal(rng, 400, 0.7)
    draws = rng.integers(400, size=(400, 400))
    areas = [roc_auc_score(is_positive[draw], scores[draw]) for draw in draws]
    low, high = auc_interval(is_positive, scores)
    assert low == pytest.approx(np.quantile(areas, 0.025), abs=0.015)
    assert high == pytest.approx(np.quantile(areas, 0.975), abs=0.015)


def test_interval_holds_the_truth_about_as_often_as_it_says():
    truth = 0.5
    held = 0
    for seed in range(300):
        low, high = auc_interval(*_binormal(np.random.default_rng(seed), 200, 0.0))
        held += low <= truth <= high
    assert 0.91 <= held / 300 <= 0.98


def test_higher_confidence_widens_the_interval():
    is_positive, scores = _binormal(np.random.default_rng(0), 100, 0.5)
    narrow = auc_interval(is_positive, scores, confidence=0.8)
    wide = auc_interval(is_positive, scores, confidence=0.99)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_a_single_positive_row_says_nothing():
    assert auc_interval(np.array([True, False, False]), np.arange(3.0)) == (0.0, 1.0)

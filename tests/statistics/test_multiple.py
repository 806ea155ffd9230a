import numpy as np
from scipy import stats

from synthgan.statistics import holm_adjusted


def test_adjusted_values_are_holm_s_own():
    # By hand: 4 * .005, 3 * .01, then 2 * .03 and 1 * .04 held at .06.
    adjusted = holm_adjusted(np.array([0.03, 0.005, 0.04, 0.01]))
    np.testing.assert_allclose(adjusted, [0.06, 0.02, 0.06, 0.03])


def test_a_test_that_was_not_made_costs_nothing():
    adjusted = holm_adjusted(np.array([0.01, np.nan, 0.5]))
    np.testing.assert_allclose(adjusted, [0.02, np.nan, 0.5])
    assert np.isnan(holm_adjusted(np.array([np.nan]))).all()
    assert holm_adjusted(np.array([])).size == 0


def test_adjusted_values_are_at_most_one():
    assert holm_adjusted(np.array([0.8, 0.9])).max() == 1.0


def test_family_wise_error_is_kept_with_dependent_tests():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(4000, 1))
    z = 0.7 * shared + np.sqrt(1 - 0.49) * rng.normal(size=(4000, 10))
    p_values = stats.norm.sf(z)
    alarms = [holm_adjusted(row).min() <= 0.05 for row in p_values]
    assert 0.01 < np.mean(alarms) < 0.055

import numpy as np
import pytest

from synthgan.statistics import Resamples, mean_of_present, spread_interval


def test_the_tables_stand_first_and_resamples_keep_their_size():
    resamples = Resamples.draw(50, 7, random_state=3, n_resamples=20)
    assert (resamples.train[0] == 1).all()
    assert (resamples.train.sum(axis=1) == 50).all()
    assert (resamples.synthetic.sum(axis=1) == 7).all()
    assert len({line.tobytes() for line in resamples.train}) == 21


def test_a_seed_repeats_the_draws_and_another_does_not():
    first, again, other = (Resamples.draw(40, 40, s, 3).train for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_both_tables_are_drawn_independently():
    resamples = Resamples.draw(40, 40, 0, 3)
    assert (resamples.train[1:] != resamples.synthetic[1:]).any()


def test_the_interval_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(0).normal(5, 2, size=400)
    weights = Resamples.draw(400, 1, n_resamples=400).train
    low, high = spread_interval(weights @ values / 400)
    reach = 1.96 * values.std(ddof=1) / 20
    assert (high + low) / 2 == pytest.approx(values.mean())
    assert (high - low) / 2 == pytest.approx(reach, rel=0.1)


def test_an_interval_stays_in_range_and_needs_two_resamples():
    assert spread_interval(np.array([0.1, 0.0, 0.5, 1.0]), 0.0, 0.4) == (0.0, 0.4)
    assert spread_interval(np.array([0.1, 0.2])) is None
    assert spread_interval(np.array([0.1, 0.2, np.nan])) is None
    assert spread_interval(np.array([np.nan, 0.2, 0.3])) is None


def test_means_leave_out_what_is_not_there():
    values = np.array([[1.0, np.nan], [np.nan, np.nan]])
    np.testing.assert_equal(mean_of_present(values, axis=1), [1.0, np.nan])

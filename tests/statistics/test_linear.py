import numpy as np
import pytest
from sklearn.linear_model import Ridge

from synthgan.statistics import QuietLogisticRegression, make_linear


def test_codes_are_levels_and_not_numbers():
    codes = np.tile([0.0, 1.0, 2.0, np.nan], 50)[:, None]
    target = np.tile([5.0, -3.0, 4.0, 9.0], 50)  # in no order of the codes
    model = make_linear(Ridge, np.array([True])).fit(codes, target)
    assert model.predict(codes[:4]) == pytest.approx(target[:4], abs=0.2)
    # A level that it never saw is none of them: the intercept alone.
    assert -3 < model.predict([[7.0]])[0] < 9


def test_a_missing_number_says_something_of_its_own():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    is_missing = rng.random(400) < 0.5
    model = make_linear(Ridge, np.array([False]))
    model.fit(np.where(is_missing, np.nan, x)[:, None], 3.0 * is_missing)
    found = model.predict([[np.nan], [0.0]])
    assert found == pytest.approx([3, 0], abs=0.1)


def test_an_empty_column_and_unequal_units_do_no_harm():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    features = np.column_stack([1e9 * x, np.full(300, np.nan)])
    model = make_linear(QuietLogisticRegression, np.array([False, False]))
    assert model.fit(features, x > 0).score(features, x > 0) > 0.95


def test_classes_that_can_be_parted_perfectly_do_not_warn():
    x = np.linspace(-1, 1, 40)[:, None]
    QuietLogisticRegression(max_iter=2, C=1e9).fit(x, x[:, 0] > 0)

"""The moment term pushes a batch's moments towards the training rows'."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops

from synthgan.engines import current_engine
from synthgan.losses import feature_moments, moment_loss
from synthgan.losses.moments import MAX_PAIRED_WIDTH, MOMENT_WEIGHT

pytestmark = pytest.mark.engine

RNG = np.random.default_rng(3)
FEATURES = RNG.random((6, 4)).astype("float32")
WEIGHTS = np.array([[0.5], [0.0], [0.1], [0.1], [0.1], [0.2]], dtype="float32")


def array(tensor: object) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(tensor))


def half_squared_distance(features: np.ndarray, target: np.ndarray) -> float:
    moments = (features * WEIGHTS).T.astype(float) @ features
    return float(((moments - target) ** 2).sum() / 2)


def test_the_moments_of_one_hot_rows_are_frequencies_and_joint_frequencies() -> None:
    rows = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [1, 0, 0]], dtype="float32")
    weights = np.full((4, 1), 0.25, dtype="float32")
    moments = array(feature_moments(ops.convert_to_tensor(rows), weights))
    assert np.allclose(np.diag(moments), [0.75, 0.25, 0.5])
    assert moments[0, 2] == moments[2, 0] == 0.25
    assert moments[0, 1] == 0


def test_rows_of_weight_zero_do_not_count() -> None:
    changed = FEATURES.copy()
    changed[1] = 99
    before = array(feature_moments(ops.convert_to_tensor(FEATURES), WEIGHTS))
    after = array(feature_moments(ops.convert_to_tensor(changed), WEIGHTS))
    assert np.array_equal(before, after)


def test_the_gradient_is_that_of_half_the_squared_distance_of_moments() -> None:
    target = np.eye(4, dtype="float32") * 0.3
    error = array(feature_moments(ops.convert_to_tensor(FEATURES), WEIGHTS)) - target
    gradient = array(
        current_engine().input_gradient(
            lambda rows: moment_loss(rows, WEIGHTS, ops.convert_to_tensor(error)),
            ops.convert_to_tensor(FEATURES),
        )
    )
    for place in [(0, 1), (4, 3), (1, 0)]:
        shifted = [FEATURES.astype(float).copy() for _ in range(2)]
        shifted[0][place] += 1e-4
        shifted[1][place] -= 1e-4
        slope = (
            half_squared_distance(shifted[0], target)
            - half_squared_distance(shifted[1], target)
        ) / 2e-4
        assert gradient[place] == pytest.approx(MOMENT_WEIGHT * slope, abs=1e-4)


def test_wide_rows_are_matched_feature_by_feature() -> None:
    wide = RNG.random((6, MAX_PAIRED_WIDTH + 1)).astype("float32")
    moments = array(feature_moments(ops.convert_to_tensor(wide), WEIGHTS))
    assert moments.shape == (1, MAX_PAIRED_WIDTH + 1)
    assert np.allclose(moments, (wide * WEIGHTS).sum(axis=0), atol=1e-5)
    gradient = array(
        current_engine().input_gradient(
            lambda rows: moment_loss(rows, WEIGHTS, ops.convert_to_tensor(moments)),
            ops.convert_to_tensor(wide),
        )
    )
    assert np.allclose(gradient, MOMENT_WEIGHT * WEIGHTS * moments, atol=1e-5)

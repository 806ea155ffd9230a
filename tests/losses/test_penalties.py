"""Gradient penalties against scores whose gradient is known."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from synthgan.engines import Player, current_engine
from synthgan.losses import PENALTIES, squared_gradient_norm

pytestmark = pytest.mark.engine

WEIGHTS = np.array([3.0, 0.0, -4.0], dtype=np.float32)  # of norm 5
REAL = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
FAKE = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)


def penalty(name: str, score: Any, real: np.ndarray, fake: np.ndarray) -> Any:
    return PENALTIES[name](
        score,
        ops.convert_to_tensor(real),
        ops.convert_to_tensor(fake),
        current_engine().input_gradient,
        keras.random.SeedGenerator(0),
    )


def linear(weights: Any) -> Any:
    return lambda rows: ops.sum(rows * weights, axis=1)


def half_square(rows: Any) -> Any:
    """Score rows so that the gradient at a row is the row itself."""
    return ops.sum(ops.square(rows), axis=1) / 2


def test_a_linear_score_pays_the_square_of_its_slope() -> None:
    assert float(penalty("zero_centred", linear(WEIGHTS), REAL, FAKE)) == (
        pytest.approx(25)
    )


def test_a_linear_score_pays_for_its_distance_from_slope_one() -> None:
    value = float(penalty("unit_norm", linear(WEIGHTS), REAL, FAKE))
    assert value == pytest.approx(16)
    assert float(penalty("unit_norm", linear(WEIGHTS / 5), REAL, FAKE)) == (
        pytest.approx(0, abs=1e-9)
    )


def test_a_flat_score_has_a_finite_unit_norm_penalty() -> None:
    flat = linear(np.zeros(3, dtype=np.float32))
    assert float(penalty("unit_norm", flat, REAL, FAKE)) == pytest.approx(1, abs=1e-5)


def test_zero_centred_penalty_is_the_mean_of_r1_and_r2() -> None:
    r1, r2 = (np.mean(np.sum(rows**2, axis=1)) for rows in (REAL, FAKE))
    value = float(penalty("zero_centred", half_square, REAL, FAKE))
    assert value == pytest.approx((r1 + r2) / 2, rel=1e-5)


def test_squared_gradient_norm_is_a_mean_over_rows() -> None:
    rows = ops.convert_to_tensor(np.array([[1, 2], [0, 2]], np.float32))
    value = squared_gradient_norm(half_square, rows, current_engine().input_gradient)
    assert float(value) == pytest.approx((5 + 4) / 2)


def test_unit_norm_penalty_looks_at_points_between_real_and_fake_rows() -> None:
    real, fake = np.full((400, 1), 2, np.float32), np.full((400, 1), 4, np.float32)
    # E (t - 1)² for t uniform on [2, 4] is 26 / 6; at the ends it would be 1 or 9.
    value = float(penalty("unit_norm", half_square, real, fake))
    assert value == pytest.approx(26 / 6, rel=0.15)


@pytest.mark.parametrize(
    ("name", "slope"),
    [
        ("zero_centred", 2 * WEIGHTS),
        ("unit_norm", 2 * (5 - 1) * WEIGHTS / 5),
    ],
)
def test_penalties_have_a_gradient_in_the_weights(name: str, slope: np.ndarray) -> None:
    weights = keras.Variable(WEIGHTS)
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build([weights])
    current_engine().minimise(
        lambda: [penalty(name, linear(weights), REAL, FAKE)],
        [Player([weights], optimizer)],
    )
    after = ops.convert_to_numpy(weights)
    np.testing.assert_allclose(after, WEIGHTS - 0.01 * slope, rtol=1e-4)

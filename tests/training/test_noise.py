"""Noise keeps its distribution while it moves."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from synthgan.training.noise import Noise


def draw(seed: int) -> Noise:
    return Noise.draw(np.random.default_rng(seed), 20_000, 2, 3)


@pytest.mark.parametrize("size", [1.0, 0.5, 0.09])
def test_moved_noise_is_distributed_as_fresh_noise(size: float) -> None:
    moved = draw(0).move(draw(1), size)
    assert stats.kstest(moved.latent.ravel(), "norm").pvalue > 0.001
    assert stats.kstest(moved.uniforms.ravel(), "uniform").pvalue > 0.001


def test_small_steps_stay_near_and_a_whole_step_forgets() -> None:
    old = draw(0)
    for size, expected in [(1.0, 0.0), (0.6, 0.8), (0.1, np.sqrt(0.99))]:
        moved = old.move(draw(1), size)
        found = np.corrcoef(old.latent[:, 0], moved.latent[:, 0])[0, 1]
        assert found == pytest.approx(expected, abs=0.02)
        # On the circle, as 1 and 0 are one place.
        gaps = np.abs(old.uniforms - moved.uniforms)
        assert np.minimum(gaps, 1 - gaps).max() <= size / 2 + 1e-6


def test_no_uniform_number_reaches_one() -> None:
    low = Noise(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.float32))
    fresh = Noise(low.latent, np.full((1, 1), 0.5 - 1e-8, np.float32))
    just_below = Noise(low.latent, np.full((1, 1), 0.5, np.float32))
    # A hair below zero is one, but for rounding.
    just_below.uniforms[0, 0] = np.nextafter(np.float32(0.5), np.float32(0))
    for other in (fresh, just_below):
        assert low.move(other, 0.01).uniforms[0, 0] < 1


def test_rows_are_taken_and_replaced_together() -> None:
    old, other = draw(0).take(slice(4)), draw(1).take(np.arange(4))
    where = np.array([True, False, False, True])
    mixed = old.replace(where, other)
    for name in ("latent", "uniforms"):
        mine = getattr(mixed, name)
        np.testing.assert_array_equal(mine[where], getattr(other, name)[where])
        np.testing.assert_array_equal(mine[~where], getattr(old, name)[~where])

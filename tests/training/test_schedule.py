from __future__ import annotations

import numpy as np
import pytest

from synthgan.training.schedule import (
    COOLDOWN_START,
    FINAL_FACTOR,
    learning_rate_factor,
    progress,
)


def test_the_rate_is_constant_then_falls_to_its_last_share_and_never_rises() -> None:
    factors = [learning_rate_factor(done) for done in np.linspace(0, 1, 101)]
    assert set(factors[: int(100 * COOLDOWN_START)]) == {1.0}
    assert factors[-1] == pytest.approx(FINAL_FACTOR)
    assert (np.diff(factors) <= 0).all()


def test_the_fall_is_half_done_in_the_middle_of_the_cooldown() -> None:
    middle = learning_rate_factor((1 + COOLDOWN_START) / 2)
    assert middle == pytest.approx((1 + FINAL_FACTOR) / 2)


def test_the_rate_does_not_jump_where_the_cooldown_starts() -> None:
    assert learning_rate_factor(COOLDOWN_START + 1e-4) == pytest.approx(1, abs=1e-3)


def test_progress_follows_whichever_limit_is_nearer() -> None:
    assert progress(10, 100, 5.0, None) == pytest.approx(0.1)
    assert progress(10, 100, 5.0, 10.0) == pytest.approx(0.5)
    assert progress(90, 100, 5.0, 10.0) == pytest.approx(0.9)


def test_progress_ends_at_one() -> None:
    assert progress(500, 100, 0.0, None) == 1
    assert progress(1, 100, 99.0, 10.0) == 1

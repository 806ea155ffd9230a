"""The five games: their values, the signs and the sizes of their gradients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from keras import ops

from synthgan.engines import current_engine
from synthgan.losses import LOSSES, PENALTIES, AdversarialLoss
from synthgan.training.defaults import LOSS_PENALTY_WEIGHTS

pytestmark = pytest.mark.engine

# Inside the hinge's active range, so that no gradient is zero there.
REAL = np.array([0.5, -0.75, 0.25], dtype=np.float32)
FAKE = np.array([-0.5, 0.75, 0.125], dtype=np.float32)


def sigmoid(scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-scores.astype(np.float64)))


def gradient(function: Callable[[Any], Any], scores: np.ndarray) -> np.ndarray:
    at = ops.convert_to_tensor(scores)
    return ops.convert_to_numpy(current_engine().input_gradient(function, at))


#: What the papers write, with probabilities where they have them.
EXPECTED = {
    "relativistic": (
        -np.mean(np.log(sigmoid(REAL - FAKE))),
        -np.mean(np.log(sigmoid(FAKE - REAL))),
    ),
    "non_saturating": (
        -np.mean(np.log(sigmoid(REAL))) - np.mean(np.log(1 - sigmoid(FAKE))),
        -np.mean(np.log(sigmoid(FAKE))),
    ),
    "minimax": (
        -np.mean(np.log(sigmoid(REAL))) - np.mean(np.log(1 - sigmoid(FAKE))),
        np.mean(np.log(1 - sigmoid(FAKE))),
    ),
    # By hand: the means are 0 for REAL and 0.125 for FAKE.
    "wasserstein": (0.125, -0.125),
    # By hand: (0.5 + 1.75 + 0.75) / 3 + (0.5 + 1.75 + 1.125) / 3.
    "hinge": (2.125, -0.125),
}


@pytest.fixture(params=sorted(LOSSES))
def loss(request: pytest.FixtureRequest) -> AdversarialLoss:
    return LOSSES[request.param]


def test_values_are_those_of_the_papers(loss: AdversarialLoss) -> None:
    discriminator, generator = EXPECTED[loss.name]
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(discriminator)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(generator)


def test_undecided_scores_cost_log_two_or_its_double() -> None:
    zeros = np.zeros(4, dtype=np.float32)
    assert float(LOSSES["relativistic"].generator(zeros, zeros)) == pytest.approx(
        np.log(2)
    )
    for name in ("minimax", "non_saturating"):
        value = float(LOSSES[name].discriminator(zeros, zeros))
        assert value == pytest.approx(2 * np.log(2))


def test_hinge_forgives_scores_beyond_the_margin() -> None:
    real, fake = np.array([1.5, 4.0], np.float32), np.array([-1.0, -7.0], np.float32)
    assert float(LOSSES["hinge"].discriminator(real, fake)) == 0


def test_raising_a_fake_score_helps_the_generator_and_hurts_the_discriminator(
    loss: AdversarialLoss,
) -> None:
    real = ops.convert_to_tensor(REAL)
    assert (gradient(lambda fake: loss.generator(real, fake), FAKE) < 0).all()
    assert (gradient(lambda fake: loss.discriminator(real, fake), FAKE) > 0).all()


def test_raising_a_real_score_helps_the_discriminator(loss: AdversarialLoss) -> None:
    fake = ops.convert_to_tensor(FAKE)
    assert (gradient(lambda real: loss.discriminator(real, fake), REAL) < 0).all()


def test_losses_and_gradients_are_finite_for_extreme_scores(
    loss: AdversarialLoss,
) -> None:
    real, fake = np.array([1e4, -1e4], np.float32), np.array([-1e4, 1e4], np.float32)
    tensor = ops.convert_to_tensor(real)
    for play in (loss.discriminator, loss.generator):
        assert np.isfinite(float(play(real, fake)))
        assert np.isfinite(gradient(partial(play, tensor), fake)).all()


def test_only_minimax_stops_teaching_once_the_discriminator_is_sure() -> None:
    # Goodfellow et al. 2014, section 3: why the non-saturating loss exists.
    fake = np.full(4, -20, dtype=np.float32)
    real = ops.convert_to_tensor(-fake)

    def slope(name: str) -> float:
        game = LOSSES[name].generator
        return float(np.abs(gradient(lambda s: game(real, s), fake)).max())

    assert slope("minimax") < 1e-8
    assert slope("non_saturating") == pytest.approx(1 / 4, rel=1e-3)
    assert slope("relativistic") == pytest.approx(1 / 4, rel=1e-3)


def test_registry_names_penalties_and_default_weights_agree() -> None:
    assert {name: game.name for name, game in LOSSES.items()} == {
        name: name for name in LOSSES
    }
    assert set(LOSS_PENALTY_WEIGHTS) == set(LOSSES)
    assert {game.penalty for game in LOSSES.values()} <= set(PENALTIES)
    assert LOSSES["wasserstein"].penalty == "unit_norm"

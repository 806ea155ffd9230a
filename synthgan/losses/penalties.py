"""Gradient penalties on the discriminator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops, random

InputGradient = Callable[[Callable[[Any], Any], Any], Any]
PenaltyFunction = Callable[
    [Callable[[Any], Any], Any, Any, InputGradient, random.SeedGenerator], Any
]


def squared_gradient_norm(
    score: Callable[[Any], Any], inputs: Any, input_gradient: InputGradient
) -> Any:
    """Return the mean squared norm of the score's gradient at `inputs`.

    Parameters
    ----------
    score : callable
        Maps inputs of shape (batch, width) to scores of shape (batch,).
    inputs : tensor, shape (batch, width)
    input_gradient : callable
        The engine's `input_gradient`.

    Returns
    -------
    scalar tensor
    """
    gradient = input_gradient(score, inputs)
    return ops.mean(ops.sum(ops.square(gradient), axis=1))


def zero_centred(
    score: Callable[[Any], Any],
    real: Any,
    fake: Any,
    input_gradient: InputGradient,
    seed: random.SeedGenerator,
) -> Any:
    """Return (R1 + R2) / 2, with R = E |grad D|² on real and on fake rows.

    References
    ----------
    Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually
    converge?", 2018, arXiv:1801.04406.
    """
    both = ops.concatenate([real, fake], axis=0)
    # The mean over both halves is half the sum of their means.
    return squared_gradient_norm(score, both, input_gradient)


def unit_norm(
    score: Callable[[Any], Any],
    real: Any,
    fake: Any,
    input_gradient: InputGradient,
    seed: random.SeedGenerator,
) -> Any:
    """Return E (|grad D| - 1)² on random points between real and fake rows.

    References
    ----------
    Gulrajani et al., "Improved training of Wasserstein GANs", 2017, arXiv:1704.00028.
    """
    share = random.uniform((ops.shape(real)[0], 1), seed=seed)
    between = share * real + (1.0 - share) * fake
    gradient = input_gradient(score, between)
    norm = ops.sqrt(ops.sum(ops.square(gradient), axis=1) + 1e-12)
    return ops.mean(ops.square(norm - 1.0))


#: The penalties by name, as `AdversarialLoss.penalty` calls them.
PENALTIES: dict[str, PenaltyFunction] = {
    "zero_centred": zero_centred,
    "unit_norm": unit_norm,
}

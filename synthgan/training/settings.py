"""`TrainingSettings`: everything that decides how a GAN is trained."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of one training, all decided: no "auto" in here.

    Parameters
    ----------
    loss : str
        Name in `synthgan.losses.LOSSES`.
    penalty_weight : float
        Weight γ of the gradient penalty.
    latent_dim : int
        Length of the latent.
    generator_units, discriminator_units : tuple of int
        One residual block for each entry.
    generator_learning_rate, discriminator_learning_rate : float
        Adam's step size before the cooldown.
    batch_size : int
        Rows a step.
    n_steps : int
        Steps, the cooldown included.
    max_seconds : float or None
        Stop after so many seconds of training, with the cooldown inside them.
    """

    loss: str
    penalty_weight: float
    latent_dim: int
    generator_units: tuple[int, ...]
    discriminator_units: tuple[int, ...]
    generator_learning_rate: float
    discriminator_learning_rate: float
    batch_size: int
    n_steps: int
    max_seconds: float | None

"""Settings of trainings that take no time."""

from __future__ import annotations

from typing import Any

from synthgan.training.settings import TrainingSettings


def make_settings(**changes: Any) -> TrainingSettings:
    """Return the settings of tiny networks, some of them changed."""
    settings: dict[str, Any] = {
        "loss": "relativistic",
        "penalty_weight": 1.0,
        "latent_dim": 2,
        "generator_units": (4,),
        "discriminator_units": (4,),
        "generator_learning_rate": 1e-3,
        "discriminator_learning_rate": 1e-3,
        "batch_size": 4,
        "n_steps": 8,
        "max_seconds": None,
    }
    return TrainingSettings(**{**settings, **changes})

"""The games that generator and discriminator can play."""

from synthgan.losses.adversarial import LOSSES, AdversarialLoss
from synthgan.losses.moments import (
    MEMORY,
    feature_moments,
    moment_loss,
)
from synthgan.losses.penalties import PENALTIES, squared_gradient_norm

__all__ = [
    "LOSSES",
    "MEMORY",
    "PENALTIES",
    "AdversarialLoss",
    "feature_moments",
    "moment_loss",
    "squared_gradient_norm",
]

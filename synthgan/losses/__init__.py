"""The games that generator and discriminator can play."""

from synthgan.losses.adversarial import LOSSES, AdversarialLoss
from synthgan.losses.penalties import PENALTIES, squared_gradient_norm

__all__ = [
    "LOSSES",
    "PENALTIES",
    "AdversarialLoss",
    "squared_gradient_norm",
]

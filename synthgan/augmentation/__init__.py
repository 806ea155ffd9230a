"""Synthetic rows beside real ones: more rows, balanced classes, and whether they help.

Everything here fits a synthesizer to the real rows and puts its rows after them. What
the rows are like is the synthesizer's business.
"""

from synthgan.augmentation.augmenting import augment
from synthgan.augmentation.oversampling import GANOverSampler

__all__ = ["GANOverSampler", "augment"]

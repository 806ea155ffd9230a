"""The discriminator: a row and its condition mask to a score."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from synthgan.networks.blocks import NEGATIVE_SLOPE, ResidualBlock, seeded_dense


class Discriminator(keras.Model):
    """Residual network without normalisation, from a row's features to its score.

    Parameters
    ----------
    inputs_width : int
        Width of the row's features plus that of the mask.
    units : tuple of int
        One residual block for each entry; all entries are one width.
    seeds : iterator of int
        Gives the seeds of the initial weights.
    """

    def __init__(
        self, inputs_width: int, units: tuple[int, ...], seeds: Iterator[int]
    ) -> None:
        super().__init__(name="discriminator")
        self.inputs_width = inputs_width
        self.inputs_layer = seeded_dense(units[0], seeds)
        self.blocks = [ResidualBlock(width, False, seeds) for width in units]
        self.score = seeded_dense(1, seeds)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights."""
        width = self.inputs_layer.units
        self.inputs_layer.build((None, self.inputs_width))
        for block in self.blocks:
            block.build((None, width))
        self.score.build((None, width))
        self.built = True

    def call(self, features: Any) -> Any:
        """Return scores; higher is more real.

        Parameters
        ----------
        features : tensor, shape (batch, inputs_width)
            `RowFeatures.features` of the rows, then their condition masks.

        Returns
        -------
        tensor, shape (batch,)
        """
        hidden = self.inputs_layer(features)
        for block in self.blocks:
            hidden = block(hidden)
        hidden = ops.leaky_relu(hidden, NEGATIVE_SLOPE)
        return ops.squeeze(self.score(hidden), axis=1)


def build_discriminator(
    inputs_width: int, units: tuple[int, ...], seeds: Iterator[int]
) -> Discriminator:
    """Build a discriminator with its weights; see `Discriminator`."""
    discriminator = Discriminator(inputs_width, units, seeds)
    discriminator.build()
    return discriminator

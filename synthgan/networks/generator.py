"""The generator: latent, condition and mask to the outputs of a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
from keras import ops

from synthgan.layout import Layout
from synthgan.networks.blocks import ResidualBlock, seeded_dense
from synthgan.networks.rows import RowFeatures


class Generator(keras.Model):
    """Residual network from a latent and a masked row to logits and ranks.

    Parameters
    ----------
    layout : Layout
        Layout of the encoded table.
    latent_dim : int
        Length of the latent.
    units : tuple of int
        One residual block for each entry; all entries are one width.
    seeds : iterator of int
        Gives the seeds of the initial weights.
    """

    def __init__(
        self,
        layout: Layout,
        latent_dim: int,
        units: tuple[int, ...],
        seeds: Iterator[int],
    ) -> None:
        super().__init__(name="generator")
        self.latent_dim = latent_dim
        self.condition_width = RowFeatures(layout).features_width + layout.n_columns
        self.latent_input = seeded_dense(units[0], seeds)
        # Without a bias an empty condition adds nothing: unconditional sampling
        # leaves this product out.
        self.condition_input = seeded_dense(units[0], seeds, use_bias=False)
        self.blocks = [ResidualBlock(width, True, seeds) for width in units]
        self.normalisation = keras.layers.RMSNormalization()
        self.outputs_layer = seeded_dense(layout.width, seeds)

    def build(self, input_shape: Any = None) -> None:
        """Make the weights."""
        width = self.latent_input.units
        self.latent_input.build((None, self.latent_dim))
        self.condition_input.build((None, self.condition_width))
        for block in self.blocks:
            block.build((None, width))
        self.normalisation.build((None, width))
        self.outputs_layer.build((None, width))
        self.built = True

    def call(self, latent: Any, condition: Any = None, mask: Any = None) -> Any:
        """Return the outputs of a batch of rows.

        Parameters
        ----------
        latent : tensor, shape (batch, latent_dim)
            Standard normal.
        condition : tensor, shape (batch, features_width), optional
            `RowFeatures.features` of the given cells of a dense row, zero elsewhere;
            none given by default.
        mask : tensor, shape (batch, layout.n_columns), optional
            1 for a given column.

        Returns
        -------
        tensor, shape (batch, layout.width)
            Logits of the softmax blocks, then ranks before their activation.
        """
        hidden = self.latent_input(latent)
        if condition is not None:
            given = ops.concatenate([condition, mask], axis=1)
            hidden = hidden + self.condition_input(given)
        for block in self.blocks:
            hidden = block(hidden)
        return self.outputs_layer(self.normalisation(hidden))


def build_generator(
    layout: Layout, latent_dim: int, units: tuple[int, ...], seeds: Iterator[int]
) -> Generator:
    """Build a generator with its weights; see `Generator`."""
    generator = Generator(layout, latent_dim, units, seeds)
    generator.build()
    return generator

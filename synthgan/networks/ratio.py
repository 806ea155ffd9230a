"""The network that estimates a density ratio: a discriminator without conditions."""

from __future__ import annotations

from typing import Any

import numpy as np

from synthgan.layout import Layout
from synthgan.networks.blocks import assign_weights
from synthgan.networks.discriminator import build_discriminator
from synthgan.networks.rows import RowFeatures


class RatioNetwork:
    """The network that scores rows, with or without training.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    units : tuple of int
        Its widths.
    """

    def __init__(self, layout: Layout, units: tuple[int, ...]) -> None:
        self.rows = RowFeatures(layout)
        # The initial weights are always replaced.
        self.network = build_discriminator(
            self.rows.features_width, units, iter(range(1000))
        )
        self.variables = self.network.trainable_variables

    def features(self, codes: Any, ranks: Any) -> Any:
        """Return what the network sees of compact rows."""
        return self.rows.features(self.rows.dense(codes, ranks))

    def score_dense(self, rows: Any) -> Any:
        """Return the scores of dense rows."""
        return self.network(self.rows.features(rows))

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Take weights; raises ValueError where they do not fit."""
        assign_weights(self.variables, weights, "refinement")

    def start_from(self, discriminator_weights: list[np.ndarray]) -> None:
        """Take a discriminator's weights, but for those of a condition mask."""
        kernel, *others = discriminator_weights
        self.set_weights([kernel[: self.rows.features_width], *others])

    def lower_scores(self, amount: float) -> None:
        """Lower the scores of all rows by as much."""
        bias = self.network.score.bias
        bias.assign(bias - amount)


def read_ratio_networks(
    layout: Layout, units: tuple[int, ...], weights: list[np.ndarray]
) -> list[RatioNetwork]:
    """Return networks from their weights, those of one network after the other's.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    units : tuple of int
        Widths of each network.
    weights : list of ndarray
        Raises ValueError where they do not fit.

    Returns
    -------
    list of RatioNetwork
        At least one.
    """
    first = RatioNetwork(layout, units)
    size = len(first.variables)
    starts = range(0, max(len(weights), 1), size)
    networks = [first, *(RatioNetwork(layout, units) for _ in starts[1:])]
    for network, start in zip(networks, starts, strict=True):
        network.set_weights(weights[start : start + size])
    return networks

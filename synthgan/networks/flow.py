"""The gradient flow: rows that move to where a density ratio is higher.

A generator's rows are wrong in many small ways that its training never puts right. A
network that tells them from training rows knows, for every row, in which direction it
would look more real; a short step there, by every row, makes the rows as a whole more
like the table's. The next network is trained on the moved rows, and so on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from synthgan.layout import Layout
from synthgan.networks.ratio import RatioNetwork, read_ratio_networks
from synthgan.networks.rows import RowFeatures, normal_cdf

#: Step of a rank, measured as a standard normal number: the flow's time.
RANK_STEP = 0.004
#: Step of the logits of a choice. With 1, were its column alone wrong, the choice would
#: be put right at once; columns that move together need less.
CODE_STEP = 0.4
#: What networks see of a rank is at most so far beside it, as a standard normal number.
#: When they move rows: they see ranks in pieces, at whose ends their gradients jump,
#: and rows would pile up there. When they are trained: rows would move towards the
#: training rows' very places.
JITTER = 0.1


class Flow:
    r"""Moves a generator's outputs up the gradient of one network after the other.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    units : tuple of int
        Widths of each network.
    weights : list of ndarray
        The networks' weights, one after the other; raises ValueError where they do
        not fit.
    input_gradient : callable
        `Engine.input_gradient`.

    Notes
    -----
    With s the network's estimate of log p(x) - log q(x), p being the table's density
    and q that of the rows, a rank whose output is z moves by
    :math:`\tau\, \partial s / \partial z`, the direction in which the Kullback-Leibler
    divergence of q from p falls fastest, and the logit of code c of a choice by
    :math:`\eta\, \partial s / \partial x_c`, x being the choice as a one-hot row.

    References
    ----------
    A. F. Ansari, M. L. Ang, H. Soh, "Refining deep generative models via discriminator
    gradient flow", 2021, arXiv:2012.00780. The step of the choices is a parallel one of
    W. Grathwohl et al., "Oops I took a gradient: scalable sampling for discrete
    distributions", 2021, arXiv:2102.04509.
    """

    def __init__(
        self,
        layout: Layout,
        units: tuple[int, ...],
        weights: list[np.ndarray],
        input_gradient: Callable[[Callable[[Any], Any], Any], Any],
    ) -> None:
        self._rows = RowFeatures(layout)
        self._layout = layout
        self._networks = read_ratio_networks(layout, units, weights)
        self._input_gradient = input_gradient

    @property
    def variables(self) -> list[Any]:
        """The networks' variables."""
        return [v for network in self._networks for v in network.variables]

    def move(
        self, outputs: Any, uniforms: Any, keep_given: Callable[[Any], Any]
    ) -> Any:
        """Return outputs that make more realistic rows.

        Parameters
        ----------
        outputs : tensor, shape (batch, layout.width)
            The generator's.
        uniforms : tensor in [0, 1), shape (batch, n_codes + n_ranks)
            Those that pick the codes, and one for the jitter of each rank.
        keep_given : callable
            Puts given cells into dense rows.
        """
        width = self._layout.softmax_width
        jitter = JITTER * (2.0 * uniforms[:, self._layout.n_codes :] - 1.0)
        steps = np.repeat([CODE_STEP, RANK_STEP], [width, self._layout.n_ranks])
        for network in self._networks:

            def score(row: Any, network: RatioNetwork = network) -> Any:
                ranks = normal_cdf(row[:, width:])
                dense = ops.concatenate([row[:, :width], ranks], axis=1)
                return network.score_dense(keep_given(dense))

            codes, ranks = self._rows.read_off(outputs, uniforms)
            choices = self._rows.dense(codes, ranks)[:, :width]
            row = ops.concatenate([choices, outputs[:, width:] + jitter], axis=1)
            gradient = self._input_gradient(score, row)
            outputs = outputs + steps.astype(np.float32) * gradient
        return outputs

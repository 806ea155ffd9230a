"""Set the generator's last layer so that single columns have their true frequencies.

A discriminator sees a rare category at a slightly wrong frequency late, if at all. What
is known exactly, the frequency of each code in the training rows and that ranks are
uniform, need not be left to it: offsets of the logits, and offset and scale of the rank
outputs, are set by it after training. Relations between columns come from the layers
below and stay as they are.
"""

from __future__ import annotations

import numpy as np
from keras import ops
from scipy.special import log_softmax
from scipy.stats import norm

from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.networks import Generator

#: Latents that the generator's frequencies are measured on.
N_LATENTS = 16_384
#: Rounds of adjusting the logits; each nearly closes what is left.
N_ROUNDS = 8
#: The most that a logit is moved.
MAX_OFFSET = 2.0
#: Rank outputs are matched at these ranks.
_MATCHED_RANKS = np.linspace(0.05, 0.95, 19)


def calibrate(
    generator: Generator, layout: Layout, table: EncodedTable, rng: np.random.Generator
) -> None:
    """Adjust the generator's last layer in place.

    Parameters
    ----------
    generator : Generator
        A trained generator.
    layout : Layout
        Layout of the rows.
    table : EncodedTable
        The training rows.
    rng : Generator
        Draws the latents on which the generator's frequencies are measured.

    Notes
    -----
    The offsets b of a softmax block solve E softmax(z + b) = p, with z the logits and
    p the training frequencies, by b ← b + log p - log E softmax(z + b) (iterative
    proportional fitting of one margin). The output of a rank block becomes a r + c,
    the least-squares line through its quantiles and those of the standard normal
    distribution, over the rows that are not an atom.
    """
    shape = (N_LATENTS, generator.latent_dim)
    latent = rng.standard_normal(shape, dtype=np.float32)
    hidden = ops.convert_to_numpy(generator.hidden(latent))
    kernel, offsets = (
        ops.convert_to_numpy(variable).copy()
        for variable in generator.outputs_layer.trainable_variables
    )
    ranked = np.ones((layout.n_ranks, N_LATENTS), dtype=np.float32)
    next_rank = 0
    for block in layout.softmax_blocks:
        place = slice(block.start, block.start + block.width)
        logits = hidden @ kernel[:, place] + offsets[place]
        counts = np.bincount(table.codes[:, block.index], minlength=block.width)
        moved = _fit_offsets(logits, counts / len(table))
        offsets[place] += moved
        if block.has_rank:
            # Ranks stand in the order of the softmax blocks that they belong to.
            ranked[next_rank] = np.exp(log_softmax(logits + moved, axis=1)[:, 0])
            next_rank += 1
    for block in layout.rank_blocks:
        column = block.start
        outputs = hidden @ kernel[:, column] + offsets[column]
        scale, offset = _fit_line(outputs, ranked[block.index])
        kernel[:, column] *= scale
        offsets[column] = offsets[column] * scale + offset
    for variable, value in zip(
        generator.outputs_layer.trainable_variables, (kernel, offsets), strict=True
    ):
        variable.assign(value)


def _fit_offsets(logits: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Return offsets that give codes their frequencies; see `calibrate`."""
    moved = np.zeros(logits.shape[1], dtype=logits.dtype)
    wanted = np.log(np.maximum(frequencies, 1e-9))
    for _ in range(N_ROUNDS):
        mean = np.exp(log_softmax(logits + moved, axis=1)).mean(axis=0)
        moved += wanted - np.log(np.maximum(mean, 1e-9))
        moved = np.clip(moved, -MAX_OFFSET, MAX_OFFSET)
    return moved


def _fit_line(outputs: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return scale and offset that make weighted outputs most nearly normal."""
    order = np.argsort(outputs)
    cumulative = np.cumsum(weights[order])
    if cumulative[-1] < 1 or outputs.std() < 1e-3:
        return 1.0, 0.0  # a column of hardly any ranks has no shape to match
    ranks = (cumulative - weights[order] / 2) / cumulative[-1]
    quantiles = np.interp(_MATCHED_RANKS, ranks, outputs[order])
    scale, offset = np.polyfit(quantiles, norm.ppf(_MATCHED_RANKS), 1)
    return float(np.clip(scale, 0.5, 2.0)), float(offset)

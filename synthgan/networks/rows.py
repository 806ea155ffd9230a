"""Rows inside the graph: one-hot coding, straight-through choices, rank features."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops, random

from synthgan.layout import Layout

#: A rank has a piecewise-linear feature for each of so many equal pieces; the outermost
#: ones are halved so many times, since much of what tells rows apart is in the tails.
N_EQUAL_PIECES = 16
N_HALVINGS = 3
#: Ranks of 0 and 1 would be infinite as standard normal numbers; they become 5.2 here.
MAX_CENTRED_RANK = 1.0 - 2e-7
#: Temperature of the Gumbel-softmax.
TEMPERATURE = 0.5


def cut_pieces() -> np.ndarray:
    """Return the ends of the pieces of [0, 1], ascending.

    Examples
    --------
    >>> (128 * cut_pieces()[:6]).tolist(), len(cut_pieces())
    ([0.0, 1.0, 2.0, 4.0, 8.0, 16.0], 23)
    """
    equal = np.linspace(0, 1, N_EQUAL_PIECES + 1)
    low = equal[1] / 2.0 ** np.arange(N_HALVINGS, 0, -1)
    ends = [equal[:1], low, equal[1:-1], 1 - low[::-1], equal[-1:]]
    return np.concatenate(ends).astype(np.float32)


class RowFeatures:
    """What a layout means inside the graph; holds no weights.

    Parameters
    ----------
    layout : Layout
        Layout of the encoded table.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._padding_logit = np.where(layout.padding, -1e9, 0.0).astype(np.float32)
        self.n_flags = sum(group.n_ranked for group in layout.groups)
        ends = cut_pieces()
        self._starts, self._widths = ends[:-1], np.diff(ends)

    @property
    def features_width(self) -> int:
        """Width of what `features` returns."""
        return self.layout.width + self.layout.n_ranks * len(self._starts)

    def _by_group(self, choices: Any) -> list[Any]:
        """Cut the one-hot part into tensors of shape (batch, blocks, width)."""
        return [
            ops.reshape(
                choices[:, group.start : group.stop], (-1, group.n_blocks, group.width)
            )
            for group in self.layout.groups
        ]

    def _join(self, groups: list[Any], ranks: Any) -> Any:
        """Put groups and ranks into one dense row again."""
        parts = [
            ops.reshape(part, (-1, group.n_blocks * group.width))
            for part, group in zip(groups, self.layout.groups, strict=True)
        ]
        return ops.concatenate([*parts, ranks], axis=1)

    def dense(self, codes: Any, ranks: Any) -> Any:
        """Turn compact rows into dense ones.

        Parameters
        ----------
        codes : tensor of int32, shape (batch, n_codes)
        ranks : tensor of float32, shape (batch, n_ranks)

        Returns
        -------
        tensor of float32, shape (batch, layout.width)
        """
        groups = [
            ops.one_hot(
                codes[:, group.first : group.first + group.n_blocks], group.width
            )
            for group in self.layout.groups
        ]
        return self._join(groups, ranks)

    def choose(self, outputs: Any, seed: random.SeedGenerator) -> Any:
        """Draw dense rows from the generator's outputs, differentiably.

        The one-hot blocks are straight-through Gumbel-softmax samples: a hard choice
        forward, the softmax's gradient backward. Ranks are the normal distribution
        function of their output, so that a standard normal output is a uniform rank.

        Parameters
        ----------
        outputs : tensor, shape (batch, layout.width)
            Logits, then ranks before their activation.
        seed : SeedGenerator
            Draws the Gumbel noise.

        Returns
        -------
        tensor, shape (batch, layout.width)

        References
        ----------
        Jang, Gu and Poole, "Categorical reparameterization with Gumbel-softmax",
        2017, arXiv:1611.01144.
        """
        logits, ranks = self._split(outputs)
        noise = random.uniform(ops.shape(logits), 1e-6, 1.0, seed=seed)
        noisy = (logits - ops.log(-ops.log(noise))) / TEMPERATURE
        groups = []
        for scores in self._by_group(noisy):
            soft = ops.softmax(scores, axis=-1)
            top = ops.max(scores, axis=-1, keepdims=True)
            hard = ops.cast(ops.equal(scores, top), scores.dtype)
            groups.append(soft + ops.stop_gradient(hard - soft))
        return self._join(groups, ranks)

    def read_off(self, outputs: Any, uniforms: Any) -> tuple[Any, Any]:
        """Draw compact rows by inverting each block's cumulative softmax.

        The same law as the arg-max of Gumbel noise, from one uniform number a block.

        Parameters
        ----------
        outputs : tensor, shape (batch, layout.width)
            As for `choose`.
        uniforms : tensor in [0, 1), shape (batch, at least n_codes)

        Returns
        -------
        codes : tensor of int32, shape (batch, n_codes)
        ranks : tensor of float32, shape (batch, n_ranks)
        """
        logits, ranks = self._split(outputs)
        codes = [
            _invert(_weights(scores), uniforms, group)
            for scores, group in zip(
                self._by_group(logits), self.layout.groups, strict=True
            )
        ]
        batch = ops.shape(outputs)[0]
        empty = ops.zeros((batch, 0), dtype="int32")
        return ops.concatenate([*codes, empty], axis=1), ranks

    def _split(self, outputs: Any) -> tuple[Any, Any]:
        """Return padded logits and activated ranks."""
        stop = self.layout.softmax_width
        logits = outputs[:, :stop] + self._padding_logit
        return logits, normal_cdf(outputs[:, stop:])

    def features(self, rows: Any) -> Any:
        """Return what a network sees of dense rows.

        Beside the row itself, each rank u gives clip((u - a) / (b - a), 0, 1) for every
        piece [a, b] of `cut_pieces`, so that a small network has sharp eyes; u and
        these are multiplied by the flag "not an atom", since the rank of an atom means
        nothing.

        Parameters
        ----------
        rows : tensor, shape (batch, layout.width)

        Returns
        -------
        tensor, shape (batch, features_width)
        """
        if not self.layout.n_ranks:
            return rows
        stop = self.layout.softmax_width
        choices, ranks = rows[:, :stop], rows[:, stop:]
        above = ops.expand_dims(ranks, -1) - self._starts
        pieces = ops.clip(above / self._widths, 0.0, 1.0)
        pieces = ops.concatenate([ops.expand_dims(ranks, -1), pieces], axis=-1)
        pieces = pieces * ops.expand_dims(self._flags(choices), -1)
        width = self.layout.n_ranks * (len(self._starts) + 1)
        return ops.concatenate([choices, ops.reshape(pieces, (-1, width))], axis=1)

    def _flags(self, choices: Any) -> Any:
        """Return, for each rank, 1 where its column is not an atom."""
        flags = [
            scores[:, : group.n_ranked, 0]
            for scores, group in zip(
                self._by_group(choices), self.layout.groups, strict=True
            )
            if group.n_ranked
        ]
        n_free = self.layout.n_ranks - self.n_flags
        free = ops.ones((ops.shape(choices)[0], n_free), dtype=choices.dtype)
        return ops.concatenate([*flags, free], axis=1)

    def unlink(self, rows: Any, mask: Any) -> Any:
        """Show given cells that refer to a cell that is not given by their rank.

        Which column a given cell equals is not known before that column is made.

        Parameters
        ----------
        rows : tensor, shape (batch, layout.width)
            Dense rows.
        mask : tensor, shape (batch, layout.n_columns)
            1 for a given column.

        Returns
        -------
        tensor, shape (batch, layout.width)
        """
        links = self.layout.references
        if not links:
            return rows
        starts = [self.layout.softmax_blocks[link.place].start for link in links]
        codes = np.array([link.code for link in links]) + starts
        given = ops.take(mask, np.array([link.column for link in links]), axis=1)
        other = ops.take(mask, np.array([link.other for link in links]), axis=1)
        moved = ops.take(rows, codes, axis=1) * given * (1.0 - other)
        moves = np.zeros((len(links), self.layout.width), dtype=np.float32)
        moves[np.arange(len(links)), starts] = 1.0
        moves[np.arange(len(links)), codes] = -1.0
        return rows + ops.matmul(moved, moves)

    def spread_mask(self, mask: Any) -> Any:
        """Spread a mask over columns to the positions of the dense row.

        Parameters
        ----------
        mask : tensor, shape (batch, layout.n_columns)

        Returns
        -------
        tensor, shape (batch, layout.width)
        """
        return ops.take(mask, self.layout.column_of_position, axis=1)


def normal_cdf(numbers: Any) -> Any:
    """Return the standard normal distribution function."""
    return 0.5 * (1.0 + ops.erf(numbers / np.float32(np.sqrt(2.0))))


def jitter_ranks(ranks: Any, jitter: Any) -> Any:
    """Move ranks by so much, measured as standard normal numbers.

    Parameters
    ----------
    ranks, jitter : tensor, shape (batch, n_ranks)
    """
    inside = ops.clip(2.0 * ranks - 1.0, -MAX_CENTRED_RANK, MAX_CENTRED_RANK)
    numbers = np.float32(np.sqrt(2.0)) * ops.erfinv(inside)
    return normal_cdf(numbers + jitter)


def _weights(logits: Any) -> Any:
    """Return the softmax up to a factor: at least one code of a block weighs 1."""
    return ops.exp(logits - ops.max(logits, axis=-1, keepdims=True))


def _invert(weights: Any, uniforms: Any, group: Any) -> Any:
    """Return how many cumulative probabilities each uniform number passes."""
    # A product with a triangle stands for cumsum, all rows' blocks stacked into one.
    triangle = np.triu(np.ones((group.width, group.width), dtype=np.float32))
    stacked = ops.reshape(weights, (-1, group.width))
    cumulative = ops.reshape(
        ops.matmul(stacked, triangle), (-1, group.n_blocks, group.width)
    )
    drawn = uniforms[:, group.first : group.first + group.n_blocks]
    # Scaling by the last sum, not by 1, also keeps padding out of reach.
    threshold = ops.expand_dims(drawn, -1) * cumulative[:, :, -1:]
    return ops.sum(ops.cast(cumulative <= threshold, "int32"), axis=-1)

"""`Sampler`: compact rows from a trained generator, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import keras
import numpy as np

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.networks import Generator, RowFeatures, build_generator

_Inputs = tuple[np.ndarray, np.ndarray]


class _RowModel(keras.Model):
    """Latents and uniform numbers to codes and ranks, as one compiled call."""

    def __init__(self, generator: Generator, rows: RowFeatures) -> None:
        super().__init__(name="row_model")
        self.generator = generator
        self.rows = rows

    def call(self, inputs: Any) -> Any:
        """Return codes and ranks of a block."""
        latent, uniforms = inputs
        return self.rows.read_off(self.generator(latent), uniforms)


class Sampler:
    """Makes rows that depend on the seed and their number alone.

    Parameters
    ----------
    layout : Layout
        Layout of the encoded table.
    latent_dim : int
        Length of the latent.
    units : tuple of int
        The generator's widths.
    weights : list of ndarray
        The generator's weights, in the order of its variables.

    Raises
    ------
    ValueError
        If the weights do not have the generator's shapes.

    Notes
    -----
    Every block has one fixed size, since a network's outputs differ in their last bits
    between batch sizes. Latents and the uniform numbers that pick the codes come from
    a counter-based generator keyed by seed and block number.
    """

    def __init__(
        self,
        layout: Layout,
        latent_dim: int,
        units: tuple[int, ...],
        weights: list[np.ndarray],
    ) -> None:
        self.layout = layout
        self.latent_dim = latent_dim
        _check_widths(latent_dim, units, weights)
        # The initial weights are replaced at once.
        generator = build_generator(layout, latent_dim, units, iter(range(1000)))
        _set_weights(generator, weights)
        self._model = _RowModel(generator, RowFeatures(layout))
        self._model.compile(jit_compile=False)

    def sample(self, rows: RowRange) -> EncodedTable:
        """Make the rows of a range, compact.

        Parameters
        ----------
        rows : RowRange
            Seed and numbers of the rows.

        Returns
        -------
        EncodedTable of rows.n_rows rows
        """
        codes = np.empty((rows.n_rows, self.layout.n_codes), dtype=np.int32)
        ranks = np.empty((rows.n_rows, self.layout.n_ranks), dtype=np.float32)
        done = 0
        for part, inputs in self._draw_ahead(rows):
            block_codes, block_ranks = self._model.predict_on_batch(inputs)
            stop = done + part.stop - part.start
            codes[done:stop] = block_codes[part]
            ranks[done:stop] = block_ranks[part]
            done = stop
        return EncodedTable(codes, ranks)

    def _draw_ahead(self, rows: RowRange) -> Iterator[tuple[slice, _Inputs]]:
        """Yield each block's inputs, drawn while the network makes the one before."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            waiting: tuple[slice, Future[_Inputs]] | None = None
            for block, part in rows.blocks():
                drawn = pool.submit(self._draw, rows, block)
                if waiting is not None:
                    yield waiting[0], waiting[1].result()
                waiting = (part, drawn)
            if waiting is not None:
                yield waiting[0], waiting[1].result()

    def _draw(self, rows: RowRange, block: int) -> _Inputs:
        """Draw latents and uniform numbers of a block."""
        rng = rows.block_rng(block, "latent")
        latent = rng.standard_normal((BLOCK_SIZE, self.latent_dim), dtype=np.float32)
        uniforms = rng.random((BLOCK_SIZE, self.layout.n_codes), dtype=np.float32)
        return latent, uniforms


def _check_widths(
    latent_dim: int, units: tuple[int, ...], weights: list[np.ndarray]
) -> None:
    """Refuse widths that are not the weights', before anything is allocated."""
    first = weights[0].shape if weights else ()
    if any(first != (latent_dim, width) for width in units) or len(units) > len(
        weights
    ):
        msg = (
            f"generator weights: expected the shapes of latent_dim {latent_dim!r} and "
            f"units {units!r}, got {len(weights)} weights, the first of shape {first}"
        )
        raise ValueError(msg)


def _set_weights(generator: Generator, weights: list[np.ndarray]) -> None:
    variables = generator.trainable_variables
    expected = [tuple(variable.shape) for variable in variables]
    got = [weight.shape for weight in weights]
    if expected != got:
        msg = f"generator weights: expected the shapes {expected}, got {got}"
        raise ValueError(msg)
    for variable, weight in zip(variables, weights, strict=True):
        variable.assign(weight)

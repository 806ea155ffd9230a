"""`Sampler`: compact rows from a trained generator, block by block."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.layout import Layout
from synthgan.networks import Generator, RowFeatures, build_generator

#: Blocks made at the same time. One network call leaves cores idle between its
#: matrix products; the second one fills them.
N_THREADS = 2


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
        rows = RowFeatures(layout)

        def make_rows(latent: Any, uniforms: Any) -> tuple[Any, Any]:
            return rows.read_off(generator(latent), uniforms)

        self._make_rows = current_engine().freeze(
            make_rows, generator.trainable_variables
        )

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

        def make(block: int, part: slice) -> None:
            made = self._make_rows(*self._draw(rows, block))
            first = block * BLOCK_SIZE - rows.start
            place = slice(first + part.start, first + part.stop)
            codes[place], ranks[place] = (array[part] for array in made)

        with ThreadPoolExecutor(N_THREADS) as pool:
            done = [pool.submit(make, *block) for block in rows.blocks()]
            for future in done:
                future.result()
        return EncodedTable(codes, ranks)

    def _draw(self, rows: RowRange, block: int) -> tuple[np.ndarray, np.ndarray]:
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

"""`Sampler`: compact rows from a trained generator, block by block."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.candidates import Choose
from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.layout import Layout
from synthgan.networks import Flow, RowFeatures, assign_weights, build_generator
from synthgan.training.noise import Noise

#: Blocks made at the same time. One network call leaves cores idle between its
#: matrix products; the second one fills them.
N_THREADS = 2
#: Added to the logit of what must not be chosen.
FORBIDDEN_LOGIT = -1e8

#: Makes made rows keep a table's rules, but for cells that a mask says are given.
Settle = Callable[[EncodedTable, np.ndarray | None], EncodedTable]


@dataclass(frozen=True, eq=False)
class Given:
    """Cells that the generator is told.

    Parameters
    ----------
    cells : EncodedTable of n rows
        Their codes and ranks; anything elsewhere.
    mask : ndarray of bool, shape (n, n_columns)
        Which cells of a row they are.
    forbidden : ndarray of int, shape (k,)
        Positions of the dense row that must not be chosen in the other cells.
    """

    cells: EncodedTable
    mask: np.ndarray
    forbidden: np.ndarray


def leave(table: EncodedTable, _given: np.ndarray | None) -> EncodedTable:
    """Return made rows as they are: a table without rules."""
    return table


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
    settle : callable, default leave
        Given made rows and, where some cells are given, their mask, returns rows that
        keep the table's rules.
    flow : Flow, optional
        Moves what the generator makes.

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
        settle: Settle = leave,
        flow: Flow | None = None,
    ) -> None:
        self.layout = layout
        self.latent_dim = latent_dim
        self._settle = settle
        _check_widths(latent_dim, units, weights)
        # The initial weights are replaced at once.
        generator = build_generator(layout, latent_dim, units, iter(range(1000)))
        self._variables = generator.trainable_variables
        self.set_weights(weights)
        rows = RowFeatures(layout)
        self._n_uniforms = layout.n_codes + (layout.n_ranks if flow else 0)

        def make_rows(latent: Any, uniforms: Any) -> tuple[Any, Any]:
            outputs = generator(latent)
            if flow is not None:
                outputs = flow.move(outputs, uniforms, lambda dense: dense)
            return rows.read_off(outputs, uniforms)

        def fill_rows(
            latent: Any, uniforms: Any, codes: Any, ranks: Any, mask: Any, bars: Any
        ) -> tuple[Any, Any]:
            given = rows.spread_mask(mask)
            condition = rows.dense(codes, ranks) * given
            outputs = generator(latent, rows.features(condition), mask) + bars
            if flow is not None:
                outputs = flow.move(
                    outputs,
                    uniforms,
                    lambda dense: condition + (1.0 - given) * dense,
                )
            return rows.read_off(outputs, uniforms)

        engine = current_engine()
        variables = [*self._variables, *(flow.variables if flow else ())]
        is_dear = flow is not None
        self._make_rows = engine.freeze(make_rows, variables, is_dear=is_dear)
        self._fill_rows = engine.freeze(fill_rows, variables, is_dear=is_dear)

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Take other weights; raises ValueError where they do not fit."""
        assign_weights(self._variables, weights, "generator")

    def sample(
        self,
        rows: RowRange,
        given: Given | None = None,
        choose: Choose | None = None,
    ) -> EncodedTable:
        """Make the rows of a range, compact.

        Parameters
        ----------
        rows : RowRange
            Seed and numbers of the rows.
        given : Given of rows.n_rows rows, optional
            Cells that these rows have.
        choose : callable, optional
            Makes a block of rows out of candidates; by default the first one of each
            row is taken.

        Returns
        -------
        EncodedTable of rows.n_rows rows
        """

        def make(block: int, part: slice, place: slice) -> EncodedTable:
            told = None if given is None else self._pad(given, place, part)

            def candidate(k: int) -> EncodedTable:
                # The first candidate is the row that there would be without others.
                rng = rows.block_rng(block, "latent", *([k] if k else []))
                noise = self.draw_noise(rng)
                return self.make(noise) if told is None else self._fill(noise, told)

            if choose is None:
                return candidate(0).take(part)
            return choose(candidate, rows.block_rng(block, "choice")).take(part)

        return fill_blocks(self.layout, rows, make)

    def draw_noise(self, rng: np.random.Generator) -> Noise:
        """Draw the noise of a block of rows."""
        return Noise.draw(rng, BLOCK_SIZE, self.latent_dim, self._n_uniforms)

    def find_noise(self, rows: RowRange, places: np.ndarray) -> Noise:
        """Return what some rows that `sample` made were made from.

        Parameters
        ----------
        rows : RowRange
            The rows; they were made without conditions, and not chosen.
        places : ndarray of int, shape (m,), ascending
            Which of them.
        """
        numbers = places + rows.start
        latent = np.empty((len(places), self.latent_dim), dtype=np.float32)
        uniforms = np.empty((len(places), self._n_uniforms), dtype=np.float32)
        for block in np.unique(numbers // BLOCK_SIZE).tolist():
            here = numbers // BLOCK_SIZE == block
            drawn = self.draw_noise(rows.block_rng(block, "latent"))
            part = drawn.take(numbers[here] % BLOCK_SIZE)
            latent[here], uniforms[here] = part.latent, part.uniforms
        return Noise(latent, uniforms)

    def make(self, noise: Noise) -> EncodedTable:
        """Make the rows of the noise of a block."""
        codes, ranks = self._make_rows(noise.latent, noise.uniforms)
        return self._settle(EncodedTable(codes, ranks), None)

    def _pad(self, given: Given, place: slice, part: slice) -> Given:
        """Put a part of the given cells at its place in a whole block."""

        def pad(array: np.ndarray) -> np.ndarray:
            block = np.zeros((BLOCK_SIZE, array.shape[1]), dtype=array.dtype)
            block[part] = array[place]
            return block

        cells = EncodedTable(pad(given.cells.codes), pad(given.cells.ranks))
        return Given(cells, pad(given.mask), given.forbidden)

    def _fill(self, noise: Noise, given: Given) -> EncodedTable:
        """Make a block of rows that have given cells."""
        told, mask = given.cells, given.mask
        bars = np.zeros(self.layout.width, dtype=np.float32)
        bars[given.forbidden] = FORBIDDEN_LOGIT
        codes, ranks = self._fill_rows(
            noise.latent,
            noise.uniforms,
            told.codes,
            told.ranks,
            mask.astype(np.float32),
            bars,
        )
        code_columns = [block.column for block in self.layout.softmax_blocks]
        rank_columns = [block.column for block in self.layout.rank_blocks]

        def tell(made: EncodedTable) -> EncodedTable:
            return EncodedTable(
                np.where(mask[:, code_columns], told.codes, made.codes),
                np.where(mask[:, rank_columns], told.ranks, made.ranks),
            )

        return tell(self._settle(tell(EncodedTable(codes, ranks)), mask))


def fill_blocks(
    layout: Layout,
    rows: RowRange,
    make: Callable[[int, slice, slice], EncodedTable],
) -> EncodedTable:
    """Make the rows of a range block by block, some blocks at the same time.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    rows : RowRange
        Which rows.
    make : callable
        Given the number of a block, the part of it that is meant and the place of that
        part in the range, makes the rows of that part.
    """
    codes = np.empty((rows.n_rows, layout.n_codes), dtype=np.int32)
    ranks = np.empty((rows.n_rows, layout.n_ranks), dtype=np.float32)

    def fill(block: int, part: slice) -> None:
        first = block * BLOCK_SIZE - rows.start
        place = slice(first + part.start, first + part.stop)
        made = make(block, part, place)
        codes[place], ranks[place] = made.codes, made.ranks

    with ThreadPoolExecutor(N_THREADS) as pool:
        done = [pool.submit(fill, *block) for block in rows.blocks()]
        try:
            for future in done:
                future.result()
        except BaseException:  # Ctrl-C too: no further block is begun
            pool.shutdown(cancel_futures=True)
            raise
    return EncodedTable(codes, ranks)


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

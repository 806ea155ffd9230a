"""`Model`: what `fit` made, ready to make rows; knows no user's arguments."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgan._random import RowRange, make_seed
from synthgan.conditions import (
    ConditionSet,
    Margin,
    PartialRows,
    Support,
    count_matches,
    draw_from_pool,
    draw_to_margins,
    encode_given,
    find_groups,
    match,
    match_codes,
    support,
)
from synthgan.encoders import EncodedTable
from synthgan.encoders.base import no_codes, no_ranks
from synthgan.engines import import_keras
from synthgan.persistence import FittedState

if TYPE_CHECKING:
    from synthgan.networks import Flow
    from synthgan.refinement.refiner import Refiner
    from synthgan.training.sampler import Sampler

#: Rows that conditions are drawn from; more where few of them match. Of the rows that
#: match, those that refinement would choose are some tenths.
POOL_SIZES = (32_768, 131_072)
MIN_MATCHES = 2_000
#: Rows walk from no fewer matching rows than these.
MIN_STARTS = 20
#: The larger pool is not searched for more combinations of given cells than these.
MAX_COMBINATIONS = 100

#: Tells which rows belong where they should, being those at a place of their range.
Belongs = Callable[[EncodedTable, slice], np.ndarray]


@dataclass(frozen=True, eq=False)
class Pool:
    """Rows that a model made without conditions.

    Parameters
    ----------
    rows : RowRange of n rows
        Their seed and numbers.
    table : EncodedTable of n rows
        The rows, encoded.
    """

    rows: RowRange
    table: EncodedTable


class Model:
    """A fitted state with its networks, which are compiled when they are needed.

    Parameters
    ----------
    state : FittedState
        What `fit` made, or a file holds.
    """

    def __init__(self, state: FittedState) -> None:
        self.state = state
        self._pools: dict[tuple[int, bool], Pool] = {}

    @cached_property
    def sampler(self) -> Sampler:
        """The compiled generator."""
        return self._build_sampler(None)

    @cached_property
    def moving_sampler(self) -> Sampler:
        """The compiled generator with its flow, if it has one."""
        return self.sampler_moved_by(self._flow)

    @property
    def _flow(self) -> list[np.ndarray]:
        """Weights of the flow's networks; none without a flow."""
        refinement = self.state.refinement
        return refinement["flow"] if refinement else []

    def sampler_moved_by(self, weights: list[np.ndarray]) -> Sampler:
        """Compile the generator with a flow of networks of these weights, if any."""
        if not weights:
            return self.sampler
        import_keras()
        from synthgan.engines import current_engine
        from synthgan.networks import Flow

        units = tuple(self.state.settings["discriminator_units"])
        gradient = current_engine().input_gradient
        return self._build_sampler(
            Flow(self.state.encoder.layout, units, weights, gradient)
        )

    def _build_sampler(self, flow: Flow | None) -> Sampler:
        import_keras()
        from synthgan.training.sampler import Sampler

        return Sampler(
            self.state.encoder.layout,
            self.state.settings["latent_dim"],
            tuple(self.state.settings["generator_units"]),
            self.state.weights,
            self.state.encoder.settle,
            flow,
        )

    @cached_property
    def refiner(self) -> Refiner | None:
        """What makes rows of candidates, if anything does."""
        if self.state.refinement is None:
            return None
        import_keras()
        from synthgan.refinement import Refinement
        from synthgan.refinement.refiner import Refiner

        refinement = Refinement(**self.state.refinement)
        return Refiner(self.state.encoder.layout, refinement)

    def prepare(self) -> None:
        """Build the networks, which shows whether the weights fit them."""
        if self.state.encoder.layout.width:
            _ = self.sampler, self.moving_sampler, self.refiner

    def make(
        self,
        rows: RowRange,
        partial: PartialRows | None = None,
        *,
        refine: bool,
        fill_all: bool = False,
    ) -> pd.DataFrame:
        """Make rows.

        Parameters
        ----------
        rows : RowRange
            Seed and numbers of the rows.
        partial : PartialRows of rows.n_rows rows, optional
            Cells that they have.
        refine : bool
            Whether rows are candidates that the refiner keeps or chooses.
        fill_all : bool
            Whether no cell but a given one may be missing.
        """
        encoder = self.state.encoder
        table = self._make_table(rows, partial, refine, fill_all)
        made = encoder.inverse_transform(table, rows)
        return made if partial is None else partial.complete(made, table)

    def _sampler(self, refine: bool) -> Sampler:
        return self.moving_sampler if refine else self.sampler

    def _make_table(
        self,
        rows: RowRange,
        partial: PartialRows | None,
        refine: bool,
        fill_all: bool = False,
    ) -> EncodedTable:
        encoder = self.state.encoder
        if not encoder.layout.width:
            return EncodedTable(no_codes(rows.n_rows), no_ranks(rows.n_rows))
        sampler = self._sampler(refine)
        refiner = self.refiner if refine else None
        if partial is None:
            return sampler.sample(rows, choose=refiner.keep if refiner else None)
        from synthgan.training.sampler import Given

        cells, mask = encode_given(partial)
        forbidden = encoder.missing_positions if fill_all else np.empty(0, np.int64)
        given = Given(cells, mask, forbidden)
        return sampler.sample(rows, given, refiner.choose if refiner else None)

    def make_like(
        self, partial: PartialRows, rows: RowRange, *, refine: bool
    ) -> pd.DataFrame:
        """Make rows that have given cells.

        Where the model often makes such cells by itself, they are cells of rows of its
        own; elsewhere the generator is told them.
        """
        encoder = self.state.encoder
        told, mask = encode_given(partial)
        given = mask[:, [block.column for block in encoder.layout.softmax_blocks]]

        def belongs(made: EncodedTable, place: slice) -> np.ndarray:
            same = (made.codes == told.codes[place]) | ~given[place]
            return np.asarray(same.all(axis=1))

        pool, matches = self._find_matches(told, mask, refine)
        made, _ = self._walk_some(partial, rows, pool, matches, belongs, refine)
        return partial.complete(encoder.inverse_transform(made, rows), made)

    def make_under(
        self, conditions: ConditionSet, rows: RowRange, *, refine: bool
    ) -> pd.DataFrame:
        """Make rows, all of which satisfy conditions."""
        encoder = self.state.encoder
        pool, cells = self._find_pool(conditions, refine)
        matches = np.flatnonzero(conditions.holds(cells))
        if not conditions.allowed or len(matches) < MIN_STARTS:
            drawn = draw_from_pool(conditions, cells, rows)
            partial = PartialRows.from_draw(drawn, encoder)
            return self.make(rows, partial, refine=refine)

        def belongs(made: EncodedTable, _: slice) -> np.ndarray:
            return conditions.holds(encoder.decode_some(made, conditions.allowed))

        everyone = np.arange(rows.n_rows)
        made = self._walk(rows, pool, [(everyone, matches)], belongs, refine)
        return encoder.inverse_transform(made, rows)

    def make_to_margins(
        self, margins: tuple[Margin, ...], rows: RowRange, *, refine: bool
    ) -> pd.DataFrame:
        """Make rows whose totals are those of margins."""
        encoder = self.state.encoder
        pool = self._pool(POOL_SIZES[0], refine)
        names = [margin.name for margin in margins]
        pool_cells = self._decode_pool(pool, names, refine)
        cells = draw_to_margins(margins, pool_cells, rows)
        wanted = find_groups(margins, cells)

        def belongs(made: EncodedTable, place: slice) -> np.ndarray:
            groups = find_groups(margins, encoder.decode_some(made, names))
            return np.asarray((groups == wanted[place]).all(axis=1))

        matches = match(wanted, find_groups(margins, pool_cells))
        partial = PartialRows.from_draw(cells, encoder)
        made, walked = self._walk_some(partial, rows, pool, matches, belongs, refine)
        frame = encoder.inverse_transform(made, rows)
        return partial.without(walked).complete(frame, made)

    def support(self, conditions: ConditionSet) -> Support:
        """Estimate how many training rows are like what conditions ask for."""
        _, cells = self._find_pool(conditions, refine=False)
        return support(conditions, cells, self.state.encoder.schema.n_rows)

    def _find_pool(
        self, conditions: ConditionSet, refine: bool
    ) -> tuple[Pool, pd.DataFrame]:
        """Return a pool, enough of which satisfies conditions, and the cells meant."""
        for size in POOL_SIZES:
            pool = self._pool(size, refine)
            cells = self._decode_pool(pool, conditions.allowed, refine)
            if count_matches(cells, conditions) >= MIN_MATCHES:
                break
        return pool, cells

    def _decode_pool(
        self, pool: Pool, names: Iterable[Hashable], refine: bool
    ) -> pd.DataFrame:
        """Return some columns of a pool's rows, as these are handed out."""
        table = pool.table
        if refine and self.refiner is not None:
            table = self.refiner.stretch(table)
        return self.state.encoder.decode_some(table, names)

    def _find_matches(
        self, told: EncodedTable, mask: np.ndarray, refine: bool
    ) -> tuple[Pool, list[tuple[np.ndarray, np.ndarray]]]:
        """Return a pool, and which of its rows have given cells; see `match_codes`."""
        for size in POOL_SIZES:
            pool = self._pool(size, refine)
            matches = match_codes(told, mask, pool.table, self.state.encoder.layout)
            fewest = min((len(places) for _, places in matches), default=MIN_MATCHES)
            if fewest >= MIN_MATCHES or len(matches) > MAX_COMBINATIONS:
                break
        return pool, matches

    def _walk_some(
        self,
        partial: PartialRows,
        rows: RowRange,
        pool: Pool,
        matches: list[tuple[np.ndarray, np.ndarray]],
        belongs: Belongs,
        refine: bool,
    ) -> tuple[EncodedTable, np.ndarray]:
        """Make rows that start at matching rows, and fill those that have too few.

        Walks from a few places would stay near them. Returns which rows walked, too.
        """
        matches = [found for found in matches if len(found[1]) >= MIN_STARTS]
        walked = np.zeros(rows.n_rows, dtype=bool)
        for members, _ in matches:
            walked[members] = True
        if not walked.any():
            return self._make_table(rows, partial, refine), walked
        made = self._walk(rows, pool, matches, belongs, refine)
        if not walked.all():
            made = self._make_table(rows, partial, refine).replace(walked, made)
        return made, walked

    def _walk(
        self,
        rows: RowRange,
        pool: Pool,
        matches: list[tuple[np.ndarray, np.ndarray]],
        belongs: Belongs,
        refine: bool,
    ) -> EncodedTable:
        """Make rows that start at matching rows of the pool, and belong as these do."""
        if not self.state.encoder.layout.width:
            return self._make_table(rows, None, refine)
        from synthgan.training.walk import draw_starts, walk

        sampler = self._sampler(refine)
        starts = draw_starts(sampler, pool.rows, pool.table, matches, rows)
        refiner = self.refiner if refine else None
        if refiner is None:
            return walk(sampler, rows, starts, belongs)

        def belongs_in_the_end(made: EncodedTable, place: slice) -> np.ndarray:
            return belongs(refiner.stretch(made), place)

        return walk(sampler, rows, starts, belongs_in_the_end, refiner.choose)

    def _pool(self, n_rows: int, refine: bool) -> Pool:
        """Return rows made without conditions, always the same ones.

        They are moved, but not chosen: a few of their columns are looked at, which are
        right without it, and many of them are wanted.
        """
        is_moved = refine and bool(self._flow)
        if (n_rows, is_moved) not in self._pools:
            rows = RowRange(make_seed(self.state.sample_seed, "pool"), 0, n_rows)
            if self.state.encoder.layout.width:
                table = self._sampler(is_moved).sample(rows)
            else:
                table = self._make_table(rows, None, refine=False)
            self._pools[n_rows, is_moved] = Pool(rows, table)
        return self._pools[n_rows, is_moved]

"""`Model`: what `fit` made, ready to make rows; knows no user's arguments."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgan._random import RowRange, make_seed
from synthgan.conditions import (
    ConditionSet,
    Margin,
    PartialRows,
    count_matches,
    draw_from_pool,
    draw_to_margins,
    encode_given,
)
from synthgan.encoders import EncodedTable
from synthgan.encoders.base import no_codes, no_ranks
from synthgan.engines import import_keras
from synthgan.persistence import FittedState

if TYPE_CHECKING:
    from synthgan.refinement.refiner import Refiner
    from synthgan.training.sampler import Sampler

#: Rows that conditions are drawn from; more where few of them match.
POOL_SIZES = (16_384, 131_072)
MIN_MATCHES = 100


class Model:
    """A fitted state with its networks, which are compiled when they are needed.

    Parameters
    ----------
    state : FittedState
        What `fit` made, or a file holds.
    """

    def __init__(self, state: FittedState) -> None:
        self.state = state
        self._pools: dict[int, pd.DataFrame] = {}

    @cached_property
    def sampler(self) -> Sampler:
        """The compiled generator."""
        import_keras()
        from synthgan.training.sampler import Sampler

        return Sampler(
            self.state.encoder.layout,
            self.state.settings["latent_dim"],
            tuple(self.state.settings["generator_units"]),
            self.state.weights,
            self.state.dependencies,
        )

    @cached_property
    def refiner(self) -> Refiner | None:
        """What chooses among candidates, if anything does."""
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
            _ = self.sampler, self.refiner

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
            Whether each row is chosen among its candidates.
        fill_all : bool
            Whether no cell but a given one may be missing.
        """
        encoder = self.state.encoder
        table = self._make_table(rows, partial, refine, fill_all)
        made = encoder.inverse_transform(table, rows)
        return made if partial is None else partial.complete(made, table)

    def _make_table(
        self, rows: RowRange, partial: PartialRows | None, refine: bool, fill_all: bool
    ) -> EncodedTable:
        encoder = self.state.encoder
        if not encoder.layout.width:
            return EncodedTable(no_codes(rows.n_rows), no_ranks(rows.n_rows))
        refiner = self.refiner if refine else None
        choose = None if refiner is None else refiner.choose
        if partial is None:
            return self.sampler.sample(rows, choose=choose)
        from synthgan.training.sampler import Given

        cells, mask = encode_given(partial)
        forbidden = encoder.missing_positions if fill_all else np.empty(0, np.int64)
        return self.sampler.sample(rows, Given(cells, mask, forbidden), choose)

    def make_under(
        self, conditions: ConditionSet, rows: RowRange, *, refine: bool
    ) -> pd.DataFrame:
        """Make rows, all of which satisfy conditions."""
        cells = draw_from_pool(conditions, self.find_pool(conditions), rows)
        partial = PartialRows.from_draw(cells, self.state.encoder)
        return self.make(rows, partial, refine=refine)

    def make_to_margins(
        self, margins: tuple[Margin, ...], rows: RowRange, *, refine: bool
    ) -> pd.DataFrame:
        """Make rows whose totals are those of margins."""
        cells = draw_to_margins(margins, self._pool(POOL_SIZES[0]), rows)
        partial = PartialRows.from_draw(cells, self.state.encoder)
        return self.make(rows, partial, refine=refine)

    def find_pool(self, conditions: ConditionSet) -> pd.DataFrame:
        """Return the model's own rows, enough of which satisfy the conditions."""
        free = conditions.only(is_fixed=False)
        if not free.allowed:
            free = conditions
        for size in POOL_SIZES:
            pool = self._pool(size)
            if count_matches(pool, free) >= MIN_MATCHES:
                break
        return pool

    def _pool(self, n_rows: int) -> pd.DataFrame:
        """Return rows made without conditions, always the same ones.

        They are not refined: a few of their columns are looked at, which are right
        without it, and many of them are wanted.
        """
        if n_rows not in self._pools:
            rows = RowRange(make_seed(self.state.sample_seed, "pool"), 0, n_rows)
            self._pools[n_rows] = self.make(rows, refine=False)
        return self._pools[n_rows]

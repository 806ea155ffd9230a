"""`TableEncoder`: a frame to compact arrays and back."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Collection, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthgan._random import RowRange, make_rng
from synthgan.encoders.base import ColumnEncoder
from synthgan.encoders.dependencies import Dependency, find_dependencies
from synthgan.encoders.encoded import EncodedTable
from synthgan.encoders.quantiles import PlaceOnPlateau
from synthgan.encoders.registry import ENCODERS, encoder_for
from synthgan.encoders.sums import SumRule, order_sums, settle_sums
from synthgan.layout import Block, Layout, Reference
from synthgan.schema import ColumnSchema, TableSchema
from synthgan.schema.values import numbers_with_gaps

#: Ranks of a column whose places among another's ranks are remembered.
N_CARRIED = 65

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class TableEncoder:
    """The encoders of all columns, and the layout of an encoded row.

    Parameters
    ----------
    schema : TableSchema
        The table's description.
    encoders : tuple of ColumnEncoder
        One for each column.
    dependencies : tuple of Dependency, default ()
        Which columns are looked up by another one.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> frame = pd.DataFrame({"age": [20, 30, 40] * 9, "sex": ["f", "m", None] * 9})
    >>> encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    >>> rows = encoder.transform(frame, seed=0)
    >>> rows.codes[:3].tolist()
    [[0, 0], [1, 1], [2, 2]]
    >>> back = encoder.inverse_transform(rows, RowRange(seed=0, start=0, n_rows=27))
    >>> pd.testing.assert_frame_equal(back, frame)
    """

    schema: TableSchema
    encoders: tuple[ColumnEncoder, ...]
    dependencies: tuple[Dependency, ...] = ()

    @classmethod
    def fit(cls, frame: pd.DataFrame, schema: TableSchema, seed: int) -> TableEncoder:
        """Fit an encoder to each column of the training rows."""

        def fit_column(
            i: int, series: pd.Series, column: ColumnSchema
        ) -> ColumnEncoder:
            rng = make_rng(seed, "encoders", "fit", i)
            return ENCODERS[encoder_for(column.kind)].fit(column, series, rng)

        return cls(schema, tuple(_map_columns(fit_column, _columns(frame), schema)))

    def with_dependencies(
        self, frame: pd.DataFrame, table: EncodedTable
    ) -> TableEncoder:
        """Find which columns of the training rows determine which, and keep it so.

        Parameters
        ----------
        frame : DataFrame of n rows
            The training rows.
        table : EncodedTable of n rows
            The same, encoded.

        Returns
        -------
        TableEncoder
            The same encoder; its schema states what was found.
        """
        totals = {rule.total for rule in self.sums}
        arguments, values = {}, {}
        for i, column in enumerate(self.schema):
            if i in totals or not self.encoders[i].specs:
                continue
            if not self.places[i][1]:
                arguments[i] = values[i] = table.codes[:, self._choices(i)]
            elif column.kind.is_numeric:
                arguments[i] = numbers_with_gaps(frame.iloc[:, i], column)[:, None]
        found = find_dependencies(arguments, values)
        columns = list(self.schema.columns)
        for dependency in found:
            columns[dependency.dependent] = replace(
                columns[dependency.dependent],
                determined_by=columns[dependency.determinant].name,
            )
        schema = replace(self.schema, columns=tuple(columns))
        return replace(self, schema=schema, dependencies=found)

    @cached_property
    def layout(self) -> Layout:
        """Where each column's blocks stand, and which codes refer to a column."""
        layout = Layout.from_specs(encoder.specs for encoder in self.encoders)
        position = {name: i for i, name in enumerate(self.schema.names)}
        references = tuple(
            Reference(
                i,
                layout.column_blocks(i)[0].index,
                code,
                position[name],
                _carry_ranks(self.encoders[position[name]], encoder),
            )
            for i, encoder in enumerate(self.encoders)
            for code, (name, _) in zip(
                encoder.reference_codes, encoder.column.references, strict=False
            )
        )
        return replace(layout, references=references)

    @cached_property
    def sums(self) -> tuple[SumRule, ...]:
        """The columns that are sums of others, in an order that can be made."""
        return order_sums(self.schema)

    @cached_property
    def places(self) -> tuple[tuple[list[int], list[int]], ...]:
        """Each column's positions among the codes and among the ranks."""
        places: tuple[tuple[list[int], list[int]], ...] = tuple(
            ([], []) for _ in self.encoders
        )
        # A column that has two choices asked for them in this order of names.
        for block in sorted(self.layout.blocks, key=self._order_asked):
            places[block.column][block.activation == "rank"].append(block.index)
        return places

    def _order_asked(self, block: Block) -> int:
        names = [spec.name for spec in self.encoders[block.column].specs]
        return names.index(block.name)

    @cached_property
    def missing_positions(self) -> np.ndarray:
        """Positions in the dense row that mean "missing"; shape (k,)."""
        return np.array(
            [
                # Of the choice that it asked for first, wherever the layout put it.
                self.layout.softmax_blocks[self.places[i][0][0]].start
                + encoder.missing_code
                for i, encoder in enumerate(self.encoders)
                if encoder.missing_code is not None
            ],
            dtype=np.int64,
        )

    def transform(self, frame: pd.DataFrame, seed: int) -> EncodedTable:
        """Encode rows.

        Parameters
        ----------
        frame : DataFrame of n rows
            With the columns of the schema.
        seed : int
            Breaks ties of ranks.
        """
        codes = np.empty((len(frame), self.layout.n_codes), dtype=np.int32)
        ranks = np.empty((len(frame), self.layout.n_ranks), dtype=np.float32)

        def encode(i: int, series: pd.Series, encoder: ColumnEncoder) -> None:
            rng = make_rng(seed, "encoders", "transform", i)
            of_codes, of_ranks = self.places[i]
            codes[:, of_codes], ranks[:, of_ranks] = encoder.transform(series, rng)

        _map_columns(encode, _columns(frame), self.encoders)
        self._encode_references(frame, codes)
        return EncodedTable(codes, ranks)

    def inverse_transform(self, table: EncodedTable, rows: RowRange) -> pd.DataFrame:
        """Decode rows into a frame with the training frame's columns and dtypes.

        Parameters
        ----------
        table : EncodedTable of n rows
            What the generator made.
        rows : RowRange
            Seed and numbers of these rows.
        """
        table = self._look_up(table)

        def decode(i: int, _: ColumnEncoder) -> pd.Series:
            return self._decode(i, table, rows)

        columns = dict(enumerate(_map_columns(decode, self.encoders)))
        self._resolve_references(columns, table.codes)
        columns = settle_sums(columns, self.sums, self.schema)
        frame = pd.DataFrame(columns, index=pd.RangeIndex(rows.n_rows), copy=False)
        # A copy, as renaming an index's axis changes the index itself.
        frame.columns = self.schema.labels.copy()
        return frame

    def decode_some(
        self, table: EncodedTable, names: Iterable[Hashable]
    ) -> pd.DataFrame:
        """Decode some columns of rows whose numbers do not matter.

        Parameters
        ----------
        table : EncodedTable of n rows
            What the generator made.
        names : iterable of column names
            Which columns; what is made up anew for each row, such as keys, is not as
            in `inverse_transform`.
        """
        positions = [self.schema.names.index(name) for name in names]
        needed = self._with_sums(positions)
        columns = self._decode_linked(self._look_up(table, needed), needed)
        columns = settle_sums(columns, self._sums_of(columns), self.schema)
        index = pd.RangeIndex(len(table))
        frame = pd.DataFrame({i: columns[i] for i in positions}, index=index)
        frame.columns = self.schema.labels.take(positions)
        return frame

    def settle(
        self, table: EncodedTable, given: np.ndarray | None = None
    ) -> EncodedTable:
        """Return encoded rows that keep every dependency and every sum.

        Parameters
        ----------
        table : EncodedTable of n rows
            What the generator made.
        given : ndarray of bool, shape (n, number of columns), optional
            Cells that sums must leave as they are.
        """
        table = self._look_up(table)
        if not self.sums:
            return table
        linked = {i for rule in self.sums for i in rule.columns}
        made = self._decode_linked(table, linked)
        settled = settle_sums(made, self.sums, self.schema, given)
        codes, ranks = table.codes.copy(), table.ranks.copy()
        for i, cells in settled.items():
            encoder = self.encoders[i]
            rows = np.flatnonzero(((cells != made[i]) & cells.notna()).fillna(False))
            rows = rows[encoder.can_encode(cells.iloc[rows])]
            if len(rows):
                of_codes, of_ranks = self.places[i]
                codes[np.ix_(rows, of_codes)], ranks[np.ix_(rows, of_ranks)] = (
                    encoder.transform(cells.iloc[rows], PlaceOnPlateau())
                )
        return EncodedTable(codes, ranks)

    def _choices(self, i: int) -> list[int]:
        """Return the places of a column's codes in the order of the layout."""
        return sorted(self.places[i][0])

    def _look_up(
        self, table: EncodedTable, dependents: Collection[int] | None = None
    ) -> EncodedTable:
        """Return encoded rows in which determined columns are looked up, or some."""
        wanted = [
            dependency
            for dependency in self.dependencies
            if dependents is None or dependency.dependent in dependents
        ]
        if not wanted:
            return table
        # No determinant is determined itself: what it was at first, it stays.
        arguments = {
            i: self._arguments(i, table)
            for i in {dependency.determinant for dependency in wanted}
        }
        codes = table.codes.copy()
        for dependency in wanted:
            places = self._choices(dependency.dependent)
            codes[:, places] = dependency.look_up(
                arguments[dependency.determinant], codes[:, places]
            )
        return EncodedTable(codes, table.ranks)

    def _arguments(self, i: int, table: EncodedTable) -> np.ndarray:
        """Return a determinant's codes, or its numbers where it has ranks."""
        if not self.places[i][1]:
            return table.codes[:, self._choices(i)]
        cells = self._decode_linked(table, {i})[i]
        return numbers_with_gaps(cells, self.schema.columns[i])[:, None]

    def _with_sums(self, positions: Iterable[int]) -> set[int]:
        """Return columns, and all that sums link them to."""
        needed = set(positions)
        for _ in self.sums:
            for rule in self.sums:
                if not needed.isdisjoint(rule.columns):
                    needed.update(rule.columns)
        return needed

    def _sums_of(self, columns: Iterable[int]) -> tuple[SumRule, ...]:
        """Return the rules, all of whose columns are among some."""
        return tuple(rule for rule in self.sums if {*rule.columns} <= {*columns})

    def _decode_linked(
        self, table: EncodedTable, positions: set[int]
    ) -> dict[int, pd.Series]:
        """Decode columns of rows, and those that they refer to."""
        needed = set(positions)
        for link in reversed(self.layout.references):
            if link.column in needed:
                needed.add(link.other)
        rows = RowRange(0, 0, len(table))
        columns = {i: self._decode(i, table, rows) for i in needed}
        self._resolve_references(columns, table.codes)
        return columns

    def _decode(self, i: int, table: EncodedTable, rows: RowRange) -> pd.Series:
        of_codes, of_ranks = self.places[i]
        return self.encoders[i].inverse_transform(
            table.codes[:, of_codes], table.ranks[:, of_ranks], rows
        )

    def _encode_references(self, frame: pd.DataFrame, codes: np.ndarray) -> None:
        """Give the reference's code to cells that are no atom and equal the other's."""
        for link in self.layout.references:
            equal = frame.iloc[:, link.column] == frame.iloc[:, link.other]
            own = codes[:, link.place]
            own[equal.fillna(False).to_numpy(bool) & (own == 0)] = link.code

    def _resolve_references(
        self, columns: dict[int, pd.Series], codes: np.ndarray
    ) -> None:
        """Copy the cells that are referred to, where the column can hold them."""
        for link in self.layout.references:
            refers = np.flatnonzero(codes[:, link.place] == link.code)
            if len(refers) and link.column in columns:
                source = columns[link.other].iloc[refers]
                fits = self.encoders[link.column].can_hold(source)
                column = columns[link.column].copy()
                column.iloc[refers[fits]] = source[fits].array
                columns[link.column] = column


def _carry_ranks(source: ColumnEncoder, target: ColumnEncoder) -> tuple[float, ...]:
    """Return where evenly spaced ranks of one column stand among another's."""
    if source.specs[-1].activation != "rank":
        return ()
    codes = np.zeros((N_CARRIED, len(source.specs) - 1), dtype=np.int32)
    ranks = np.linspace(0, 1, N_CARRIED, dtype=np.float32)[:, None]
    series = source.inverse_transform(codes, ranks, RowRange(0, 0, N_CARRIED))
    encoded = target.transform(series, PlaceOnPlateau())
    cells = Layout.from_specs([target.specs]).cells(*encoded)
    return tuple(cells[:, -1].tolist())


def _columns(frame: pd.DataFrame) -> list[pd.Series]:
    return [frame.iloc[:, i] for i in range(frame.shape[1])]


def _map_columns(function: Callable[..., _T], *columns: Iterable[Any]) -> list[_T]:
    """Call a function for each column, given its number, on all cores.

    Sorting and searching, which take the time, let other threads run.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, itertools.count(), *columns))

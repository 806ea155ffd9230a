"""`TableEncoder`: a frame to compact arrays and back."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthgan._random import RowRange, make_rng
from synthgan.encoders.base import ColumnEncoder
from synthgan.encoders.registry import ENCODERS, encoder_for
from synthgan.layout import Block, Layout
from synthgan.schema import ColumnSchema, TableSchema

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class EncodedTable:
    """Rows in their compact form.

    Parameters
    ----------
    codes : ndarray of int32, shape (n_rows, layout.n_codes)
        The code of each softmax block.
    ranks : ndarray of float32, shape (n_rows, layout.n_ranks)
        The number of each rank block, in [0, 1].
    """

    codes: np.ndarray
    ranks: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, eq=False)
class TableEncoder:
    """The encoders of all columns, and the layout of an encoded row.

    Parameters
    ----------
    schema : TableSchema
        The table's description.
    encoders : tuple of ColumnEncoder
        One for each column.

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

    @classmethod
    def fit(cls, frame: pd.DataFrame, schema: TableSchema, seed: int) -> TableEncoder:
        """Fit an encoder to each column of the training rows."""

        def fit_column(
            i: int, series: pd.Series, column: ColumnSchema
        ) -> ColumnEncoder:
            rng = make_rng(seed, "encoders", "fit", i)
            return ENCODERS[encoder_for(column.kind)].fit(column, series, rng)

        return cls(schema, tuple(_map_columns(fit_column, _columns(frame), schema)))

    @cached_property
    def layout(self) -> Layout:
        """Where each column's blocks stand."""
        return Layout.from_specs(encoder.specs for encoder in self.encoders)

    @cached_property
    def _places(self) -> tuple[tuple[list[int], list[int]], ...]:
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
            of_codes, of_ranks = self._places[i]
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

        def decode(i: int, encoder: ColumnEncoder) -> pd.Series:
            of_codes, of_ranks = self._places[i]
            return encoder.inverse_transform(
                table.codes[:, of_codes], table.ranks[:, of_ranks], rows
            )

        columns = dict(enumerate(_map_columns(decode, self.encoders)))
        self._resolve_references(columns, table.codes)
        frame = pd.DataFrame(columns, index=pd.RangeIndex(rows.n_rows), copy=False)
        # A copy, as renaming an index's axis changes the index itself.
        frame.columns = self.schema.labels.copy()
        return frame

    @cached_property
    def _references(self) -> list[tuple[int, int, int, int]]:
        """Column, its place among the codes, code, and the column referred to.

        In the order of the columns: a reference is to an earlier one.
        """
        position = {name: i for i, name in enumerate(self.schema.names)}
        return [
            (i, self._places[i][0][0], code, position[name])
            for i, encoder in enumerate(self.encoders)
            for code, (name, _) in zip(
                encoder.reference_codes, encoder.column.references, strict=False
            )
        ]

    def _encode_references(self, frame: pd.DataFrame, codes: np.ndarray) -> None:
        """Give the reference's code to cells that are no atom and equal the other's."""
        for i, place, code, other in self._references:
            equal = (frame.iloc[:, i] == frame.iloc[:, other]).fillna(False)
            codes[equal.to_numpy(bool) & (codes[:, place] == 0), place] = code

    def _resolve_references(
        self, columns: dict[int, pd.Series], codes: np.ndarray
    ) -> None:
        """Copy the cells that are referred to, where the column can hold them."""
        for i, place, code, other in self._references:
            refers = codes[:, place] == code
            if refers.any():
                source = columns[other][refers]
                fits = self.encoders[i].can_hold(source)
                columns[i] = columns[i].copy()
                columns[i][np.flatnonzero(refers)[fits]] = source[fits]


def _columns(frame: pd.DataFrame) -> list[pd.Series]:
    return [frame.iloc[:, i] for i in range(frame.shape[1])]


def _map_columns(function: Callable[..., _T], *columns: Iterable[Any]) -> list[_T]:
    """Call a function for each column, given its number, on all cores.

    Sorting and searching, which take the time, let other threads run.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, itertools.count(), *columns))

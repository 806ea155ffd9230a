"""`ColumnEncoder`: what every encoder of a column does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.exceptions import InputError
from synthgan.layout import BlockSpec
from synthgan.schema import ColumnSchema


@dataclass(frozen=True)
class EncoderState:
    """What an encoder must remember, ready for a file.

    Parameters
    ----------
    values : dict of str to bool, int, float, str, list or dict
        Small, JSON-able.
    arrays : dict of str to ndarray
        The rest; no object arrays.
    """

    values: dict[str, Any]
    arrays: dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class ColumnEncoder(ABC):
    """Turns a column into codes and ranks and back.

    Encoders are frozen: `fit` makes one. Missing cells are a code like any other, so
    that missingness is learned jointly with the rest of the row.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    """

    name: ClassVar[str]
    column: ColumnSchema

    @classmethod
    @abstractmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> ColumnEncoder:
        """Make the encoder of a column from its training cells."""

    @property
    @abstractmethod
    def specs(self) -> tuple[BlockSpec, ...]:
        """The blocks that the column takes in an encoded row, choices first."""

    @abstractmethod
    def transform(
        self, series: pd.Series, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Encode cells.

        Parameters
        ----------
        series : Series of n cells
            Cells of this column.
        rng : Generator
            Breaks ties of ranks.

        Returns
        -------
        codes : ndarray of int32, shape (n, number of softmax blocks)
        ranks : ndarray of float32, shape (n, number of rank blocks)
            In [0, 1].

        Raises
        ------
        InputError
            If a cell has no code.
        """

    @abstractmethod
    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Decode rows into a column of the original dtype.

        Parameters
        ----------
        codes, ranks : ndarray
            As `transform` returns them.
        rows : RowRange
            The rows' seed and numbers, for values that are made and not decoded.
        """

    @abstractmethod
    def to_state(self) -> EncoderState:
        """Return all that `from_state` needs beside the column's description."""

    @classmethod
    @abstractmethod
    def from_state(cls, column: ColumnSchema, state: EncoderState) -> ColumnEncoder:
        """Rebuild an encoder."""

    @property
    def has_missing(self) -> bool:
        """Whether missing cells were seen in training."""
        return self.column.n_missing > 0

    @property
    def missing_code(self) -> int | None:
        """Code of a missing cell in the column's first choice, if cells are missing."""
        return None

    @property
    def reference_codes(self) -> tuple[int, ...]:
        """Code of "equals the other column's cell", one for each reference, or none."""
        return ()

    def can_hold(self, series: pd.Series) -> np.ndarray:
        """Tell which cells of a column that is referred to this one could hold.

        Only asked of encoders with `reference_codes`.

        Parameters
        ----------
        series : Series of n cells

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        raise NotImplementedError

    def can_encode(self, series: pd.Series) -> np.ndarray:
        """Tell which cells have a code or a rank; only asked of numeric columns.

        Parameters
        ----------
        series : Series of n cells, none of them missing

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        raise NotImplementedError

    def check_known(self, unknown: np.ndarray, series: pd.Series) -> None:
        """Raise an error that lists cells without a code."""
        if not unknown.any():
            return
        cells = pd.unique(series[unknown]).tolist()[:5]
        msg = (
            f"column {self.column.name!r}: expected values seen in training, got "
            f"{cells!r}"
        )
        raise InputError(msg)


def no_codes(n_rows: int) -> np.ndarray:
    """Return the codes of a column without softmax blocks."""
    return np.empty((n_rows, 0), dtype=np.int32)


def no_ranks(n_rows: int) -> np.ndarray:
    """Return the ranks of a column without rank blocks."""
    return np.empty((n_rows, 0), dtype=np.float32)

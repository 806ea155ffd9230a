"""`NumericEncoder`: numbers, dates and durations as atoms and ranks.

Spikes are *atoms*, one-hot coded: values far more frequent than those beside them, very
frequent ones, and all where there are few. A missing cell is always an atom; whatever
is left is one number, its rank among the training values. Zero-inflated, spiky,
integer and long-tailed columns all fall out of this one rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from synthgan._random import RowRange
from synthgan.encoders.base import ColumnEncoder, EncoderState, no_codes, no_ranks
from synthgan.encoders.quantiles import PlaceOnPlateau, QuantileFunction
from synthgan.layout import BlockSpec
from synthgan.schema import ColumnSchema, present_numbers
from synthgan.schema.values import insert_missing, present_values, restore_values

#: An atom is a value in at least this share of the rows, and in this number of rows, …
ATOM_SHARE = 0.001
ATOM_ROWS = 10
#: … that is so many times as frequent as usual among so many values on each side, …
SPIKE_FACTOR = 3.0
N_NEIGHBOURS = 4
#: … or in this share: nearly as wide as a piece of what the networks see of a rank. The
#: other frequent values of a smooth column, such as ages, are better ranks: a network
#: learns one smooth thing instead of many choices.
WIDE_SHARE = 0.04
#: A column has no more atoms than these, its most frequent ones, but for wide ones.
MAX_ATOMS = 12
#: A column of at most so many values, each in so many rows, is all atoms.
ALL_ATOMS_VALUES = 24
ALL_ATOMS_ROWS = 5


@dataclass(frozen=True, eq=False)
class NumericEncoder(ColumnEncoder):
    """Encoder of continuous, integer, datetime and timedelta columns.

    The atom block's codes are: 0 for "see the rank" (if there are ranks), then the
    atoms in ascending order, then missing (if there are missing cells), then one for
    each reference to another column (if there are ranks).

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    atoms : ndarray, shape (k,)
        Spikes, ascending: float64 where the column has no step, otherwise
        the number of steps above the minimum as uint64, which is exact.
    quantiles : QuantileFunction or None
        Quantile function of the values that are not atoms; None if all are.
    """

    name = "numeric"
    atoms: np.ndarray
    quantiles: QuantileFunction | None

    @classmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> NumericEncoder:
        """Find the atoms and the quantile function of the rest."""
        values = _to_steps(present_values(series.dropna(), column.storage), column)
        distinct, counts = np.unique(values, return_counts=True)
        is_atom = find_atoms(counts, len(series))
        quantiles = None
        if not is_atom.all():
            quantiles = QuantileFunction.fit(distinct[~is_atom], counts[~is_atom])
        return cls(column, distinct[is_atom], quantiles)

    @cached_property
    def specs(self) -> tuple[BlockSpec, ...]:
        """An atom block unless there are only ranks; a rank block unless all atoms."""
        width = self._n_own_codes + len(self.reference_codes)
        if self.quantiles is None:
            return (BlockSpec("atom", "softmax", width),)
        rank = BlockSpec(
            "rank", "rank", 1, end_deviations=self.quantiles.end_deviations()
        )
        if width == 1:
            return (rank,)
        own = self.quantiles.inverse(self.atoms, PlaceOnPlateau()).tolist()
        ranks = (-1.0, *own, *(width - 1 - len(own)) * (-1.0,))
        return BlockSpec("atom", "softmax", width, True, ranks), rank

    @property
    def _n_own_codes(self) -> int:
        return (self.quantiles is not None) + len(self.atoms) + self.has_missing

    @property
    def missing_code(self) -> int | None:
        """The code after the atoms'."""
        return self._n_own_codes - 1 if self.has_missing else None

    @property
    def reference_codes(self) -> tuple[int, ...]:
        """Codes after the missing cell's, if there are ranks to fall back on."""
        if self.quantiles is None:
            return ()
        first = self._n_own_codes
        return tuple(range(first, first + len(self.column.references)))

    def can_hold(self, series: pd.Series) -> np.ndarray:
        """Tell which cells lie in the column's range and on its grid."""
        numbers, missing = present_numbers(series, self.column)
        steps = (numbers - float(self.column.minimum)) / (self.column.step or 1)
        fits = (numbers >= self.column.minimum) & (numbers <= self.column.maximum)
        if self.column.step is not None:
            fits &= steps == np.floor(steps)
        return _spread(fits, missing)

    def can_encode(self, series: pd.Series) -> np.ndarray:
        """Tell which cells are atoms, where there are no ranks to fall back on."""
        if self.quantiles is not None:
            return np.ones(len(series), dtype=bool)
        values = present_values(series, self.column.storage)
        return np.isin(_to_steps(values, self.column), self.atoms)

    def transform(
        self, series: pd.Series, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Encode cells; see `ColumnEncoder.transform`."""
        missing = series.isna().to_numpy(bool)
        if not self.has_missing:
            self.check_known(missing, series)
        numbers = present_values(series[~missing], self.column.storage)
        values = _to_steps(numbers, self.column)
        places = np.searchsorted(self.atoms, values)
        # Numbers below the range or between two steps are no atoms.
        is_atom = _to_numbers(values, self.column) == numbers
        inside = places < len(self.atoms)
        is_atom[inside] &= self.atoms[places[inside]] == values[inside]
        is_atom &= inside
        first_atom = int(self.quantiles is not None)
        codes = np.full((len(series), 1), first_atom + len(self.atoms), dtype=np.int32)
        codes[~missing, 0] = np.where(is_atom, first_atom + places, 0)
        if self.quantiles is None:
            self.check_known(_spread(~is_atom, missing), series)
            return codes, no_ranks(len(series))
        ranks = np.full((len(series), 1), 0.5, dtype=np.float32)
        ranks[_spread(~is_atom, missing), 0] = self.quantiles.inverse(
            values[~is_atom], rng
        )
        if len(self.specs) == 1:
            return no_codes(len(series)), ranks
        return codes, ranks

    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Decode rows; see `ColumnEncoder.inverse_transform`."""
        first_atom = int(self.quantiles is not None)
        choice = codes[:, 0] if codes.shape[1] else np.zeros(len(ranks), dtype=np.int32)
        missing_code = first_atom + len(self.atoms)
        # A reference is resolved by who knows the other column; here it is a rank.
        choice = np.where(choice >= self._n_own_codes, 0, choice)
        missing = choice == missing_code
        is_atom = (choice >= first_atom) & ~missing
        values = np.zeros(len(choice), dtype=self.atoms.dtype)
        values[is_atom] = self.atoms[choice[is_atom] - first_atom]
        if self.quantiles is not None:
            is_rank = choice == 0
            values[is_rank] = self.quantiles(ranks[is_rank, 0])
        present = _from_steps(values[~missing], self.column)
        return insert_missing(present, missing, self.column.storage)

    def to_state(self) -> EncoderState:
        """Return atoms and knots."""
        arrays = {"atoms": self.atoms}
        if self.quantiles is not None:
            arrays["ranks"] = self.quantiles.ranks
            arrays["values"] = self.quantiles.values
        return EncoderState({}, arrays)

    @classmethod
    def from_state(cls, column: ColumnSchema, state: EncoderState) -> NumericEncoder:
        """Rebuild from atoms and knots."""
        arrays = state.arrays
        quantiles = None
        if "ranks" in arrays:
            ranks, values = arrays["ranks"], arrays["values"]
            if ranks.shape != values.shape:
                msg = f"knots: expected as many ranks as values, got {ranks.shape}"
                raise ValueError(msg)
            quantiles = QuantileFunction(ranks, values)
        return cls(column, arrays["atoms"], quantiles)


def find_atoms(counts: np.ndarray, n_rows: int) -> np.ndarray:
    """Tell which values deserve a code of their own.

    Parameters
    ----------
    counts : ndarray of int, shape (k,)
        How many training rows hold each of the distinct values.
    n_rows : int
        Number of training rows, missing cells included.

    Returns
    -------
    ndarray of bool, shape (k,)

    Examples
    --------
    >>> find_atoms(np.array([50, 1, 1, 2, 1]), 100)
    array([ True, False, False, False, False])
    """
    if len(counts) <= ALL_ATOMS_VALUES and counts.min() >= ALL_ATOMS_ROWS:
        return np.ones(len(counts), dtype=bool)
    is_frequent = counts >= max(ATOM_SHARE * n_rows, ATOM_ROWS)
    is_spike = counts >= SPIKE_FACTOR * _usual_counts(counts)
    is_wide = is_frequent & (counts >= WIDE_SHARE * n_rows)
    is_found = is_wide | (is_frequent & is_spike)
    n_atoms = max(MAX_ATOMS, is_wide.sum())
    is_found[np.argsort(-counts * is_found, kind="stable")[n_atoms:]] = False
    return is_found


def _usual_counts(counts: np.ndarray) -> np.ndarray:
    """Return, for each value, the median of its neighbours' counts; 0 without any."""
    if len(counts) == 1:
        return np.zeros(1)
    ends = np.full(N_NEIGHBOURS, np.nan)
    windows = sliding_window_view(np.r_[ends, counts, ends], 2 * N_NEIGHBOURS + 1)
    return np.nanmedian(np.delete(windows, N_NEIGHBOURS, axis=1), axis=1)


def _spread(flags: np.ndarray, missing: np.ndarray) -> np.ndarray:
    """Spread flags of present cells over all cells."""
    spread = np.zeros(len(missing), dtype=bool)
    spread[~missing] = flags
    return spread


def _to_steps(numbers: np.ndarray, column: ColumnSchema) -> np.ndarray:
    """Return float64 values, or exact numbers of steps above the minimum."""
    if column.step is None:
        return numbers
    if numbers.dtype.kind == "f":
        # A number beyond 64 bits is as good as the end that it is beyond.
        numbers = np.clip(numbers, column.minimum, column.maximum).astype(np.int64)
    # Modulo 2**64 the subtraction is exact, whatever the signs.
    numbers = np.maximum(numbers, column.minimum)
    offsets = numbers.view(np.uint64) - np.uint64(column.minimum % 2**64)
    return offsets // np.uint64(column.step)


def _to_numbers(steps: np.ndarray, column: ColumnSchema) -> np.ndarray:
    """Return numbers of the column; the inverse of `_to_steps`."""
    if column.step is None:
        return steps
    numbers = steps * np.uint64(column.step) + np.uint64(column.minimum % 2**64)
    return numbers.view(np.int64) if column.maximum < 2**63 else numbers


def _from_steps(steps: np.ndarray, column: ColumnSchema) -> object:
    """Return an array of the column's dtype."""
    numbers = _to_numbers(steps, column)
    if column.step is None:
        if column.decimals is not None:
            numbers = np.round(numbers, column.decimals)
        numbers = np.clip(numbers, column.minimum, column.maximum)
    return restore_values(numbers, column.storage, column.decimals)

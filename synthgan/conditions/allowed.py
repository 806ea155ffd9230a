"""`AllowedCells`: the cells of one column that a condition allows.

Here they are recognised, intersected and drawn. What conditions allow is found out in
`checks`; how several columns go together is `pool`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from synthgan._random import RowRange, pick
from synthgan.conditions.cells import (
    read_codes,
    read_numbers,
    restore_numbers,
    seen_codes,
)
from synthgan.encoders import ColumnEncoder
from synthgan.encoders.numeric import NumericEncoder
from synthgan.encoders.quantiles import PlaceOnPlateau, QuantileFunction
from synthgan.schema import ColumnSchema
from synthgan.schema.values import missing_column, restore_levels


@dataclass(frozen=True, eq=False)
class AllowedCells:
    """The cells of one column that conditions allow.

    Parameters
    ----------
    encoder : ColumnEncoder
        The column's encoder; knows its description and what was seen in training.
    is_missing : bool
        Whether exactly the missing cells are allowed; otherwise these never are.
    choices : tuple of numbers or codes, optional
        The only numbers or level codes that are allowed, ascending.
    low, high : int or float, optional
        Ends, themselves allowed, of a range of numbers, of the column's precision.

    Notes
    -----
    Without any of these, every present cell is allowed.
    """

    encoder: ColumnEncoder
    is_missing: bool = False
    choices: tuple[Any, ...] | None = None
    low: Any = None
    high: Any = None

    @property
    def column(self) -> ColumnSchema:
        """The column's description."""
        return self.encoder.column

    @property
    def is_fixed(self) -> bool:
        """Whether there is only one such cell."""
        return self.is_missing or (self.choices is not None and len(self.choices) == 1)

    @property
    def is_empty(self) -> bool:
        """Whether there is no such cell."""
        if None not in (self.low, self.high) and self.low > self.high:
            return True
        return self.choices == ()

    def intersect(self, other: AllowedCells) -> AllowedCells:
        """Return the cells that both allow."""
        if self.is_missing or other.is_missing:
            agree = self.is_missing and other.is_missing
            return self if agree else replace(self, is_missing=False, choices=())
        low, high = (
            pick((end for end in ends if end is not None), default=None)
            for pick, ends in (
                (max, (self.low, other.low)),
                (min, (self.high, other.high)),
            )
        )
        sets = [set(s.choices) for s in (self, other) if s.choices is not None]
        if not sets:
            return replace(self, low=low, high=high)
        inside = (
            value
            for value in set.intersection(*sets)
            if (low is None or low <= value) and (high is None or value <= high)
        )
        return AllowedCells(self.encoder, choices=tuple(sorted(inside)))

    def holds(self, series: pd.Series) -> np.ndarray:
        """Tell which cells are allowed.

        Parameters
        ----------
        series : Series of n cells
            Cells of this column, in any dtype.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        missing = series.isna().to_numpy(bool)
        if self.is_missing:
            return missing
        held = ~missing
        if not self.column.kind.is_numeric:
            if self.choices is not None:
                held &= np.isin(read_codes(series, self.column), self.choices)
            return held
        values = read_numbers(series[~missing], self.column)
        here = np.ones(len(values), dtype=bool)
        if self.choices is not None:
            # One by one: numpy would compare integers beyond 2**53 as floats.
            here &= np.logical_or.reduce([values == v for v in self.choices])
        if self.low is not None:
            here &= (values >= self.low).astype(bool)
        if self.high is not None:
            here &= (values <= self.high).astype(bool)
        held[~missing] = here
        return held

    def draw(self, uniforms: np.ndarray) -> pd.Series:
        """Draw cells without a look at any other column.

        Parameters
        ----------
        uniforms : ndarray in [0, 1), shape (n,)
            One number for each cell.

        Returns
        -------
        Series of n cells, of the column's dtype
            One of the choices, all alike; in a range a uniform rank, so that common
            numbers are more frequent.
        """
        if self.is_missing:
            return missing_column(len(uniforms), self.column.storage)
        if self.column.kind.is_numeric:
            if self.choices is None:
                return self._draw_in_range(uniforms)
            values = np.array(self.choices, dtype=object)
            return restore_numbers(pick(values, uniforms), self.column)
        choices = seen_codes(self.encoder) if self.choices is None else self.choices
        codes = pick(np.asarray(choices, dtype=np.int64), uniforms)
        cells = restore_levels(codes, self.column.levels, self.column.storage)
        return pd.Series(cells, dtype=self.column.dtype)

    def _draw_in_range(self, uniforms: np.ndarray) -> pd.Series:
        column, encoder = self.column, self.encoder
        low = column.minimum if self.low is None else max(self.low, column.minimum)
        high = column.maximum if self.high is None else min(self.high, column.maximum)
        if isinstance(encoder, NumericEncoder) and encoder.quantiles is not None:
            ranks = _ranks_between(encoder.quantiles, (low, high), uniforms, column)
            n_atom_blocks = len(encoder.specs) - 1
            codes = np.zeros((len(ranks), n_atom_blocks), dtype=np.int32)
            rows = RowRange(0, 0, len(ranks))
            drawn = encoder.inverse_transform(codes, ranks[:, None], rows)
            values = read_numbers(drawn, column).tolist()
        elif column.step is not None:
            n_values = (high - low) // column.step + 1
            values = [low + int(u * n_values) * column.step for u in uniforms.tolist()]
        else:
            values = (low + uniforms * (high - low)).tolist()
            if column.decimals is not None:
                values = np.round(values, column.decimals).tolist()
        return restore_numbers([min(max(v, low), high) for v in values], column)


def _ranks_between(
    quantiles: QuantileFunction,
    ends: tuple[Any, Any],
    uniforms: np.ndarray,
    column: ColumnSchema,
) -> np.ndarray:
    """Spread ranks evenly over those of two numbers and all between."""
    if column.step is not None:
        # Such columns are encoded as the number of steps above the minimum.
        steps = [(end - column.minimum) // column.step for end in ends]
        values = np.array(steps, dtype=np.uint64)
    else:
        values = np.array(ends, dtype=np.float64)
    first, last = (
        quantiles.inverse(values[[i]], PlaceOnPlateau(i)).astype(np.float64)
        for i in (0, 1)
    )
    return first + uniforms * (last - first)

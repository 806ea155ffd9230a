"""A column of the training rows, read once."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
import pandas as pd

from synthgan.exceptions import InputError
from synthgan.schema.storage import Element, Storage, read_storage
from synthgan.schema.values import present_values

# Cells that can be counted or measured.
_NUMBERS = frozenset(
    {
        Element.INTEGER,
        Element.FLOAT,
        Element.DECIMAL,
        Element.DATETIME,
        Element.DATE,
        Element.TIMEDELTA,
    }
)


class Cells(NamedTuple):
    """What a column holds, read once."""

    name: Hashable
    storage: Storage
    present: pd.Series
    numbers: np.ndarray  # of the present cells, empty where they are none
    n_missing: int
    n_distinct: int

    @property
    def n_present(self) -> int:
        """Number of cells that are not missing."""
        return len(self.present)

    @property
    def is_unique(self) -> bool:
        """Whether no two present cells are the same."""
        return self.n_distinct == self.n_present > 1


def read_cells(series: pd.Series, name: Hashable) -> Cells:
    """Read a column.

    Raises
    ------
    InputError
        If its numbers are infinite, or not all of one form.
    """
    storage = read_storage(series, name)
    present = series.dropna()
    n_missing = len(series) - len(present)
    numbers = np.empty(0)
    if storage.element in _NUMBERS:
        numbers = _read_numbers(present, name, storage)
    return Cells(name, storage, present, numbers, n_missing, present.nunique())


def _read_numbers(present: pd.Series, name: Hashable, storage: Storage) -> np.ndarray:
    """Return finite numbers that 64 bits hold."""
    try:
        values = present_values(present, storage)
    except (OverflowError, TypeError, ValueError) as error:
        msg = (
            f"column {name!r}: expected {storage.element} cells of one form that 64 "
            f"bits hold, got others ({error}); give the column a dtype of its own "
            "first, with pandas.to_datetime, pandas.to_numeric or .astype"
        )
        raise InputError(msg) from None
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        n_others = int((~np.isfinite(values)).sum())
        msg = (
            f"column {name!r}: expected finite numbers, got {n_others} infinite values "
            "(or NaN beside the marker of missing ones); replace them by a finite "
            "limit or by a missing value"
        )
        raise InputError(msg)
    return values


def is_whole(values: np.ndarray) -> bool:
    """Tell whether floats are all whole and small enough to be exact integers."""
    return bool(np.all((values == np.rint(values)) & (np.abs(values) < 2**53)))

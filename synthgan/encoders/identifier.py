"""`IdentifierEncoder`: keys, of which only the missingness is learned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.encoders.base import EncoderState
from synthgan.encoders.keys import KeyForm
from synthgan.encoders.missingness import MissingnessEncoder, decode_missing
from synthgan.exceptions import InputError
from synthgan.schema import ColumnSchema, Element
from synthgan.schema.values import insert_missing, present_values, restore_strings


@dataclass(frozen=True, eq=False)
class IdentifierEncoder(MissingnessEncoder):
    """Encoder of columns that name their rows.

    Samples get fresh keys, one for each row number of the stream of samples, from a
    part of the keys' form that is empty in training. No real key is kept.

    Parameters
    ----------
    column : ColumnSchema
        The column's description.
    form : KeyForm
        Makes the keys.
    """

    name = "identifier"
    form: KeyForm

    @classmethod
    def fit(
        cls, column: ColumnSchema, series: pd.Series, rng: np.random.Generator
    ) -> IdentifierEncoder:
        """Learn the keys' form."""
        present = series.dropna()
        if column.storage.element is Element.STRING:
            keys = present.to_numpy(dtype=object)
        else:
            keys = present_values(present, column.storage)
            keys = keys.astype(_key_dtype(keys, column))
        return cls(column, KeyForm.learn(keys, rng))

    def inverse_transform(
        self, codes: np.ndarray, ranks: np.ndarray, rows: RowRange
    ) -> pd.Series:
        """Make a fresh key for each row."""
        missing = decode_missing(codes)
        try:
            keys = self.form.make(rows.numbers[~missing])
        except InputError as error:
            msg = f"column {self.column.name!r}: {error}"
            raise InputError(msg) from None
        present = restore_strings(keys, self.column.storage)
        return insert_missing(present, missing, self.column.storage)

    def to_state(self) -> EncoderState:
        """Return the form."""
        return EncoderState({"form": self.form.to_dict()}, {})

    @classmethod
    def from_state(cls, column: ColumnSchema, state: EncoderState) -> IdentifierEncoder:
        """Rebuild from the form."""
        return cls(column, KeyForm.from_dict(state.values["form"]))


def _key_dtype(keys: np.ndarray, column: ColumnSchema) -> np.dtype:
    """Return the integer dtype in which the column's keys must have room."""
    own = column.storage.numpy_dtype
    if own.kind in "iu":
        return own
    return np.dtype(np.int64) if keys.dtype.kind == "f" else keys.dtype

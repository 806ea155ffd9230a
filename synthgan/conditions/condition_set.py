"""`ConditionSet`: conditions on columns of a table, checked against what it learned."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from synthgan.conditions.allowed import AllowedCells
from synthgan.conditions.cells import suggest
from synthgan.conditions.checks import allowed_cells
from synthgan.conditions.condition import as_condition
from synthgan.conditions.parsing import parse_conditions
from synthgan.encoders import TableEncoder
from synthgan.exceptions import InputError, ParameterError


@dataclass(frozen=True, eq=False)
class ConditionSet:
    """Conditions on columns of a table: a row must satisfy all of them.

    Parameters
    ----------
    allowed : dict of column name to AllowedCells
        In the order of the table's columns.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> frame = pd.DataFrame({"age": range(20, 60), "sex": ["f", "m"] * 20})
    >>> encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    >>> conditions = ConditionSet.from_user("age < 23 and sex == 'f'", encoder)
    >>> frame[conditions.holds(frame)]
       age sex
    0   20   f
    2   22   f
    """

    allowed: dict[Hashable, AllowedCells]

    @classmethod
    def from_user(
        cls, conditions: Mapping[Hashable, Any] | str | None, encoder: TableEncoder
    ) -> ConditionSet:
        """Check what a user asks for.

        Parameters
        ----------
        conditions : dict of column name to condition, str or None
            A condition is a value, a list of values, or what `one_of`, `between` and
            their like return; see `parse_conditions` for text, in which a column whose
            name is no text is called by it in backticks. None asks for nothing.
        encoder : TableEncoder
            Knows the columns, their ranges and the levels seen in training.

        Raises
        ------
        ParameterError
            If `conditions` is something else, or text that cannot be read.
        InputError
            If a column is unknown or cannot satisfy its condition.
        """
        if conditions is None:
            conditions = {}
        if isinstance(conditions, str):
            parsed = parse_conditions(conditions)
            conditions = {_label(name, encoder): parsed[name] for name in parsed}
        if not isinstance(conditions, Mapping):
            msg = (
                "conditions: expected a dict of column name to condition, or text such "
                f'as "age >= 60", got {type(conditions).__name__}'
            )
            raise ParameterError(msg)
        wanted = {name: as_condition(value) for name, value in conditions.items()}
        check_columns(wanted, encoder)
        return cls(
            {
                part.column.name: allowed_cells(wanted[part.column.name], part)
                for part in encoder.encoders
                if part.column.name in wanted
            }
        )

    def only(self, is_fixed: bool) -> ConditionSet:
        """Return the conditions that leave one cell each, or those that leave more."""
        return ConditionSet(
            {
                name: cells
                for name, cells in self.allowed.items()
                if cells.is_fixed is is_fixed
            }
        )

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Tell which rows satisfy all conditions.

        Parameters
        ----------
        frame : DataFrame of n rows
            With the columns that there are conditions on, in any dtype.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        held = np.ones(len(frame), dtype=bool)
        for name, cells in self.allowed.items():
            held &= cells.holds(frame[name])
        return held

    def n_held(self, frame: pd.DataFrame) -> np.ndarray:
        """Count the conditions that each row satisfies; ndarray of int, shape (n,)."""
        counts = np.zeros(len(frame), dtype=np.int64)
        for name, cells in self.allowed.items():
            counts += cells.holds(frame[name])
        return counts


def _label(name: Hashable, encoder: TableEncoder) -> Hashable:
    """Return the column that text means: one of this name, or that prints like it."""
    known = encoder.schema.names
    # As Python reads identifiers.
    alike = [label for label in known if normalize("NFKC", str(label)) == name]
    return name if name in known or len(alike) != 1 else alike[0]


def count_matches(frame: pd.DataFrame, conditions: ConditionSet) -> int:
    """Count the rows of a frame that satisfy all conditions."""
    return int(conditions.holds(frame).sum())


def check_columns(names: Mapping[Hashable, Any], encoder: TableEncoder) -> None:
    """Raise an error for a name that no column has.

    Raises
    ------
    InputError
        With similar names.
    """
    known = encoder.schema.names
    for name in names:
        if name not in known:
            msg = f"column {name!r} is not in the table; {suggest(name, known)}"
            raise InputError(msg)

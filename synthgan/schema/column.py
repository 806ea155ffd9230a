"""`ColumnSchema` and `TableSchema`: what each column of a table means."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from synthgan.exceptions import SchemaError
from synthgan.schema.kinds import Kind
from synthgan.schema.storage import Storage
from synthgan.schema.values import describe_number


@dataclass(frozen=True, eq=False)
class ColumnSchema:
    """What one column means and holds.

    Parameters
    ----------
    name : hashable
        The column's name.
    kind : Kind
        What the column means.
    storage : Storage
        How it is stored.
    n_missing : int
        Number of missing cells in the training rows.
    n_distinct : int
        Number of distinct present values in the training rows.
    minimum, maximum : int, float or None
        Ends of a numeric column's range; for dates and timedeltas counts of the
        column's unit, on the local clock.
    decimals : int or None
        Digits after the point of a continuous column; None where it uses all that a
        float has.
    step : int or None
        The largest number that divides every difference between two values of an
        integer, datetime or timedelta column: 86,400 for midnights in seconds.
    categories : Index or None
        The levels of a discrete column in their order, used or not; of a constant
        column its one value.
    note : str
        How the kind was found.
    references : tuple of (column name, float)
        Earlier columns that this one's cells often equal, each with the share of rows
        in which they do, beyond chance.
    determined_by : hashable or None
        The column that this one is a function of, if there is one.
    sum_of : tuple of (column name, int)
        The columns whose sum this one is in every row, each with its sign, 1 or -1.
    offset : float
        A constant that is added to that sum.
    """

    name: Hashable
    kind: Kind
    storage: Storage
    n_missing: int = 0
    n_distinct: int = 0
    minimum: Any = None
    maximum: Any = None
    decimals: int | None = None
    step: int | None = None
    categories: pd.Index | None = None
    note: str = ""
    references: tuple[tuple[Hashable, float], ...] = ()
    determined_by: Hashable | None = None
    sum_of: tuple[tuple[Hashable, int], ...] = ()
    offset: float = 0.0

    @property
    def dtype(self) -> Any:
        """The pandas dtype, which samples have too."""
        return self.storage.dtype

    @property
    def levels(self) -> pd.Index:
        """The categories, for a column that must have them."""
        if self.categories is None:
            msg = f"column {self.name!r} of kind {self.kind} has no categories"
            raise SchemaError(msg)
        return self.categories

    @property
    def full_note(self) -> str:
        """The note, and what other columns say about this one."""
        notes = [self.note] if self.note else []
        notes += [f"equals {name!s} in {share:.0%}" for name, share in self.references]
        if self.determined_by is not None:
            notes.append(f"determined by {self.determined_by!s}")
        if self.sum_of:
            notes.append(f"equals {self._sum_text}")
        return "; ".join(notes)

    @property
    def _sum_text(self) -> str:
        """The sum that this column is, as one would write it down."""
        constant = f"{self.offset} ".replace(".0 ", " ") if self.offset else ""
        terms = (f"{'+' if sign > 0 else '-'} {name!s}" for name, sign in self.sum_of)
        return (constant + " ".join(terms)).removeprefix("+ ")

    @property
    def values_text(self) -> str:
        """The range or the levels, as a person reads them."""
        if self.minimum is not None:
            low = describe_number(self.minimum, self.storage)
            high = describe_number(self.maximum, self.storage)
            return f"{low} … {high}"
        if self.categories is not None:
            shown = ", ".join(map(str, self.categories[:4]))
            return shown + (", …" if len(self.categories) > 4 else "")
        return ""


@dataclass(frozen=True, eq=False)
class TableSchema:
    """What a table's columns mean; prints as a table.

    Parameters
    ----------
    columns : tuple of ColumnSchema
        One for each column, in order.
    labels : Index
        The table's `columns` attribute, with its own name and dtype.
    n_rows : int
        Number of training rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> sex = pd.Categorical(["f", "m"] * 10)
    >>> frame = pd.DataFrame({"age": range(20, 60, 2), "sex": sex})
    >>> print(infer_schema(frame))  # doctest: +NORMALIZE_WHITESPACE
    20 rows, 2 columns
                kind     dtype missing  distinct   values            note
    column
    age      integer     int64                20  20 … 58  multiples of 2
    sex  categorical  category                 2     f, m
    """

    columns: tuple[ColumnSchema, ...]
    labels: pd.Index
    n_rows: int
    _positions: dict[Hashable, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        positions = {column.name: i for i, column in enumerate(self.columns)}
        object.__setattr__(self, "_positions", positions)

    def __getitem__(self, name: Hashable) -> ColumnSchema:
        """Return the description of one column."""
        try:
            return self.columns[self._positions[name]]
        except KeyError:
            msg = f"column {name!r} is not in the schema; it has {list(self.names)!r}"
            raise SchemaError(msg) from None

    def __iter__(self) -> Iterator[ColumnSchema]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def names(self) -> tuple[Hashable, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)

    def to_frame(self) -> pd.DataFrame:
        """Return the schema as a frame of one row for each column."""
        rows = [
            {
                "kind": str(column.kind),
                "dtype": str(column.dtype),
                "missing": _share(column.n_missing, self.n_rows),
                "distinct": column.n_distinct,
                "values": column.values_text,
                "note": column.full_note,
            }
            for column in self.columns
        ]
        index = pd.Index([str(name) for name in self.names], name="column")
        return pd.DataFrame(rows, index=index)

    def __repr__(self) -> str:
        title = f"{self.n_rows:,} rows, {len(self)} columns\n"
        return title + self.to_frame().to_string(max_colwidth=64)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(max_rows=200)


def _share(count: int, total: int) -> str:
    return f"{count / total:.1%}" if count else ""

"""`PartialRows`: rows of which some cells are given and the others are to be made.

The given cells are encoded for the generator, and put over what it made: they come
back as they were given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan._validation import check_unique
from synthgan.conditions.cells import (
    read_codes,
    read_numbers,
    read_seen_codes,
    restore_numbers,
    seen_codes,
)
from synthgan.conditions.condition import Missingness
from synthgan.conditions.condition_set import check_columns
from synthgan.conditions.pool import make_frame
from synthgan.encoders import ColumnEncoder, EncodedTable, TableEncoder
from synthgan.encoders.base import no_ranks
from synthgan.encoders.missingness import MissingnessEncoder
from synthgan.encoders.numeric import NumericEncoder
from synthgan.encoders.quantiles import PlaceOnPlateau
from synthgan.encoders.sums import settle_sums
from synthgan.exceptions import InputError
from synthgan.layout import Reference
from synthgan.schema import ColumnSchema, Element
from synthgan.schema.storage import read_storage
from synthgan.schema.values import insert_missing, missing_column, restore_levels


@dataclass(frozen=True, eq=False)
class PartialRows:
    """Rows of a table with holes to fill.

    Parameters
    ----------
    cells : DataFrame of n rows
        Some of the table's columns, in the training dtypes; its index is the rows'.
    given : ndarray of bool, shape (n, number of columns of the table)
        Which cells are given and must come back.
    visible : ndarray of bool, of the same shape
        Which of them the generator is told: keys and made-up text mean nothing to it,
        and neither does a level that it never saw.
    encoder : TableEncoder
        The table's encoder.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> frame = pd.DataFrame({"age": range(20, 60), "sex": ["f", "m"] * 20})
    >>> encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    >>> holes = pd.DataFrame({"sex": ["m", None]}, index=["first", "second"])
    >>> rows = PartialRows.from_frame(holes, encoder)
    >>> rows.given.tolist()
    [[False, True], [False, False]]
    >>> rows.complete(frame[:2], encoder.transform(frame[:2], seed=0))
            age sex
    first    20   m
    second   21   m
    """

    cells: pd.DataFrame
    given: np.ndarray
    visible: np.ndarray
    encoder: TableEncoder

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, encoder: TableEncoder, keep_unknown: bool = False
    ) -> PartialRows:
        """Read a user's rows.

        Parameters
        ----------
        frame : DataFrame of n rows
            Some or all of the table's columns. None and NaN mean "fill in", `MISSING`
            means "must be missing". Other dtypes than in training are fine where the
            values are the same.
        encoder : TableEncoder
            The table's encoder.
        keep_unknown : bool, default False
            Whether a level never seen in training and a number outside the training
            range are kept all the same. The generator is not told the level, and is
            told the nearer end of the range.

        Raises
        ------
        TypeError
            If `frame` is not a DataFrame.
        InputError
            If a column is unknown, or a cell cannot be given.
        """
        if not isinstance(frame, pd.DataFrame):
            msg = f"expected a pandas DataFrame, got {type(frame).__name__}"
            raise TypeError(msg)
        check_unique(frame.columns)
        check_columns(dict.fromkeys(frame.columns), encoder)
        given = np.zeros((len(frame), len(encoder.encoders)), dtype=bool)
        visible = given.copy()
        columns, names = [], []
        for i, part in enumerate(encoder.encoders):
            name = part.column.name
            if name not in frame.columns:
                continue
            cells, given[:, i], is_known = _read_column(frame[name], part, keep_unknown)
            visible[:, i] = given[:, i] & is_known & _is_visible(part)
            if given[:, i].any():
                columns.append(cells)
                names.append(name)
        rows = make_frame(columns, names, len(frame)).set_axis(frame.index)
        return cls(rows, given, visible, encoder)

    @classmethod
    def from_draw(cls, cells: pd.DataFrame, encoder: TableEncoder) -> PartialRows:
        """Take a frame of drawn cells, all of which are given, missing ones too."""
        is_given = [part.column.name in cells.columns for part in encoder.encoders]
        given = np.tile(np.array(is_given, dtype=bool), (len(cells), 1))
        visible = given & np.array([_is_visible(part) for part in encoder.encoders])
        return cls(cells, given, visible, encoder)

    def without(self, rows: np.ndarray) -> PartialRows:
        """Return the same rows, but no cell of some is given; they are a bool mask."""
        kept = ~rows[:, None]
        return replace(self, given=self.given & kept, visible=self.visible & kept)

    def complete(self, made: pd.DataFrame, table: EncodedTable) -> pd.DataFrame:
        """Put the given cells over rows that a generator made.

        Parameters
        ----------
        made : DataFrame of n rows
            All columns of the table, decoded, on a RangeIndex.
        table : EncodedTable of n rows
            What `made` was decoded from: a cell made to equal an earlier column's is
            to equal the given one. Sums are made right for the given cells, too.

        Returns
        -------
        DataFrame of n rows
            With the columns and dtypes of `made` and the index of `cells`; a
            categorical column with kept unknown levels has these beside its own.
        """
        columns: list[pd.Series] = []
        for i, name in enumerate(self.encoder.schema.names):
            column = made.iloc[:, i].copy()
            for link in _references(self.encoder, i):
                refers = np.flatnonzero(table.codes[:, link.place] == link.code)
                source = columns[link.other].iloc[refers]
                fits = self.encoder.encoders[i].can_hold(source)
                column.iloc[refers[fits]] = source[fits].array
            if self.given[:, i].any():
                own = self.cells[name]
                numbers = np.arange(len(made))
                places = np.where(self.given[:, i], len(made) + numbers, numbers)
                both = [column.astype(own.dtype), own]
                column = pd.concat(both, ignore_index=True).iloc[places]
            columns.append(column)
        cells = dict(enumerate(columns))
        settled = settle_sums(cells, self.encoder.sums, self.encoder.schema, self.given)
        columns = [settled[i] for i in range(len(columns))]
        frame = make_frame(columns, list(made.columns), len(made))
        frame.columns = made.columns.copy()
        return frame.set_axis(self.cells.index)


def _references(encoder: TableEncoder, column: int) -> list[Reference]:
    """Return a column's references to earlier ones."""
    return [link for link in encoder.layout.references if link.column == column]


def encode_given(rows: PartialRows) -> tuple[EncodedTable, np.ndarray]:
    """Encode given cells for a generator.

    Parameters
    ----------
    rows : PartialRows of n rows
        The rows.

    Returns
    -------
    table : EncodedTable of n rows
        Codes and ranks; those of cells that the generator is not told are 0.
    mask : ndarray of bool, shape (n, number of columns)
        Which columns of a row the generator is told.

    Notes
    -----
    The code and rank of a cell depend on the cell alone, and on a column that it refers
    to if that one's cell is given too. A number that was never seen
    gets the rank at which the quantile function passes it, or, in a column without
    ranks, the code of the nearest number that was.
    """
    layout = rows.encoder.layout
    codes = np.zeros((len(rows.cells), layout.n_codes), dtype=np.int32)
    ranks = np.zeros((len(rows.cells), layout.n_ranks), dtype=np.float32)
    for i, encoder in enumerate(rows.encoder.encoders):
        here = rows.visible[:, i]
        if not here.any():
            continue
        cells = rows.cells[encoder.column.name][here]
        if cells.dtype != encoder.column.dtype:
            # Unknown levels made the column's categories more; here are none of them.
            cells = cells.astype(encoder.column.dtype)
        if isinstance(encoder, NumericEncoder) and encoder.quantiles is None:
            cells = _nearest_atoms(cells, encoder)
        own_codes, own_ranks = encoder.transform(cells, PlaceOnPlateau())
        row = np.flatnonzero(here)[:, None]
        of_codes, of_ranks = rows.encoder.places[i]
        codes[row, of_codes], ranks[row, of_ranks] = own_codes, own_ranks
        for link in _references(rows.encoder, i):
            both = np.flatnonzero(here & rows.visible[:, link.other])
            if len(both):
                first = rows.cells[rows.encoder.schema.names[link.other]].iloc[both]
                equal = rows.cells[encoder.column.name].iloc[both] == first
                both = both[equal.fillna(False).to_numpy(bool)]
                codes[both[codes[both, link.place] == 0], link.place] = link.code
    return EncodedTable(codes, ranks), rows.visible


def _nearest_atoms(cells: pd.Series, encoder: NumericEncoder) -> pd.Series:
    """Replace numbers by the nearest ones that have a code."""
    n_atoms = len(encoder.atoms)
    codes = np.arange(n_atoms, dtype=np.int32)[:, None]
    atoms = encoder.inverse_transform(codes, no_ranks(n_atoms), RowRange(0, 0, n_atoms))
    missing = cells.isna().to_numpy(bool)
    known, values = (
        read_numbers(numbers, encoder.column) for numbers in (atoms, cells[~missing])
    )
    above = np.searchsorted(known, values).clip(max=n_atoms - 1)
    below = np.maximum(above - 1, 0)
    low, middle, high = (
        array.astype(np.float64) for array in (known[below], values, known[above])
    )
    # Two atoms may be one float; then the search above, which is exact, decides.
    is_below = middle - low < high - middle
    nearest = atoms.iloc[np.where(is_below, below, above)]
    return insert_missing(nearest.array, missing, encoder.column.storage)


def _is_visible(encoder: ColumnEncoder) -> bool:
    """Tell whether a generator can be told a column's cells."""
    return bool(encoder.specs) and not isinstance(encoder, MissingnessEncoder)


def _read_column(
    series: pd.Series, encoder: ColumnEncoder, keep_unknown: bool
) -> tuple[pd.Series, np.ndarray, np.ndarray]:
    """Return a column's cells in the training dtype, which are given, and known."""
    column = encoder.column
    asked = np.zeros(len(series), dtype=bool)
    if series.dtype == object:
        asked = np.array([isinstance(cell, Missingness) for cell in series], dtype=bool)
        if any(not cell.is_missing for cell in series[asked]):
            msg = (
                f"column {column.name!r}: expected values, MISSING or holes to fill, "
                "got NOT_MISSING; ask for it in conditions"
            )
            raise InputError(msg)
    if asked.any() and not encoder.has_missing:
        msg = f"column {column.name!r}: asked to be missing, but never was in training"
        raise InputError(msg)
    is_present = series.notna().to_numpy(bool) & ~asked
    is_known = np.ones(len(series), dtype=bool)
    present = series[is_present]
    if not len(present):
        n_rows = len(series) if asked.any() else 0
        return missing_column(n_rows, column.storage), asked, is_known
    if column.kind.is_numeric:
        cells = _read_numeric(present, column, keep_unknown)
    elif isinstance(encoder, MissingnessEncoder):
        cells = _cast(present, column)
    else:
        cells, is_known[is_present] = _read_levels(present, encoder, keep_unknown)
    # A hole to fill holds any other cell: the dtype may have no missing ones.
    places = np.where(is_present, np.cumsum(is_present) - 1, 0)[~asked]
    storage = replace(column.storage, dtype=cells.dtype)
    whole = insert_missing(cells.array.take(places), asked, storage)
    return whole, is_present | asked, is_known


def _read_numeric(
    present: pd.Series, column: ColumnSchema, keep_unknown: bool
) -> pd.Series:
    values = read_numbers(present, column)
    is_outside = ((values < column.minimum) | (values > column.maximum)).astype(bool)
    if is_outside.any() and not keep_unknown:
        value = present[is_outside].tolist()[0]
        msg = (
            f"column {column.name!r}: {value!r} is outside the training range "
            f"{column.values_text}"
        )
        raise InputError(msg)
    if _has_same_form(present, column):
        return present
    return restore_numbers(values, column)


def _read_levels(
    present: pd.Series, encoder: ColumnEncoder, keep_unknown: bool
) -> tuple[pd.Series, np.ndarray]:
    column = encoder.column
    codes = read_codes(present, column)
    is_known = np.isin(codes, seen_codes(encoder))
    if not keep_unknown:
        read_seen_codes(present[~is_known].iloc[:1], encoder)  # raises for the first
    if _has_same_form(present, column):
        return present, is_known
    if (codes >= 0).all():
        cells = restore_levels(codes, column.levels, column.storage)
        return pd.Series(cells, dtype=column.dtype), is_known
    if column.storage.element is not Element.CATEGORY:
        return _cast(present, column), is_known
    # A category that no training row has is no level, but stands there already.
    levels = list(
        dict.fromkeys([*column.dtype.categories, *present[codes < 0].unique()])
    )
    dtype = pd.CategoricalDtype(levels, column.dtype.ordered)
    return present.astype(object).astype(dtype), is_known


def _has_same_form(present: pd.Series, column: ColumnSchema) -> bool:
    """Tell whether cells are stored as in training, objects of the same type too."""
    if present.dtype != column.dtype:
        return False
    if not column.storage.is_object:
        return True
    return read_storage(present, column.name).element is column.storage.element


def _cast(present: pd.Series, column: ColumnSchema) -> pd.Series:
    """Turn cells that are no numbers or levels into the training dtype, if they fit."""
    if present.dtype == column.dtype:
        return present
    try:
        cells = pd.Series(present.tolist(), dtype=column.dtype)
        if cells.tolist() == present.tolist():
            return cells
    except (OverflowError, TypeError, ValueError):
        pass
    msg = (
        f"column {column.name!r}: expected cells that dtype {column.dtype} holds, got "
        f"{present.iloc[0]!r} and others; convert the column first"
    )
    raise InputError(msg)

"""Columns that are the sum or difference of others, in every row.

A total beside its parts is a thin surface among all rows: a network learns it nearly,
and a table whose totals are wrong is told from a real one at a glance. Here such
columns are found; how they are kept is decided elsewhere.
"""

from __future__ import annotations

import dataclasses
import graphlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgan.schema.column import ColumnSchema
from synthgan.schema.kinds import Kind
from synthgan.schema.values import numbers_with_gaps

#: A rule is believed if chance would keep it once in 2 to this power.
MIN_BITS = 40.0
#: A column with more missing cells than this share takes no part.
MAX_MISSING_SHARE = 0.2
#: So many rows are searched; what is found is checked on all.
SEARCHED_ROWS = 2000
#: Coefficients that are so near to -1, 0 or 1 may be meant to be it.
COEFFICIENT_TOLERANCE = 0.05
#: Floats beyond this do not count every whole number.
LARGEST_EXACT = 2.0**53


def find_sums(
    frame: pd.DataFrame, columns: Sequence[ColumnSchema]
) -> list[ColumnSchema]:
    r"""Find the columns that are sums or differences of others, without exception.

    Parameters
    ----------
    frame : DataFrame
        The training rows.
    columns : sequence of ColumnSchema
        What its columns mean.

    Returns
    -------
    list of ColumnSchema
        The same, with `sum_of` and `offset` filled in. No column is the sum of itself,
        also by way of other sums.

    Notes
    -----
    Column after column is written as a linear combination of those before it, by least
    squares; coefficients near -1, 0 and 1 are rounded, and the rule is checked on all
    rows in which no term is missing. Where one column stands alone on a side, it is
    taken for the sum, since sums of parts stay inside its range. That a wrong rule
    holds in n rows has the probability :math:`2^{-nH}`, where H is the entropy of the
    sum's values; as there are :math:`3^k` rules about k columns, nH must be more than
    :math:`40 + k \log_2 3`.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> parts = np.random.default_rng(0).integers(0, 1000, (500, 2))
    >>> frame = pd.DataFrame(parts, columns=["casual", "registered"])
    >>> frame["count"] = frame["casual"] + frame["registered"]
    >>> infer_schema(frame)["count"].sum_of
    (('casual', 1), ('registered', 1))
    """
    described = list(columns)
    positions = [i for i, column in enumerate(columns) if _is_exact(column)]
    if len(positions) < 2:
        return described
    numbers = np.stack(
        [numbers_with_gaps(frame.iloc[:, i], columns[i]) for i in positions]
    )
    few = np.isnan(numbers).mean(axis=1) <= MAX_MISSING_SHARE
    positions = [i for i, is_kept in zip(positions, few, strict=True) if is_kept]
    numbers = numbers[few]
    for terms in _search(numbers, [columns[i] for i in positions]):
        i = positions[terms.total]
        described[i] = dataclasses.replace(
            columns[i],
            sum_of=tuple(
                (columns[positions[j]].name, sign) for j, sign in terms.signs.items()
            ),
            offset=terms.offset,
        )
    return described


@dataclasses.dataclass(frozen=True)
class _Terms:
    """A column as the sum of others: their signs by their numbers, and a constant."""

    total: int
    signs: dict[int, int]
    offset: float

    def of(self, total: int) -> _Terms:
        """Return the same equation, solved for one of its other columns."""
        sign = self.signs[total]
        others = {j: -sign * s for j, s in self.signs.items() if j != total}
        # Adding zero makes a negative zero positive.
        return _Terms(total, {**others, self.total: sign}, -sign * self.offset + 0.0)


def _is_exact(column: ColumnSchema) -> bool:
    """Tell whether floats hold all of a column's numbers."""
    if not column.kind.is_numeric or column.n_distinct < 2:
        return False
    return max(abs(column.minimum), abs(column.maximum)) < LARGEST_EXACT


def _search(numbers: np.ndarray, columns: list[ColumnSchema]) -> list[_Terms]:
    """Return the rules about some columns; shape of the numbers (n_columns, n_rows)."""
    complete = np.flatnonzero(~np.isnan(numbers).any(axis=0))
    searched = np.linspace(0, len(complete) - 1, min(len(complete), SEARCHED_ROWS))
    sample = numbers[:, complete[searched.astype(np.int64)]]
    if sample.shape[1] < 2 * len(columns) + 2:
        return []
    scale = sample.std(axis=1)
    scaled = (sample - sample.mean(axis=1)[:, None]) / np.where(scale > 0, scale, 1)[
        :, None
    ]
    # The free columns, and directions that span as much as they do.
    free: list[int] = []
    directions = np.empty((0, sample.shape[1]))
    found = []
    for i, column in enumerate(columns):
        # Twice, since rounding leaves a little of what was taken away.
        rest = scaled[i] - (scaled[i] @ directions.T) @ directions
        rest -= (rest @ directions.T) @ directions
        terms = None
        # Rounded sums have a rest, which least squares makes smaller or larger.
        if free and np.abs(rest).max() * scale[i] <= 2 * tolerance(column):
            weights = np.linalg.lstsq(scaled[free].T, scaled[i], rcond=None)[0]
            coefficients = weights * scale[i] / scale[free]
            terms = _read(i, dict(zip(free, coefficients, strict=True)), sample, column)
        if terms is not None and _holds(terms, numbers, columns):
            found.append(terms)
        elif (length := np.linalg.norm(rest)) > 1e-6 * len(rest) ** 0.5:
            free.append(i)
            directions = np.vstack([directions, rest / length])
    for k in range(len(found)):
        found = _prefer_alone(found, k, numbers, columns)
    return found


def tolerance(column: ColumnSchema) -> float:
    """Return by how much a sum may miss a column's number that it means.

    That is half of the number's last digit: the sum may have been rounded.
    """
    if column.step is not None:
        return 0.5
    if column.decimals is not None:
        return 0.5001 * 10.0**-column.decimals
    return 1e-9 * max(abs(column.minimum), abs(column.maximum))


def round_number(numbers: np.ndarray, column: ColumnSchema) -> np.ndarray:
    """Round numbers to what a column can hold."""
    if column.step is not None:
        return np.rint(numbers)
    return numbers if column.decimals is None else np.round(numbers, column.decimals)


def _read(
    total: int,
    coefficients: dict[int, float],
    sample: np.ndarray,
    column: ColumnSchema,
) -> _Terms | None:
    """Return the rule that coefficients mean, if they mean one."""
    signs = {j: round(weight) for j, weight in coefficients.items()}
    if any(
        abs(weight - signs[j]) > COEFFICIENT_TOLERANCE or abs(signs[j]) > 1
        for j, weight in coefficients.items()
    ):
        return None
    signs = {j: sign for j, sign in signs.items() if sign}
    if not signs:
        return None
    apart = sample[total] - sum(sign * sample[j] for j, sign in signs.items())
    offset = float(round_number(np.median(apart), column))
    return _Terms(total, signs, 0.0 if abs(offset) <= tolerance(column) else offset)


def _prefer_alone(
    found: list[_Terms], k: int, numbers: np.ndarray, columns: list[ColumnSchema]
) -> list[_Terms]:
    """Solve rule k for the column alone on its side, where the others allow it."""
    terms = found[k]
    sides = {terms.total: -1, **terms.signs}
    values = list(sides.values())
    alone = [j for j, sign in sides.items() if values.count(sign) == 1]
    for total in alone:
        if total == terms.total:
            break
        solved = [*found[:k], terms.of(total), *found[k + 1 :]]
        if _have_an_order(solved) and _holds(solved[k], numbers, columns):
            return solved
    return found


def _have_an_order(found: list[_Terms]) -> bool:
    """Tell whether each sum can be made once its terms are."""
    before = {terms.total: terms.signs for terms in found}
    try:
        graphlib.TopologicalSorter(before).prepare()
    except graphlib.CycleError:
        return False
    return len(before) == len(found)


def _holds(terms: _Terms, numbers: np.ndarray, columns: list[ColumnSchema]) -> bool:
    """Tell whether a rule holds in all rows, and not by chance."""
    column = columns[terms.total]
    if terms.offset and any(
        columns[j].kind in {Kind.DATETIME, Kind.TIMEDELTA} for j in terms.signs
    ):
        return False
    summed = terms.offset + sum(sign * numbers[j] for j, sign in terms.signs.items())
    apart = np.abs(summed - numbers[terms.total])
    is_whole = ~np.isnan(apart)
    if not is_whole.any() or (apart[is_whole] > tolerance(column)).any():
        return False
    _, counts = np.unique(numbers[terms.total, is_whole], return_counts=True)
    bits = np.sum(counts * np.log2(counts.sum() / counts))
    return bool(bits >= MIN_BITS + len(columns) * np.log2(3))

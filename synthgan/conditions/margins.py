"""Scenario tables: rows whose cells of some columns have given totals.

The totals of each column are exact; how the columns go together is taken from a pool
of the model's own rows, by raking.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgan import _validation as valid
from synthgan._random import RowRange, make_rng, pick
from synthgan.conditions.allowed import AllowedCells
from synthgan.conditions.checks import allowed_cells
from synthgan.conditions.condition import as_condition
from synthgan.conditions.condition_set import check_columns
from synthgan.conditions.pool import make_frame
from synthgan.conditions.raking import assign_groups
from synthgan.encoders import TableEncoder
from synthgan.exceptions import ParameterError

#: Shares may miss one by so much: what is left of sums of rounded floats.
SHARE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Margin:
    """The totals of one column.

    Parameters
    ----------
    name : hashable
        The column.
    keys : tuple
        A value or condition for each group of cells, as the user wrote it.
    groups : tuple of AllowedCells
        The same, checked; no cell is in two of them.
    shares : ndarray of float64, shape (number of groups,)
        Share of each group in the rows; they sum to one.
    """

    name: Hashable
    keys: tuple[Any, ...]
    groups: tuple[AllowedCells, ...]
    shares: np.ndarray

    def counts(self, n_rows: int) -> np.ndarray:
        """Return the number of rows of each group, by largest remainder."""
        exact = self.shares / self.shares.sum() * n_rows
        # A share of rows that is whole but for the float's last bits is whole.
        counts = np.floor(exact + SHARE_TOLERANCE).astype(np.int64)
        remainders = np.where(self.shares > 0, exact - counts, -np.inf)
        order = np.argsort(-remainders, kind="stable")
        counts[order[: n_rows - counts.sum()]] += 1
        return counts

    def group_of(self, series: pd.Series) -> np.ndarray:
        """Return each cell's group, -1 where it is in none with a share."""
        groups = np.full(len(series), -1)
        for number, (cells, share) in enumerate(
            zip(self.groups, self.shares, strict=True)
        ):
            if share > 0:
                groups[cells.holds(series)] = number
        return groups


def check_margins(
    margins: Mapping[Hashable, Mapping[Any, float]], encoder: TableEncoder
) -> tuple[Margin, ...]:
    """Check the totals that a user asks for.

    Parameters
    ----------
    margins : dict of column name to dict of value or condition to share
        Shares of a column sum to one, within 1e-9; a cell that is not listed gets no
        row. A key may be a range or a set, as in `{at_least(65): 0.2, ...}`.
    encoder : TableEncoder
        Knows the columns, their ranges and the levels seen in training.

    Raises
    ------
    ParameterError
        If shares are no shares, do not sum to one, or two keys share a cell.
    InputError
        If a column is unknown or cannot have such a cell.
    """
    if not isinstance(margins, Mapping) or not margins:
        msg = (
            "margins: expected a dict such as {'region': {'north': 0.5, 'south': 0.5}},"
            f" got {margins!r}"
        )
        raise ParameterError(msg)
    check_columns(margins, encoder)
    encoders = dict(zip(encoder.schema.names, encoder.encoders, strict=True))
    checked = []
    for name, wanted in margins.items():
        shares = _check_shares(name, wanted)
        groups = tuple(allowed_cells(as_condition(k), encoders[name]) for k in wanted)
        keys = tuple(wanted)
        for i, first in enumerate(groups):
            for j in range(i):
                if not first.intersect(groups[j]).is_empty:
                    msg = (
                        f"margins: column {name!r}: expected keys without a common "
                        f"cell, got {keys[j]!r} and {keys[i]!r}"
                    )
                    raise ParameterError(msg)
        checked.append(Margin(name, keys, groups, shares))
    return tuple(checked)


def _check_shares(name: Hashable, wanted: Any) -> np.ndarray:
    start = f"margins: column {name!r}: expected "
    if not isinstance(wanted, Mapping) or not wanted:
        msg = f"{start}a dict of value to share, got {wanted!r}"
        raise ParameterError(msg)
    for key, share in wanted.items():
        if not valid.is_real(share) or share < 0:
            msg = f"{start}shares of 0 or more, got {share!r} for {key!r}"
            raise ParameterError(msg)
    total = math.fsum(wanted.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        msg = f"{start}shares that sum to one, got {total:.12g}; divide each by it"
        raise ParameterError(msg)
    return np.array(list(wanted.values()), dtype=np.float64)


def margin_counts(
    margins: tuple[Margin, ...], n_rows: int
) -> dict[Hashable, dict[Any, int]]:
    """Return the number of rows of each key of each column; they sum to `n_rows`."""
    return {
        margin.name: dict(zip(margin.keys, margin.counts(n_rows).tolist(), strict=True))
        for margin in margins
    }


def find_groups(margins: tuple[Margin, ...], frame: pd.DataFrame) -> np.ndarray:
    """Return each row's group in each column with totals.

    Returns
    -------
    ndarray of int, shape (n, number of margins)
        -1 where a cell is in no group with a share.
    """
    return np.stack([m.group_of(frame[m.name]) for m in margins], axis=1)


def draw_to_margins(
    margins: tuple[Margin, ...], pool: pd.DataFrame, rows: RowRange
) -> pd.DataFrame:
    """Draw the cells of some columns so that their totals are as asked for.

    Parameters
    ----------
    margins : tuple of Margin
        The totals.
    pool : DataFrame
        Rows that the model made without conditions; any number, also none.
    rows : RowRange
        Seed and number of rows. As the totals belong to the table as a whole, a row
        depends on how many there are.

    Returns
    -------
    DataFrame of rows.n_rows rows
        The margins' columns, in the training dtypes and in random order of rows.

    Notes
    -----
    The pool's rows are weighted by iterative proportional fitting until the weighted
    shares of every column are those asked for: the table closest to the pool's, in
    relative entropy, among those with such totals. Rows are then drawn by systematic
    sampling, which leaves each column off its totals by a few rows; so many rows change
    that one cell, those first for which the pool knows the combination that comes out.
    A group that the pool lacks is drawn from what the encoder knows of the column.

    References
    ----------
    W. E. Deming, F. F. Stephan, "On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known", Annals of Mathematical
    Statistics 11, 1940.
    """
    rng = make_rng(rows.seed, "margins", rows.start, rows.n_rows)
    counts = [margin.counts(rows.n_rows) for margin in margins]
    groups = find_groups(margins, pool)
    sources, wanted = assign_groups(groups, counts, rng)
    columns = [
        _take_cells(margin, pool[margin.name], groups[:, j], sources, wanted[:, j], rng)
        for j, margin in enumerate(margins)
    ]
    frame = make_frame(columns, [margin.name for margin in margins], rows.n_rows)
    order = rng.permutation(rows.n_rows)
    return frame.iloc[order].reset_index(drop=True)


def _take_cells(
    margin: Margin,
    cells: pd.Series,
    groups: np.ndarray,
    sources: np.ndarray,
    wanted: np.ndarray,
    rng: np.random.Generator,
) -> pd.Series:
    """Take each row's cell from its source in the pool, or one of the wanted group."""
    own = np.append(groups, -1)[sources]
    places, parts = sources.copy(), [cells]
    n_cells = len(cells)
    for number in np.unique(wanted[own != wanted]).tolist():
        here = np.flatnonzero((own != wanted) & (wanted == number))
        members = np.flatnonzero(groups == number)
        uniforms = rng.random(len(here))
        if len(members):
            places[here] = pick(members, uniforms)
        else:
            parts.append(margin.groups[number].draw(uniforms))
            places[here] = n_cells + np.arange(len(here))
            n_cells += len(here)
    return pd.concat([p for p in parts if len(p)] or parts).iloc[places]

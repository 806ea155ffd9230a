"""Drawing the cells that conditions ask for, from a pool of the model's own rows.

Drawing each column from its marginal would make impossible pairs; so the constrained
cells of a row come together from one row of the pool wherever it has such a row.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from synthgan._random import RowRange, pick
from synthgan.conditions.condition_set import ConditionSet


def draw_from_pool(
    conditions: ConditionSet, pool: pd.DataFrame, rows: RowRange
) -> pd.DataFrame:
    """Draw the cells of the columns that there are conditions on.

    Parameters
    ----------
    conditions : ConditionSet
        What each row must satisfy.
    pool : DataFrame
        Rows that the model made without conditions; any number, also none. More rows
        give more different cells under rare conditions.
    rows : RowRange
        Which rows: given the pool, each depends on its seed and number alone.

    Returns
    -------
    DataFrame of rows.n_rows rows
        The conditions' columns, in the training dtypes. Every row satisfies every
        condition.

    Notes
    -----
    A row is drawn uniformly from the pool's rows that satisfy all conditions; if there
    are none, from those that satisfy the conditions that leave more than one cell (an
    exact number is seldom met); if there are none, column by column from the pool's
    cells that satisfy the one condition; and if there are none, from what the encoder
    knows of the column.
    """
    free = conditions.only(is_fixed=False)
    joint = _find_joint(conditions, free, pool)
    shared = rows.uniforms("conditions")
    drawn = []
    for name, cells in conditions.allowed.items():
        held, uniforms = joint, shared
        if not len(joint) and name in free.allowed:
            held = np.flatnonzero(cells.holds(pool[name]))
            uniforms = rows.uniforms("conditions", str(name))
        if cells.is_fixed or not len(held):
            drawn.append(cells.draw(uniforms))
        else:
            drawn.append(pool[name].iloc[pick(held, uniforms)])
    return make_frame(drawn, list(conditions.allowed), rows.n_rows)


def _find_joint(
    conditions: ConditionSet, free: ConditionSet, pool: pd.DataFrame
) -> np.ndarray:
    """Return positions of the rows of the pool to draw from, none if there are none."""
    for wanted in (conditions, free):
        if free.allowed:
            held = np.flatnonzero(wanted.holds(pool))
            if len(held):
                return held
    return np.empty(0, dtype=np.int64)


def make_frame(
    columns: list[pd.Series], names: list[Hashable], n_rows: int
) -> pd.DataFrame:
    """Put columns side by side, whatever their indices, under any names."""
    index = pd.RangeIndex(n_rows)
    numbered = {i: column.set_axis(index) for i, column in enumerate(columns)}
    frame = pd.DataFrame(numbered, index=index)
    frame.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    return frame

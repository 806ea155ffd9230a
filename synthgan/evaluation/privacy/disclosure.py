"""The disclosure check: single values that could give a person away.

It compares values, not rows, and needs no holdout: what it lists is to be looked at, it
is no test. Whether rows are copied is what the attacks find out.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgan.schema import ColumnSchema, Kind, TableSchema
from synthgan.statistics import Levels, column_numbers

#: A value that fewer people have is rare.
RARE = 10


def disclosure_check(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema
) -> pd.DataFrame:
    """List what the synthetic table repeats of the training table's rare values.

    Parameters
    ----------
    train, synthetic : DataFrame
        The two tables.
    schema : TableSchema
        What the columns of `train` mean.

    Returns
    -------
    DataFrame
        One row for each finding: `column`, its name; `what`, "rare category" (a level
        that fewer than ten training rows have), "unique string" (a key or a text of the
        training table) or "extreme value" (a number or time among the ten smallest or
        largest of the training rows, which fewer than ten of them have); `n`, how many
        such values the synthetic table repeats.

    Examples
    --------
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"town": ["Rome"] * 30 + ["Ragusa"] * 3})
    >>> disclosure_check(train, train[:31], infer_schema(train))
      column           what  n
    0   town  rare category  1
    """
    findings = []
    for column in schema:
        cells = train[column.name], synthetic[column.name]
        what, n_repeated = _repeated(*cells, column)
        if n_repeated:
            findings.append((column.name, what, n_repeated))
    return pd.DataFrame(findings, columns=["column", "what", "n"])


def _repeated(
    train: pd.Series, synthetic: pd.Series, column: ColumnSchema
) -> tuple[str, int]:
    """Return what to call the finding in one column, and how many values it has."""
    if column.kind.is_numeric:
        return "extreme value", _repeated_extremes(
            column_numbers(train, column), column_numbers(synthetic, column)
        )
    levels = Levels.fit(train)
    codes, found = levels.codes(train), levels.codes(synthetic)
    counts = np.bincount(codes[codes >= 0], minlength=len(levels.labels))
    is_string = column.kind in {Kind.IDENTIFIER, Kind.TEXT}
    is_telling = counts < (np.inf if is_string else RARE)
    n_repeated = np.intersect1d(np.flatnonzero(is_telling), found).size
    return "unique string" if is_string else "rare category", n_repeated


def _repeated_extremes(train: np.ndarray, synthetic: np.ndarray) -> int:
    ordered = np.sort(train[~np.isnan(train)])
    values, counts = np.unique(ordered, return_counts=True)
    extremes = np.concatenate([ordered[:RARE], ordered[-RARE:]])
    telling = np.intersect1d(values[counts < RARE], extremes)
    return np.intersect1d(telling, synthetic).size

"""Synthetic rows to put after real ones: fit a synthesizer and draw from it.

How many rows, and of which classes, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from synthgan._random import RandomState
from synthgan.schema import Kind, TableSchema
from synthgan.synthesizer import GANSynthesizer


def make_synthesizer(synthesizer: Any, random_state: RandomState) -> Any:
    """Return an unfitted synthesizer.

    Parameters
    ----------
    synthesizer : GANSynthesizer or None
        Is cloned, so that the user's own stays as it is; None makes a silent one.
    random_state : int, Generator, RandomState or None
        Its seed; None leaves that of the given synthesizer.
    """
    if synthesizer is None:
        return GANSynthesizer(verbose=False, random_state=random_state)
    copy = clone(synthesizer)
    return copy if random_state is None else copy.set_params(random_state=random_state)


def spread_places(counts: dict[int, int]) -> np.ndarray:
    """Repeat places so that every stretch of them holds all in the same proportions.

    Parameters
    ----------
    counts : dict of int to int
        How often each place is to be repeated.

    Returns
    -------
    ndarray of int, shape (sum of the counts,)

    Examples
    --------
    >>> spread_places({7: 4, 3: 2}).tolist()
    [7, 3, 7, 7, 3, 7]
    """
    repeats = list(counts.values())
    places = np.repeat(np.array(list(counts), dtype=int), repeats)
    shares = [(np.arange(count) + 0.5) / count for count in repeats if count]
    order = np.argsort(np.concatenate([*shares, np.empty(0)]), kind="stable")
    return places[order]


def places_to_balance(labels: pd.Series) -> np.ndarray:
    """Say rows of which classes are lacking until all classes are as large.

    Parameters
    ----------
    labels : Series of n cells
        The class of each row; a missing one is no class.

    Returns
    -------
    ndarray of int
        For each lacking row the place of a row of its class.

    Examples
    --------
    >>> places_to_balance(pd.Series(["a", "b", None, "a", "a"])).tolist()
    [1, 1]
    """
    codes, _ = pd.factorize(labels)
    classes, first, counts = np.unique(codes, return_index=True, return_counts=True)
    is_class = classes >= 0
    lacking = counts[is_class].max(initial=0) - counts[is_class]
    return spread_places(dict(zip(first[is_class].tolist(), lacking, strict=True)))


def draw_rows(synthesizer: Any, frame: pd.DataFrame, n_rows: int) -> pd.DataFrame:
    """Fit a synthesizer, and draw rows as they come; none are drawn without a fit.

    Returns
    -------
    DataFrame of n_rows rows
        With the columns and dtypes of `frame`, on a RangeIndex.
    """
    if not n_rows:
        return frame.iloc[:0].reset_index(drop=True)
    return synthesizer.fit(frame).sample(n_rows)


def draw_classes(
    synthesizer: Any, frame: pd.DataFrame, target: Hashable, places: np.ndarray
) -> pd.DataFrame:
    """Fit a synthesizer, and draw rows of given classes.

    Parameters
    ----------
    synthesizer : GANSynthesizer
        Is fitted, unless there is nothing to draw.
    frame : DataFrame
        The rows to learn.
    target : column name
        The column of the classes; it is learned as classes, also where it holds
        numbers.
    places : ndarray of int, shape (n_rows,)
        For each new row the place of a row of `frame` that has its class.

    Returns
    -------
    DataFrame of n_rows rows
        With the columns and dtypes of `frame`, on a RangeIndex.
    """
    if not len(places):
        return frame.iloc[:0].reset_index(drop=True)
    labels = frame[target]
    learned = frame.copy(deep=False)
    learned[target] = labels.astype("category")
    asked = learned[[target]].take(places).reset_index(drop=True)
    _drop_number_kind(synthesizer, target)
    rows = synthesizer.fit(learned).sample(conditions=asked)
    # The very labels come back, in their own dtype.
    rows[target] = labels.take(places).reset_index(drop=True)
    return rows


def _drop_number_kind(synthesizer: Any, target: Hashable) -> None:
    """Let the target be classes, also if the user's schema says that it is numbers."""
    schema = getattr(synthesizer, "schema", None)
    if isinstance(schema, TableSchema):
        schema = {column.name: column.kind for column in schema}
    if isinstance(schema, Mapping) and target in schema:
        kinds = dict(schema)
        if not Kind(kinds[target]).is_discrete:
            del kinds[target]
        synthesizer.set_params(schema=kinds)

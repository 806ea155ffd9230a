"""Columns that another column determines: a city's state, the number of a grade.

A network learns such a rule nearly, and a table in which six rows of a hundred break it
is told from a real one by them. So rules without an exception in the training rows are
kept by construction: the determined column's codes are looked up.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from synthgan.layout import Layout

#: A rule is believed if chance would keep it once in 2 to this power.
MIN_BITS = 40.0
#: A determinant's levels have so many rows in the mean.
MIN_ROWS_PER_LEVEL = 5


@dataclass(frozen=True, eq=False)
class Dependency:
    """One column's codes as a function of another one's.

    Parameters
    ----------
    determinant, dependent : int
        Positions of the two columns.
    sources, targets : tuple of int
        Places of their codes in a row of codes.
    levels : ndarray of int32, shape (n_levels, len(sources))
        Codes of the determinant seen in training, sorted.
    codes : ndarray of int32, shape (n_levels, len(targets))
        What they determine.
    """

    determinant: int
    dependent: int
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    levels: np.ndarray
    codes: np.ndarray

    def apply(self, codes: np.ndarray) -> None:
        """Put the determined codes in place, in rows whose determinant is known."""
        span = self.levels.max(axis=0).astype(np.int64) + 1
        known = _join(self.levels, span)
        asked = _join(codes[:, self.sources], span)
        # A code beyond those seen would be taken for another level's.
        asked[(codes[:, self.sources] >= span).any(axis=1)] = -1
        place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        found = known[place] == asked
        codes[np.ix_(found, self.targets)] = self.codes[place[found]]


def find_dependencies(
    codes: np.ndarray, layout: Layout, others: Collection[int] = ()
) -> tuple[Dependency, ...]:
    r"""Find the columns that another one determines, without exception.

    Parameters
    ----------
    codes : ndarray of int32, shape (n_rows, layout.n_codes)
        The training rows' codes.
    layout : Layout
        Where they stand. Columns with a rank take no part.
    others : collection of int, default ()
        Positions of further columns that take no part.

    Returns
    -------
    tuple of Dependency
        One at the most for each dependent column; no determinant is itself dependent.

    Notes
    -----
    That a level's further rows repeat its first one's value has, if the columns are
    independent, the probability :math:`(\sum_k p_k^2)^{m - 1}` for a level of m rows;
    rules are kept whose probability over all levels is at most
    :math:`2^{-40}`.

    Examples
    --------
    >>> from synthgan.layout import BlockSpec
    >>> layout = Layout.from_specs([[BlockSpec("level", "softmax", 4)],
    ...                             [BlockSpec("level", "softmax", 4)]])
    >>> city = np.random.default_rng(0).integers(0, 4, 500)
    >>> state = np.array([0, 1, 1, 2])[city]
    >>> (rule,) = find_dependencies(np.stack([city, state], axis=1), layout)
    >>> rule.determinant, rule.dependent, rule.codes.ravel().tolist()
    (0, 1, [0, 1, 1, 2])
    """
    places = {
        column: own
        for column, own in _discrete_columns(layout).items()
        if column not in others
    }
    levels = {
        column: np.unique(
            _join(codes[:, own], codes[:, own].max(axis=0) + 1),
            return_index=True,
            return_inverse=True,
        )
        for column, own in places.items()
    }
    # A function has at most as many values as arguments; of two columns that determine
    # each other the earlier one is free.
    order = sorted(places, key=lambda column: (-len(levels[column][0]), column))
    free: list[int] = []
    found = []
    for dependent in order:
        _, _, values = levels[dependent]
        determinant = next((c for c in free if _determines(levels[c][2], values)), None)
        if determinant is None:
            free.append(dependent)
            continue
        _, first, _ = levels[determinant]
        sources, targets = places[determinant], places[dependent]
        found.append(
            Dependency(
                determinant,
                dependent,
                tuple(sources),
                tuple(targets),
                codes[first][:, sources],
                codes[first][:, targets],
            )
        )
    return tuple(found)


def settle_dependencies(
    codes: np.ndarray, dependencies: Sequence[Dependency]
) -> np.ndarray:
    """Return rows of codes in which every dependency holds; see `Dependency.apply`."""
    if dependencies:
        codes = codes.copy()
    for dependency in dependencies:
        dependency.apply(codes)
    return codes


def _discrete_columns(layout: Layout) -> dict[int, list[int]]:
    """Return the places of the codes of each column that has no rank."""
    ranked = {block.column for block in layout.rank_blocks}
    places: dict[int, list[int]] = {}
    for block in layout.softmax_blocks:
        if block.column not in ranked:
            places.setdefault(block.column, []).append(block.index)
    return places


def _determines(arguments: np.ndarray, values: np.ndarray) -> bool:
    """Tell whether values are a function of arguments, and not by chance."""
    counts = np.bincount(arguments)
    if len(arguments) < MIN_ROWS_PER_LEVEL * len(counts):
        return False
    low = np.full(len(counts), values.max(initial=0))
    np.minimum.at(low, arguments, values)
    if (low[arguments] != values).any():
        return False
    shares = np.bincount(values) / len(values)
    bits = -np.log2(np.sum(shares**2))
    return bool(bits * (counts - 1).sum() >= MIN_BITS)


def _join(codes: np.ndarray, span: np.ndarray) -> np.ndarray:
    """Return one number for each row of codes, that sorts as the row does."""
    joined = np.zeros(len(codes), dtype=np.int64)
    for i, width in enumerate(span.tolist()):
        joined = joined * width + codes[:, i]
    return joined

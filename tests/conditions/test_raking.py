from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgan.conditions.raking import assign_groups, rake


def test_raked_weights_meet_the_totals_and_keep_the_odds_ratio() -> None:
    groups = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [40, 10, 10, 40], axis=0)
    weights = rake(groups, [np.array([700, 300]), np.array([500, 500])])
    table = np.zeros((2, 2))
    np.add.at(table, tuple(groups.T), weights)
    np.testing.assert_allclose(table.sum(axis=1), [700, 300], rtol=1e-6)
    np.testing.assert_allclose(table.sum(axis=0), [500, 500], rtol=1e-6)
    ratio = table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])
    assert ratio == pytest.approx(16)


def test_rows_without_a_group_get_no_weight() -> None:
    groups = np.array([[0, 0], [-1, 0], [0, -1]])
    assert rake(groups, [np.array([5]), np.array([5])]).tolist() == [5, 0, 0]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_totals_are_exact_whatever_the_pool(data: st.DataObject) -> None:
    n_groupings = data.draw(st.integers(1, 3))
    n_rows = data.draw(st.integers(0, 50))
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    sizes = rng.integers(1, 5, n_groupings)
    counts = [rng.multinomial(n_rows, rng.dirichlet(np.full(k, 0.7))) for k in sizes]
    groups = rng.integers(-1, sizes, (data.draw(st.integers(0, 20)), n_groupings))
    sources, wanted = assign_groups(groups, counts, rng)
    assert len(sources) == len(wanted) == n_rows
    for j, count in enumerate(counts):
        np.testing.assert_array_equal(
            np.bincount(wanted[:, j], minlength=sizes[j]), count
        )


def test_few_rows_leave_the_groups_of_their_source() -> None:
    rng = np.random.default_rng(0)
    first = rng.integers(0, 5, 4_000)
    second = (first + rng.integers(0, 2, 4_000)) % 5
    counts = [np.array([400, 300, 150, 100, 50]), np.array([240, 335, 230, 120, 75])]
    groups = np.stack([first, second], axis=1)
    sources, wanted = assign_groups(groups, counts, rng)
    assert (wanted != groups[sources]).any(axis=1).mean() < 0.01
    # The pool knows no other combinations, so the repair makes none.
    assert set((wanted[:, 1] - wanted[:, 0]) % 5) == {0, 1}

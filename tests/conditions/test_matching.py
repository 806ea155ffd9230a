"""Partial rows find the pool's rows that have their cells."""

from __future__ import annotations

import numpy as np
import pytest

from synthgan.conditions import match_codes
from synthgan.encoders import EncodedTable
from synthgan.layout import BlockSpec, Layout

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 3)],
        [
            BlockSpec("atom", "softmax", 4, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
        [BlockSpec("level", "softmax", 2)],
    ]
)


def make_table(codes: list[list[int]]) -> EncodedTable:
    ranks = np.full((len(codes), LAYOUT.n_ranks), 0.5, dtype=np.float32)
    return EncodedTable(np.array(codes, dtype=np.int32), ranks)


def find(
    codes: list[list[int]], mask: list[list[int]], pool: EncodedTable
) -> dict[tuple[int, ...], list[int]]:
    """Return which rows of the pool match which partial rows."""
    found = match_codes(make_table(codes), np.array(mask, bool), pool, LAYOUT)
    return {tuple(rows.tolist()): places.tolist() for rows, places in found}


@pytest.fixture
def order() -> list[int]:
    """Which block each code is of, by the layout."""
    return [block.column for block in LAYOUT.softmax_blocks]


def test_rows_with_the_same_given_cells_are_found_together(order: list[int]) -> None:
    # Cells by column; the layout orders codes its own way.
    def arrange(rows: list[list[int]]) -> list[list[int]]:
        return [[row[column] for column in order] for row in rows]

    pool = make_table(arrange([[0, 1, 0], [1, 1, 1], [1, 2, 0], [1, 1, 0]]))
    cells = arrange([[1, 9, 9], [1, 1, 9], [1, 3, 9], [2, 9, 9], [1, 7, 0]])
    mask = [[1, 0, 0], [1, 1, 0], [1, 1, 0], [1, 0, 0], [1, 0, 0]]
    assert find(cells, mask, pool) == {
        (0, 4): [1, 2, 3],
        (1,): [1, 3],
        (2,): [],
        (3,): [],
    }


def test_rows_without_given_cells_and_with_numbers_between_atoms_are_left_out() -> None:
    place = [block.column for block in LAYOUT.softmax_blocks].index(1)
    number = [1, 1, 1]
    number[place] = 0
    found = find(
        [[0, 0, 0], number, number],
        [[0, 0, 0], [0, 1, 0], [1, 0, 1]],
        make_table([[1, 1, 1]]),
    )
    assert (0,) not in found
    assert (1,) not in found
    assert found == {(2,): [0]}


def test_no_row_is_like_a_number_between_the_atoms(order: list[int]) -> None:
    cells = [[0 if column == 1 else 9 for column in order]]
    assert find(cells, [[0, 1, 0]], make_table([[0, 0, 0]])) == {}

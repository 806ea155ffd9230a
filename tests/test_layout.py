from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgan.layout import BlockSpec, Layout, Reference, padded_width

RANK = BlockSpec("rank", "rank", 1)
WIDTHS = st.integers(1, 70)
COLUMN = st.one_of(
    st.just([]),
    st.just([RANK]),
    WIDTHS.map(lambda w: [BlockSpec("level", "softmax", w)]),
    WIDTHS.map(lambda w: [BlockSpec("atom", "softmax", w, has_rank=True), RANK]),
    st.tuples(WIDTHS, WIDTHS).map(
        lambda pair: [
            BlockSpec("bucket", "softmax", pair[0]),
            BlockSpec("item", "softmax", pair[1]),
        ]
    ),
)
any_columns = given(st.lists(COLUMN, max_size=12))
few = settings(deadline=None, max_examples=80, derandomize=True)


def padded(block: BlockSpec) -> int:
    return padded_width(block.width) if block.activation == "softmax" else block.width


@pytest.mark.parametrize("width", range(1, 300))
def test_padded_width_is_the_next_power_of_two(width: int) -> None:
    power = padded_width(width)
    assert power & (power - 1) == 0
    assert max(width, 2) <= power < max(2 * width, 3)


@few
@any_columns
def test_every_block_that_was_asked_for_stands_somewhere(
    columns: list[list[BlockSpec]],
) -> None:
    layout = Layout.from_specs(columns)
    placed = [
        BlockSpec(b.name, b.activation, b.width, b.has_rank, b.ranks)
        for b in layout.blocks
    ]
    asked = [spec for specs in columns for spec in specs]
    assert sorted(map(repr, placed)) == sorted(map(repr, asked))
    assert layout.n_columns == len(columns)
    for i, specs in enumerate(columns):
        names = {block.name for block in layout.column_blocks(i)}
        assert names == {spec.name for spec in specs}


@few
@any_columns
def test_blocks_are_disjoint_and_cover_the_dense_row(
    columns: list[list[BlockSpec]],
) -> None:
    layout = Layout.from_specs(columns)
    covered = np.zeros(layout.width, dtype=int)
    owner = np.full(layout.width, -1)
    for block in layout.blocks:
        here = slice(block.start, block.start + padded(block))
        covered[here] += 1
        owner[here] = block.column
    assert (covered == 1).all()
    np.testing.assert_array_equal(layout.column_of_position, owner)


@few
@any_columns
def test_indices_count_codes_and_ranks(columns: list[list[BlockSpec]]) -> None:
    layout = Layout.from_specs(columns)
    assert [b.index for b in layout.softmax_blocks] == list(range(layout.n_codes))
    assert [b.index for b in layout.rank_blocks] == list(range(layout.n_ranks))
    assert layout.blocks == layout.softmax_blocks + layout.rank_blocks
    assert all(b.start >= layout.softmax_width for b in layout.rank_blocks)


@few
@any_columns
def test_groups_are_the_softmax_part_in_order_and_padded_alike(
    columns: list[list[BlockSpec]],
) -> None:
    layout = Layout.from_specs(columns)
    position = first = 0
    for group in layout.groups:
        members = layout.softmax_blocks[group.first : group.first + group.n_blocks]
        assert (group.start, group.first) == (position, first)
        assert {padded(block) for block in members} == {group.width}
        starts = [group.start + i * group.width for i in range(group.n_blocks)]
        assert [block.start for block in members] == starts
        ranked = [block.has_rank for block in members]
        assert ranked == sorted(ranked, reverse=True)
        assert sum(ranked) == group.n_ranked
        position, first = group.stop, first + group.n_blocks
    assert position == layout.softmax_width
    assert first == layout.n_codes


@few
@any_columns
def test_padding_is_what_no_code_uses(columns: list[list[BlockSpec]]) -> None:
    layout = Layout.from_specs(columns)
    assert layout.padding.shape == (layout.softmax_width,)
    used = sum(block.width for block in layout.softmax_blocks)
    assert (~layout.padding).sum() == used
    for block in layout.softmax_blocks:
        assert not layout.padding[block.start : block.start + block.width].any()


@few
@any_columns
def test_ranks_stand_in_the_order_of_their_softmax_blocks(
    columns: list[list[BlockSpec]],
) -> None:
    layout = Layout.from_specs(columns)
    ranked = [block.column for block in layout.softmax_blocks if block.has_rank]
    assert [block.column for block in layout.rank_blocks[: len(ranked)]] == ranked


def test_cells_put_atoms_among_ranks() -> None:
    ranks_of_codes = (-1.0, 0.25, 0.75, -1.0)
    layout = Layout.from_specs(
        [
            [
                BlockSpec("atom", "softmax", 4, has_rank=True, ranks=ranks_of_codes),
                RANK,
            ],
            [BlockSpec("level", "softmax", 2)],
            [RANK],
        ]
    )
    codes = np.array([[1, 0], [1, 1], [0, 2], [0, 3]], dtype=np.int32)
    ranks = np.array([[0.5, 0.1], [0.9, 0.2], [0.5, 0.3], [0.5, 0.4]])
    cells = layout.cells(codes, ranks)
    np.testing.assert_array_equal(cells[:, :2], codes)
    # The narrower block's code stands first.
    assert cells[:, 2].tolist() == [0.5, 0.25, 0.75, -1.0]
    np.testing.assert_allclose(cells[:, 3], ranks[:, 1])


def test_a_reference_stands_where_the_other_columns_cell_does() -> None:
    first = BlockSpec("atom", "softmax", 3, has_rank=True, ranks=(-1.0, 0.5, -1.0))
    second = BlockSpec("atom", "softmax", 2, has_rank=True, ranks=(-1.0, -1.0))
    layout = Layout.from_specs([[first, RANK], [second, RANK]])
    place = {block.column: block.index for block in layout.softmax_blocks}
    link = Reference(1, place[1], code=1, other=0, ranks=(0.2, 0.4, 0.8))
    layout = dataclasses.replace(layout, references=(link,))
    codes = np.zeros((4, 2), dtype=np.int32)
    codes[:, place[0]] = [0, 1, 2, 0]
    codes[:, place[1]] = [1, 1, 1, 0]
    own = {block.column: block.index for block in layout.rank_blocks}
    ranks = np.empty((4, 2))
    ranks[:, own[0]], ranks[:, own[1]] = 0.75, 0.9
    cells = layout.cells(codes, ranks)[:, layout.n_codes + own[1]]
    # The middle of the last two, an atom, a missing cell, and no reference.
    np.testing.assert_allclose(cells, [0.6, 0.4, 0.9, 0.9], rtol=1e-6)


def test_codes_without_a_place_are_below_all_ranks() -> None:
    atom = BlockSpec("atom", "softmax", 3, has_rank=True)
    layout = Layout.from_specs([[atom, RANK]])
    cells = layout.cells(np.arange(3)[:, None], np.full((3, 1), 0.5))
    assert cells[:, 1].tolist() == [0.5, -1, -1]

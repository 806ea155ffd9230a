"""Rows inside the graph, on layouts of every shape."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from scipy import stats
from scipy.special import ndtr, softmax

from synthgan.engines import current_engine
from synthgan.layout import BlockSpec, Layout, Reference, padded_width
from synthgan.networks import RowFeatures
from synthgan.networks.rows import cut_pieces, jitter_ranks

pytestmark = pytest.mark.engine

RANK = BlockSpec("rank", "rank", 1)


def level(width: int) -> list[BlockSpec]:
    return [BlockSpec("level", "softmax", width)]


def atoms(width: int) -> list[BlockSpec]:
    return [BlockSpec("atom", "softmax", width, has_rank=True), RANK]


LAYOUTS = {
    "mixed": [level(5), atoms(3), [RANK], [], level(3), atoms(6), atoms(2), level(300)],
    "no ranks": [level(2), level(7)],
    "no choices": [[RANK], [RANK]],
    "one choice": [level(3)],
    "one code": [level(1)],
    "one rank": [[RANK]],
    "one column of both": [atoms(4)],
}


@pytest.fixture(params=list(LAYOUTS.values()), ids=list(LAYOUTS))
def layout(request: pytest.FixtureRequest) -> Layout:
    return Layout.from_specs(request.param)


def array(tensor: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(tensor))


def random_rows(layout: Layout, n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    widths = [block.width for block in layout.softmax_blocks]
    codes = rng.integers(0, widths, (n_rows, layout.n_codes)).astype(np.int32)
    return codes, rng.random((n_rows, layout.n_ranks), dtype=np.float32)


def random_outputs(layout: Layout, n_rows: int, scale: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    return (scale * rng.normal(size=(n_rows, layout.width))).astype(np.float32)


def check_hard(layout: Layout, rows: np.ndarray) -> None:
    """Check that each block holds one 1, and its padding nothing."""
    choices = rows[:, : layout.softmax_width]
    np.testing.assert_allclose(choices, np.rint(choices), atol=1e-5)
    assert not np.rint(choices[:, layout.padding]).any()
    for block in layout.softmax_blocks:
        part = choices[:, block.start : block.start + block.width]
        np.testing.assert_allclose(part.sum(axis=1), 1, atol=1e-5)


# --- compact to dense -----------------------------------------------------------------


def test_dense_rows_hold_each_code_and_each_rank_in_its_block(layout: Layout) -> None:
    codes, ranks = random_rows(layout, 20)
    rows = array(RowFeatures(layout).dense(codes, ranks))
    assert rows.shape == (20, layout.width)
    check_hard(layout, rows)
    for block in layout.softmax_blocks:
        part = rows[:, block.start : block.start + block.width]
        np.testing.assert_array_equal(part.argmax(axis=1), codes[:, block.index])
    for block in layout.rank_blocks:
        np.testing.assert_array_equal(rows[:, block.start], ranks[:, block.index])


# --- straight-through choices ---------------------------------------------------------


def test_choices_are_hard_and_never_padding(layout: Layout) -> None:
    outputs = random_outputs(layout, 200, scale=3)
    outputs[:, : layout.softmax_width][:, layout.padding] = 50  # what must not matter
    seed = keras.random.SeedGenerator(0)
    rows = array(RowFeatures(layout).choose(ops.convert_to_tensor(outputs), seed))
    assert rows.shape == outputs.shape
    check_hard(layout, rows)


def test_a_normal_output_is_a_uniform_rank(layout: Layout) -> None:
    outputs = random_outputs(layout, 50)
    seed = keras.random.SeedGenerator(0)
    rows = array(RowFeatures(layout).choose(ops.convert_to_tensor(outputs), seed))
    ranks = slice(layout.softmax_width, None)
    np.testing.assert_allclose(rows[:, ranks], ndtr(outputs[:, ranks]), atol=1e-5)


def test_jitter_moves_ranks_by_so_much_as_standard_normal_numbers() -> None:
    rng = np.random.default_rng(0)
    ranks = rng.random((500, 2), dtype=np.float32)
    jitter = rng.uniform(-0.5, 0.5, ranks.shape).astype(np.float32)
    moved = array(jitter_ranks(ops.convert_to_tensor(ranks), jitter))
    np.testing.assert_allclose(moved, ndtr(stats.norm.ppf(ranks) + jitter), atol=1e-5)
    ends = array(jitter_ranks(ops.convert_to_tensor(np.float32([[0.0, 1.0]])), 0.1))
    np.testing.assert_allclose(ends, [[0, 1]], atol=1e-6)


def test_the_gradient_of_a_choice_reaches_every_logit_and_rank(layout: Layout) -> None:
    outputs = random_outputs(layout, 16)
    rows = RowFeatures(layout)
    # Without weights of their own a block's probabilities would sum to a constant.
    weights = np.random.default_rng(2).normal(size=layout.width).astype(np.float32)

    def weighted(x: Any) -> Any:
        chosen = rows.choose(x, keras.random.SeedGenerator(0))
        return ops.sum(chosen * weights, axis=1)

    slope = array(
        current_engine().input_gradient(weighted, ops.convert_to_tensor(outputs))
    )
    assert np.isfinite(slope).all()
    # A choice among one code has a slope of 0, up to rounding on some processors.
    reached = np.abs(slope).max(axis=0) > 1e-6
    for block in layout.softmax_blocks:
        # A block of one code has nothing to choose.
        part = reached[block.start : block.start + block.width]
        assert part.all() if block.width > 1 else not part.any()
    assert reached[layout.softmax_width :].all()
    assert not reached[: layout.softmax_width][layout.padding].any()


def test_choices_follow_the_softmax() -> None:
    layout = Layout.from_specs([level(3), level(5)])
    logits = np.array([0.5, -1, 1, 9, 0, 1, 2, -1, 0.5, 9, 9, 9], np.float32)
    outputs = ops.convert_to_tensor(np.tile(logits, (20_000, 1)))
    seed = keras.random.SeedGenerator(4)
    rows = array(RowFeatures(layout).choose(outputs, seed))
    for block in layout.softmax_blocks:
        part = slice(block.start, block.start + block.width)
        counts = np.rint(rows[:, part]).sum(axis=0)
        expected = softmax(logits[part].astype(float)) * 20_000
        assert stats.chisquare(counts, expected).pvalue > 1e-4


def test_two_draws_of_choices_differ() -> None:
    layout = Layout.from_specs([level(4)])
    outputs = ops.zeros((50, layout.width))
    seed = keras.random.SeedGenerator(0)
    rows = RowFeatures(layout)
    assert (
        array(rows.choose(outputs, seed)) != array(rows.choose(outputs, seed))
    ).any()


# --- reading off ----------------------------------------------------------------------


def test_codes_read_off_follow_the_softmax() -> None:
    layout = Layout.from_specs([level(3), level(5), level(1)])
    logits = random_outputs(layout, 1)[0]
    outputs = ops.convert_to_tensor(np.tile(logits, (20_000, 1)))
    uniforms = np.random.default_rng(3).random((20_000, 3), dtype=np.float32)
    codes, ranks = RowFeatures(layout).read_off(outputs, uniforms)
    assert array(ranks).shape == (20_000, 0)
    for block in layout.softmax_blocks:
        counts = np.bincount(array(codes)[:, block.index], minlength=block.width)
        part = slice(block.start, block.start + block.width)
        expected = softmax(logits[part].astype(float)) * 20_000
        if block.width > 1:
            assert stats.chisquare(counts, expected).pvalue > 1e-4
        else:
            assert counts.tolist() == [20_000]


def test_codes_read_off_are_the_inverse_of_the_cumulative_softmax() -> None:
    layout = Layout.from_specs([level(4)])
    outputs = np.log(np.tile(np.array([0.1, 0.4, 0.3, 0.2], np.float32), (6, 1)))
    uniforms = np.array([[0.0], [0.09], [0.11], [0.49], [0.79], [0.81]], np.float32)
    codes, _ = RowFeatures(layout).read_off(ops.convert_to_tensor(outputs), uniforms)
    assert array(codes)[:, 0].tolist() == [0, 0, 1, 1, 2, 3]


def test_codes_read_off_are_never_padding_up_to_the_largest_uniform(
    layout: Layout,
) -> None:
    largest = np.nextafter(np.float32(1), np.float32(0))
    widths = np.array([block.width for block in layout.softmax_blocks])
    for scale in (0.0, 1.0, 10.0):
        outputs = random_outputs(layout, 500, scale)
        for uniform in (0.0, 0.5, largest):
            uniforms = np.full((500, layout.n_codes), uniform, dtype=np.float32)
            codes, ranks = RowFeatures(layout).read_off(
                ops.convert_to_tensor(outputs), uniforms
            )
            assert array(codes).shape == (500, layout.n_codes)
            assert array(ranks).shape == (500, layout.n_ranks)
            assert (array(codes) >= 0).all()
            assert (array(codes) < widths).all()


@pytest.mark.parametrize("width", [3, 9, 100, 257, 500])
def test_no_sum_of_wide_blocks_is_off_far_enough_to_reach_padding(width: int) -> None:
    layout = Layout.from_specs([level(width)])
    outputs = random_outputs(layout, 500, scale=2)
    uniforms = np.full((500, 1), np.nextafter(np.float32(1), np.float32(0)))
    codes, _ = RowFeatures(layout).read_off(ops.convert_to_tensor(outputs), uniforms)
    assert array(codes).max() < width


def test_a_code_without_probability_is_not_read_off_at_zero() -> None:
    layout = Layout.from_specs([level(2)])
    outputs = ops.convert_to_tensor(np.array([[-1000.0, 0.0]], np.float32))
    codes, _ = RowFeatures(layout).read_off(outputs, np.zeros((1, 1), np.float32))
    assert array(codes).tolist() == [[1]]


# --- features -------------------------------------------------------------------------


def test_features_have_the_width_that_is_promised(layout: Layout) -> None:
    features = RowFeatures(layout)
    seen = array(features.features(features.dense(*random_rows(layout, 7))))
    assert seen.shape == (7, features.features_width)


def test_ranks_become_piecewise_linear_features_only_beside_no_atom(
    layout: Layout,
) -> None:
    features = RowFeatures(layout)
    codes, ranks = random_rows(layout, 40)
    seen = array(features.features(features.dense(codes, ranks)))
    np.testing.assert_array_equal(
        seen[:, : layout.softmax_width],
        array(features.dense(codes, ranks))[:, : layout.softmax_width],
    )
    ends = cut_pieces()
    pieces = seen[:, layout.softmax_width :].reshape(40, layout.n_ranks, len(ends))
    for block in layout.rank_blocks:
        own = ranks[:, block.index, None]
        expected = np.clip((own - ends[:-1]) / np.diff(ends), 0, 1)
        expected = np.concatenate([own, expected], axis=1)
        switch = [
            other
            for other in layout.softmax_blocks
            if other.column == block.column and other.has_rank
        ]
        if switch:
            expected = expected * (codes[:, switch[0].index, None] == 0)
        np.testing.assert_allclose(pieces[:, block.index], expected, atol=1e-5)


def test_a_row_without_ranks_is_its_own_features() -> None:
    layout = Layout.from_specs([level(4)])
    features = RowFeatures(layout)
    rows = features.dense(*random_rows(layout, 5))
    np.testing.assert_array_equal(array(features.features(rows)), array(rows))


# --- masks ----------------------------------------------------------------------------


def test_a_mask_is_spread_over_all_positions_of_each_column(layout: Layout) -> None:
    for column in range(layout.n_columns):
        mask = np.zeros((1, layout.n_columns), np.float32)
        mask[0, column] = 1
        given = array(RowFeatures(layout).spread_mask(ops.convert_to_tensor(mask)))
        expected = np.zeros(layout.width)
        for block in layout.column_blocks(column):
            is_choice = block.activation == "softmax"
            width = padded_width(block.width) if is_choice else 1
            expected[block.start : block.start + width] = 1
        np.testing.assert_array_equal(given[0], expected)


def test_a_given_reference_to_a_made_column_is_shown_by_its_rank() -> None:
    atom = BlockSpec("atom", "softmax", 3, has_rank=True)
    rank = BlockSpec("rank", "rank", 1)
    layout = Layout.from_specs([[rank], [atom, rank]])
    layout = replace(layout, references=(Reference(1, 0, 2, 0),))
    rows = RowFeatures(layout)
    codes = np.array([[2], [2], [2], [1]], np.int32)
    dense = rows.dense(codes, np.full((4, 2), 0.3, np.float32))
    masks = np.array([[0, 1], [1, 1], [0, 0], [0, 1]], np.float32)
    unlinked = np.asarray(ops.convert_to_numpy(rows.unlink(dense, masks)))
    assert unlinked[:, :4].argmax(axis=1).tolist() == [0, 2, 2, 1]
    np.testing.assert_array_equal(unlinked[:, :4].sum(axis=1), 1)
    np.testing.assert_array_equal(unlinked[:, 4:], np.float32(0.3))

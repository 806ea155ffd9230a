"""Rows depend on the seed and their number alone."""

from __future__ import annotations

import time
from itertools import count

import numpy as np
import pytest
from keras import ops
from scipy.special import softmax

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.candidates import MakeCandidate
from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import Flow, RatioNetwork, build_generator
from synthgan.training.sampler import Given, Sampler, fill_blocks

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 5)],
        [
            BlockSpec("atom", "softmax", 3, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
    ]
)


def make_weights(layout: Layout = LAYOUT) -> list[np.ndarray]:
    network = build_generator(layout, 4, (8,), count(3))
    return [ops.convert_to_numpy(v.value) for v in network.trainable_variables]


def make_flow() -> Flow:
    weights = [ops.convert_to_numpy(v) for v in RatioNetwork(LAYOUT, (8,)).variables]
    return Flow(LAYOUT, (8,), [*weights, *weights], current_engine().input_gradient)


@pytest.fixture(scope="module", params=["as made", "moved"])
def sampler(request: pytest.FixtureRequest) -> Sampler:
    flow = make_flow() if request.param == "moved" else None
    return Sampler(LAYOUT, 4, (8,), make_weights(), flow=flow)


@pytest.fixture(scope="module")
def many(sampler: Sampler) -> EncodedTable:
    return sampler.sample(RowRange(7, 0, 10_000))


@pytest.mark.parametrize(
    ("start", "n_rows"),
    [
        (0, 1),
        (0, 10),
        (5000, 10),
        (BLOCK_SIZE - 1, 2),
        (BLOCK_SIZE, 1),
        (9_999, 1),
        (100, 2 * BLOCK_SIZE),
    ],
)
def test_a_row_is_the_same_bits_whatever_is_asked_for_beside_it(
    sampler: Sampler, many: EncodedTable, start: int, n_rows: int
) -> None:
    some = sampler.sample(RowRange(7, start, n_rows))
    part = slice(start, start + n_rows)
    np.testing.assert_array_equal(some.codes, many.codes[part])
    np.testing.assert_array_equal(
        some.ranks.view(np.uint32), many.ranks[part].view(np.uint32)
    )


def test_a_kept_row_is_the_same_whatever_is_asked_for_beside_it(
    sampler: Sampler,
) -> None:
    def keep_low_ranks(
        make_candidate: MakeCandidate, rng: np.random.Generator
    ) -> EncodedTable:
        rounds = [make_candidate(k) for k in range(20)]
        made = EncodedTable.concatenate(rounds)
        kept = np.flatnonzero(made.ranks[:, 0] < rng.uniform(0.2, 0.4))
        return made.take(kept[: len(rounds[0])])

    many = sampler.sample(RowRange(7, 0, 10_000), choose=keep_low_ranks)
    assert many.ranks[:, 0].max() < 0.4
    for start, n_rows in ((0, 10), (BLOCK_SIZE - 1, 2), (9_999, 1)):
        some = sampler.sample(RowRange(7, start, n_rows), choose=keep_low_ranks)
        part = slice(start, start + n_rows)
        np.testing.assert_array_equal(some.codes, many.codes[part])
        np.testing.assert_array_equal(some.ranks, many.ranks[part])


def test_no_rows_have_the_right_widths(sampler: Sampler) -> None:
    none = sampler.sample(RowRange(7, 3, 0))
    assert none.codes.shape == (0, LAYOUT.n_codes)
    assert none.ranks.shape == (0, LAYOUT.n_ranks)


def test_rows_differ_within_a_block_between_blocks_and_between_seeds(
    sampler: Sampler, many: EncodedTable
) -> None:
    ranks = many.ranks[:, 0]
    assert len(np.unique(ranks)) > 9_000
    assert (ranks[:100] != ranks[BLOCK_SIZE : BLOCK_SIZE + 100]).any()
    other = sampler.sample(RowRange(8, 0, 100))
    assert (other.ranks[:, 0] != ranks[:100]).any()


def test_rows_are_codes_of_the_layout_and_ranks_in_the_unit_interval(
    many: EncodedTable,
) -> None:
    assert (many.codes >= 0).all()
    for block in LAYOUT.softmax_blocks:
        assert many.codes[:, block.index].max() < block.width
    assert many.ranks.min() >= 0
    assert many.ranks.max() <= 1


def test_a_generator_that_knows_only_its_biases_gives_their_softmax() -> None:
    weights = [np.zeros_like(weight) for weight in make_weights()]
    logits = np.array([0, 1, -1, 0.5, 2, 0, 0, 0, 1, 0, -1, 0, 0.3], np.float32)
    weights[-1] = logits[: LAYOUT.width]  # the last layer's bias
    made = Sampler(LAYOUT, 4, (8,), weights).sample(RowRange(0, 0, 20_000))
    for block in LAYOUT.softmax_blocks:
        shares = np.bincount(made.codes[:, block.index], minlength=block.width) / 20_000
        expected = softmax(weights[-1][block.start : block.start + block.width])
        np.testing.assert_allclose(shares, expected, atol=0.02)


def test_given_cells_stay_and_the_others_move() -> None:
    rows = RowRange(7, 0, 2_000)
    mask = np.zeros((2_000, 2), dtype=bool)
    mask[:, 0] = True
    codes = np.zeros((2_000, 2), dtype=np.int32)
    given = Given(
        EncodedTable(codes, np.zeros((2_000, 1), np.float32)),
        mask,
        np.empty(0, dtype=np.int64),
    )
    as_made, moved = (
        Sampler(LAYOUT, 4, (8,), make_weights(), flow=flow).sample(rows, given)
        for flow in (None, make_flow())
    )
    level, atom = (LAYOUT.column_blocks(column)[0].index for column in (0, 1))
    assert (moved.codes[:, level] == 0).all()
    free = (moved.codes[:, atom] == 0) & (as_made.codes[:, atom] == 0)
    steps = np.abs(moved.ranks - as_made.ranks)[free]
    assert 0 < np.median(steps) < 0.01


def test_blocks_that_have_not_begun_are_not_made_after_an_interruption() -> None:
    made = []

    def make(block: int, part: slice, place: slice) -> EncodedTable:
        made.append(block)
        if block == 0:
            raise KeyboardInterrupt
        time.sleep(0.2)  # blocks take their time, so that there is some for stopping
        return EncodedTable(
            np.zeros((BLOCK_SIZE, LAYOUT.n_codes), dtype=np.int32),
            np.zeros((BLOCK_SIZE, LAYOUT.n_ranks), dtype=np.float32),
        )

    with pytest.raises(KeyboardInterrupt):
        fill_blocks(LAYOUT, RowRange(0, 0, 200 * BLOCK_SIZE), make)
    assert len(made) < 100


def test_weights_of_other_shapes_are_refused() -> None:
    weights = make_weights()
    with pytest.raises(ValueError, match="expected the shapes"):
        Sampler(LAYOUT, 4, (8,), [weights[0].T, *weights[1:]])
    with pytest.raises(ValueError, match="expected the shapes"):
        Sampler(LAYOUT, 4, (8,), weights[:-1])

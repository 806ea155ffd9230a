from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgan._random import (
    BLOCK_SIZE,
    RowRange,
    check_random_state,
    make_rng,
    make_seed,
    preserved_global_random_state,
)
from synthgan.exceptions import ParameterError


def test_an_integer_is_its_own_seed() -> None:
    assert check_random_state(0) == 0
    assert check_random_state(np.int64(7)) == 7
    assert check_random_state(2**63 - 1) == 2**63 - 1


def test_a_generator_gives_a_seed_and_moves_on() -> None:
    rng = np.random.default_rng(3)
    first, second = check_random_state(rng), check_random_state(rng)
    assert first != second
    assert first == check_random_state(np.random.default_rng(3))
    legacy = np.random.RandomState(3)
    assert check_random_state(legacy) != check_random_state(legacy)


def test_none_is_another_seed_each_time() -> None:
    assert check_random_state(None) != check_random_state(None)


@pytest.mark.parametrize("state", [-1, 2**63, 1.0, True, "7", [1]])
def test_anything_else_is_refused(state: Any) -> None:
    with pytest.raises(ParameterError, match=r"random_state: expected an int in \[0"):
        check_random_state(state)


def test_streams_are_repeatable_and_independent() -> None:
    names = [("a",), ("b",), ("a", 0), ("a", 1), ("ab",)]
    draws = [make_rng(seed, *name).random(3) for seed in (0, 1) for name in names]
    assert len({tuple(draw) for draw in draws}) == len(draws)
    np.testing.assert_array_equal(make_rng(1, "a").random(3), draws[5])


def test_seeds_for_keras_have_thirty_one_bits() -> None:
    seeds = {make_seed(0, "layer", number) for number in range(50)}
    assert len(seeds) == 50
    assert all(0 <= seed < 2**31 for seed in seeds)


@given(st.integers(0, 5 * BLOCK_SIZE), st.integers(0, 3 * BLOCK_SIZE))
def test_blocks_cover_the_rows_once_and_in_order(start: int, n_rows: int) -> None:
    rows = RowRange(0, start, n_rows)
    numbers = [
        block * BLOCK_SIZE + offset
        for block, part in rows.blocks()
        for offset in range(BLOCK_SIZE)[part]
    ]
    assert numbers == rows.numbers.tolist() == list(range(start, start + n_rows))
    assert all(part.start < part.stop for _, part in rows.blocks())


def test_a_block_draws_the_same_whatever_the_range() -> None:
    first, second = RowRange(4, 0, 10), RowRange(4, 7, 99)
    a = first.block_rng(2, "text").random()
    assert a == second.block_rng(2, "text").random()
    assert a != first.block_rng(1, "text").random()
    assert a != RowRange(5, 0, 10).block_rng(2, "text").random()


def test_global_random_state_is_put_back_also_after_an_error() -> None:
    def draw() -> tuple[float, float]:
        return random.random(), np.random.random()  # noqa: NPY002, it is meant

    with preserved_global_random_state():
        expected = draw()
    try:
        with preserved_global_random_state():
            draw()
            raise KeyError
    except KeyError:
        pass
    with preserved_global_random_state():
        assert draw() == expected

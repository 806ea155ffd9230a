"""A flow moves rows by the gradient of what its networks say of them."""

from __future__ import annotations

import numpy as np
import pytest
from keras import ops
from scipy.stats import norm

from synthgan.engines import current_engine
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import Flow, RatioNetwork, RowFeatures
from synthgan.networks.flow import CODE_STEP, JITTER, RANK_STEP

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 3)],
        [
            BlockSpec("atom", "softmax", 2, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
        [BlockSpec("rank", "rank", 1)],
    ]
)
WIDTH = LAYOUT.softmax_width
LEVEL, ATOM = (LAYOUT.column_blocks(column)[0] for column in (0, 1))


@pytest.fixture(scope="module")
def network() -> RatioNetwork:
    return RatioNetwork(LAYOUT, (8,))


def weights_of(network: RatioNetwork) -> list[np.ndarray]:
    return [ops.convert_to_numpy(variable) for variable in network.variables]


def move(weights, outputs, uniforms, keep_given=lambda dense: dense) -> np.ndarray:
    flow = Flow(LAYOUT, (8,), weights, current_engine().input_gradient)
    moved = flow.move(
        ops.convert_to_tensor(outputs), ops.convert_to_tensor(uniforms), keep_given
    )
    return ops.convert_to_numpy(moved)


def draw(n_rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Draw outputs, and uniform numbers; .5 is no jitter."""
    rng = np.random.default_rng(0)
    outputs = rng.normal(size=(n_rows, LAYOUT.width)).astype(np.float32)
    uniforms = np.full((n_rows, 4), 0.5, dtype=np.float32)
    uniforms[:, :2] = rng.random((n_rows, 2))
    return outputs, uniforms


def score(network: RatioNetwork, choices: np.ndarray, numbers: np.ndarray):
    rows = np.hstack([choices, norm.cdf(numbers)]).astype(np.float32)
    return ops.convert_to_numpy(network.score_dense(rows)).astype(np.float64)


def slope(network, choices, numbers, place: int, step: float = 1e-3) -> np.ndarray:
    """Differentiate the score by one position of the row, numerically."""
    ends = []
    for sign in (1, -1):
        row = np.hstack([choices, numbers]).astype(np.float64)
        row[:, place] += sign * step
        ends.append(score(network, row[:, :WIDTH], row[:, WIDTH:]))
    return (ends[0] - ends[1]) / (2 * step)


def test_each_output_moves_in_proportion_to_its_slope(network: RatioNetwork) -> None:
    outputs, uniforms = draw()
    moved = move(weights_of(network), outputs, uniforms)
    codes, _ = RowFeatures(LAYOUT).read_off(outputs, uniforms)
    dense = ops.convert_to_numpy(RowFeatures(LAYOUT).dense(codes, outputs[:, WIDTH:]))
    for place in range(LAYOUT.width):
        expected = slope(network, dense[:, :WIDTH], outputs[:, WIDTH:], place)
        expected *= CODE_STEP if place < WIDTH else RANK_STEP
        got = moved[:, place] - outputs[:, place]
        # But for rows that a kink of the network is next to.
        size = np.abs(expected).max()
        assert np.quantile(np.abs(got - expected), 0.9) < 0.03 * size + 1e-6


def test_ranks_of_atoms_stay(network: RatioNetwork) -> None:
    outputs, uniforms = draw()
    moved = move(weights_of(network), outputs, uniforms)
    codes, _ = RowFeatures(LAYOUT).read_off(outputs, uniforms)
    is_atom = ops.convert_to_numpy(codes)[:, ATOM.index] == 1
    stays = moved[:, WIDTH] == outputs[:, WIDTH]
    assert stays[is_atom].all()
    assert not stays[~is_atom].any()


def test_jitter_moves_the_place_of_the_gradient_and_not_the_row(
    network: RatioNetwork,
) -> None:
    outputs, uniforms = draw()
    elsewhere = outputs.copy()
    elsewhere[:, WIDTH:] += JITTER * 0.8
    uniforms[:, 2:] = 0.9
    jittered = move(weights_of(network), outputs, uniforms) - outputs
    uniforms[:, 2:] = 0.5
    there = move(weights_of(network), elsewhere, uniforms) - elsewhere
    np.testing.assert_allclose(jittered, there, atol=1e-5)


def test_given_cells_are_what_networks_see(network: RatioNetwork) -> None:
    outputs, uniforms = draw()
    given = np.zeros_like(outputs)
    given[:, [LEVEL.start + 2, ATOM.start]] = 1  # the latter is "see the rank"
    mask = np.zeros(LAYOUT.width, dtype=np.float32)
    mask[:WIDTH] = 1

    def keep_given(dense):
        return given + (1 - mask) * dense

    moved = move(weights_of(network), outputs, uniforms, keep_given)
    np.testing.assert_array_equal(moved[:, :WIDTH], outputs[:, :WIDTH])
    expected = slope(network, given[:, :WIDTH], outputs[:, WIDTH:], LAYOUT.width - 1)
    got = (moved - outputs)[:, -1] / RANK_STEP
    assert np.quantile(np.abs(got - expected), 0.9) < 0.03 * np.abs(expected).max()


def test_networks_move_rows_one_after_the_other(network: RatioNetwork) -> None:
    outputs, uniforms = draw()
    weights = weights_of(network)
    once = move(weights, outputs, uniforms)
    twice = move(weights, once, uniforms)
    both = move([*weights, *weights], outputs, uniforms)
    np.testing.assert_allclose(both, twice, atol=1e-5)


def test_weights_that_do_not_fit_are_refused(network: RatioNetwork) -> None:
    with pytest.raises(ValueError, match="refinement weights: expected"):
        Flow(LAYOUT, (8,), weights_of(network)[:-1], current_engine().input_gradient)

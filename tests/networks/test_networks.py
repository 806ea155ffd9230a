"""Generator and discriminator: shapes, seeds, and what their inputs reach."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
import pytest
from keras import ops

from synthgan.engines import current_engine
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import RowFeatures, build_discriminator, build_generator

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [
            BlockSpec("atom", "softmax", 3, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
        [BlockSpec("level", "softmax", 5)],
    ]
)
UNITS = (8, 8)


def generator(first_seed: int = 0) -> Any:
    return build_generator(LAYOUT, 4, UNITS, count(first_seed))


def discriminator(first_seed: int = 0) -> Any:
    return build_discriminator(10, UNITS, count(first_seed))


def weights(network: Any) -> list[np.ndarray]:
    return [ops.convert_to_numpy(variable) for variable in network.trainable_variables]


def normal(*shape: int) -> Any:
    drawn = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return ops.convert_to_tensor(drawn)


def slope(function: Callable[[Any], Any], at: Any) -> np.ndarray:
    return ops.convert_to_numpy(current_engine().input_gradient(function, at))


@pytest.mark.parametrize("build", [generator, discriminator])
def test_the_same_seeds_give_the_same_initial_weights(build: Any) -> None:
    for one, other in zip(weights(build(7)), weights(build(7)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("build", [generator, discriminator])
def test_other_seeds_give_other_weights_and_no_two_layers_are_alike(build: Any) -> None:
    kernels = [w for w in weights(build(7)) if w.ndim == 2 and w.any()]
    others = [w for w in weights(build(70)) if w.ndim == 2 and w.any()]
    assert len(kernels) >= 6
    assert all((a != b).any() for a, b in zip(kernels, others, strict=True))
    for i, kernel in enumerate(kernels):
        for other in kernels[i + 1 :]:
            assert kernel.shape != other.shape or (kernel != other).any()


def test_the_generator_fills_the_layout_and_depends_on_its_latent() -> None:
    outputs = ops.convert_to_numpy(generator()(normal(6, 4)))
    assert outputs.shape == (6, LAYOUT.width)
    assert (np.abs(np.diff(outputs, axis=0)).max(axis=1) > 1e-3).all()


def test_an_empty_condition_is_no_condition() -> None:
    network, latent = generator(), normal(6, 4)
    width = RowFeatures(LAYOUT).features_width
    empty = network(latent, ops.zeros((6, width)), ops.zeros((6, 2)))
    np.testing.assert_allclose(
        ops.convert_to_numpy(empty), ops.convert_to_numpy(network(latent)), rtol=1e-6
    )


def test_the_generator_sees_every_given_cell_and_the_mask() -> None:
    network, latent = generator(), normal(6, 4)
    width = RowFeatures(LAYOUT).features_width
    condition, mask = normal(6, width), normal(6, 2)
    by_condition = slope(
        lambda x: ops.sum(network(latent, x, mask) ** 2, axis=1), condition
    )
    by_mask = slope(lambda x: ops.sum(network(latent, condition, x) ** 2, axis=1), mask)
    assert (np.abs(by_condition).max(axis=0) > 0).all()
    assert (np.abs(by_mask).max(axis=0) > 0).all()


def test_the_discriminator_scores_each_row_by_all_of_its_features() -> None:
    network, features = discriminator(), normal(6, 10)
    scores = ops.convert_to_numpy(network(features))
    assert scores.shape == (6,)
    alone = ops.convert_to_numpy(network(features[2:3]))
    np.testing.assert_allclose(alone, scores[2:3], rtol=1e-4)
    assert (np.abs(slope(network, features)).max(axis=0) > 0).all()

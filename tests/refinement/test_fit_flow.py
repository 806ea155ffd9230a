"""Rows of a wrong generator come nearer to the table; those of a right one stay."""

from __future__ import annotations

import math
from itertools import count

import numpy as np
import pytest
from keras import ops
from scipy.stats import kstest

from synthgan._random import RowRange, make_rng
from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.held_out import hold_out
from synthgan.layout import BlockSpec, Layout
from synthgan.networks import Flow, RatioNetwork, build_discriminator, build_generator
from synthgan.networks import flow as flow_module
from synthgan.refinement.flow import fit_flow
from synthgan.training.sampler import Sampler

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [[BlockSpec("level", "softmax", 2)], [BlockSpec("rank", "rank", 1)]]
)
UNITS = (16,)


def numpy_of(variables) -> list[np.ndarray]:
    return [ops.convert_to_numpy(variable) for variable in variables]


#: Untrained.
GENERATOR = numpy_of(build_generator(LAYOUT, 4, (8,), count(400)).trainable_variables)


def build_sampler(flow: list[np.ndarray]) -> Sampler:
    gradient = current_engine().input_gradient
    moved = Flow(LAYOUT, UNITS, flow, gradient) if flow else None
    return Sampler(LAYOUT, 4, (8,), GENERATOR, flow=moved)


def fit(train: EncodedTable) -> list[np.ndarray]:
    n_inputs = RatioNetwork(LAYOUT, UNITS).rows.features_width + LAYOUT.n_columns
    start = build_discriminator(n_inputs, UNITS, count(5))
    return fit_flow(
        LAYOUT,
        hold_out(train, 0),
        lambda flow: build_sampler(flow).sample,
        numpy_of(start.trainable_variables),
        UNITS,
        0,
        math.inf,
        lambda share: None,
    )


def make_train(share: float) -> EncodedTable:
    """Make a choice with a share of level 1, and a uniform rank."""
    rng = make_rng(0, "train")
    codes = (rng.random((6_000, 1)) < share).astype(np.int32)
    return EncodedTable(codes, rng.random((6_000, 1), dtype=np.float32))


def sample(flow: list[np.ndarray]) -> EncodedTable:
    return build_sampler(flow).sample(RowRange(3, 0, 20_000))


def test_wrong_shares_come_nearer_to_the_tables() -> None:
    before = sample([]).codes.mean()
    after = sample(fit(make_train(before + 0.3))).codes.mean()
    assert before + 0.075 < after < before + 0.31


def test_ranks_move_to_where_more_of_the_table_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flow_module, "RANK_STEP", 0.1)

    def distance(table: EncodedTable) -> float:
        return kstest(table.ranks[:, 0], "uniform").statistic

    before, after = sample([]), sample(fit(make_train(0.5)))
    assert distance(after) < 0.8 * distance(before)


def test_rows_of_a_right_generator_stay_as_they_are_distributed() -> None:
    train = build_sampler([]).sample(RowRange(1, 0, 6_000))
    before, after = sample([]), sample(fit(train))
    assert kstest(before.ranks[:, 0], after.ranks[:, 0]).statistic < 0.02
    ends = np.quantile(before.ranks, [0.25, 0.5, 0.75])
    shares = [
        [table.codes[quarters == i].mean() for i in range(4)]
        for table in (before, after)
        for quarters in [np.searchsorted(ends, table.ranks)]
    ]
    np.testing.assert_allclose(*shares, atol=0.04)

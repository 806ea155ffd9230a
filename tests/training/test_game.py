"""One step of the game: what is fed to whom, and what moves."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from small_settings import make_settings

from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.layout import BlockSpec, Layout
from synthgan.losses import LOSSES
from synthgan.training.game import FIGURES, Game

pytestmark = pytest.mark.engine

LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 5)],
        [
            BlockSpec("atom", "softmax", 3, has_rank=True),
            BlockSpec("rank", "rank", 1),
        ],
        [],
        [BlockSpec("rank", "rank", 1)],
    ]
)
N_ROWS = 40
BATCH_SIZE = 64


def make_data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    widths = [block.width for block in LAYOUT.softmax_blocks]
    codes = rng.integers(0, widths, (N_ROWS, LAYOUT.n_codes)).astype(np.int32)
    return codes, rng.random((N_ROWS, LAYOUT.n_ranks), dtype=np.float32)


def make_game(loss: str = "relativistic", seed: int = 0, **changes: Any) -> Game:
    settings: dict[str, Any] = {
        "loss": loss,
        "latent_dim": 4,
        "generator_units": (8,),
        "discriminator_units": (8,),
        "generator_learning_rate": 1e-2,
        "discriminator_learning_rate": 1e-2,
        "batch_size": BATCH_SIZE,
    }
    return Game(
        LAYOUT,
        make_settings(**{**settings, **changes}),
        current_engine(),
        EncodedTable(*make_data()),
        seed,
    )


def weights(network: Any) -> list[np.ndarray]:
    return [ops.convert_to_numpy(v.value) for v in network.trainable_variables]


def array(tensor: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(tensor))


def tensors() -> tuple[Any, ...]:
    return tuple(ops.convert_to_tensor(part) for part in make_data())


def test_given_cells_come_out_exactly_and_others_are_made() -> None:
    game = make_game()
    real = game._draw_real(tensors())
    mask = np.random.default_rng(1).random((BATCH_SIZE, LAYOUT.n_columns)) < 0.5
    mask = mask.astype(np.float32)
    fake = array(game._make_fake(real, ops.convert_to_tensor(mask)))
    given = mask[:, LAYOUT.column_of_position] == 1
    np.testing.assert_array_equal(fake[given], array(real)[given])
    # Ranks that are made never equal the real ones by chance.
    ranks = slice(LAYOUT.softmax_width, None)
    assert (fake[:, ranks] != array(real)[:, ranks])[~given[:, ranks]].all()


def test_cells_not_given_are_hidden_from_the_generator() -> None:
    mask = ops.convert_to_tensor(
        np.tile(np.array([1, 0, 0, 0], np.float32), (BATCH_SIZE, 1))
    )
    fakes = []
    for rank in (0.1, 0.9):
        game = make_game(seed=5)  # the same weights and draws
        codes, ranks = make_data()
        rows = game.rows.dense(codes[:1], np.full_like(ranks[:1], rank))
        fakes.append(array(game._make_fake(ops.tile(rows, (BATCH_SIZE, 1)), mask)))
    np.testing.assert_array_equal(fakes[0], fakes[1])


def test_batches_are_drawn_from_all_training_rows_and_differ() -> None:
    game = make_game()
    codes, ranks = make_data()
    known = {row.tobytes() for row in array(game.rows.dense(codes, ranks))}
    drawn = [array(game._draw_real(tensors())) for _ in range(8)]
    assert not np.array_equal(drawn[0], drawn[1])
    assert {row.tobytes() for row in np.concatenate(drawn)} == known


def test_most_rows_have_no_condition_and_the_rest_any_share() -> None:
    game = make_game(batch_size=4000)
    mask = array(game._draw_mask())
    assert set(np.unique(mask)) == {0, 1}
    # A share s ~ U(0, 1) of 4 columns leaves none given in a fifth of the cases.
    empty = (mask.sum(axis=1) == 0).mean()
    assert empty == pytest.approx(0.75 + 0.25 / 5, abs=0.03)
    np.testing.assert_allclose(mask.mean(axis=0), 0.125, atol=0.02)


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_step_of_every_loss_moves_both_networks(loss: str) -> None:
    game = make_game(loss)
    before = weights(game.generator), weights(game.discriminator)
    for step in (game.penalised_step, game.plain_step):
        figures = array(step(tensors()))
        assert figures.shape == (len(FIGURES),)
        assert np.isfinite(figures).all()
    after = weights(game.generator), weights(game.discriminator)
    for old, new in zip(before, after, strict=True):
        assert any((a != b).any() for a, b in zip(old, new, strict=True))


def test_the_penalty_is_part_of_the_penalised_steps_loss_only() -> None:
    def figure(step: str, weight: float) -> float:
        game = make_game(penalty_weight=weight)
        return float(array(getattr(game, step)(tensors()))[0])

    assert figure("penalised_step", 10.0) > figure("penalised_step", 0.0) + 1e-3
    assert figure("plain_step", 10.0) == pytest.approx(figure("plain_step", 0.0))


def test_the_same_seed_starts_and_draws_the_same_game() -> None:
    figures = [array(make_game(seed=seed).plain_step(tensors())) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(figures[0], figures[1])
    assert (figures[0] != figures[2]).all()


def test_the_average_forgets_the_initial_weights_and_then_lags_behind() -> None:
    game = make_game()
    game.set_pace(1.0, 0)
    game.penalised_step(tensors())
    for average, now in zip(
        game.averaged_weights(), weights(game.generator), strict=True
    ):
        np.testing.assert_allclose(average, now, atol=1e-6)
    game.set_pace(1.0, 100_000)
    before = game.averaged_weights()
    game.penalised_step(tensors())
    lags = [
        np.abs(after - old).max() < 0.1 * np.abs(now - old).max()
        for after, old, now in zip(
            game.averaged_weights(), before, weights(game.generator), strict=True
        )
        if (now != old).any()
    ]
    assert lags
    assert all(lags)


def test_the_pace_scales_both_learning_rates_from_their_settings() -> None:
    game = make_game(generator_learning_rate=0.5, discriminator_learning_rate=0.25)
    game.set_pace(0.1, 10)
    game.set_pace(0.5, 20)
    assert float(game.generator_optimizer.learning_rate) == pytest.approx(0.25)
    assert float(game.discriminator_optimizer.learning_rate) == pytest.approx(0.125)


def test_all_that_a_step_changes_is_among_the_games_variables() -> None:
    game = make_game()
    assert all(isinstance(variable, keras.Variable) for variable in game.variables)
    before = [array(variable.value).copy() for variable in game.variables]
    game.set_pace(1.0, 0)
    game.penalised_step(tensors())
    changed = {
        id(variable)
        for variable, old in zip(game.variables, before, strict=True)
        if (array(variable.value) != old).any()
    }
    expected = (
        game.draws.state,
        game.past_weight,
        game.generator_optimizer.iterations,
        game.discriminator_optimizer.iterations,
        game.averages[0],
    )
    assert {id(variable) for variable in expected} <= changed


def test_training_moments_do_not_depend_on_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("synthgan.training.game.MOMENT_BATCH", 7)
    game = make_game()
    dense = game.rows.dense(*tensors())
    features = array(game.rows.features(dense)).astype(np.float64)
    np.testing.assert_allclose(
        array(game.training_moments), features.T @ features / N_ROWS, atol=1e-6
    )


def test_training_moments_of_many_rows_are_those_of_evenly_spread_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("synthgan.training.game.MOMENT_ROWS", N_ROWS - 1)
    game = make_game()
    dense = game.rows.dense(*tensors())
    features = array(game.rows.features(dense))[::2].astype(np.float64)
    np.testing.assert_allclose(
        array(game.training_moments), features.T @ features / (N_ROWS / 2), atol=1e-6
    )

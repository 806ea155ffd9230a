"""What every engine must do, tested on the one of Keras's backend."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from synthgan.engines import (
    ENGINES,
    Engine,
    Player,
    Repeated,
    current_engine,
    import_keras,
)
from synthgan.exceptions import BackendError

pytestmark = pytest.mark.engine


@pytest.fixture
def engine() -> Engine:
    return current_engine()


#: Engines may compile a long training in another way than a short one.
few_and_many_steps = pytest.mark.parametrize("n_steps", [1, 1_000_000])


def value(variable: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(variable))


def minimise(
    engine: Engine, loss: Callable[[], Any], variables: list[Any], optimizer: Any
) -> Any:
    """Let a single player take a step."""
    (figure,) = engine.minimise(lambda: [loss()], [Player(variables, optimizer)])
    return figure


def make_adam(variables: list[Any], rate: float = 0.1) -> Any:
    adam = keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.9)
    adam.build(variables)
    return adam


def adam_by_hand(start: float, rate: float, n_steps: int) -> float:
    """Minimise w² as Kingma and Ba 2015 write it."""
    weight, mean, square = start, 0.0, 0.0
    for step in range(1, n_steps + 1):
        slope = 2 * weight
        mean = 0.5 * mean + 0.5 * slope
        square = 0.9 * square + 0.1 * slope**2
        unbiased = mean / (1 - 0.5**step), square / (1 - 0.9**step)
        weight -= rate * unbiased[0] / (np.sqrt(unbiased[1]) + 1e-7)
    return weight


def test_minimise_takes_the_optimizers_steps_and_returns_the_loss(
    engine: Engine,
) -> None:
    weight = keras.Variable(3.0)
    adam = make_adam([weight])
    losses = [
        float(minimise(engine, lambda: weight * weight, [weight], adam))
        for _ in range(3)
    ]
    assert value(weight) == pytest.approx(adam_by_hand(3.0, 0.1, 3), rel=1e-5)
    assert losses[0] == pytest.approx(9)
    assert losses == sorted(losses, reverse=True)


def test_minimise_finds_the_bottom_of_a_quadratic(engine: Engine) -> None:
    target = np.array([1.0, -2.0], np.float32)
    weights = keras.Variable(np.zeros(2, np.float32))
    sgd = keras.optimizers.SGD(0.25)
    sgd.build([weights])
    for _ in range(20):
        minimise(engine, lambda: ops.sum((weights - target) ** 2), [weights], sgd)
    np.testing.assert_allclose(value(weights), target, atol=1e-4)


def test_minimise_leaves_other_variables_alone(engine: Engine) -> None:
    weight, other = keras.Variable(3.0), keras.Variable(5.0)
    adam = make_adam([weight])
    minimise(engine, lambda: weight * weight * other, [weight], adam)
    assert value(other) == 5
    assert value(weight) < 3


def test_players_step_at_once_each_down_its_own_loss(engine: Engine) -> None:
    first, second = keras.Variable(2.0), keras.Variable(3.0)
    players = []
    for variable in (first, second):
        sgd = keras.optimizers.SGD(0.1)
        sgd.build([variable])
        players.append(Player([variable], sgd))
    # Both losses contain both variables; d/da a²b = 12, d/db -ab = -2.
    figures = engine.minimise(
        lambda: (first * first * second, -first * second), players
    )
    assert [float(figure) for figure in figures] == [12, -6]
    assert value(first) == pytest.approx(2 - 1.2)
    assert value(second) == pytest.approx(3 + 0.2)


def test_input_gradient_is_the_derivative_row_by_row(engine: Engine) -> None:
    rows = np.array([[1, 2], [3, -4]], np.float32)
    slope = engine.input_gradient(
        lambda x: ops.sum(x**3, axis=1), ops.convert_to_tensor(rows)
    )
    np.testing.assert_allclose(value(slope), 3 * rows**2)


def test_input_gradient_can_itself_be_differentiated(engine: Engine) -> None:
    weight = keras.Variable(2.0)
    sgd = keras.optimizers.SGD(1.0)
    sgd.build([weight])
    rows = ops.convert_to_tensor(np.array([[1.0], [3.0]], np.float32))

    def loss() -> Any:
        # d/dx of w x² is 2 w x; its mean over the rows is 4 w.
        return ops.mean(engine.input_gradient(lambda x: weight * x**2, rows))

    assert float(minimise(engine, loss, [weight], sgd)) == pytest.approx(8)
    assert value(weight) == pytest.approx(2 - 4)


@few_and_many_steps
def test_compiled_calls_run_the_cycle_in_order_and_average_its_figures(
    engine: Engine, n_steps: int
) -> None:
    count, diary = keras.Variable(0.0), keras.Variable(0.0)

    def step(digit: int) -> Any:
        def run(data: Any) -> Any:
            count.assign(count + 1)
            diary.assign(diary * 10 + digit)
            return ops.stack([ops.sum(data[0]) * digit, ops.convert_to_tensor(1.0)])

        return run

    call = engine.compile(
        [Repeated(step(1), 1), Repeated(step(2), 2)],
        [count, diary],
        2,
        2,
        n_steps,
    )
    figures = call(engine.place([np.array([2.0, 1.0], np.float32)]))
    assert value(count) == 6
    assert value(diary) == 122_122
    assert isinstance(figures, np.ndarray)
    np.testing.assert_allclose(figures, [3 * (1 + 2 + 2) / 3, 1], rtol=1e-6)

    diary.assign(0.0)  # what happens between two calls counts
    figures = call(engine.place([np.array([3.0, 3.0], np.float32)]))
    assert value(count) == 12
    assert value(diary) == 122_122
    np.testing.assert_allclose(figures, [6 * (1 + 2 + 2) / 3, 1], rtol=1e-6)


@few_and_many_steps
def test_compiled_training_equals_uncompiled_training(
    engine: Engine, n_steps: int
) -> None:
    weight = keras.Variable(3.0)
    adam = make_adam([weight])

    def step(data: Any) -> Any:
        loss = minimise(engine, lambda: weight * weight, [weight], adam)
        return ops.stack([loss])

    call = engine.compile([Repeated(step, 5)], [weight, *adam.variables], 2, 1, n_steps)
    call(())
    assert value(weight) == pytest.approx(adam_by_hand(3.0, 0.1, 10), rel=1e-4)
    assert int(value(adam.iterations)) == 10


@few_and_many_steps
def test_a_learning_rate_set_between_calls_is_used(
    engine: Engine, n_steps: int
) -> None:
    weight = keras.Variable(3.0)
    sgd = keras.optimizers.SGD(0.1)
    sgd.build([weight])

    def step(data: Any) -> Any:
        loss = minimise(engine, lambda: 2.0 * weight, [weight], sgd)
        return ops.stack([loss])

    call = engine.compile([Repeated(step, 1)], [weight, *sgd.variables], 1, 1, n_steps)
    call(())
    assert value(weight) == pytest.approx(3 - 0.2)
    sgd.learning_rate = 0.5
    call(())
    assert value(weight) == pytest.approx(3 - 0.2 - 1)


@few_and_many_steps
def test_draws_differ_between_steps_losses_and_calls(
    engine: Engine, n_steps: int
) -> None:
    draws = keras.random.SeedGenerator(3)
    # A row per step: one draw outside of the loss, one inside of it.
    diary = keras.Variable(np.zeros((4, 2), np.float32))
    row = keras.Variable(0, dtype="int32")
    weight = keras.Variable(0.0)
    sgd = keras.optimizers.SGD(1.0)
    sgd.build([weight])

    def step(data: Any) -> Any:
        outside = keras.random.uniform((), seed=draws)
        weight.assign(0.0)
        # The gradient is the number drawn: the weight tells it.
        minimise(
            engine,
            lambda: -weight * keras.random.uniform((), seed=draws),
            [weight],
            sgd,
        )
        drawn = ops.stack([outside, 1.0 * weight])
        diary.assign(
            ops.where(ops.equal(np.arange(4)[:, None], 1 * row), drawn, 1.0 * diary)
        )
        row.assign(row + 1)
        return ops.stack([outside])

    variables = [diary, row, weight, *sgd.variables, draws.state]
    call = engine.compile([Repeated(step, 2)], variables, 1, 1, n_steps)
    call(())
    call(())
    drawn = value(diary).ravel()
    assert len(set(drawn.tolist())) == 8
    assert ((drawn > 0) & (drawn < 1)).all()


def test_engines_are_found_by_keras_backend(engine: Engine) -> None:
    where = ENGINES[keras.backend.backend()]
    assert f"{type(engine).__module__}:{type(engine).__name__}" == where
    assert import_keras() is keras


def test_a_backend_without_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(BackendError, match=r"expected one of tensorflow, jax.*'torch'"):
        current_engine()


def test_a_frozen_function_reads_its_variables_and_takes_arrays(engine: Engine) -> None:
    weight = keras.Variable(np.array([2.0, 3.0], np.float32))
    function = engine.freeze(lambda x, y: (x * weight, x + y), [weight])
    product, total = function(np.ones(2, np.float32), np.full(2, 5, np.float32))
    assert isinstance(product, np.ndarray)
    np.testing.assert_array_equal(product, [2, 3])
    np.testing.assert_array_equal(total, [6, 6])
    weight.assign(np.array([0.0, 1.0], np.float32))
    product, _ = function(np.ones(2, np.float32), np.ones(2, np.float32))
    np.testing.assert_array_equal(product, [0, 1])


def test_a_frozen_function_runs_in_several_threads(engine: Engine) -> None:
    weight = keras.Variable(np.eye(64, dtype=np.float32))
    function = engine.freeze(lambda x: (ops.matmul(x, weight),), [weight])
    inputs = [np.full((64, 64), i, np.float32) for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        outputs = list(pool.map(function, inputs))
    for array, (output,) in zip(inputs, outputs, strict=True):
        np.testing.assert_array_equal(output, array)

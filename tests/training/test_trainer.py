"""The training loop, run by an engine whose steps are scripted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_settings import make_settings

from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.exceptions import DivergenceError, ParameterError
from synthgan.held_out import TrainingRows, hold_out
from synthgan.layout import BlockSpec, Layout
from synthgan.training.callbacks import Callback, ProgressBar, TrainingState
from synthgan.training.game import PENALTY_INTERVAL
from synthgan.training.trainer import STEPS_PER_CALL, TrainingResult, train

LAYOUT = Layout.from_specs([[BlockSpec("level", "softmax", 2)]])
TABLE = EncodedTable(np.zeros((4, 1), np.int32), np.zeros((4, 0), np.float32))


class ScriptedEngine:
    """Trains nothing: call i returns figures i."""

    def __init__(self, figures: Sequence[tuple[float, float]] = ()) -> None:
        self.figures = list(figures)
        self.n_calls = 0
        self.steps_per_call = 0

    def compile(
        self,
        cycle: Any,
        variables: Any,
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[Any], np.ndarray]:
        self.steps_per_call = cycles_per_call * sum(part.n_times for part in cycle)

        def call(data: Any) -> np.ndarray:
            self.n_calls += 1
            default = (1.0,) * n_figures
            return np.array(self.figures.pop(0) if self.figures else default)

        return call

    def place(self, data: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return data

    def freeze(self, function: Any, variables: Any) -> Any:
        return current_engine().freeze(function, variables)


class Diary(Callback):
    """Writes down what it sees; may do something at the n-th call."""

    def __init__(self, at_call: int = 0, action: Callable[..., None] = print) -> None:
        self.entries: list[tuple[str, int]] = []
        self.figures: list[dict[str, float] | None] = []
        self._at_call, self._action = at_call, action

    def on_train_begin(self, state: TrainingState) -> None:
        self.entries.append(("begin", state.step))

    def on_call_end(self, state: TrainingState) -> None:
        self.entries.append(("call", state.step))
        self.figures.append(state.figures)
        if len(self.figures) == self._at_call:
            self._action(state)

    def on_train_end(self, state: TrainingState) -> None:
        self.entries.append(("end", state.step))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    engine = ScriptedEngine()
    monkeypatch.setattr("synthgan.training.trainer.current_engine", lambda: engine)
    return engine


def run(
    n_steps: int = 3 * STEPS_PER_CALL,
    callbacks: Sequence[Callback] = (),
    max_seconds: float | None = None,
) -> TrainingResult:
    settings = make_settings(n_steps=n_steps, max_seconds=max_seconds)
    return train(LAYOUT, hold_out(TABLE, 0), settings, seed=0, callbacks=callbacks)


def interrupt(state: TrainingState) -> None:
    raise KeyboardInterrupt


def test_history_has_a_row_for_each_call(engine: ScriptedEngine) -> None:
    engine.figures = [(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]
    result = run()
    history = result.history
    per_call = engine.steps_per_call
    assert history["step"].tolist() == [per_call, 2 * per_call, 3 * per_call]
    assert history["discriminator_loss"].tolist() == [1, 3, 5]
    assert history["generator_loss"].tolist() == [2, 4, 6]
    assert history["seconds"].is_monotonic_increasing
    assert history["learning_rate_factor"].iloc[0] == 1
    assert history["learning_rate_factor"].is_monotonic_decreasing
    assert history["learning_rate_factor"].iloc[-1] < 1
    assert result.stop_reason == "all steps done"


@pytest.mark.parametrize("n_steps", [1, 8, 9, 95, 96, 97, 500])
def test_at_least_the_steps_asked_for_are_run_and_less_than_a_call_more(
    engine: ScriptedEngine, n_steps: int
) -> None:
    result = run(n_steps)
    done = engine.n_calls * engine.steps_per_call
    assert n_steps <= done < n_steps + engine.steps_per_call
    assert engine.steps_per_call % PENALTY_INTERVAL == 0
    assert result.history["step"].iloc[-1] == done


@pytest.mark.engine
def test_the_discriminator_that_is_kept_has_not_seen_held_out_rows() -> None:
    def train_with(held_out_level: int) -> TrainingResult:
        codes = np.append(np.arange(90) % 2, np.full(60, held_out_level))[:, None]
        table = EncodedTable(codes.astype(np.int32), np.zeros((150, 0), np.float32))
        settings = make_settings(n_steps=2 * STEPS_PER_CALL)
        return train(LAYOUT, TrainingRows(table, 90), settings, seed=0)

    def are_equal(ones: list[np.ndarray], others: list[np.ndarray]) -> bool:
        return all(map(np.allclose, ones, others))

    one, other = (train_with(level) for level in (0, 1))
    assert are_equal(one.discriminator_weights, other.discriminator_weights)
    assert not are_equal(one.weights, other.weights)  # the cooldown has all rows


def test_callbacks_are_told_in_their_order(engine: ScriptedEngine) -> None:
    told: list[str] = []

    class Speaker(Callback):
        def __init__(self, name: str) -> None:
            self.name = name

        def on_call_end(self, state: TrainingState) -> None:
            told.append(self.name)

    diary = Diary()
    run(callbacks=[Speaker("first"), diary, Speaker("second")])
    assert told == ["first", "second"] * 3
    step = engine.steps_per_call
    calls = [("call", step), ("call", 2 * step), ("call", 3 * step)]
    assert diary.entries == [("begin", 0), *calls, ("end", 3 * step)]
    assert diary.figures[0] == {"discriminator_loss": 1, "generator_loss": 1}


def test_a_callback_stops_the_training_and_its_reason_is_kept(
    engine: ScriptedEngine,
) -> None:
    diary = Diary(2, lambda state: state.stop("good enough"))
    result = run(100 * STEPS_PER_CALL, [diary])
    assert engine.n_calls == 2
    assert result.stop_reason == "good enough"
    assert diary.entries[-1] == ("end", 2 * engine.steps_per_call)


def test_a_training_that_is_stopped_before_it_begins_makes_one_call(
    engine: ScriptedEngine,
) -> None:
    class NotToday(Callback):
        def on_train_begin(self, state: TrainingState) -> None:
            state.stop("not today")

    result = run(callbacks=[NotToday()])
    assert engine.n_calls == 1
    assert result.stop_reason == "not today"
    assert len(result.weights) > 0


def test_a_stop_without_a_reason_is_refused() -> None:
    with pytest.raises(ParameterError, match="reason: expected a text"):
        TrainingState(n_steps=1).stop("")


def test_max_seconds_stops_the_training_and_the_rate_has_come_down_by_then(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1000))
    clock = SimpleNamespace(perf_counter=lambda: float(next(ticks)))
    monkeypatch.setattr("synthgan.training.trainer.time", clock)
    result = run(1000 * STEPS_PER_CALL, max_seconds=20.0)
    assert result.stop_reason == "max_seconds reached"
    assert result.history["seconds"].iloc[-1] >= 20
    assert result.history["seconds"].iloc[-2] < 20
    assert result.history["learning_rate_factor"].iloc[-1] < 0.2


def test_an_interruption_keeps_what_there_is_and_warns(engine: ScriptedEngine) -> None:
    diary = Diary(2, interrupt)
    with pytest.warns(UserWarning, match="interrupted after"):
        result = run(callbacks=[diary])
    assert result.stop_reason == "interrupted"
    assert len(result.history) == 2
    assert all(np.isfinite(weight).all() for weight in result.weights)
    assert len(result.weights) > 0
    assert diary.entries[-1][0] == "end"


def test_an_interruption_before_the_first_call_is_passed_on(
    engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile_interrupted(*arguments: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "compile", compile_interrupted)
    diary = Diary()
    with pytest.raises(KeyboardInterrupt):
        run(callbacks=[diary])
    assert diary.entries == [("begin", 0), ("end", 0)]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_ends_training_and_names_loss_and_step(
    engine: ScriptedEngine, wrong: float
) -> None:
    engine.figures = [(1.0, 1.0), (1.0, wrong)]
    diary = Diary()
    with pytest.raises(DivergenceError) as caught:
        run(callbacks=[diary])
    stop = 2 * engine.steps_per_call
    assert caught.value.step == stop
    assert f"{engine.steps_per_call:,} and {stop:,}" in str(caught.value)
    assert "generator_loss" in str(caught.value)
    assert "discriminator_loss" not in str(caught.value)
    assert "learning_rate" in str(caught.value)  # what to do
    assert diary.entries[-1][0] == "end"


def test_an_error_in_a_callback_is_passed_on_and_the_end_is_told(
    engine: ScriptedEngine,
) -> None:
    def fail(state: TrainingState) -> None:
        raise LookupError("mine")

    diary = Diary(1, fail)
    with pytest.raises(LookupError, match="mine"):
        run(callbacks=[diary])
    assert diary.entries[-1][0] == "end"


def test_the_progress_bar_ends_at_the_last_step(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    run(callbacks=[ProgressBar()])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "training: 100%" in captured.err


def test_the_progress_bar_of_a_stopped_training_is_closed(
    engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = ProgressBar()
    run(1000 * STEPS_PER_CALL, [bar, Diary(1, lambda state: state.stop("enough"))])
    assert bar._bar.disable  # what tqdm sets on closing
    assert capsys.readouterr().err.endswith("\n")

"""Exams during training: planted differences, plateaus, and rows that stay held out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_settings import make_settings

from synthgan.encoders import EncodedTable
from synthgan.engines import current_engine
from synthgan.held_out import count_held_out, hold_out
from synthgan.layout import BlockSpec, Layout
from synthgan.training import examiner as examiner_module
from synthgan.training import trainer as trainer_module
from synthgan.training.callbacks import Callback, TrainingState
from synthgan.training.examiner import N_EXAMS, PATIENCE, Examiner
from synthgan.training.schedule import COOLDOWN_START
from synthgan.training.trainer import TrainingResult, train

#: A level, and a number that counts only where the choice beside it is 0. Codes are in
#: the order of their widths: the choice comes first.
LAYOUT = Layout.from_specs(
    [
        [BlockSpec("level", "softmax", 3)],
        [BlockSpec("atom", "softmax", 2, has_rank=True), BlockSpec("rank", "rank", 1)],
    ]
)
SETTINGS = make_settings(n_steps=96 * 24)


def make_table(n_rows: int, seed: int) -> EncodedTable:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, [2, 3], (n_rows, 2)).astype(np.int32)
    ranks = rng.random((n_rows, 1), dtype=np.float32)
    return EncodedTable(codes, ranks)


@pytest.fixture
def examine(monkeypatch: pytest.MonkeyPatch) -> Callable[[EncodedTable], float]:
    """Score rows as if a generator had made them."""

    def score(made: EncodedTable) -> float:
        sampler = SimpleNamespace(set_weights=len, sample=lambda rows: made)
        monkeypatch.setattr(examiner_module, "Sampler", lambda *_: sampler)
        return Examiner(LAYOUT, SETTINGS, make_table(1000, 0), 0).examine([])

    return score


def test_rows_of_the_same_law_score_high_and_planted_differences_low(
    examine: Callable[[EncodedTable], float],
) -> None:
    assert examine(make_table(1000, 1)) > 0.9
    wrong_level, wrong_rank, wrong_pair = (make_table(1000, 1) for _ in range(3))
    wrong_level.codes[:, 1] = 1
    wrong_rank.ranks[:] **= 3
    wrong_pair.codes[:, 0] = wrong_pair.codes[:, 1] == 1
    assert examine(wrong_level) < 0.5
    assert examine(wrong_rank) < 0.8  # half of the rows show their rank
    assert examine(wrong_pair) < 0.7


def test_a_rank_that_means_nothing_is_not_judged(
    examine: Callable[[EncodedTable], float],
) -> None:
    made = make_table(1000, 1)
    made.ranks[made.codes[:, 0] != 0] = 0.123
    assert examine(made) == examine(make_table(1000, 1))


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], False),
        ([0.3], False),
        ([0.1, 0.2, 0.3, 0.4, 0.5], False),
        ([0.5, *[0.4] * (PATIENCE - 1)], False),
        ([0.5, *[0.4] * PATIENCE], True),
        ([0.5, *[0.5] * PATIENCE], True),
        ([0.5, *[0.4] * PATIENCE, 0.6], False),
    ],
)
def test_a_plateau_is_so_many_exams_without_a_better_one(
    scores: Sequence[float], expected: bool
) -> None:
    examiner = Examiner(LAYOUT, SETTINGS, make_table(20, 0), 0)
    examiner.scores = list(scores)
    assert examiner.has_plateaued == expected


class ScriptedEngine:
    """Trains nothing, and notes from how many rows it would draw."""

    def __init__(self) -> None:
        self.n_drawn: list[int] = []
        self.table: EncodedTable

    def compile(
        self, cycle: Any, variables: Any, *sizes: int
    ) -> Callable[[Any], np.ndarray]:
        counts = [v for v in variables if v.dtype == "int32" and v.ndim == 0]

        def call(data: Any) -> np.ndarray:
            self.table = EncodedTable(*data)
            self.n_drawn.append(max(int(count.value) for count in counts))
            return np.ones(2)

        return call

    def place(self, data: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
        return data

    def freeze(self, function: Any, variables: Any) -> Any:
        return current_engine().freeze(function, variables)


def train_with_scores(
    monkeypatch: pytest.MonkeyPatch,
    scores: Sequence[float],
    callbacks: Sequence[Callback] = (),
    n_rows: int = 3000,
) -> tuple[TrainingResult, ScriptedEngine]:
    """Train, with exams that end as written down."""
    engine = ScriptedEngine()
    monkeypatch.setattr(trainer_module, "current_engine", lambda: engine)
    left = list(scores)

    def examine(self: Examiner, weights: list[np.ndarray]) -> float:
        self.scores.append(left.pop(0))
        return self.scores[-1]

    monkeypatch.setattr(Examiner, "examine", examine)
    result = train(LAYOUT, hold_out(make_table(n_rows, 0), 0), SETTINGS, 0, callbacks)
    return result, engine


def test_scores_stand_in_the_history_and_in_what_callbacks_see(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[float | None] = []

    class Watcher(Callback):
        def on_call_end(self, state: TrainingState) -> None:
            seen.append(state.two_sample_score)

    rising = np.linspace(0.1, 0.9, N_EXAMS).tolist()
    result, _ = train_with_scores(monkeypatch, rising, [Watcher()])
    scores = result.history["two_sample_score"]
    assert scores.dropna().tolist() == rising
    assert scores.isna().sum() == len(scores) / 2
    assert seen[:3] == [None, rising[0], rising[0]]
    assert result.stop_reason == "all steps done"


def test_held_out_rows_are_drawn_in_the_cooldown_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = make_table(3000, 0)
    rising = np.linspace(0.1, 0.9, N_EXAMS).tolist()
    result, engine = train_with_scores(monkeypatch, rising)
    is_cooling = result.history["step"].shift(fill_value=0) >= (
        COOLDOWN_START * SETTINGS.n_steps
    )
    n_kept = len(table) - count_held_out(len(table))
    expected = np.where(is_cooling, len(table), n_kept)
    assert engine.n_drawn == expected.tolist()
    # The same rows in another order.
    order = np.argsort(engine.table.ranks[:, 0])
    np.testing.assert_array_equal(
        engine.table.ranks[order], np.sort(table.ranks, axis=0)
    )


def test_a_plateau_begins_the_cooldown_early(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = train_with_scores(monkeypatch, [0.9] * N_EXAMS)
    history = result.history
    assert result.stop_reason == "plateau reached"
    reached = history["step"][2 * (PATIENCE + 1) - 1]
    assert history["step"].iloc[-1] == 2 * reached < SETTINGS.n_steps
    factors = history["learning_rate_factor"]
    assert (factors[history["step"] <= reached] == 1).all()
    assert factors.iloc[-1] < 0.2


@pytest.mark.parametrize(("n_rows", "drawn"), [(900, {900}), (1500, {1350, 1500})])
def test_small_tables_are_not_examined(
    n_rows: int, drawn: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, engine = train_with_scores(monkeypatch, [], n_rows=n_rows)
    assert result.history["two_sample_score"].isna().all()
    assert set(engine.n_drawn) == drawn

"""Tables of known truth, and synthesizers fitted to them once for all tests."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from synthgan import GANSynthesizer, InferenceWarning
from synthgan._random import preserved_global_random_state
from synthgan.engines import Engine, Repeated, current_engine

#: The smallest settings that train at all.
TINY: dict[str, Any] = {
    "generator_units": (16,),
    "discriminator_units": (16,),
    "latent_dim": 8,
    "batch_size": 32,
    "n_steps": 8,
    "verbose": False,
    "random_state": 0,
}


def pytest_configure(config: pytest.Config) -> None:
    """Keep each of several processes to one core; more threads only get in its way."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker and hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Keep scikit-learn at one thread: small tables on busy cores are faster so."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def tiny() -> dict[str, Any]:
    """Parameters of a synthesizer that trains for eight steps."""
    return dict(TINY)


def make_mixed_table(n_rows: int = 300) -> pd.DataFrame:
    """Make a table of every common kind, with keys and texts that must stay secret."""
    rng = np.random.default_rng(11)
    letters = list("abcdefghijklmnopqrstuvwxyz")

    def word(n_letters: int) -> str:
        return "".join(rng.choice(letters, n_letters))

    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        rng.integers(0, 700, n_rows), unit="D"
    )
    return pd.DataFrame(
        {
            "group": rng.choice(["north", "south", "west"], n_rows, p=[0.6, 0.3, 0.1]),
            "income": np.where(
                rng.random(n_rows) < 0.2, np.nan, rng.lognormal(8, 1, n_rows).round(2)
            ),
            "children": rng.poisson(1.2, n_rows),
            "joined": pd.DatetimeIndex(days).tz_localize("Europe/Berlin"),
            "member": pd.array(
                rng.choice(np.array([True, False, None], object), n_rows), "boolean"
            ),
            "customer": [
                f"C{n:07d}-{word(4)}" for n in rng.permutation(9_999_999)[:n_rows]
            ],
            "note": [f"{word(9)} {word(7)} {word(8)}" for _ in range(n_rows)],
            "country": "Elbonia",
        }
    )


@pytest.fixture(scope="session")
def mixed_table() -> pd.DataFrame:
    """The table that `fitted` learned."""
    return make_mixed_table()


@dataclass(frozen=True)
class Fit:
    """A fitted synthesizer, and which global random states its fit moved."""

    synthesizer: GANSynthesizer
    moved: list[str]


def fit_watched(table: pd.DataFrame) -> Fit:
    """Fit and sample, and compare global random states before and after."""
    import keras

    draws: dict[str, Callable[[], Any]] = {
        "python": random.random,
        "numpy": lambda: np.random.random(),  # noqa: NPY002, the global state is meant
        "keras": lambda: float(keras.random.uniform(())),
    }
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        draws["tensorflow"] = lambda: float(tf.random.uniform(()))
    with preserved_global_random_state():
        keras.utils.set_random_seed(99)
        expected = {name: draw() for name, draw in draws.items()}
        keras.utils.set_random_seed(99)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InferenceWarning)
            synthesizer = GANSynthesizer(**TINY).fit(table)
        synthesizer.sample(5, random_state=1)
        moved = [name for name, draw in draws.items() if draw() != expected[name]]
    return Fit(synthesizer, moved)


@pytest.fixture(scope="session")
def fit(mixed_table: pd.DataFrame) -> Fit:
    """A tiny synthesizer of `mixed_table`; tests must not change it."""
    return fit_watched(mixed_table)


@pytest.fixture(scope="session")
def fitted(fit: Fit) -> GANSynthesizer:
    """The synthesizer of `fit`; tests must not change it."""
    return fit.synthesizer


@pytest.fixture
def moved_random_states(fit: Fit) -> list[str]:
    """Names of the global random states that `fit` moved."""
    return fit.moved


class OneCycleEngine:
    """The backend's engine, but a call runs each step of the cycle once, uncompiled.

    For tests of what stands round the training: compiling takes seconds.
    """

    def __init__(self) -> None:
        self._engine: Engine = current_engine()
        self.minimise = self._engine.minimise
        self.input_gradient = self._engine.input_gradient
        self.place = self._engine.place
        self.freeze = self._engine.freeze

    def compile(
        self,
        cycle: Sequence[Repeated],
        variables: Sequence[Any],
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[Any], np.ndarray]:
        from keras import ops

        def call(data: Any) -> np.ndarray:
            figures = [ops.convert_to_numpy(part.step(data)) for part in cycle]
            return np.mean(figures, axis=0)

        return call


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `fit` take its first steps without compiling them."""
    monkeypatch.setattr("synthgan.training.trainer.current_engine", OneCycleEngine)

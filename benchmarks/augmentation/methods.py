"""What learners are trained on: the real rows alone, and six ways to more of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.augmentation.cells import BALANCE, Table
from benchmarks.augmentation.learners import RowReader
from benchmarks.datasets import Dataset
from benchmarks.peers.environments import environment_name
from benchmarks.peers.measurement import restore, run_peer
from benchmarks.peers.registry import PEERS
from benchmarks.peers.runners.task import Task
from synthgan import GANSynthesizer, augment
from synthgan.augmentation.drawing import places_to_balance
from synthgan.evaluation.utility.controls import CONTROLS, TrainingRows, Undefined

REAL = "real"
_CTGAN = PEERS["ctgan"]


@dataclass(frozen=True, eq=False)
class Question:
    """The training rows of a cell, and what is asked of them.

    Parameters
    ----------
    task : {"study", "balance"}
        Whether as many rows are to be added as there are, or those that the smaller
        classes lack.
    table : Table
        What the columns mean.
    train : DataFrame
        The training rows.
    seed : int
        Seed of the method.
    environments : Path
        The folder of the peers' virtual environments.
    limit_seconds : float
        The longest that a peer may take.
    """

    task: str
    table: Table
    train: pd.DataFrame
    seed: int
    environments: Path
    limit_seconds: float

    @property
    def n_added(self) -> int:
        """How many rows are to be added."""
        if self.task == BALANCE:
            return len(places_to_balance(self.train[self.table.target]))
        return len(self.train)


def train_on(
    method: str, question: Question, reader: RowReader
) -> TrainingRows | Undefined:
    """Return what a method makes of training rows, or why it makes nothing."""
    real = reader.read(question.train)
    if method == REAL:
        return real
    if method in CONTROLS:
        return CONTROLS[method](real, question.n_added, question.seed)
    added = GENERATORS[method](question)
    if isinstance(added, Undefined):
        return added
    rows = reader.read(added)
    return real.extend(rows.features, rows.labels)


def _draw_synthgan(question: Question) -> pd.DataFrame:
    kinds = {column.name: column.kind for column in question.table.schema}
    options = {"balance": True} if question.task == BALANCE else {}
    more = augment(
        question.train,
        question.table.target,
        synthesizer=GANSynthesizer(schema=kinds, verbose=False),
        random_state=question.seed,
        **options,
    )
    return more.iloc[len(question.train) :]


def _draw_ctgan(question: Question) -> pd.DataFrame | Undefined:
    if question.task == BALANCE:
        return Undefined("its package draws no rows of one class only")
    python = ctgan_python(question.environments)
    if python is None:
        return Undefined(
            "its environment is not there: `python -m benchmarks peers` makes it"
        )
    kinds = {str(part.name): part.kind for part in question.table.schema}
    task = Task(
        kinds={name: str(kind) for name, kind in kinds.items()},
        target=question.table.target,
        seed=question.seed,
        n_samples=question.n_added,
        options={},
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task.write(folder)
        question.train.to_parquet(folder / "train.parquet")
        run_peer(python, _CTGAN.runner, folder, question.limit_seconds)
        synthetic = pd.read_parquet(folder / "synthetic.parquet")
    nothing = question.train.iloc[:0]
    shape = Dataset("", question.train, nothing, question.table.target, dict(kinds))
    return restore(synthetic, shape)


def ctgan_python(environments: Path) -> Path | None:
    """Return the interpreter that has CTGAN, if its environment was made."""
    environment = environments / environment_name(_CTGAN)
    if not (environment / "installed").exists():
        return None
    return environment / "bin" / "python"


GENERATORS: dict[str, Callable[[Question], pd.DataFrame | Undefined]] = {
    "CTGAN": _draw_ctgan,
    "synthgan": _draw_synthgan,
}

METHODS = (REAL, *CONTROLS, *GENERATORS)

"""One training of one peer: tables out, a process, rows back, scores."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.datasets import Dataset
from benchmarks.fidelity import score_rows
from benchmarks.machine import describe_environment
from benchmarks.peers.environments import (
    NotInstalledError,
    last_line,
    make_environment,
    shown_versions,
)
from benchmarks.peers.quiet import OtherLoad
from benchmarks.peers.registry import Peer
from benchmarks.peers.runners.task import Task
from benchmarks.results import Result
from synthgan.schema import Kind

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Limits:
    """Where and how long peers run.

    Parameters
    ----------
    environments : Path
        The folder of the virtual environments.
    seconds : float
        The longest that fit and sample may take together.
    """

    environments: Path
    seconds: float


class RunFailedError(Exception):
    """A peer gave no table; the text says why."""


def measure_peer(
    dataset: Dataset,
    peer: Peer,
    seed: int,
    limits: Limits,
    options: Mapping[str, Any] | None = None,
) -> Result:
    """Train a peer once, and score as many rows as it was trained on.

    Parameters
    ----------
    dataset : Dataset
        The table; its identifiers are not handed over, since nothing judges them.
    peer : Peer
        The model.
    seed : int
        Its seed.
    limits : Limits
        Where and how long it runs.
    options : mapping, optional
        Arguments of the peer's model; its defaults without.

    Returns
    -------
    dict
        `status` is "measured", "failed" or "not installed"; with the first come scores,
        their intervals, seconds and memory, with the others the `reason`.
    """
    dataset = _without_identifiers(dataset)
    try:
        python = make_environment(limits.environments, peer)
        measured = _measure(dataset, peer, python, seed, limits, dict(options or {}))
    except NotInstalledError as error:
        measured = {"status": "not installed", "reason": str(error)}
    except RunFailedError as error:
        measured = {"status": "failed", "reason": str(error)}
    return {
        **measured,
        "n_train": len(dataset.train),
        "versions": shown_versions(peer),
        "environment": describe_environment(),
    }


def _without_identifiers(dataset: Dataset) -> Dataset:
    names = [name for name, kind in dataset.kinds.items() if kind is Kind.IDENTIFIER]
    return Dataset(
        dataset.name,
        dataset.train.drop(columns=names),
        dataset.holdout.drop(columns=names),
        dataset.target,
        {name: kind for name, kind in dataset.kinds.items() if name not in names},
    )


def _measure(
    dataset: Dataset,
    peer: Peer,
    python: Path,
    seed: int,
    limits: Limits,
    options: dict[str, Any],
) -> Result:
    task = Task(
        kinds={str(name): str(kind) for name, kind in dataset.kinds.items()},
        target=dataset.target,
        seed=seed,
        n_samples=len(dataset.train),
        options=options,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        task.write(folder)
        dataset.train.to_parquet(folder / "train.parquet")
        load = OtherLoad()
        run_peer(python, peer.runner, folder, limits.seconds)
        seconds = json.loads((folder / "seconds.json").read_text())
        others = load.cores()
        synthetic = pd.read_parquet(folder / "synthetic.parquet")
    return {
        "status": "measured",
        **_judge(dataset, synthetic),
        **seconds,
        "cores_of_others": others,
    }


def run_peer(python: Path, runner: str, folder: Path, limit_seconds: float) -> None:
    """Run a peer's script in its environment, for so long at the most."""
    command = [str(python), "-m", f"{__package__}.runners", runner, str(folder)]
    # A pipe could be held open by workers that outlive the peer; a file cannot.
    with (folder / "output").open("w") as output:
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=limit_seconds,
            )
        except subprocess.TimeoutExpired:
            msg = f"not done after {limit_seconds:,.0f} seconds"
            raise RunFailedError(msg) from None
    if done.returncode < 0:
        msg = f"ended by signal {-done.returncode}"
        raise RunFailedError(msg)
    if done.returncode:
        raise RunFailedError(last_line((folder / "output").read_text()))


def _judge(dataset: Dataset, synthetic: pd.DataFrame) -> Result:
    """Score a table, as `python -m benchmarks fidelity` does."""
    try:
        return score_rows(dataset, restore(synthetic, dataset))
    except (TypeError, ValueError) as error:
        msg = f"its table cannot be judged: {error}"
        raise RunFailedError(msg) from error


def restore(synthetic: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    """Return a peer's table with the columns and dtypes of the training table.

    Levels are recognised by their text, and whole numbers are rounded: a package that
    forgets a dtype is not a worse model.

    Raises
    ------
    ValueError
        If a column is lacking, or holds cells that the dtype cannot.
    """
    lacking = [name for name in dataset.train.columns if name not in synthetic.columns]
    if lacking or len(synthetic) != len(dataset.train):
        msg = (
            f"expected {len(dataset.train)} rows and all columns, "
            f"got {len(synthetic)} rows without {lacking}"
        )
        raise ValueError(msg)
    restored = {}
    for name, kind in dataset.kinds.items():
        real, made = dataset.train[name], synthetic[name].reset_index(drop=True)
        if kind.is_discrete:
            made = _recognise(made, real)
        elif kind is Kind.INTEGER:
            made = made.astype(float).round()
        restored[name] = made.astype(real.dtype)
    return pd.DataFrame(restored)[list(dataset.train.columns)]


def _recognise(made: pd.Series, real: pd.Series) -> pd.Series:
    levels = {str(level): level for level in real.dropna().unique()}
    words = made.dropna().astype(str)
    unknown = sorted(set(words) - set(levels))
    if unknown:
        msg = f"column {real.name!r}: levels that no training row has: {unknown[:5]}"
        raise ValueError(msg)
    return words.map(levels).reindex(made.index)

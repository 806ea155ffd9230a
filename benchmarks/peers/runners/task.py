"""What a runner is asked: the files of one run are `task.json` and `train.parquet`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

Sample = Callable[[int], pd.DataFrame]

_DISCRETE = {"categorical", "ordinal", "boolean", "constant", "text"}


@dataclass(frozen=True)
class Task:
    """A run.

    Parameters
    ----------
    kinds : dict of column name to str
        What each column means.
    target : str
        The column to predict.
    seed : int
        Seed of everything that is drawn, as far as the package can be seeded.
    n_samples : int
        How many rows to make.
    options : dict of str to value
        Keyword arguments of the package's model; empty for its defaults.
    """

    kinds: dict[str, str]
    target: str
    seed: int
    n_samples: int
    options: dict[str, Any]

    @staticmethod
    def read(folder: Path) -> Task:
        """Read `task.json`."""
        return Task(**json.loads((folder / "task.json").read_text()))

    def write(self, folder: Path) -> None:
        """Write `task.json`."""
        (folder / "task.json").write_text(json.dumps(asdict(self)))

    def is_discrete(self, column: str) -> bool:
        """Whether the values of a column are levels out of a list."""
        return self.kinds[column] in _DISCRETE

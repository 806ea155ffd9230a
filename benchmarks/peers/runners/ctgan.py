"""CTGAN (Xu et al. 2019, arXiv 1907.00503), package ctgan."""

from __future__ import annotations

import pandas as pd
from ctgan import CTGAN

from benchmarks.peers.runners.preparation import Preparation
from benchmarks.peers.runners.task import Sample, Task


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Train CTGAN."""
    preparation = Preparation(train, task)
    model = CTGAN(**task.options)
    model.set_random_state(task.seed)
    model.fit(preparation.transform(), preparation.discrete)
    return lambda n_samples: preparation.inverse_transform(model.sample(n_samples))

"""Adversarial random forests (Watson et al. 2023, arXiv 2205.09435), package arfpy."""

from __future__ import annotations

import numpy as np
import pandas as pd
from arfpy.arf import arf

from benchmarks.peers.runners.preparation import Preparation
from benchmarks.peers.runners.task import Sample, Task


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Grow the forests and estimate the densities in their leaves."""
    preparation = Preparation(train, task)
    np.random.seed(task.seed)  # noqa: NPY002 (the package draws from it)
    forests = arf(preparation.transform(), random_state=task.seed, **task.options)
    forests.forde()
    return lambda n_samples: preparation.inverse_transform(forests.forge(n_samples))

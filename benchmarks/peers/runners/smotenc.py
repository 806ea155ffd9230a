"""SMOTE-NC (Chawla et al. 2002, arXiv 1106.1813), package imbalanced-learn.

Every row is interpolated between a training row and one of its nearest neighbours of
the same class; the classes' shares are those of the training rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

from benchmarks.peers.runners.preparation import Preparation
from benchmarks.peers.runners.task import Sample, Task


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Keep the training rows, which is all that the method learns."""
    if not task.is_discrete(task.target):
        msg = f"SMOTE-NC interpolates within classes; {task.target!r} is no class"
        raise ValueError(msg)
    preparation = Preparation(train, task)
    prepared, target = preparation.transform(), preparation.target
    features, classes = prepared.drop(columns=target), prepared[target]
    levels = [name for name in preparation.discrete if name != target]

    def sample(n_samples: int) -> pd.DataFrame:
        strategy = _grown(classes, n_samples)
        options = {
            "sampling_strategy": strategy,
            "random_state": task.seed,
            **task.options,
        }
        if not levels:
            method = SMOTE(**options)
        elif len(levels) == features.shape[1]:
            method = SMOTEN(**options)
        else:
            method = SMOTENC(levels, **options)
        more, more_classes = method.fit_resample(features, classes)
        rows = more.assign(**{target: more_classes}).iloc[len(features) :]
        return preparation.inverse_transform(rows)

    return sample


def _grown(classes: pd.Series, n_samples: int) -> dict[str, int]:
    """Return how many rows of each class there are to be with `n_samples` more."""
    counts = classes.value_counts()
    edges = np.rint(counts.cumsum() * n_samples / counts.sum()).astype(int)
    new = np.diff(edges, prepend=0)
    return {
        level: int(count + more)
        for (level, count), more in zip(counts.items(), new, strict=True)
    }

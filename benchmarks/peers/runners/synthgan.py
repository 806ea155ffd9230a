"""The conditional GAN of this project."""

from __future__ import annotations

import keras  # noqa: F401 (takes seconds, which are not those of the training)
import pandas as pd

from benchmarks.peers.runners.task import Sample, Task
from synthgan import GANSynthesizer


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Train the GAN."""
    return (
        GANSynthesizer(
            schema=task.kinds, random_state=task.seed, verbose=False, **task.options
        )
        .fit(train)
        .sample
    )

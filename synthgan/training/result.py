"""`TrainingResult`: what a training leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """What a training leaves behind.

    Parameters
    ----------
    weights : list of ndarray
        The generator's averaged weights.
    discriminator_weights : list of ndarray
        The discriminator's, as they were before it drew any row that is held out.
    history : DataFrame
        One row for each compiled call: step, seconds, learning-rate factor, losses,
        and the two-sample score where there was an exam.
    stop_reason : str
        Why the training ended.
    """

    weights: list[np.ndarray]
    discriminator_weights: list[np.ndarray]
    history: pd.DataFrame
    stop_reason: str

"""The learning rate over a training whose end may be a number of steps or a time."""

from __future__ import annotations

import math

#: The part of a training after which the learning rate goes down.
COOLDOWN_START = 0.5
#: What is left of the learning rate at the end.
FINAL_FACTOR = 0.1


def progress(
    step: int, n_steps: int, seconds: float, max_seconds: float | None
) -> float:
    """Return how much of a training is over, in [0, 1].

    Examples
    --------
    >>> progress(100, 400, 30.0, None), progress(100, 400, 30.0, 60.0)
    (0.25, 0.5)
    """
    done = step / n_steps
    if max_seconds is not None:
        done = max(done, seconds / max_seconds)
    return min(done, 1.0)


def learning_rate_factor(done: float) -> float:
    """Return the factor of the learning rate: constant, then a cosine down.

    Parameters
    ----------
    done : float
        How much of the training is over, in [0, 1].

    Examples
    --------
    >>> [round(learning_rate_factor(done), 3) for done in (0, 0.5, 0.75, 1)]
    [1.0, 1.0, 0.55, 0.1]
    """
    if done <= COOLDOWN_START:
        return 1.0
    share = (done - COOLDOWN_START) / (1 - COOLDOWN_START)
    return FINAL_FACTOR + (1 - FINAL_FACTOR) * (1 + math.cos(math.pi * share)) / 2

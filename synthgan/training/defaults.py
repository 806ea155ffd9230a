"""What "auto" means: settings that follow the size of the table."""

from __future__ import annotations

import numpy as np

#: Smallest and largest width of the networks.
MIN_UNITS, MAX_UNITS = 32, 128
#: Number of residual blocks.
N_BLOCKS = 2
MAX_BATCH_SIZE = 500
MIN_STEPS, MAX_STEPS = 2_000, 16_000

#: Default weight of each loss's gradient penalty; the keys are the losses' names.
PENALTY_WEIGHTS = {
    "relativistic": 1.0,
    "non_saturating": 1.0,
    "minimax": 1.0,
    "wasserstein": 10.0,
    "hinge": 1.0,
}


def default_units(n_rows: int) -> tuple[int, ...]:
    """Return the networks' widths: small tables would be memorised by large networks.

    Examples
    --------
    >>> default_units(400), default_units(3_000), default_units(100_000)
    ((32, 32), (64, 64), (128, 128))
    """
    width = 32 if n_rows < 1_000 else 64 if n_rows < 5_000 else 128
    return (width,) * N_BLOCKS


def default_batch_size(n_rows: int) -> int:
    """Return the rows a step: 500, fewer in smaller tables.

    Examples
    --------
    >>> default_batch_size(10), default_batch_size(300), default_batch_size(10_000)
    (64, 300, 500)
    """
    return int(np.clip(n_rows, 64, MAX_BATCH_SIZE))


def default_n_steps(n_rows: int) -> int:
    """Return the number of steps, which grows with the square root of the rows.

    Examples
    --------
    >>> default_n_steps(500), default_n_steps(10_000), default_n_steps(1_000_000)
    (2000, 8000, 16000)
    """
    return int(np.clip(80 * np.sqrt(n_rows), MIN_STEPS, MAX_STEPS))

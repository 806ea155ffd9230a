"""What "auto" means: settings that follow the size of the table."""

from __future__ import annotations

import numpy as np

#: Number of residual blocks.
N_BLOCKS = 2
MAX_BATCH_SIZE = 500
MIN_STEPS, MAX_STEPS = 2_000, 16_000
#: Smallest and largest length of the latent.
MIN_LATENT_DIM, MAX_LATENT_DIM = 16, 128
#: Smallest and largest weight of the zero-centred gradient penalty.
MIN_PENALTY_WEIGHT, MAX_PENALTY_WEIGHT = 0.03, 10.0

#: The losses' names; those whose penalty does not follow the number of rows have its
#: weight beside them.
LOSS_PENALTY_WEIGHTS: dict[str, float | None] = {
    "relativistic": None,
    "non_saturating": None,
    "minimax": None,
    "wasserstein": 10.0,
    "hinge": None,
}


def default_penalty_weight(loss: str, n_rows: int) -> float:
    """Return the weight of the gradient penalty: 400 / rows, within limits.

    The penalty keeps the discriminator from telling training rows by heart, which is
    the easier the fewer there are; in large tables it only blunts it.

    Examples
    --------
    >>> default_penalty_weight("relativistic", 500)
    0.8
    >>> default_penalty_weight("wasserstein", 500)
    10.0
    """
    fixed = LOSS_PENALTY_WEIGHTS[loss]
    if fixed is not None:
        return fixed
    return float(np.clip(400 / n_rows, MIN_PENALTY_WEIGHT, MAX_PENALTY_WEIGHT))


def default_units(n_rows: int) -> tuple[int, ...]:
    """Return the networks' widths: small tables would be memorised by large networks.

    Examples
    --------
    >>> default_units(400), default_units(3_000), default_units(100_000)
    ((32, 32), (64, 64), (128, 128))
    """
    width = 32 if n_rows < 1_000 else 64 if n_rows < 5_000 else 128
    return (width,) * N_BLOCKS


def default_latent_dim(n_ranks: int) -> int:
    """Return the length of the latent: twice the real numbers that a row is made of.

    Examples
    --------
    >>> default_latent_dim(0), default_latent_dim(25), default_latent_dim(750)
    (16, 50, 128)
    """
    return int(np.clip(2 * n_ranks, MIN_LATENT_DIM, MAX_LATENT_DIM))


def default_batch_size(n_rows: int) -> int:
    """Return the rows a step: a quarter of the table, between 64 and 500.

    In small tables fewer rows a step cost little quality, save time, and see every row
    less often.

    Examples
    --------
    >>> default_batch_size(10), default_batch_size(400), default_batch_size(10_000)
    (64, 100, 500)
    """
    return int(np.clip(n_rows // 4, 64, MAX_BATCH_SIZE))


def default_n_steps(n_rows: int) -> int:
    """Return the number of steps, which grows with the square root of the rows.

    Examples
    --------
    >>> default_n_steps(500), default_n_steps(10_000), default_n_steps(1_000_000)
    (2000, 6000, 16000)
    """
    return int(np.clip(60 * np.sqrt(n_rows), MIN_STEPS, MAX_STEPS))

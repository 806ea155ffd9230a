"""Random streams: one `random_state` makes independent, named generators.

A stream is named after what it is for, so that one more draw here does not shift
another there. Sampling uses the counter-based Philox generator keyed by seed and
block number: any block of rows can be made without making those before it.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from synthgan.exceptions import ParameterError

RandomState = int | np.random.Generator | np.random.RandomState | None

_SEED_LIMIT = 2**63


def check_random_state(random_state: RandomState) -> int:
    """Turn what a user may pass as `random_state` into one integer seed.

    Parameters
    ----------
    random_state : int, numpy Generator, numpy RandomState or None
        An int is used as it is; a generator gives (and thereby draws) a seed; None
        draws one from the operating system.

    Returns
    -------
    int
        A seed in [0, 2**63).

    Examples
    --------
    >>> check_random_state(7)
    7
    """
    match random_state:
        case None:
            return int(np.random.SeedSequence().entropy) % _SEED_LIMIT  # type: ignore[arg-type]
        case np.random.Generator():
            return int(random_state.integers(_SEED_LIMIT))
        case np.random.RandomState():
            return int(random_state.randint(2**31 - 1))
        case bool():
            pass
        case int() | np.integer() if 0 <= int(random_state) < _SEED_LIMIT:
            return int(random_state)
    msg = (
        "random_state: expected an int in [0, 2**63), a numpy Generator or "
        f"RandomState, or None; got {random_state!r}"
    )
    raise ParameterError(msg)


def stream_entropy(seed: int, *path: str | int) -> list[int]:
    """Return the entropy of the stream called `path` under `seed`."""
    name = "/".join(map(str, path)).encode()
    digest = hashlib.sha256(name).digest()
    return [seed, int.from_bytes(digest[:16], "little")]


def make_rng(seed: int, *path: str | int) -> np.random.Generator:
    """Make the numpy generator of the stream called `path`.

    Examples
    --------
    >>> a = make_rng(0, "encoders", "age").random()
    >>> b = make_rng(0, "encoders", "income").random()
    >>> a == make_rng(0, "encoders", "age").random(), a == b
    (True, False)
    """
    entropy = np.random.SeedSequence(stream_entropy(seed, *path))
    return np.random.Generator(np.random.Philox(entropy))


def make_seed(seed: int, *path: str | int) -> int:
    """Make a 31-bit seed, as Keras wants it, from the stream called `path`."""
    return int(make_rng(seed, *path).integers(2**31 - 1))


def make_seeds(seed: int, name: str) -> Iterator[int]:
    """Yield, without end, the seeds of a network's initial weights."""
    for index in itertools.count():
        yield make_seed(seed, name, index)


#: Rows are made in blocks of this size, whatever number is asked for.
BLOCK_SIZE = 4096


@dataclass(frozen=True)
class RowRange:
    """Consecutive rows of the endless stream of rows that a seed stands for.

    Parameters
    ----------
    seed : int
        Seed of the stream.
    start : int
        Number of the first row.
    n_rows : int
        Number of rows.
    """

    seed: int
    start: int
    n_rows: int

    @property
    def numbers(self) -> np.ndarray:
        """The rows' numbers; uint64, shape (n_rows,)."""
        return np.arange(self.n_rows, dtype=np.uint64) + np.uint64(self.start)

    def blocks(self) -> Iterator[tuple[int, slice]]:
        """Yield the number of each block touched, and the part of it that is meant."""
        stop = self.start + self.n_rows
        if not self.n_rows:
            return
        for block in range(self.start // BLOCK_SIZE, -(-stop // BLOCK_SIZE)):
            first = block * BLOCK_SIZE
            yield (
                block,
                slice(max(self.start - first, 0), min(stop - first, BLOCK_SIZE)),
            )

    def block_rng(self, block: int, *path: str | int) -> np.random.Generator:
        """Make the generator of one block of the stream called `path`."""
        return make_rng(self.seed, "rows", *path, block)

    def uniforms(self, *path: str | int) -> np.ndarray:
        """Draw a number for each row, which depends on its seed and number alone.

        Returns
        -------
        ndarray of float64 in [0, 1), shape (n_rows,)
        """
        parts = [
            self.block_rng(block, *path).random(BLOCK_SIZE)[part]
            for block, part in self.blocks()
        ]
        return np.concatenate([*parts, np.empty(0)])


@contextlib.contextmanager
def preserved_global_random_state() -> Iterator[None]:
    """Restore Python's and numpy's global random state on leaving.

    Importing TensorFlow advances the first and JAX the second.
    """
    python_state = random.getstate()
    # The legacy state is exactly what has to be protected here.
    numpy_state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002


def pick(choices: np.ndarray, uniforms: np.ndarray) -> np.ndarray:
    """Draw one of the choices, all alike, by each of some numbers in [0, 1)."""
    return choices[(uniforms * len(choices)).astype(np.int64)]

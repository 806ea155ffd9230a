"""`Engine`: the little that differs between backends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True)
class Repeated:
    """A training step and how often it runs in a cycle.

    Parameters
    ----------
    step : callable
        `step(data)` does one step, changes variables, and returns a vector of
        figures to watch, of one length in all steps.
    n_times : int
        Number of repetitions.
    """

    step: Callable[[Any], Any]
    n_times: int


@dataclass(frozen=True, eq=False)
class Player:
    """A network's variables and the optimizer that was built for them.

    Parameters
    ----------
    variables : sequence of keras Variable
    optimizer : keras Optimizer
    """

    variables: Sequence[Any]
    optimizer: Any


class Engine(Protocol):
    """Gradients and compilation on one backend.

    A step is ordinary stateful Keras code; the engine makes of it whatever its
    backend wants.
    """

    def minimise(
        self, losses: Callable[[], Sequence[Any]], players: Sequence[Player]
    ) -> Sequence[Any]:
        """Let each player take one step down its own loss, at the same time.

        Parameters
        ----------
        losses : callable
            Returns one scalar for each player; may draw from seed generators. What
            the losses share is computed once.
        players : sequence of Player
            Loss i is differentiated by the variables of player i only.

        Returns
        -------
        sequence of scalar tensors
            The losses, before the step.
        """

    def input_gradient(self, function: Callable[[Any], Any], inputs: Any) -> Any:
        """Return the gradient of `sum(function(inputs))`, itself differentiable."""

    def compile(
        self,
        cycle: Sequence[Repeated],
        variables: Sequence[Any],
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[Any], np.ndarray]:
        """Compile a call that runs the cycle many times.

        Parameters
        ----------
        cycle : sequence of Repeated
            Steps in their order.
        variables : sequence of keras Variable
            All variables that a step reads and changes.
        cycles_per_call : int
            How often a call runs the cycle.
        n_figures : int
            Length of the vector that a step returns.
        n_steps : int
            Steps of all calls that are planned: many are worth a slow compilation.

        Returns
        -------
        callable
            Given data that `place` returned, runs the steps on them and returns the
            steps' figures, averaged over the call: ndarray of float32, shape
            (n_figures,). Other data of the same shapes need no new compilation.
        """

    def place(self, data: Sequence[np.ndarray]) -> tuple[Any, ...]:
        """Move arrays to the device, as tensors that compiled steps read."""

    def freeze(
        self,
        function: Callable[..., Any],
        variables: Sequence[Any],
        *,
        is_dear: bool = False,
    ) -> Callable[..., tuple[np.ndarray, ...]]:
        """Compile a function that only reads its variables.

        Parameters
        ----------
        function : callable
            Takes tensors and returns a tuple of tensors; assigns nothing.
        variables : sequence of keras Variable
            All variables that it reads; they count as they are at each call.
        is_dear : bool, default False
            Whether its calls will take so long that a slow compilation pays.

        Returns
        -------
        callable
            The function of and to arrays. It may run in several threads at once.
        """


def pad_rows(array: np.ndarray, n_rows: int) -> np.ndarray:
    """Fill an array up with zero rows to the one number that a call is compiled for.

    Examples
    --------
    >>> pad_rows(np.ones((1, 2)), 2).tolist()
    [[1.0, 1.0], [0.0, 0.0]]
    """
    if len(array) == n_rows:
        return array
    return np.pad(array, ((0, n_rows - len(array)), (0, 0)))


def padded_batches(
    arrays: Sequence[np.ndarray], n_rows: int
) -> Iterator[tuple[slice, list[np.ndarray]]]:
    """Walk through rows in batches of the one size that a call is compiled for.

    Parameters
    ----------
    arrays : sequence of ndarray, shape (any number of rows, width)
        All of one number of rows.
    n_rows : int
        Rows of a batch.

    Yields
    ------
    part : slice
        Which rows the batch holds.
    batch : list of ndarray, shape (n_rows, width)
        Those rows; the last batch is filled up by `pad_rows`.

    Examples
    --------
    >>> for part, (batch,) in padded_batches([np.ones((3, 1))], 2):
    ...     print(part.start, batch.tolist())
    0 [[1.0], [1.0]]
    2 [[1.0], [0.0]]
    """
    for start in range(0, len(arrays[0]), n_rows):
        part = slice(start, start + n_rows)
        yield part, [pad_rows(array[part], n_rows) for array in arrays]

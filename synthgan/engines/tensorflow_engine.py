"""The TensorFlow engine: gradient tapes and a loop inside `tf.function`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops

from synthgan.engines.base import Player, Repeated

#: XLA takes some seconds longer to compile, and a third off each step (Adult on two
#: cores: 7 s, and 30 to 19 ms). From so many planned steps on it pays; the short
#: trainings of small tables, of which a program may do hundreds, gain nothing, and what
#: XLA compiled is never freed (tensorflow/tensorflow#64170).
MIN_XLA_STEPS = 4_000


class TensorFlowEngine:
    """See `synthgan.engines.base.Engine`."""

    def minimise(
        self, losses: Callable[[], Sequence[Any]], players: Sequence[Player]
    ) -> Sequence[Any]:
        """Take one step of each player; see `Engine.minimise`."""
        values = [[variable.value for variable in p.variables] for p in players]
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(values)
            scalars = losses()
        gradients = [
            tape.gradient(scalar, own)
            for scalar, own in zip(scalars, values, strict=True)
        ]
        del tape
        for player, own in zip(players, gradients, strict=True):
            player.optimizer.apply(own, player.variables)
        return scalars

    def input_gradient(self, function: Callable[[Any], Any], inputs: Any) -> Any:
        """Return a differentiable gradient; see `Engine.input_gradient`."""
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(inputs)
            total = ops.sum(function(inputs))
        return tape.gradient(total, inputs)

    def compile(
        self,
        cycle: Sequence[Repeated],
        variables: Sequence[Any],
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[Any], np.ndarray]:
        """Compile a call of many steps; see `Engine.compile`.

        Each step of the cycle is traced once, in a loop of its own: a graph that
        stays small compiles in seconds.
        """
        steps_per_call = cycles_per_call * sum(part.n_times for part in cycle)

        def loop(n_times: int, body: Callable[[Any], Any], total: Any) -> Any:
            return tf.while_loop(
                lambda i, _: i < n_times,
                lambda i, total: (i + 1, body(total)),
                (0, total),
                parallel_iterations=1,
            )[1]

        def add(part: Repeated, data: Any) -> Callable[[Any], Any]:
            return lambda total: total + part.step(data)

        def run_cycle(data: Any, total: Any) -> Any:
            for part in cycle:
                total = loop(part.n_times, add(part, data), total)
            return total

        @tf.function(autograph=False, jit_compile=n_steps >= MIN_XLA_STEPS)
        def run(*data: Any) -> Any:
            body = functools.partial(run_cycle, data)
            return loop(cycles_per_call, body, tf.zeros((n_figures,))) / steps_per_call

        trace = _tracer(run)
        return lambda data: trace(data)(*data).numpy()

    def place(self, data: Sequence[np.ndarray]) -> tuple[Any, ...]:
        """Move arrays to the device; see `Engine.place`."""
        return tuple(tf.constant(array) for array in data)

    def freeze(
        self,
        function: Callable[..., Any],
        variables: Sequence[Any],
        *,
        is_dear: bool = False,
    ) -> Callable[..., tuple[np.ndarray, ...]]:
        """Compile a function that changes nothing; see `Engine.freeze`."""
        trace = _tracer(tf.function(function, autograph=False, jit_compile=is_dear))

        def call(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
            tensors = self.place(arrays)
            return tuple(output.numpy() for output in trace(tensors)(*tensors))

        return call


def _tracer(function: Any) -> Callable[[Sequence[Any]], Callable[..., Any]]:
    """Return what gives a function's graph for some tensors, traced once a shape.

    Not left to the function: TensorFlow warns of a process that traces the calls of
    several trainings.
    """

    @functools.cache
    def trace(*specs: tf.TensorSpec) -> Callable[..., Any]:
        return function.get_concrete_function(*specs)

    def find(tensors: Sequence[Any]) -> Callable[..., Any]:
        return trace(*(tf.TensorSpec(t.shape, t.dtype) for t in tensors))

    return find

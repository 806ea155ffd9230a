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
        data: Any,
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[], np.ndarray]:
        """Compile a call of many steps; see `Engine.compile`.

        Each step of the cycle is traced once, in a loop of its own: a graph that
        stays small compiles in seconds.
        """
        tensors = tuple(tf.constant(array) for array in data)
        steps_per_call = cycles_per_call * sum(part.n_times for part in cycle)

        def loop(n_times: int, body: Callable[[Any], Any], total: Any) -> Any:
            return tf.while_loop(
                lambda i, _: i < n_times,
                lambda i, total: (i + 1, body(total)),
                (0, total),
                parallel_iterations=1,
            )[1]

        def add(part: Repeated) -> Callable[[Any], Any]:
            return lambda total: total + part.step(tensors)

        def run_cycle(total: Any) -> Any:
            for part in cycle:
                total = loop(part.n_times, add(part), total)
            return total

        @tf.function(autograph=False, jit_compile=n_steps >= MIN_XLA_STEPS)
        def run() -> Any:
            total = loop(cycles_per_call, run_cycle, tf.zeros((n_figures,)))
            return total / steps_per_call

        # Traced at once, and not at the first call: TensorFlow warns of a process that
        # traces the calls of several trainings.
        traced = run.get_concrete_function()
        return lambda: traced().numpy()

    def freeze(
        self,
        function: Callable[..., Any],
        variables: Sequence[Any],
        *,
        is_dear: bool = False,
    ) -> Callable[..., tuple[np.ndarray, ...]]:
        """Compile a function that changes nothing; see `Engine.freeze`."""
        compiled = tf.function(function, autograph=False, jit_compile=is_dear)

        @functools.cache
        def trace(*specs: tf.TensorSpec) -> Callable[..., Any]:
            return compiled.get_concrete_function(*specs)

        def call(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
            tensors = [tf.constant(array) for array in arrays]
            specs = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in tensors]
            outputs = trace(*specs)(*tensors)
            return tuple(output.numpy() for output in outputs)

        return call

"""The JAX engine: the same stateful code made pure, then differentiated and scanned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras
import numpy as np
from keras import ops

from synthgan.engines.base import Player, Repeated


class JAXEngine:
    """See `synthgan.engines.base.Engine`.

    Keras code that reads and assigns variables becomes a pure function inside a
    `keras.StatelessScope`, which holds the variables' values; scopes nest, since a
    loss is differentiated inside a step that is itself compiled.
    """

    def __init__(self) -> None:
        self._tracked: tuple[Any, ...] = ()

    def minimise(
        self, losses: Callable[[], Sequence[Any]], players: Sequence[Player]
    ) -> Sequence[Any]:
        """Take one step of each player; see `Engine.minimise`."""
        trained = [list(player.variables) for player in players]
        names = {id(variable) for own in trained for variable in own}
        others = [v for v in self._tracked if id(v) not in names]
        before = [variable.value for variable in others]

        def pure_losses(values: list[list[Any]]) -> tuple[tuple[Any, ...], list[Any]]:
            mapping = list(zip(others, before, strict=True))
            for own, new in zip(trained, values, strict=True):
                mapping += zip(own, new, strict=True)
            with keras.StatelessScope(state_mapping=mapping) as scope:
                scalars = tuple(losses())
            return scalars, [scope.get_current_value(variable) for variable in others]

        values = [[variable.value for variable in own] for own in trained]
        scalars, pull_back, after = jax.vjp(pure_losses, values, has_aux=True)
        for variable, old, new in zip(others, before, after, strict=True):
            if new is not old:  # a seed generator that was drawn from
                variable.assign(new)
        for i, player in enumerate(players):
            direction = tuple(
                jax.numpy.ones_like(scalar) * (i == j)
                for j, scalar in enumerate(scalars)
            )
            (gradients,) = pull_back(direction)
            player.optimizer.apply(gradients[i], player.variables)
        return scalars

    def input_gradient(self, function: Callable[[Any], Any], inputs: Any) -> Any:
        """Return a differentiable gradient; see `Engine.input_gradient`."""
        return jax.grad(lambda x: ops.sum(function(x)))(inputs)

    def compile(
        self,
        cycle: Sequence[Repeated],
        variables: Sequence[Any],
        cycles_per_call: int,
        n_figures: int,
        n_steps: int,
    ) -> Callable[[Any], np.ndarray]:
        """Compile a call of many steps; see `Engine.compile`.

        The data are an argument of the compiled function: an array that it closes
        over would be copied into the program.
        """
        self._tracked = tuple(variables)
        steps_per_call = cycles_per_call * sum(part.n_times for part in cycle)

        def pure(step: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
            def apply(carry: Any, data: Any) -> Any:
                state, total = carry
                mapping = list(zip(variables, state, strict=True))
                with keras.StatelessScope(state_mapping=mapping) as scope:
                    figures = step(data)
                state = [scope.get_current_value(variable) for variable in variables]
                return state, total + figures

            return apply

        parts = [(pure(part.step), part.n_times) for part in cycle]

        def run_cycle(carry: Any, data: Any) -> Any:
            for apply, n_times in parts:
                carry = jax.lax.fori_loop(
                    0, n_times, lambda _, c, apply=apply: apply(c, data), carry
                )
            return carry

        def run(state: list[Any], data: Any) -> Any:
            carry = (state, jax.numpy.zeros((n_figures,)))
            state, total = jax.lax.fori_loop(
                0, cycles_per_call, lambda _, c: run_cycle(c, data), carry
            )
            return state, total / steps_per_call

        compiled = jax.jit(run, donate_argnums=0)

        def call(data: Any) -> np.ndarray:
            # Copies: the values that go in are given up to the program.
            state = [jax.numpy.array(variable.value) for variable in variables]
            state, figures = compiled(state, data)
            for variable, value in zip(variables, state, strict=True):
                variable.assign(value)
            return np.asarray(figures)

        return call

    def place(self, data: Sequence[np.ndarray]) -> tuple[Any, ...]:
        """Move arrays to the device; see `Engine.place`."""
        return tuple(jax.numpy.asarray(array) for array in data)

    def freeze(
        self,
        function: Callable[..., Any],
        variables: Sequence[Any],
        *,
        is_dear: bool = False,
    ) -> Callable[..., tuple[np.ndarray, ...]]:
        """Compile a function that changes nothing; see `Engine.freeze`.

        The variables are an argument of the compiled function, as in `compile`.
        """

        def pure(state: list[Any], *tensors: Any) -> Any:
            mapping = list(zip(variables, state, strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                return function(*tensors)

        compiled = jax.jit(pure)

        def call(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
            state = [variable.value for variable in variables]
            return tuple(np.asarray(output) for output in compiled(state, *arrays))

        return call

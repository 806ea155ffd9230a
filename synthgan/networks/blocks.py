"""The residual block that both networks are made of, with seeded initialisers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from scipy.stats import truncnorm

#: Slope of the leaky rectifier for negative inputs.
NEGATIVE_SLOPE = 0.2
#: What initial weights are drawn from, up to their scale.
UNIT_DRAW = truncnorm(-2, 2)


def seeded_dense(
    units: int, seeds: Iterator[int], *, scale: float = 1.0, use_bias: bool = True
) -> keras.layers.Dense:
    """Make a dense layer whose initial weights depend on the next seed only.

    Parameters
    ----------
    units : int
        Number of outputs.
    seeds : iterator of int
        Gives one seed.
    scale : float
        Variance of the outputs for inputs of unit variance.
    use_bias : bool
        Whether outputs have an offset.
    """
    seed = next(seeds)

    def draw(shape: tuple[int, int], dtype: Any = None) -> np.ndarray:
        # Not by Keras: a backend may compile a draw anew for every shape.
        weights = UNIT_DRAW.rvs(shape, random_state=np.random.default_rng(seed))
        return np.sqrt(scale / shape[0]) / UNIT_DRAW.std() * weights

    return keras.layers.Dense(units, kernel_initializer=draw, use_bias=use_bias)


class ResidualBlock(keras.layers.Layer):
    """x + dense(activation(dense(normalise(x)))).

    Parameters
    ----------
    units : int
        Width of input and output; the inner width is twice that.
    normalise : bool
        Whether the input of the branch is scaled to a root mean square of 1.
    seeds : iterator of int
        Gives the seeds of the initial weights.

    Notes
    -----
    Input and output have the shape (batch, units).
    """

    def __init__(self, units: int, normalise: bool, seeds: Iterator[int]) -> None:
        super().__init__()
        self.normalisation = keras.layers.RMSNormalization() if normalise else None
        self.inner = seeded_dense(2 * units, seeds, scale=2.0)
        self.outer = seeded_dense(units, seeds, scale=0.5)

    def build(self, input_shape: tuple[int | None, int]) -> None:
        """Make the weights."""
        if self.normalisation is not None:
            self.normalisation.build(input_shape)
        self.inner.build(input_shape)
        self.outer.build((None, self.inner.units))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the inputs plus the branch."""
        branch = inputs
        if self.normalisation is not None:
            branch = self.normalisation(branch)
        branch = ops.leaky_relu(self.inner(branch), NEGATIVE_SLOPE)
        return inputs + self.outer(branch)


def assign_weights(
    variables: Sequence[Any], weights: Sequence[np.ndarray], name: str
) -> None:
    """Give variables their values.

    Parameters
    ----------
    variables : sequence of keras Variable
    weights : sequence of ndarray
        In the order of the variables.
    name : str
        What the network is called in the error.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    expected = [tuple(variable.shape) for variable in variables]
    got = [weight.shape for weight in weights]
    if expected != got:
        msg = f"{name} weights: expected the shapes {expected}, got {got}"
        raise ValueError(msg)
    for variable, weight in zip(variables, weights, strict=True):
        variable.assign(weight)

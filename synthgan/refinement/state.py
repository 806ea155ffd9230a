"""`Refinement`: all that making rows of candidates needs, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class Refinement:
    """The flow, trained density ratios, calibration, and how candidates become rows.

    Parameters
    ----------
    units : tuple of int
        Widths of each network that estimates a ratio.
    flow : list of ndarray
        Weights of the networks up whose gradients each candidate moves, network after
        network (see `Flow`); empty where there are none.
    weights : list of ndarray
        The ratios' weights in the order of their variables, network after network.
        Their scores are added.
    trees : list of ndarray
        Leaves, features, thresholds and values of the boosted trees whose score is
        added to the networks' (see `Trees`); empty where there are none.
    offsets : list of ndarray
        What each code of each choice adds to a row's log-weight, then what each bin of
        each rank does.
    tails : list of ndarray
        The outermost ranks of each column's made rows; see `fit_tails`.
    cap, trees_cap : float
        The highest score of the networks, and of the trees: no row counts for more.
    bound : float or None
        The highest log-weight; a candidate that has it is kept, where rows have no
        given cells (`Refiner.keep`). None in files of older versions: they chose every
        row, without a bound.
    acceptance_rate : float
        The share of candidates that is kept, about: blocks of rows take whole rounds.
    n_candidates : int
        How many candidates a row with given cells is chosen from (`Refiner.choose`).
    effective_share : float
        Effective sample size of weighted rows as a share of their number: 1 where the
        generator's rows need no weights.
    """

    units: tuple[int, ...]
    flow: list[np.ndarray] = field(repr=False)
    weights: list[np.ndarray] = field(repr=False)
    trees: list[np.ndarray] = field(repr=False)
    offsets: list[np.ndarray] = field(repr=False)
    tails: list[np.ndarray] = field(repr=False)
    cap: float
    trees_cap: float
    bound: float | None
    acceptance_rate: float
    n_candidates: int
    effective_share: float


def effective_share(log_weights: np.ndarray) -> float:
    r"""Return :math:`(\sum w)^2 / (n \sum w^2)`.

    Examples
    --------
    >>> effective_share(np.log([1.0, 1.0])), round(effective_share(np.log([1, 3])), 3)
    (1.0, 0.8)
    """
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (len(weights) * (weights**2).sum()))

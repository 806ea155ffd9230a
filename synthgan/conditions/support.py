"""`support`: how much the model has seen of what conditions ask for.

The model keeps no training rows, so their number is estimated from a pool of its own.
For rows that are at hand, `count_matches` counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from synthgan.conditions.condition_set import ConditionSet, count_matches
from synthgan.exceptions import InputError


@dataclass(frozen=True)
class Support:
    """How many training rows are like what conditions ask for; prints as a sentence.

    Parameters
    ----------
    n_matching_estimate : float
        Estimated number of training rows that satisfy all conditions.
    interval : tuple of float
        Its 95 % confidence interval, as far as the size of the pool goes; that the
        model is not the table is not in it.
    n_train : int
        Number of training rows.
    share : float
        Share of the model's rows that satisfy all conditions.
    is_extrapolating : bool
        Whether less than one training row is expected to match: the rows will then be
        made of parts that were seen, but never together.
    sentence : str
        The same in words.
    """

    n_matching_estimate: float
    interval: tuple[float, float]
    n_train: int
    share: float
    is_extrapolating: bool
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def support(conditions: ConditionSet, pool: pd.DataFrame, n_train: int) -> Support:
    """Estimate how many training rows satisfy conditions.

    Parameters
    ----------
    conditions : ConditionSet
        The conditions.
    pool : DataFrame
        Rows that the model made without conditions; more of them narrow the interval.
    n_train : int
        Number of training rows.

    Returns
    -------
    Support

    Raises
    ------
    InputError
        If the pool has no rows.

    Notes
    -----
    The interval is Clopper's and Pearson's, of the share of the pool's rows, times
    `n_train`. An exact number in a column of many is met by next to no row, and then
    counts as extrapolation: ask about a range round it.

    References
    ----------
    C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits
    illustrated in the case of the binomial", Biometrika 26, 1934.

    Examples
    --------
    >>> from synthgan.encoders import TableEncoder
    >>> from synthgan.schema import infer_schema
    >>> frame = pd.DataFrame({"age": [20, 30, 40, 50] * 50})
    >>> encoder = TableEncoder.fit(frame, infer_schema(frame), seed=0)
    >>> conditions = ConditionSet.from_user("age > 40", encoder)
    >>> print(support(conditions, frame, 200))  # doctest: +NORMALIZE_WHITESPACE
    An estimated 50 of 200 training rows satisfy the conditions
    (95% interval 38 to 63).
    """
    from scipy import stats

    if not len(pool):
        msg = "pool: expected at least one row to estimate from, got none"
        raise InputError(msg)
    n_held = count_matches(pool, conditions)
    share = n_held / len(pool)
    low, high = stats.binomtest(n_held, len(pool)).proportion_ci()
    interval = (float(low * n_train), float(high * n_train))
    estimate = share * n_train
    is_extrapolating = estimate < 1
    sentence = (
        f"An estimated {_count(estimate)} of {n_train:,} training rows satisfy the "
        f"conditions (95% interval {_count(interval[0])} to {_count(interval[1])})."
    )
    if is_extrapolating:
        sentence = (
            f"Fewer than one of {n_train:,} training rows is expected to satisfy the "
            "conditions: the model extrapolates. "
            f"{_how_far(conditions, pool, n_held)}"
        )
    return Support(estimate, interval, n_train, share, is_extrapolating, sentence)


def _count(number: float) -> str:
    """Return an expected number of rows in words; a decimal where it is small."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def _how_far(conditions: ConditionSet, pool: pd.DataFrame, n_held: int) -> str:
    """Say how near the model's own rows come to satisfying conditions together."""
    if n_held:
        return f"Of {len(pool):,} rows that it made freely, {n_held:,} satisfy them."
    n_conditions = len(conditions.allowed)
    most = int(conditions.n_held(pool).max())
    alone = {
        name: cells.holds(pool[name]) for name, cells in conditions.allowed.items()
    }
    rarest = min(alone, key=lambda name: alone[name].mean())
    return (
        f"The nearest of {len(pool):,} rows that it made freely satisfy {most} of "
        f"{n_conditions}; the rarest condition, on {rarest!r}, holds in "
        f"{alone[rarest].mean():.2%} of them."
    )

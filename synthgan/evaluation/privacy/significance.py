"""Tests of innocence: training rows against the holdout, each person counted once.

Under innocence the synthetic table does not know which real rows were trained on: given
all three tables, any split of the real rows into training rows and holdout was equally
likely. What a synthetic row hits is then a training row or one of the holdout with
equal chances; that two synthetic rows hit the same person is no second piece of
evidence, so that duplicated rows and popular neighbours raise no false alarm.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from synthgan.evaluation.privacy.base import AttackResult

#: Level of a single test at which `AttackResult.detectable` is stated.
ALPHA = 0.01
_CRITICAL = float(stats.norm.isf(ALPHA))
#: So many hits without a miss are the fewest that a sign test at this level finds.
_FEWEST = 7


def wilson_interval(n_hits: int, n_attacks: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share.

    Examples
    --------
    >>> low, high = wilson_interval(5, 100)
    >>> round(low, 3), round(high, 3)
    (0.022, 0.112)
    """
    interval = stats.binomtest(int(n_hits), n_attacks).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def compare_hits(
    name: str,
    hits_train: np.ndarray,
    hits_holdout: np.ndarray,
    who_train: np.ndarray,
    who_holdout: np.ndarray,
) -> AttackResult:
    """Judge guesses that were tried against training rows and against the holdout.

    Parameters
    ----------
    name : str
        What the result is called.
    hits_train, hits_holdout : ndarray of bool, shape (n_guesses,)
        Which guesses were right about a training row, and about a row of the holdout.
    who_train, who_holdout : ndarray of int, shape (n_guesses,)
        Whom each guess hit, where it did.

    Returns
    -------
    AttackResult
        By the sign test: of the people hit by guesses that are right in one table only,
        how many are training rows?
    """
    n_guesses = len(hits_train)
    only_train = np.unique(who_train[hits_train & ~hits_holdout]).size
    only_holdout = np.unique(who_holdout[hits_holdout & ~hits_train]).size
    n_people = only_train + only_holdout
    p_value = 1.0
    if n_people:
        p_value = stats.binomtest(only_train, n_people, alternative="greater").pvalue
    return AttackResult(
        name=name,
        figure=float(hits_train.mean()),
        innocent=float(hits_holdout.mean()),
        interval=wilson_interval(hits_train.sum(), n_guesses),
        p_value=float(p_value),
        detectable=max(_CRITICAL * np.sqrt(n_people), _FEWEST) / n_guesses,
        n_attacks=n_guesses,
    )


def compare_groups(
    name: str, hits_train: np.ndarray, hits_holdout: np.ndarray
) -> AttackResult:
    """Judge guesses of which one half was about training rows, the other about others.

    Parameters
    ----------
    name : str
        What the result is called.
    hits_train, hits_holdout : ndarray of bool, shapes (n_train,) and (n_holdout,)
        Which guesses about each training row, and each row of the holdout, were right.

    Returns
    -------
    AttackResult
        By Fisher's exact test.
    """
    n_train, n_holdout = len(hits_train), len(hits_holdout)
    n_hits = int(hits_train.sum() + hits_holdout.sum())
    p_value = stats.hypergeom.sf(
        hits_train.sum() - 1, n_train + n_holdout, n_hits, n_train
    )
    share = n_hits / (n_train + n_holdout)
    return AttackResult(
        name=name,
        figure=float(hits_train.mean()),
        innocent=float(hits_holdout.mean()),
        interval=wilson_interval(hits_train.sum(), n_train),
        p_value=float(p_value),
        detectable=detectable_in_groups(share, n_train, n_holdout),
        n_attacks=n_train,
    )


def detectable_in_groups(share: float, n_train: int, n_holdout: int) -> float:
    """Return the difference of two groups' shares that is found half of the time.

    Parameters
    ----------
    share : float
        What both shares are under innocence.
    n_train, n_holdout : int
        The groups' sizes.

    Examples
    --------
    >>> round(detectable_in_groups(0.5, 2000, 2000), 3)
    0.037
    """
    deviation = np.sqrt(share * (1 - share) * (1 / n_train + 1 / n_holdout))
    return float(max(_CRITICAL * deviation, _FEWEST / n_train))


def normal_result(
    name: str,
    figure: float,
    innocent: float,
    deviation: float,
    interval: tuple[float, float],
    n_attacks: int,
) -> AttackResult:
    """Judge a figure whose distribution under innocence is close to normal.

    Parameters
    ----------
    name : str
        What the result is called.
    figure, innocent : float
        The figure and its mean under innocence.
    deviation : float
        Its standard deviation under innocence; where it is 0, as where all rows are
        equally near, nothing can be found, and nothing is judged.
    interval : tuple of float
        95 % interval of the figure.
    n_attacks : int
        Number of rows that it rests on.
    """
    if not deviation:
        reason = "all rows look alike to it, so that nothing can be found"
        return AttackResult.not_judged(name, reason)
    z = (figure - innocent) / deviation
    return AttackResult(
        name=name,
        figure=figure,
        innocent=innocent,
        interval=interval,
        p_value=float(stats.norm.sf(z)),
        detectable=_CRITICAL * deviation,
        n_attacks=n_attacks,
    )

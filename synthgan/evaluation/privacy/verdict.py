"""The verdict: do the attacks together show a leak? In one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from synthgan.evaluation.privacy.base import AttackResult
from synthgan.evaluation.privacy.significance import ALPHA
from synthgan.statistics import holm_adjusted


@dataclass(frozen=True)
class PrivacyVerdict:
    """What all attacks say together.

    Parameters
    ----------
    leaks : tuple of str
        The attacks that are significant after Holm's correction.
    sentence : str
        The verdict for people.
    detectable : float
        How far beyond innocence every attack that was judged would have had to be to be
        found half of the time, as the one among so many that it is; NaN if none was
        judged.
    """

    leaks: tuple[str, ...]
    sentence: str
    detectable: float


def judge_privacy(
    results: Sequence[AttackResult], alpha: float = 0.01
) -> PrivacyVerdict:
    """Judge a synthetic table by the attacks on it.

    Parameters
    ----------
    results : sequence of AttackResult
        From `run_attacks`.
    alpha : float in (0, 1), default 0.01
        Probability that a table without any leak is said to have one, over all attacks;
        raising it finds smaller leaks and raises more false alarms.

    Returns
    -------
    PrivacyVerdict

    Examples
    --------
    >>> share = AttackResult("dcr_share", 0.5, 0.5, (0.49, 0.51), 0.5, 0.014, 7000)
    >>> judge_privacy([share]).sentence
    'no leak found at this sample size, which shows one of 1.4 % half of the time'
    >>> copied = AttackResult("dcr_share", 0.6, 0.5, (0.59, 0.61), 1e-9, 0.014, 7000)
    >>> judge_privacy([copied]).leaks
    ('dcr_share',)
    """
    judged = [result for result in results if result.is_judged]
    if not judged:
        reasons = "; ".join(dict.fromkeys(result.reason for result in results))
        sentence = f"privacy was not judged: {reasons or 'no attack was run'}"
        return PrivacyVerdict((), sentence, np.nan)
    detectable = _detectable(judged, alpha)
    adjusted = holm_adjusted(np.array([result.p_value for result in judged]))
    leaks = [
        result
        for result, p_value in zip(judged, adjusted, strict=True)
        if p_value <= alpha
    ]
    if not leaks:
        sentence = (
            "no leak found at this sample size, which shows one of "
            f"{100 * detectable:.1f} % half of the time"
        )
        return PrivacyVerdict((), sentence, detectable)
    worst = min(leaks, key=lambda result: result.p_value)
    sentence = (
        f"leak found by {len(leaks)} of {len(judged)} tests: {worst.name} reaches "
        f"{worst.figure:.3f} where an innocent table has {worst.innocent:.3f}"
    )
    names = tuple(result.name for result in leaks)
    return PrivacyVerdict(names, sentence, detectable)


def _detectable(judged: Sequence[AttackResult], alpha: float) -> float:
    """Return the excess that the weakest of so many tests finds half of the time."""
    critical = stats.norm.isf(alpha / len(judged)) / stats.norm.isf(ALPHA)
    return float(critical * max(result.detectable for result in judged))

"""The headline: is the table faithful, useful, private? In words and for gates.

The thresholds for faithful and useful are conventions, stated in each verdict's rule;
that for private is the family-wise test of `judge_privacy`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synthgan.evaluation.facts import REAL_HOLDOUT, Score

if TYPE_CHECKING:
    from synthgan.evaluation.privacy import PrivacyVerdict

#: A table is faithful up to this AUC of the two-sample judge: a score of one half.
FAITHFUL_AUC = 0.75
#: A table is useful that keeps this share of what models learn from real rows.
USEFUL_SHARE = 0.9
#: Below this skill even real rows do not predict the target.
_LEAST_SKILL = 0.05

#: Figures of predictions, and what guessing scores.
_PREDICTIONS = {
    "tstr_auc": ("AUC", 0.5),
    "tstr_macro_auc": ("mean AUC", 0.5),
    "tstr_r2": ("R²", 0.0),
}


@dataclass(frozen=True)
class Verdict:
    """The answer to one question.

    Parameters
    ----------
    question : {"faithful", "useful", "private"}
        What was asked.
    passed : bool or None
        The answer; None where it cannot be judged.
    sentence : str
        The answer in words, with its figure.
    rule : str
        What it was decided by.
    """

    question: str
    passed: bool | None
    sentence: str
    rule: str

    @property
    def word(self) -> str:
        """The answer in a word or two.

        Examples
        --------
        >>> Verdict("useful", None, "", "").word
        'Useful: not judged'
        """
        name = self.question.capitalize()
        match self.passed:
            case None:
                return f"{name}: not judged"
            case True:
                return name
            case _:
                return f"Not {self.question}"


def judge_fidelity(scores: Sequence[Score]) -> Verdict:
    """Answer whether the table is faithful, by the two-sample judge.

    Examples
    --------
    >>> auc = Score("fidelity", "two_sample", "two_sample_auc", 0.57, False)
    >>> judge_fidelity([auc]).passed
    True
    """
    rule = f"two-sample AUC of at most {FAITHFUL_AUC:.2f}"
    score = _find(scores, "two_sample_auc")
    if score is None:
        return Verdict("faithful", None, _reason(scores, "two_sample_auc"), rule)
    degrees = (
        (0.55, "can hardly tell it from real rows"),
        (0.65, "tells it from real rows a little better than by guessing"),
        (FAITHFUL_AUC, "can tell it from real rows in part"),
        (0.9, "tells it from real rows well"),
        (np.inf, "tells it from real rows almost without fail"),
    )
    words = next(words for limit, words in degrees if score.value <= limit)
    sentence = (
        f"A boosted classifier {words} (AUC {score.value:.2f}; 0.50 is guessing, 1.00 "
        "is without fail)."
    )
    return Verdict("faithful", bool(score.value <= FAITHFUL_AUC), sentence, rule)


def judge_utility(
    scores: Sequence[Score], target: Hashable | None, reason: str = ""
) -> Verdict:
    """Answer whether the table is useful, by a model trained on it.

    Parameters
    ----------
    scores : sequence of Score
        The figures that there are.
    target : column name or None
        What was to be predicted.
    reason : str, default ""
        Why no model was trained, where none could be.

    Examples
    --------
    >>> score = Score(
    ...     "utility", "tstr", "tstr_auc", 0.9, True, None, {"real holdout": 0.92}
    ... )
    >>> judge_utility([score], "income").sentence
    "A model trained on it predicts 'income' of unseen real rows with AUC 0.900; \
trained on real rows, 0.920. So 95 % of the skill is kept."
    """
    rule = f"at least {USEFUL_SHARE:.0%} of the skill of a model trained on real rows"
    rule = rule.replace("%", " %")
    for name, (label, guess) in _PREDICTIONS.items():
        score = _find(scores, name)
        if score is None:
            continue
        real = score.references.get(REAL_HOLDOUT, np.nan)
        sentence = (
            f"A model trained on it predicts {str(target)!r} of unseen real rows with "
            f"{label} {score.value:.3f}; trained on real rows, {real:.3f}."
        )
        if not real - guess >= _LEAST_SKILL:
            sentence += " Not even real rows predict it, so this says nothing."
            return Verdict("useful", None, sentence, rule)
        kept = (score.value - guess) / (real - guess)
        passed = bool(kept >= USEFUL_SHARE)
        if kept > 0:
            sentence += f" So {100 * min(kept, 1):.0f} % of the skill is kept."
        else:
            sentence += " So nothing of the skill is kept."
        return Verdict("useful", passed, sentence, rule)
    if target is None:
        sentence = "No target column was named, so no model was trained."
    elif reason:
        sentence = _as_sentence(reason)
    else:
        sentence = _reason(scores, *_PREDICTIONS)
    return Verdict("useful", None, sentence, rule)


def judge_attacks(verdict: PrivacyVerdict | None, reason: str) -> Verdict:
    """Answer whether the table is private, by the attacks on it.

    Parameters
    ----------
    verdict : PrivacyVerdict or None
        What the attacks found, if any was made.
    reason : str
        Why none was made.
    """
    rule = "no attack significant after Holm's correction, family-wise level 1 %"
    if verdict is None:
        return Verdict("private", None, reason, rule)
    is_judged = np.isfinite(verdict.detectable)
    sentence = _as_sentence(verdict.sentence)
    passed = not verdict.leaks if is_judged else None
    return Verdict("private", passed, sentence, rule)


def _find(scores: Sequence[Score], name: str) -> Score | None:
    for score in scores:
        if score.name == name and np.isfinite(score.value):
            return score
    return None


def _reason(scores: Sequence[Score], *names: str) -> str:
    """Say why none of the figures is there."""
    for score in scores:
        if score.name in names and score.reason:
            return _as_sentence(score.reason)
    return "The figure that decides it was not computed."


def _as_sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."

"""The headline: what counts as useful, private, faithful, and what is left open."""

from __future__ import annotations

import numpy as np
import pytest

from synthgan.evaluation.facts import Score
from synthgan.evaluation.privacy import PrivacyVerdict
from synthgan.evaluation.verdicts import (
    judge_attacks,
    judge_fidelity,
    judge_utility,
)


def two_sample(value, reason=""):
    return Score(
        "fidelity", "two_sample", "two_sample_auc", value, False, reason=reason
    )


def tstr(value, real, name="tstr_auc"):
    return Score("utility", "tstr", name, value, True, None, {"real holdout": real})


@pytest.mark.parametrize(
    ("auc", "passed", "words"),
    [
        (0.45, True, "can hardly tell"),
        (0.6, True, "a little better than by guessing"),
        (0.75, True, "in part"),
        (0.76, False, "well"),
        (1.0, False, "almost without fail"),
    ],
)
def test_a_table_is_as_faithful_as_it_is_hard_to_tell_apart(auc, passed, words):
    verdict = judge_fidelity([two_sample(auc)])
    assert verdict.passed is passed
    assert words in verdict.sentence
    assert f"{auc:.2f}" in verdict.sentence


def test_without_a_figure_the_reason_is_the_verdict():
    verdict = judge_fidelity([two_sample(np.nan, "too few rows")])
    assert verdict.passed is None
    assert verdict.sentence == "Too few rows."
    assert judge_fidelity([]).passed is None
    assert judge_utility([], "income").passed is None
    assert "No target" in judge_utility([], None).sentence
    assert judge_utility([], "income", "no holdout").sentence == "No holdout."


@pytest.mark.parametrize(
    ("name", "value", "real", "passed"),
    [
        ("tstr_auc", 0.87, 0.9, True),  # 92 % of what lies above guessing
        ("tstr_auc", 0.85, 0.9, False),
        ("tstr_auc", 0.4, 0.9, False),
        ("tstr_auc", 0.52, 0.54, None),  # real rows do not predict it either
        ("tstr_r2", 0.55, 0.6, True),
        ("tstr_r2", -3.0, 0.6, False),
        ("tstr_macro_auc", 0.7, 0.9, False),
    ],
)
def test_useful_is_what_keeps_the_skill_beyond_guessing(name, value, real, passed):
    assert judge_utility([tstr(value, real, name)], "y").passed is passed


def test_no_skill_is_never_a_negative_share():
    sentence = judge_utility([tstr(0.4, 0.9)], "y").sentence
    assert "nothing of the skill" in sentence
    assert "-" not in sentence


def test_private_is_what_no_attack_broke_and_open_what_none_could_judge():
    quiet = PrivacyVerdict((), "no leak found", 0.01)
    loud = PrivacyVerdict(("dcr_share",), "leak found: dcr_share", 0.01)
    empty = PrivacyVerdict((), "privacy was not judged: too few rows", np.nan)
    assert judge_attacks(quiet, "").passed is True
    assert judge_attacks(loud, "").passed is False
    assert judge_attacks(empty, "").passed is None
    assert judge_attacks(None, "No holdout.").sentence == "No holdout."
    assert judge_attacks(quiet, "").sentence == "No leak found."

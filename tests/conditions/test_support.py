from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan.conditions import ConditionSet, count_matches, support
from synthgan.encoders import TableEncoder
from synthgan.exceptions import InputError

RNG = np.random.default_rng(0)
AGE = RNG.integers(0, 100, 4_000)
TABLE = pd.DataFrame({"age": AGE, "is_adult": AGE >= 18})
ENCODER = TableEncoder.fit(TABLE, infer_quietly(TABLE), seed=0)


def ask(text: str) -> ConditionSet:
    return ConditionSet.from_user(text, ENCODER)


def test_matching_rows_of_a_frame_are_counted() -> None:
    conditions = ask("age >= 30 and is_adult == True")
    assert count_matches(TABLE, conditions) == (TABLE["age"] >= 30).sum()


def test_the_interval_holds_the_true_number_about_as_often_as_it_says() -> None:
    conditions = ask("age < 10")
    truth = count_matches(TABLE, conditions)
    held = 0
    for seed in range(200):
        pool = TABLE.sample(500, replace=True, random_state=seed)
        low, high = support(conditions, pool, len(TABLE)).interval
        held += low <= truth <= high
    assert 0.93 <= held / 200 <= 1


def test_what_is_common_is_no_extrapolation() -> None:
    found = support(ask("age < 10"), TABLE, 4_000)
    assert found.n_matching_estimate == count_matches(TABLE, ask("age < 10"))
    assert found.share == found.n_matching_estimate / 4_000
    assert not found.is_extrapolating
    assert "of 4,000 training rows satisfy the conditions" in str(found)


def test_what_was_never_seen_together_is_extrapolation() -> None:
    found = support(ask("age >= 50 and is_adult == False"), TABLE, 4_000)
    assert found.n_matching_estimate == 0
    assert found.is_extrapolating
    assert "the model extrapolates" in found.sentence
    assert "satisfy 1 of 2; the rarest condition, on 'is_adult'" in found.sentence


def test_rows_too_rare_for_the_table_are_counted_in_the_pool() -> None:
    found = support(ask("age < 10"), TABLE, n_train=1)
    assert found.is_extrapolating
    n_held = count_matches(TABLE, ask("age < 10"))
    assert f"made freely, {n_held:,} satisfy them" in found.sentence


def test_small_numbers_have_a_decimal() -> None:
    found = support(ask("age < 10"), TABLE, n_train=10)
    assert 1 < found.n_matching_estimate < 10
    assert f"estimated {found.n_matching_estimate:.1f} of 10" in found.sentence


def test_a_pool_without_rows_is_refused() -> None:
    with pytest.raises(InputError, match="pool: expected at least one row"):
        support(ask("age < 10"), TABLE[:0], 4_000)

import math

import pytest
from planted import make_people

from synthgan.evaluation.privacy import (
    ATTACKS,
    AttackResult,
    choose_attacks,
    judge_privacy,
    run_attacks,
)
from synthgan.exceptions import ParameterError
from synthgan.schema import infer_schema


def _result(name, p_value, detectable=0.01):
    return AttackResult(name, 0.6, 0.5, (0.55, 0.65), p_value, detectable, 1000)


def test_a_small_p_value_among_many_tests_is_no_leak():
    many = [_result(f"test {i}", 0.5) for i in range(9)]
    assert judge_privacy([_result("one", 0.005)]).leaks == ("one",)
    assert judge_privacy([*many, _result("one", 0.005)]).leaks == ()
    assert judge_privacy([*many, _result("one", 0.0009)]).leaks == ("one",)


def test_what_was_not_judged_costs_no_level():
    idle = [AttackResult.not_judged(f"test {i}", "too few rows") for i in range(9)]
    assert judge_privacy([*idle, _result("one", 0.005)]).leaks == ("one",)


def test_nothing_judged_is_said_plainly_and_is_no_clean_bill():
    idle = [AttackResult.not_judged(f"test {i}", "needs a holdout") for i in range(3)]
    verdict = judge_privacy(idle)
    assert verdict.sentence == "privacy was not judged: needs a holdout"
    assert math.isnan(verdict.detectable)
    assert "no attack was run" in judge_privacy([]).sentence


def test_the_weakest_of_many_tests_says_what_would_have_been_seen():
    one = judge_privacy([_result("one", 0.5, detectable=0.02)])
    assert one.detectable == pytest.approx(0.02)
    assert "one of 2.0 % half of the time" in one.sentence
    more = judge_privacy([_result("one", 0.5, 0.02), _result("two", 0.5, 0.001)])
    assert more.detectable > 0.02


def test_the_worst_attack_is_named_with_its_figures():
    verdict = judge_privacy([_result("one", 1e-4), _result("two", 1e-9)])
    assert verdict.leaks == ("one", "two")
    assert verdict.sentence == (
        "leak found by 2 of 2 tests: two reaches 0.600 where an innocent table has "
        "0.500"
    )


def test_attacks_are_chosen_by_name_or_by_effort():
    assert list(choose_attacks("all")) == list(ATTACKS)
    quick = choose_attacks("quick")
    assert "dcr_share" in quick
    assert "attribute_boosting" not in quick
    assert list(choose_attacks("linkability")) == ["linkability"]
    with pytest.raises(ParameterError, match=r"attacks: .* got \['dcr'\]"):
        choose_attacks(["dcr"])


def test_columns_that_are_no_secret_are_refused():
    table = make_people(60, 0)
    schema = infer_schema(table)
    with pytest.raises(ParameterError, match=r"sensitive: .* got 'salary'"):
        run_attacks(table, table, table, schema, sensitive=["salary"])


def test_quick_attacks_guess_five_columns_and_all_guess_every_one():
    table, other = make_people(60, 0), make_people(60, 1)
    schema = infer_schema(table)

    def guessed(attacks, **options):
        results = run_attacks(table, table, other, schema, attacks=attacks, **options)
        names = [result.name for result in results]
        return {name for name in names if name.startswith("attribute_nearest")}

    assert guessed("quick") == {
        f"attribute_nearest[{name}]"
        for name in ("age", "hours", "income", "joined", "town")
    }
    assert len(guessed(["attribute_nearest"])) == 8
    named = guessed("quick", sensitive=["member"])
    assert named == {"attribute_nearest[member]"}

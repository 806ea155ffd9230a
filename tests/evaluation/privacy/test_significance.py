"""The tests of innocence have the level that they claim, and the power."""

import numpy as np
import pandas as pd
import pytest
from planted import make_people
from scipy import stats

from synthgan.evaluation.privacy import AttackTables
from synthgan.evaluation.privacy.closest_record import ClosestRecordShare
from synthgan.evaluation.privacy.membership import _judge_area, _judge_claims
from synthgan.evaluation.privacy.significance import compare_groups, compare_hits
from synthgan.schema import infer_schema


def _p_values(judge, n_runs=400):
    return np.array([judge(np.random.default_rng(seed)) for seed in range(n_runs)])


@pytest.mark.parametrize("judge", [_judge_area, _judge_claims])
def test_membership_p_values_are_uniform_under_innocence(judge):
    p_values = _p_values(
        lambda rng: judge("", rng.normal(size=2000), rng.normal(size=2000)).p_value
    )
    for level in (0.05, 0.25, 0.5):
        assert np.mean(p_values <= level) == pytest.approx(level, abs=0.08)


def test_many_ties_make_no_false_claims():
    p_values = _p_values(
        lambda rng: (
            _judge_claims(
                "", rng.integers(3, size=500), rng.integers(3, size=500)
            ).p_value
        )
    )
    assert np.mean(p_values <= 0.05) <= 0.05


def test_where_all_rows_look_alike_nothing_is_judged():
    assert not _judge_area("", np.ones(50), np.ones(50)).is_judged
    table = pd.DataFrame(
        {"a": [True, False] * 200, "b": [True, True, False, False] * 100}
    )
    tables = AttackTables.prepare(table, table, table, infer_schema(table))
    (result,) = ClosestRecordShare().run(tables)
    assert not result.is_judged
    assert "look alike" in result.reason


def test_the_area_is_that_under_the_roc_curve():
    result = _judge_area("", np.array([3.0, 2.0, 2.0]), np.array([1.0, 2.0]))
    # Of six pairs four are won and two are tied.
    assert result.figure == pytest.approx(5 / 6)


def test_claims_are_the_members_above_one_percent_of_the_others():
    others = np.arange(1000.0)
    members = np.array([989.5, 988.0, 990.0, 2000.0])
    result = _judge_claims("", members, others)
    # The eleventh largest of the others is 989; ten of a thousand are above it.
    assert result.figure == pytest.approx(3 / 4)
    assert result.innocent == pytest.approx(0.011, abs=1e-4)


def test_groups_are_compared_by_fisher_s_exact_test():
    result = compare_groups("", np.arange(20) < 12, np.arange(20) < 4)
    expected = stats.fisher_exact([[12, 8], [4, 16]], alternative="greater")
    assert result.p_value == pytest.approx(expected.pvalue)
    assert (result.figure, result.innocent) == (0.6, 0.2)


def test_a_person_who_is_hit_many_times_counts_once():
    hit, miss = np.ones(100, bool), np.zeros(100, bool)
    one_person, many = np.zeros(100, int), np.arange(100)
    once = compare_hits("", hit, miss, one_person, one_person)
    assert once.p_value == pytest.approx(0.5)
    assert compare_hits("", hit, miss, many, many).p_value < 1e-20
    assert compare_hits("", hit, hit, many, many).p_value == 1.0


def test_the_variance_of_the_share_is_that_over_all_splits_of_the_people():
    schema = infer_schema(make_people(100, 0))
    pool, synthetic = make_people(200, 1), make_people(100, 2)
    # Some are near to many synthetic rows.
    synthetic = synthetic.loc[synthetic.index.repeat(np.r_[[20] * 10, [1] * 90])]
    shares, scores = [], []
    for seed in range(100):
        people = pool.sample(frac=1, random_state=seed)
        tables = AttackTables.prepare(people[:100], synthetic, people[100:], schema)
        (result,) = ClosestRecordShare().run(tables)
        shares.append(result.figure)
        scores.append((result.figure - 0.5) / (result.detectable / 2.326))
    assert np.mean(shares) == pytest.approx(0.5, abs=0.02)
    assert np.std(scores) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("n_hits", [20, 200, 1000])
def test_half_of_the_detectable_leaks_are_found(n_hits):
    n_rows, share = 2000, n_hits / 2000
    none = np.arange(n_rows) < n_hits
    excess = compare_groups("", none, none).detectable
    found = _p_values(
        lambda rng: (
            compare_groups(
                "",
                rng.random(n_rows) < share + excess,
                rng.random(n_rows) < share,
            ).p_value
            <= 0.01
        )
    )
    assert 0.3 < found.mean() < 0.7

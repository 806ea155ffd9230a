"""The evaluator is judged: leaks that were planted are found, and no others."""

import pytest
from planted import blur, make_people, plant

from synthgan.evaluation.privacy import judge_privacy, run_attacks
from synthgan.schema import infer_schema

N_ROWS = 2000
TRAIN, HOLDOUT, FRESH = (make_people(N_ROWS, seed) for seed in (1, 2, 3))
SCHEMA = infer_schema(TRAIN)
COPIES = TRAIN.sample(frac=1, random_state=5)


def _run(synthetic, train=TRAIN, holdout=HOLDOUT, attacks="quick", seed=0):
    results = run_attacks(
        train, synthetic, holdout, SCHEMA, attacks=attacks, random_state=seed
    )
    return {result.name: result for result in results}


def test_independent_real_rows_pass():
    verdict = judge_privacy(list(_run(FRESH).values()))
    assert verdict.leaks == ()
    assert verdict.sentence.startswith("no leak found at this sample size")
    assert 0.01 < verdict.detectable < 0.1


def test_one_percent_of_verbatim_copies_is_found_by_matches():
    results = _run(plant(FRESH, TRAIN[: N_ROWS // 100]))
    verdict = judge_privacy(list(results.values()))
    assert "exact_matches" in verdict.leaks
    assert results["exact_matches"].figure == pytest.approx(0.01)
    assert results["exact_matches"].innocent == 0
    assert "leak found" in verdict.sentence
    # The share of nearer rows does not see them.
    assert "dcr_share" not in verdict.leaks


def test_five_percent_of_noisy_copies_are_found_by_distances_and_not_by_matches():
    names = ["exact_matches", "dcr_share", "dcr_quantile"]
    train, holdout, fresh = (make_people(4000, seed) for seed in (11, 12, 13))
    results = _run(plant(fresh, blur(train[:200])), train, holdout, attacks=names)
    assert results["exact_matches"].figure == 0
    assert results["dcr_share"].figure > 0.515
    verdict = judge_privacy(list(results.values()))
    assert "dcr_share" in verdict.leaks
    assert "dcr_quantile[1%]" in verdict.leaks


@pytest.mark.parametrize(
    "copies", [TRAIN, TRAIN[::-1], COPIES], ids=["in order", "reversed", "shuffled"]
)
def test_copies_are_found_by_every_attack_whatever_their_order(copies):
    results = _run(copies)
    # Shares among neighbours and a classifier's probabilities have too few values at
    # the top for confident claims about a thousand people; at 6,000 they make them.
    weak = {"membership_neighbours[tpr]", "membership_classifier[tpr]"}
    leaks = set(judge_privacy(list(results.values())).leaks)
    assert leaks >= set(results) - weak


def test_swapping_training_rows_and_holdout_turns_the_sign():
    leaky = plant(FRESH, blur(TRAIN[: N_ROWS // 2]))
    names = [
        "dcr_share",
        "dcr_quantile",
        "membership_nearest",
        "membership_reference",
        "attribute_nearest",
        "linkability",
    ]
    found = _run(leaky, attacks=names)
    swapped = _run(leaky, train=HOLDOUT, holdout=TRAIN, attacks=names)
    assert found.keys() == swapped.keys()
    for name in (
        "dcr_share",
        "dcr_quantile[1%]",
        "membership_nearest",
        "membership_reference",
        "attribute_nearest[hours]",
        "linkability",
    ):
        assert found[name].excess > 0 > swapped[name].excess
        assert found[name].p_value < 0.001
        assert swapped[name].p_value > 0.99
    share, other = found["dcr_share"], swapped["dcr_share"]
    assert share.figure + other.figure == pytest.approx(1)
    assert judge_privacy(list(swapped.values())).leaks == ()


def test_a_table_that_only_lacks_variety_is_innocent():
    # Only the commonest sort of people: nearer to training rows than the holdout is,
    # but to the holdout as well.
    is_common = (FRESH["gains"] == 0) & ~FRESH["member"] & (FRESH["town"] == "town a")
    results = _run(FRESH[is_common])
    assert results["dcr_quantile[5%]"].figure > 0.08
    assert judge_privacy(list(results.values())).leaks == ()


def test_a_table_that_repeats_its_own_rows_is_innocent():
    # One synthetic row two hundred times over is one piece of evidence.
    for seed in range(10):
        repeated = FRESH.sample(5, random_state=seed)
        repeated = repeated.loc[repeated.index.repeat(200)]
        results = _run(repeated, attacks=["dcr_share", "dcr_quantile", "near_matches"])
        assert judge_privacy(list(results.values())).leaks == ()


@pytest.mark.slow
def test_innocent_tables_raise_hardly_ever_an_alarm():
    alarms, p_values = 0, []
    for seed in range(30):
        train, holdout, fresh = (
            make_people(500, 1000 + 3 * seed + k) for k in range(3)
        )
        results = _run(fresh, train, holdout, seed=seed)
        alarms += bool(judge_privacy(list(results.values())).leaks)
        p_values += [result.p_value for result in results.values()]
    assert alarms <= 2
    # Discrete tests are on the safe side: small values are rarer than uniform ones.
    small = sum(p_value <= 0.05 for p_value in p_values) / len(p_values)
    assert 0.005 < small < 0.08

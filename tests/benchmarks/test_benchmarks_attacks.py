"""Privacy in the benchmarks: over trainings and sets, with planted truth."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.attacks import attack_rows, membership_auc, privacy_section
from benchmarks.datasets import Dataset
from synthgan.evaluation import bootstrap_copy
from synthgan.schema import Kind


def _table(seed, n_rows=600):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {"x": x, "z": rng.normal(size=n_rows), "y": np.where(x > 0, "a", "b")}
    )


DATASET = Dataset("small", _table(0), _table(1), "y", {"x": Kind.CONTINUOUS})


@pytest.fixture(scope="module")
def fresh():
    return attack_rows(DATASET, _table(2))


@pytest.fixture(scope="module")
def copied():
    rows = bootstrap_copy(DATASET.train, 600, np.random.default_rng(0))
    return attack_rows(DATASET, rows)


def test_copies_are_known_by_every_figure(copied, fresh):
    assert membership_auc(copied).max() > 0.7 > 0.56 > membership_auc(fresh).max()
    assert copied["attacks"]["dcr_share"]["figure"] > 0.7
    recall = copied["beta_recall"]
    assert recall["synthetic"] > recall["holdout"] + 0.1
    assert fresh["beta_recall"]["synthetic"] == pytest.approx(
        fresh["beta_recall"]["holdout"], abs=0.08
    )


def test_the_target_is_guessed_by_a_model_too(fresh):
    assert "attribute_boosting[y]" in fresh["attacks"]
    assert {"attribute_nearest[x]", "attribute_nearest[z]"} <= set(fresh["attacks"])


def test_a_leak_is_named_with_its_set(fresh, copied):
    page = privacy_section({"old": [fresh, fresh], "new": [copied, copied]})
    (leaks,) = (line for line in page.splitlines() if line.startswith("Leaks: "))
    assert "new: dcr_share" in leaks
    assert "old" not in leaks
    assert "Leaks: none." in privacy_section({"old": [fresh]})


def test_one_bad_training_out_of_many_is_chance(fresh):
    def training(p_value):
        attacks = {
            name: {**result, "p_value": p_value}
            for name, result in fresh["attacks"].items()
        }
        return {**fresh, "attacks": attacks}

    assert "Leaks: none." in privacy_section(
        {"small": [training(1e-9), training(0.9), training(0.8)]}
    )
    assert "small: dcr_share" in privacy_section(
        {"small": [training(1e-9), training(1e-8), training(1e-7)]}
    )


def test_an_attack_that_was_not_judged_is_no_test(fresh):
    attacks = fresh["attacks"]
    # As it comes back from disk, where what is not a number is null.
    unjudged = {**attacks["linkability"], "p_value": None}
    without = {**fresh, "attacks": {**attacks, "linkability": unjudged}}
    assert f"{len(attacks)} tests" in privacy_section({"small": [fresh]})
    assert f"{len(attacks) - 1} tests" in privacy_section({"small": [without]})

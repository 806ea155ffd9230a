"""scikit-learn's estimator contract, as far as it is about tables."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import check_estimator

from synthgan import GANSynthesizer

pytestmark = pytest.mark.usefixtures("uncompiled")

_WORDS = "asks for scikit-learn's words; ours name the column and what to do"
_NO_TABLE = "feeds something else than a table; we say that we expect a DataFrame"

#: The checks that cannot pass, each with its reason.
EXPECTED_FAILED_CHECKS = {
    "check_complex_data": _WORDS,
    "check_estimators_empty_data_messages": _WORDS,
    "check_estimator_sparse_array": _NO_TABLE,
    "check_estimator_sparse_matrix": _NO_TABLE,
    "check_estimator_sparse_tag": _NO_TABLE,
    "check_fit1d": _NO_TABLE,
}


class ArrayGANSynthesizer(GANSynthesizer):
    """Makes a table of an array: scikit-learn's checks feed nothing but arrays."""

    def fit(self, X: Any, y: object = None) -> GANSynthesizer:
        is_table_like = isinstance(X, np.ndarray) and X.ndim == 2
        return super().fit(pd.DataFrame(X) if is_table_like else X, y)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def run_checks(synthesizer: GANSynthesizer) -> list[dict[str, Any]]:
    with warnings.catch_warnings():
        # Of checks that are skipped, and of columns too short to tell.
        warnings.simplefilter("ignore")
        return check_estimator(
            synthesizer,
            expected_failed_checks=EXPECTED_FAILED_CHECKS,
            on_fail=None,
            on_skip=None,
        )


def test_the_checks_of_scikit_learn_pass_but_for_a_known_few(
    tiny: dict[str, Any],
) -> None:
    results = run_checks(ArrayGANSynthesizer(**{**tiny, "n_steps": 1}))
    assert sum(result["status"] == "passed" for result in results) > 20
    failed = {
        result["check_name"]: result["exception"]
        for result in results
        if result["status"] in {"failed", "xfail"}
    }
    assert failed.keys() == EXPECTED_FAILED_CHECKS.keys(), failed


def test_scikit_learn_is_told_that_arrays_are_not_taken(tiny: dict[str, Any]) -> None:
    synthesizer = GANSynthesizer(**tiny)
    assert not synthesizer.__sklearn_tags__().input_tags.two_d_array
    assert {result["status"] for result in run_checks(synthesizer)} == {"passed"}


def test_a_grid_search_finds_parameters_by_a_score_of_ones_own(
    tiny: dict[str, Any],
) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.choice(["x", "y"], 60), "b": rng.normal(size=60)})
    seen: list[tuple[Any, int]] = []

    def score(
        synthesizer: GANSynthesizer, holdout: pd.DataFrame, y: Any = None
    ) -> float:
        rows = synthesizer.sample(len(holdout), random_state=0)
        assert (rows.dtypes == holdout.dtypes).all()
        seen.append((synthesizer.n_steps, len(holdout)))
        return float(synthesizer.n_steps)

    search = GridSearchCV(
        GANSynthesizer(**tiny),
        {"n_steps": [8, 16]},
        scoring=score,
        cv=[(np.arange(40), np.arange(40, 60))],
        n_jobs=None,
        error_score="raise",
    ).fit(table)
    assert seen == [(8, 20), (16, 20)]
    assert search.best_params_ == {"n_steps": 16}
    assert len(search.best_estimator_.sample(7)) == 7

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from fakes import Resampler, make_mixed_features
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import OrdinalEncoder

from synthgan import GANOverSampler, GANSynthesizer, InputError

imblearn = pytest.importorskip("imblearn", reason="needs imbalanced-learn")

LABELS = {
    "strings": pd.Series(["goes", "stays", "stays", "stays"] * 10, name="churn"),
    "object": pd.Series(["goes", "stays", "stays", "stays"] * 10, dtype=object),
    "integers": pd.Series([7, 2, 2, 2] * 10, name="churn"),
    "floats": pd.Series([1.0, 0.0, 0.0, 0.0] * 10),
    "bool": pd.Series([True, False, False, False] * 10),
    "category": pd.Series(["goes", "stays", "stays", "stays"] * 10, dtype="category"),
    "Int64": pd.Series([7, 2, 2, 2] * 10, dtype="Int64"),
    "boolean": pd.Series([True, False, False, False] * 10, dtype="boolean"),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=list(LABELS))
def test_real_rows_stay_and_rows_of_the_smaller_class_come_after(labels):
    X = make_mixed_features()
    y = labels.set_axis(X.index)
    sampler = GANOverSampler(Resampler())
    X_more, y_more = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_more[:40], X.reset_index(drop=True))
    pd.testing.assert_series_equal(y_more[:40], y.reset_index(drop=True))
    assert X_more.dtypes.equals(X.dtypes)
    assert (y_more[40:] == y.iloc[0]).all()
    assert len(X_more) == len(y_more) == 60
    assert X_more.index.equals(pd.RangeIndex(60))
    assert sampler.sampling_strategy_ == {y.iloc[0]: 20}
    assert list(sampler.feature_names_in_) == list(X.columns)
    assert sampler.n_features_in_ == 7


def test_new_rows_are_those_of_their_class():
    X = make_mixed_features()
    y = LABELS["strings"]
    X_more, _ = GANOverSampler(Resampler()).fit_resample(X, y)
    of_class = set(X["amount"].to_numpy()[::4].round(9))
    assert set(X_more["amount"][40:].dropna().round(9)) <= of_class


@pytest.mark.parametrize(
    ("strategy", "added"),
    [
        ("auto", {"b": 15, "c": 22}),
        ("not majority", {"b": 15, "c": 22}),
        ("minority", {"c": 22}),
        ("not minority", {"a": 0, "b": 15}),
        ("all", {"a": 0, "b": 15, "c": 22}),
        ({"c": 10, "a": 30}, {"a": 5, "c": 7}),
        (lambda y: {"c": np.count_nonzero(y == "a")}, {"c": 22}),
    ],
)
def test_the_sampling_strategy_says_which_classes_get_rows(strategy, added):
    y = np.array(["a"] * 25 + ["b"] * 10 + ["c"] * 3)
    X = pd.DataFrame({"x": np.arange(38.0)})
    sampler = GANOverSampler(Resampler(), sampling_strategy=strategy)
    X_more, y_more = sampler.fit_resample(X, y)
    assert dict(sampler.sampling_strategy_) == added
    for label, n_rows in added.items():
        assert (y_more[38:] == label).sum() == n_rows
        assert set(X_more["x"][38:][y_more[38:] == label]) <= set(X["x"][y == label])
    assert len(y_more) == 38 + sum(added.values())


def test_a_float_is_the_share_of_the_smaller_class_in_the_larger():
    X, y = make_mixed_features(), LABELS["strings"]
    sampler = GANOverSampler(Resampler(), sampling_strategy=0.5)
    _, y_more = sampler.fit_resample(X, y)
    assert y_more.value_counts().to_dict() == {"stays": 30, "goes": 15}


@pytest.mark.parametrize("strategy", ["majority", ["goes"], 1.5, {"goes": 3}])
def test_a_strategy_that_does_not_fit_is_imbalanced_learns_error(strategy):
    sampler = GANOverSampler(Resampler(), sampling_strategy=strategy)
    with pytest.raises(ValueError, match=r"sampling_strategy|over-sampl|cleaning"):
        sampler.fit_resample(make_mixed_features(), LABELS["strings"])


def test_nothing_is_learned_where_nothing_is_lacking():
    X, y = make_mixed_features(), np.array([0, 1] * 20)
    sampler = GANOverSampler(Resampler())
    X_more, y_more = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_more, X.reset_index(drop=True))
    assert y_more.tolist() == y.tolist()
    assert not hasattr(sampler, "synthesizer_")


def test_one_synthesizer_learns_all_rows_and_the_class():
    X = make_mixed_features().rename(columns={"note": "class", "flag": "class_"})
    given = Resampler()
    sampler = GANOverSampler(given, random_state=5)
    sampler.fit_resample(X, LABELS["integers"])
    learned = sampler.synthesizer_.learned_
    assert list(learned.columns) == [*X.columns, "class__"]
    assert learned["class__"].tolist() == LABELS["integers"].tolist()
    assert sampler.synthesizer_.random_state == 5
    assert not hasattr(given, "learned_")
    assert given.random_state == 0


def test_the_callers_frames_are_not_changed():
    X, y = make_mixed_features(), LABELS["strings"].copy()
    before = X.copy()
    GANOverSampler(Resampler()).fit_resample(X, y)
    pd.testing.assert_frame_equal(X, before)
    assert y.equals(LABELS["strings"])


def test_missing_classes_are_an_error():
    y = LABELS["strings"].mask(LABELS["strings"].index == 3)
    with pytest.raises(InputError, match="y: expected a class for every row"):
        GANOverSampler(Resampler()).fit_resample(make_mixed_features(), y)


def test_fit_counts_and_learns_nothing():
    sampler = GANOverSampler(Resampler())
    assert sampler.fit(make_mixed_features(), LABELS["strings"]) is sampler
    assert sampler.sampling_strategy_ == {"goes": 20}
    assert not hasattr(sampler, "synthesizer_")


# What imbalanced-learn itself asks of over-samplers.
CHECKS = [
    "target_type",
    "samplers_one_label",
    "samplers_fit",
    "samplers_fit_resample",
    "samplers_sampling_strategy_fit_resample",
    "samplers_pandas",
    "samplers_list",
    "samplers_multiclass_ova",
    "samplers_2d_target",
    "samplers_preserve_dtype",
    "samplers_string",
    "samplers_nan",
    "dataframe_column_names_consistency",
    "sampler_get_feature_names_out",
    "sampler_get_feature_names_out_pandas",
]


@pytest.mark.parametrize("check", CHECKS)
def test_imbalanced_learns_own_checks_pass(check):
    from imblearn.utils import estimator_checks

    run = getattr(estimator_checks, f"check_{check}")
    run("GANOverSampler", GANOverSampler(Resampler()))


def _make_pipeline():
    from imblearn.pipeline import Pipeline

    encoder = make_column_transformer(
        (
            OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
            ["shop", "note"],
        ),
        ("passthrough", ["amount", "small"]),
    )
    return Pipeline(
        [
            ("sampler", GANOverSampler(Resampler())),
            ("encoder", encoder),
            ("model", HistGradientBoostingClassifier(max_iter=3)),
        ]
    )


def test_a_grid_search_over_a_pipeline_reaches_the_synthesizer():
    X, y = make_mixed_features(), LABELS["strings"]
    grid = {
        "sampler__sampling_strategy": ["auto", 0.5],
        "sampler__synthesizer__random_state": [0, 1],
    }
    search = GridSearchCV(_make_pipeline(), grid, cv=2, error_score="raise")
    search.fit(X, y.to_numpy())
    assert len(search.cv_results_["params"]) == 4
    assert len(search.predict(X)) == 40
    best = search.best_estimator_.named_steps["sampler"]
    assert best.synthesizer_.random_state in {0, 1}
    with pytest.raises(NotFittedError):
        clone(search.best_estimator_).predict(X)


def test_a_pipeline_over_samples_training_rows_only():
    X, y = make_mixed_features(), LABELS["strings"]
    pipeline = _make_pipeline().fit(X, y)
    learned = pipeline.named_steps["sampler"].synthesizer_.learned_
    assert len(learned) == 40
    assert len(pipeline.predict(X[:7])) == 7


def test_importing_it_does_not_import_imbalanced_learn():
    code = "import sys; from synthgan import GANOverSampler; GANOverSampler()\n"
    code += "sys.exit('imblearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_imbalanced_learn_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn.utils", None)
    with pytest.raises(ImportError, match="pip install imbalanced-learn"):
        GANOverSampler().fit_resample(make_mixed_features(), LABELS["strings"])


def test_a_real_synthesizer_makes_rows_of_mixed_frames(tiny):
    X, y = make_mixed_features(60), np.array([0, 0, 1] * 20)
    del tiny["random_state"]
    sampler = GANOverSampler(GANSynthesizer(**tiny), random_state=0)
    X_more, y_more = sampler.fit_resample(X, y)
    assert len(X_more) == 80
    assert X_more.dtypes.equals(X.dtypes)
    assert y_more[60:].tolist() == [1] * 20
    again, _ = clone(sampler).fit_resample(X, y)
    pd.testing.assert_frame_equal(again, X_more)

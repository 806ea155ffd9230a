"""Models beside each other, importances, every column as the target."""

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, balanced_accuracy_score, log_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.svm import LinearSVC

from synthgan.evaluation import (
    ModelComparison,
    TrainRealTestSynthetic,
    compare_importances,
    compare_models,
    score_all_targets,
)
from synthgan.evaluation.utility.comparison import _rank_agreement
from synthgan.exceptions import ParameterError
from synthgan.schema import infer_schema


def _table(seed, n_rows=400, n_classes=2):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n_rows))
    ends = [0.8, -0.5][: n_classes - 1]
    sums = x + 0.5 * y
    return pd.DataFrame(
        {
            "x": np.where(rng.random(n_rows) < 0.1, np.nan, x),
            "y": y,
            "shop": rng.choice(["north", "south", None], n_rows),
            "noise": rng.normal(size=n_rows),
            "label": np.array(["most", "rare", "low"])[
                (sums > ends[0]).astype(int)
                + (2 * (sums < ends[1]) if n_classes == 3 else 0)
            ],
            "paid": 3 * x + rng.normal(size=n_rows),
        }
    ).drop(columns="paid" if n_classes else "label")


def _compare(train, synthetic, holdout, target="label", **options):
    schema = infer_schema(train)
    return compare_models(train, synthetic, holdout, target, schema, **options)


@pytest.fixture(scope="module")
def tables():
    return _table(0), _table(1), _table(2)


def test_every_family_is_trained_on_both_and_compared(tables):
    scores = _compare(*tables)
    families = ["linear", "random_forest", "boosting"]
    assert list(scores.index.get_level_values(0).unique()) == families
    assert list(scores.columns) == [
        "auc",
        "average_precision",
        "balanced_accuracy",
        "log_loss",
    ]
    for family in families:
        part = scores.loc[family]
        assert (part.loc[["real", "synthetic"], "auc"] > 0.85).all()
        np.testing.assert_allclose(
            part.loc["ratio"], part.loc["synthetic"] / part.loc["real"]
        )


def test_shuffled_rows_teach_no_family_anything(tables):
    train, synthetic, holdout = tables
    shuffled = synthetic.apply(np.random.default_rng(0).permutation)
    scores = _compare(train, shuffled, holdout).xs("synthetic", level=1)
    # A linear model of nearly no slope may by chance still rank rows well.
    assert (scores.loc[["random_forest", "boosting"], "auc"] < 0.7).all()
    assert (scores["balanced_accuracy"] < 0.65).all()


def test_scores_are_scikit_learns():
    train, holdout = _table(0), _table(2)
    numbers = make_pipeline(
        make_column_transformer(("passthrough", ["y", "noise"])), LogisticRegression()
    )
    scores = _compare(train, train, holdout, models={"own": numbers}).loc["own"]
    names = ["y", "noise"]
    model = LogisticRegression().fit(train[names], train["label"])
    rare = model.predict_proba(holdout[names])[:, 1]
    truth = holdout["label"]
    expected = {
        "average_precision": average_precision_score(truth == "rare", rare),
        "balanced_accuracy": balanced_accuracy_score(
            truth, model.predict(holdout[names])
        ),
        "log_loss": log_loss(truth == "rare", rare),
    }
    for name, value in expected.items():
        assert scores.loc["real", name] == pytest.approx(value, rel=1e-3)


def test_three_classes_and_numbers_have_scores_of_their_own():
    several = _compare(*(_table(seed, n_classes=3) for seed in range(3)))
    assert list(several.columns) == ["macro_auc", "macro_f1"]
    assert (several.xs("real", level=1) > 0.6).all(axis=None)
    numbers = _compare(*(_table(seed, n_classes=0) for seed in range(3)), "paid")
    assert list(numbers.columns) == ["r2", "rmse", "mae"]
    real = numbers.loc[("linear", "real")]
    assert 0.6 < real["r2"] < 0.91
    assert real["mae"] < real["rmse"]


def test_a_class_that_is_absent_scores_zero_and_does_not_crash(tables):
    train, synthetic, holdout = tables
    one = synthetic[synthetic["label"] == "most"]
    scores = _compare(train, one, holdout).xs("synthetic", level=1)
    assert (scores["auc"] == 0).all()
    assert (scores["average_precision"] == 0).all()
    assert (scores["balanced_accuracy"] == 0.5).all()
    assert np.isfinite(scores["log_loss"]).all()


def test_an_own_pipeline_gets_frames_and_is_not_fitted_itself(tables):
    train, synthetic, holdout = tables
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["shop"]), ("passthrough", ["y"])
    )
    own = make_pipeline(columns, RandomForestClassifier(10, random_state=0))
    unseen = holdout.assign(shop=holdout["shop"].replace("north", "opened today"))
    scores = _compare(train, synthetic, unseen, models={"own": own})
    assert scores.loc[("own", "real"), "auc"] > 0.6
    assert not hasattr(own[-1], "estimators_")


def test_a_classifier_without_probabilities_is_refused(tables):
    with pytest.raises(ParameterError, match=r"predict_proba .* got LinearSVC"):
        _compare(*(t[["y", "label"]] for t in tables), models={"svm": LinearSVC()})


def test_where_nothing_can_be_judged_scores_are_missing(tables):
    train, synthetic, holdout = tables
    scores = _compare(train, synthetic, holdout[holdout["label"] == "most"])
    assert scores.isna().all(axis=None)


def test_no_score_depends_on_the_order_of_rows_and_columns(tables):
    train, synthetic, holdout = tables
    expected = _compare(train, synthetic, holdout)
    mixed = train.sample(frac=1, random_state=0)[list(train.columns[::-1])]
    found = _compare(mixed, synthetic[::-1], holdout[::-1])
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_labels_that_do_not_fit_their_rows_show_when_they_are_predicted(tables):
    train, synthetic, _ = tables
    schema = infer_schema(train)
    metric = TrainRealTestSynthetic()
    (good,) = metric.compute(train, synthetic, schema, target="label")
    rng = np.random.default_rng(0)
    guessed = synthetic.assign(label=rng.permutation(synthetic["label"]))
    (bad,) = metric.compute(train, guessed, schema, target="label")
    assert (good.name, bad.name) == ("trts_auc", "trts_auc")
    assert good.value > 0.85
    assert bad.value < 0.6


def test_the_name_of_a_score_is_that_of_the_training_table():
    train = _table(0, n_classes=3)
    two = _table(1, n_classes=3)
    two = two[two["label"] != "low"]
    metric = TrainRealTestSynthetic()
    (result,) = metric.compute(train, two, infer_schema(train), target="label")
    assert result.name == "trts_macro_auc"


def test_ranks_agree_as_far_as_the_real_scores_differ():
    real = np.array([0.9, 0.8, 0.5])
    assert _rank_agreement(real, real**3) == pytest.approx(1)
    assert _rank_agreement(real, -real) == pytest.approx(-1)
    # The first two, close together, swapped: weights .1, .4, .3.
    swapped = np.array([0.8, 0.9, 0.5])
    assert _rank_agreement(real, swapped) == pytest.approx((0.4 + 0.3 - 0.1) / 0.8)
    assert np.isnan(_rank_agreement(real, real * 0))
    assert np.isnan(_rank_agreement(real, real * np.nan))


def test_a_target_that_real_rows_cannot_predict_has_no_ratio():
    rng = np.random.default_rng(0)
    train, synthetic, holdout = (
        pd.DataFrame(rng.normal(size=(100, 3)), columns=list("abc")) for _ in range(3)
    )
    results = ModelComparison().compute(
        train, synthetic, infer_schema(train), holdout=holdout, target="a"
    )
    ratio = {result.name: result for result in results}["tstr_ratio"]
    assert np.isnan(ratio.value)
    assert ratio.reason == "real rows cannot be predicted"


def test_a_class_that_is_a_coin_has_no_ratio():
    rng = np.random.default_rng(1)
    train, synthetic, holdout = (
        pd.DataFrame({"x": rng.normal(size=300), "y": rng.choice(["a", "b"], 300)})
        for _ in range(3)
    )
    results = ModelComparison().compute(
        train, synthetic, infer_schema(train), holdout=holdout, target="y"
    )
    ratio = {result.name: result for result in results}["tstr_ratio"]
    assert np.isnan(ratio.value)
    assert ratio.reason == "real rows cannot be predicted"


# --- importances --------------------------------------------------------------------


def test_importances_find_the_columns_that_matter(tables):
    train, synthetic, holdout = tables
    found = compare_importances(train, synthetic, holdout, "label", infer_schema(train))
    assert list(found.index) == ["noise", "shop", "x", "y"]
    for role in ("real", "synthetic"):
        assert found[role].idxmax() == "x"
        assert found.loc["y", role] > 0.05
        assert found[role][["noise", "shop"]].abs().max() < 0.03


def test_importances_show_a_synthetic_table_that_learnt_the_wrong_column(tables):
    train, synthetic, holdout = tables
    wrong = synthetic.assign(noise=np.where(synthetic["label"] == "rare", 1.0, -1.0))
    found = compare_importances(train, wrong, holdout, "label", infer_schema(train))
    assert found["synthetic"].idxmax() != "x" or found.loc["x", "synthetic"] < 0.01


# --- every column as the target -----------------------------------------------------


def test_every_column_is_predicted_and_chance_is_not_judged(tables):
    train, synthetic, holdout = tables
    scores = score_all_targets(train, synthetic, holdout, infer_schema(train))
    assert list(scores.index) == ["label", "noise", "shop", "x", "y"]
    assert scores.loc["label", "ratio"] > 0.9
    assert np.isnan(scores.loc["noise", "ratio"])


def test_rare_levels_of_a_target_are_left_out():
    rng = np.random.default_rng(0)
    x = rng.normal(size=900)
    codes = np.where(rng.random(900) < 0.1, rng.integers(100, 999, 900), x > 0)
    table = pd.DataFrame({"x": x, "code": codes})
    schema = infer_schema(table, {"code": "categorical"})
    parts = table[:300], table[300:600], table[600:]
    scores = score_all_targets(*parts, schema)
    assert 0 < scores.loc["code", "real"] <= 1


def test_a_column_that_is_lost_altogether_has_nothing_of_the_skill(tables):
    train, synthetic, holdout = tables
    lost = synthetic.assign(label=None)
    scores = score_all_targets(train, lost, holdout, infer_schema(train))
    assert scores.loc["label", "ratio"] == 0


def test_a_ratio_is_never_below_zero(tables):
    train, synthetic, holdout = tables
    swap = synthetic["label"].map({"most": "rare", "rare": "most"})
    swapped = synthetic.assign(label=swap)
    scores = score_all_targets(train, swapped, holdout, infer_schema(train))
    assert scores.loc["label", "synthetic"] < -0.5
    assert scores.loc["label", "ratio"] == 0


def test_a_regressor_of_ones_own_may_predict_numbers():
    train, synthetic, holdout = (
        _table(seed, n_classes=0)[["y", "noise", "paid"]] for seed in range(3)
    )
    scores = _compare(train, synthetic, holdout, "paid", models={"ridge": Ridge()})
    assert (scores.loc["ridge"].loc[["real", "synthetic"], "r2"] < 0.1).all()

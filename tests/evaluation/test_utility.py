import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from synthgan.evaluation import TrainSyntheticTestReal, predictive_score
from synthgan.exceptions import ParameterError, SchemaError
from synthgan.schema import infer_schema


def _table(seed, n_rows=500, n_classes=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    noisy = x + 0.7 * rng.normal(size=n_rows)
    ends = np.quantile(noisy, np.linspace(0, 1, n_classes + 1)[1:-1])
    return pd.DataFrame(
        {
            "x": x,
            "shop": rng.choice(["north", "south"], n_rows),
            "label": np.array(["none", "some", "many", "most"])[
                np.digitize(noisy, ends)
            ],
            "paid": 3 * x + rng.normal(size=n_rows),
        }
    )


def _score(train, holdout, target, fitted_on=None):
    schema = infer_schema(train)
    fitted_on = train if fitted_on is None else fitted_on
    return predictive_score(fitted_on, holdout, schema, target)


def test_a_learnable_class_is_learnt_and_a_shuffled_one_is_not():
    train, holdout = _table(0), _table(1)
    learnt = _score(train, holdout, "label")
    assert learnt.name == "auc"
    # The truth: x alone, of which the label is a noisy sign.
    ceiling = roc_auc_score(holdout["label"] == "some", holdout["x"])
    assert 0.9 * ceiling < learnt.value
    shuffled = train.apply(np.random.default_rng(0).permutation)
    assert _score(train, holdout, "label", fitted_on=shuffled).value < 0.65


def test_a_label_that_was_swapped_scores_below_one_half():
    train, holdout = _table(0), _table(1)
    swapped = train.assign(label=train["label"].map({"none": "some", "some": "none"}))
    expected = 1 - _score(train, holdout, "label").value
    found = _score(train, holdout, "label", fitted_on=swapped).value
    assert found < 0.5
    assert found == pytest.approx(expected, abs=0.02)


def test_a_numeric_target_is_scored_by_r2():
    train, holdout = _table(0), _table(1)
    result = _score(train.drop(columns="label"), holdout, "paid")
    assert result.name == "r2"
    assert 0.6 < result.value < 0.91  # 0.9 of the variance is x's
    mean_only = train.assign(paid=0.0)
    assert _score(train, holdout, "paid", fitted_on=mean_only).value <= 0


def test_several_classes_are_scored_by_the_mean_area():
    train, holdout = _table(0, n_classes=3), _table(1, n_classes=3)
    result = _score(train, holdout, "label")
    assert result.name == "macro_auc"
    assert 0.75 < result.value < 1


def test_a_class_that_the_synthetic_table_lacks_scores_zero():
    train, holdout = _table(0, n_classes=4), _table(1, n_classes=4)
    lacking = train[train["label"] != "many"]
    complete = _score(train, holdout, "label").value
    found = _score(train, holdout, "label", fitted_on=lacking).value
    assert 0.5 < found < 0.85 * complete  # a quarter is gone


def test_one_class_alone_scores_zero():
    train, holdout = _table(0), _table(1)
    alone = train[train["label"] == "none"]
    result = _score(train, holdout, "label", fitted_on=alone)
    assert (result.name, result.value) == ("auc", 0.0)


@pytest.mark.parametrize("target", ["label", "paid"])
def test_a_table_whose_target_is_missing_is_not_judged(target):
    train, holdout = _table(0), _table(1)
    empty = train.assign(**{target: None})
    assert np.isnan(_score(train, holdout, target, fitted_on=empty).value)
    assert np.isnan(_score(train, empty, target).value)


def test_rows_without_a_target_are_left_out():
    train, holdout = _table(0), _table(1)
    holes = train.assign(label=train["label"].where(train["x"] < 1))
    expected = _score(train, holdout, "label", fitted_on=train[train["x"] < 1])
    assert _score(train, holdout, "label", fitted_on=holes) == expected


def test_unknown_and_missing_categories_in_the_holdout_are_tolerated():
    train, holdout = _table(0), _table(1)
    holdout.loc[:50, "shop"] = "opened last week"
    holdout.loc[50:90, "shop"] = None
    assert _score(train, holdout, "label").value > 0.8


def test_a_feature_without_a_value_is_tolerated():
    train, holdout = _table(0), _table(1)
    hollow = train.assign(x=np.nan, shop=None, paid=None)
    assert _score(train, holdout, "label", fitted_on=hollow).value == 0.5


def test_an_unknown_category_counts_as_missing():
    train, holdout = _table(0), _table(1)
    unknown, missing = holdout.assign(shop="new"), holdout.assign(shop=None)
    expected = _score(train, missing, "label")
    assert _score(train, unknown, "label") == expected
    assert _score(train, holdout, "label") != expected


def test_score_does_not_depend_on_the_order_of_rows():
    train, holdout = _table(0), _table(1)
    shuffled = train.sample(frac=1, random_state=3)
    expected = _score(train, holdout, "label")
    assert _score(train, holdout[::-1], "label", fitted_on=shuffled) == expected


def test_a_target_that_cannot_be_predicted_is_refused():
    train = _table(0).assign(key=range(500))
    with pytest.raises(ParameterError, match="target: column 'key'"):
        _score(train, train, "key")
    with pytest.raises(SchemaError, match="'income' is not in the schema"):
        _score(train, train, "income")


def test_a_metric_without_what_it_needs_says_so():
    train = _table(0)
    with pytest.raises(ParameterError, match="expected a holdout and a target"):
        TrainSyntheticTestReal().compute(train, train, infer_schema(train))

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from synthgan.evaluation import evaluate_augmentation
from synthgan.evaluation.utility.augmentation import _summarise
from synthgan.evaluation.utility.controls import (
    TrainingRows,
    Undefined,
    duplicate_rows,
    over_sample,
    smote,
    weight_classes,
)
from synthgan.exceptions import ParameterError

STRATEGIES = [
    "real",
    "real + synthetic",
    "duplicated rows",
    "class weights",
    "random over-sampling",
    "SMOTE-NC",
]


def _table(seed, n_rows=300, share=0.15):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n_rows))
    ends = np.quantile(x + y, 1 - share)
    return pd.DataFrame(
        {
            "x": np.where(rng.random(n_rows) < 0.05, np.nan, x),
            "y": y,
            "shop": rng.choice(["north", "south", None], n_rows),
            "label": np.where(x + y > ends, "rare", "often"),
        }
    )


def _fresh(rows, seed):
    return _table(seed, 150)


def _spoilt(rows, seed):
    return _table(seed, 150).assign(
        label=np.random.default_rng(seed).choice(["rare", "often"], 150)
    )


def test_controls_stand_beside_and_real_rows_stand_first():
    pytest.importorskip("imblearn", reason="SMOTE-NC needs imbalanced-learn")
    gains = evaluate_augmentation(_table(0), _fresh, "label", model="linear")
    assert list(gains.index.get_level_values(1).unique()) == STRATEGIES
    assert list(gains.columns) == ["value", "gain", "low", "high", "reason"]
    assert (gains.xs("real", level=1)["gain"] == 0).all()
    assert gains["value"].notna().all()
    assert (gains["reason"] == "").all()
    others = gains.drop("real", level=1)
    assert (others["low"] <= others["gain"]).all()
    assert (others["gain"] <= others["high"]).all()


def test_fresh_rows_help_a_tiny_table_and_spoilt_rows_harm():
    tiny = _table(0, 60)
    helped = evaluate_augmentation(tiny, _fresh, "label", model="boosting")
    harmed = evaluate_augmentation(tiny, _spoilt, "label", model="boosting")
    for score in ("auc", "log_loss"):  # a gain is positive whichever way is better
        assert helped.loc[(score, "real + synthetic"), "gain"] > 0
        assert harmed.loc[(score, "real + synthetic"), "gain"] < 0
    assert harmed.loc[("log_loss", "real + synthetic"), "high"] < 0
    assert (
        helped.loc[("log_loss", "real + synthetic"), "value"]
        < harmed.loc[("log_loss", "real + synthetic"), "value"]
    )


def test_a_generator_never_sees_the_rows_it_is_tested_on():
    table = _table(0).reset_index(names="row")
    seen = []

    def make(rows, seed):
        seen.append((set(rows["row"]), seed))
        return rows.head(5)

    evaluate_augmentation(table, make, "label", model="linear", n_splits=12)
    assert len(seen) == 12
    assert all(len(rows) == 210 for rows, _ in seen)
    assert len({seed for _, seed in seen}) == 12


def test_a_table_of_synthetic_rows_is_tested_on_the_holdout():
    train, holdout = _table(0, 40), _table(1, 600)
    gains = evaluate_augmentation(
        train, _table(2, 150), "label", holdout=holdout, model="boosting"
    )
    assert gains.loc[("auc", "real + synthetic"), "low"] > 0


@pytest.mark.parametrize("overlap", [0.0, 3 / 7])
def test_intervals_are_those_of_a_paired_t_test_wider_where_splits_overlap(overlap):
    rng = np.random.default_rng(0)
    real, found = rng.normal(size=(2, 12))
    scores = {
        "real": [{"log_loss": value} for value in real],
        "real + synthetic": [{"log_loss": value} for value in found],
    }
    gain = _summarise(scores, {}, overlap).loc[("log_loss", "real + synthetic")]
    expected = stats.ttest_rel(real, found).confidence_interval()
    assert gain["gain"] == pytest.approx((expected.high + expected.low) / 2)
    factor = np.sqrt((1 / 12 + overlap) * 12)
    width = factor * (expected.high - expected.low)
    assert gain["high"] - gain["low"] == pytest.approx(width)


def test_a_target_of_two_numbers_is_two_classes():
    table = _table(0)
    table["label"] = (table["label"] == table["label"].mode()[0]).astype(int)
    gains = evaluate_augmentation(
        table, lambda rows, seed: rows.head(50), "label", model="linear"
    )
    assert "auc" in gains.index.get_level_values(0)


def test_a_numeric_target_has_no_classes_to_balance():
    table = _table(0).drop(columns="label")
    table["paid"] = 2 * table["y"] + np.random.default_rng(0).normal(size=300)
    gains = evaluate_augmentation(
        table, lambda rows, seed: rows.head(50), "paid", model="linear"
    )
    assert list(gains.index.get_level_values(0).unique()) == ["r2", "rmse", "mae"]
    undefined = gains.loc["r2"].loc[STRATEGIES[3:]]
    assert undefined["value"].isna().all()
    assert undefined["reason"].str.contains("the target is numeric").all()
    assert gains.loc[("r2", "duplicated rows"), "value"] > 0.5


def test_the_order_of_rows_does_not_matter():
    train, synthetic, holdout = _table(0, 80), _table(1, 80), _table(2, 100)
    expected = evaluate_augmentation(
        train, synthetic, "label", holdout=holdout, model="linear"
    )
    found = evaluate_augmentation(
        train[::-1],
        synthetic.sample(frac=1, random_state=0),
        "label",
        holdout=holdout[::-1],
        model="linear",
    )
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"synthetic": _table(1)}, "holdout: expected real rows to test on"),
        ({"holdout": _table(1)}, "holdout: expected None beside a callable"),
        ({"n_splits": 9}, "n_splits: expected an integer of at least 10, got 9"),
        ({"model": "svm"}, "model: expected one of linear, .* got 'svm'"),
        (
            {"synthetic": _table(1), "holdout": _table(2, 8)},
            "holdout: expected at least 10 rows with a target, got 8",
        ),
    ],
)
def test_parameters_are_checked(options, message):
    options = {"synthetic": _fresh, **options}
    with pytest.raises(ParameterError, match=message):
        evaluate_augmentation(_table(0), target="label", **options)


# --- controls -----------------------------------------------------------------------


def _rows(n_rare=20, is_categorical=(False, True)):
    rng = np.random.default_rng(0)
    features = np.column_stack([rng.normal(size=120), rng.integers(3, size=120)])
    features = features[:, : len(is_categorical)]
    features[5] = np.nan
    labels = np.repeat([0, 1], [120 - n_rare, n_rare])
    return TrainingRows(features, labels, np.array(is_categorical), False)


def test_duplicates_are_rows_that_were_there():
    rows = _rows()
    found = duplicate_rows(rows, 33, 0)
    assert len(found.labels) == 153
    known = {row.tobytes() for row in rows.features}
    assert all(row.tobytes() in known for row in found.features)


def test_weights_make_the_classes_equal():
    found = weight_classes(_rows(), 0, 0)
    sums = np.bincount(found.labels, found.sample_weight)
    assert sums[0] == pytest.approx(sums[1])


def test_over_sampling_repeats_only_the_rare_class():
    found = over_sample(_rows(), 0, 0)
    assert np.bincount(found.labels).tolist() == [100, 100]
    assert len(np.unique(found.features[100:, 0])) <= 20


@pytest.mark.parametrize(
    "is_categorical", [(False, True), (False, False), (True, True), (False,)]
)
def test_smote_balances_tables_of_any_kinds(is_categorical):
    pytest.importorskip("imblearn", reason="SMOTE-NC needs imbalanced-learn")
    rows = _rows(is_categorical=is_categorical)
    if is_categorical[0]:
        rows.features[:, 0] = np.abs(np.round(rows.features[:, 0]))
    found = smote(rows, 0, 0)
    assert np.bincount(found.labels).tolist() == [100, 100]
    added = found.features[120:]
    for column, is_coded in enumerate(is_categorical):
        known = rows.features[100:, column]
        assert np.nanmin(added[:, column]) >= np.nanmin(known)
        assert np.nanmax(added[:, column]) <= np.nanmax(known)
        if is_coded:
            assert set(added[:, column]) <= set(known)


def test_smote_says_why_it_is_not_defined(monkeypatch):
    monkeypatch.setitem(sys.modules, "imblearn.over_sampling", None)
    assert smote(_rows(), 0, 0) == Undefined("imbalanced-learn is not installed")
    monkeypatch.undo()
    pytest.importorskip("imblearn", reason="the rest needs imbalanced-learn")
    assert smote(_rows(5), 0, 0) == Undefined("a class has no more than 5 rows")

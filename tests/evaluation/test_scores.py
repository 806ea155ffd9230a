import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthgan.evaluation import bootstrap_copy, independent_columns, score_table
from synthgan.exceptions import InputError
from synthgan.schema import infer_schema


def _table(seed, n_rows=400):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "x": x,
            "y": x + 0.1 * rng.normal(size=n_rows),
            "c": np.where(x + 0.3 * rng.normal(size=n_rows) > 0, "up", "down"),
            "name": [f"{i:x} some {rng.integers(10**6)} text" for i in range(n_rows)],
        }
    )


@pytest.fixture(scope="module")
def table():
    synthetic = {"good": _table(2), "bad": _table(2).assign(x=5.0)}
    return score_table(_table(0), synthetic, _table(1), target="c")


def test_reference_rows_stand_first_and_figures_are_named(table):
    assert list(table.index) == [
        "real holdout",
        "bootstrap copy",
        "independent columns",
        "good",
        "bad",
    ]
    assert list(table.columns) == [
        "shape_error_percent",
        "trend_all_error_percent",
        "trend_common_error_percent",
        "two_sample_auc",
        "two_sample_score",
        "tstr_auc",
        "trtr_auc",
    ]


def test_reference_rows_score_what_they_stand_for(table):
    copy, apart = table.loc["bootstrap copy"], table.loc["independent columns"]
    assert copy["two_sample_score"] > 0.95
    assert copy["tstr_auc"] > 0.9
    assert apart["shape_error_percent"] < 6
    assert apart["trend_common_error_percent"] > 25
    assert apart["two_sample_score"] < 0.1
    assert apart["tstr_auc"] < 0.75


def test_the_better_table_scores_better(table):
    good, bad, holdout = (table.loc[name] for name in ("good", "bad", "real holdout"))
    assert good["two_sample_score"] > 0.8
    assert bad["two_sample_score"] < 0.1
    for error in table.columns[:3]:
        assert good[error] < bad[error]
        assert good[error] == pytest.approx(holdout[error], abs=6)
    assert good["tstr_auc"] == pytest.approx(good["trtr_auc"], abs=0.05)


def test_the_holdout_does_not_test_itself(table):
    assert np.isnan(table.loc["real holdout", "tstr_auc"])
    assert table["trtr_auc"].unique().size == 1


def test_columns_that_are_not_judged_are_named(table):
    assert list(table.attrs["not_judged"]) == ["name"]


def test_without_holdout_and_target_the_rest_is_judged():
    train = _table(0)
    scores = score_table(train, {})
    assert list(scores.index) == ["bootstrap copy", "independent columns"]
    assert scores.columns[-1] == "two_sample_score"
    assert "tstr_auc" not in score_table(train, {}, holdout=_table(1))


def test_scores_do_not_depend_on_the_order_of_rows_and_columns():
    train, synthetic = _table(0), _table(2)
    kinds = {"name": "text"}
    expected = score_table(train, {"s": synthetic}, schema=kinds)
    mixed = train.sample(frac=1, random_state=0)[["c", "name", "y", "x"]]
    found = score_table(mixed, {"s": synthetic[::-1]}, schema=kinds)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_a_seed_repeats_a_table_and_another_draws_other_references():
    train = _table(0)
    first, again, other = (score_table(train, {}, random_state=s) for s in (3, 3, 4))
    pd.testing.assert_frame_equal(first, again)
    assert (first["shape_error_percent"] != other["shape_error_percent"]).all()


def test_a_table_with_other_columns_is_refused():
    train = _table(0)
    with pytest.raises(InputError, match=r"lacks \['y'\] and has \['z'\]"):
        score_table(train, {"s": train.rename(columns={"y": "z"})})
    with pytest.raises(InputError, match=r"holdout: .* lacks \['c'\]"):
        score_table(train, {}, holdout=train.drop(columns="c"))
    with pytest.raises(InputError, match="empty: expected at least one row"):
        score_table(train, {"empty": train[:0]})


def test_bootstrap_copies_rows_and_keeps_dtypes():
    train = _table(0).astype({"c": "category"}).set_index(np.arange(400) * 2)
    copy = bootstrap_copy(train, 1000, np.random.default_rng(0))
    assert copy.dtypes.equals(train.dtypes)
    assert copy.index.equals(pd.RangeIndex(1000))
    assert len(copy.merge(train.drop_duplicates())) == 1000
    # About 1 - exp(-2.5) of the rows are drawn at least once.
    assert 0.88 < copy["name"].nunique() / 400 < 0.96


def test_independent_columns_keep_values_and_dtypes_but_not_rows():
    train = _table(0).astype({"c": "category", "name": "string"})
    apart = independent_columns(train, 1000, np.random.default_rng(0))
    assert list(apart.columns) == list(train.columns)
    assert apart.dtypes.equals(train.dtypes)
    assert set(apart["x"]) <= set(train["x"])
    assert abs(apart["x"].corr(apart["y"])) < 0.15


@pytest.mark.slow
@pytest.mark.skipif(
    "SYNTHGAN_DATA" not in os.environ,
    reason="SYNTHGAN_DATA is not set: no folder with the Adult table",
)
def test_reference_values_on_adult_are_reproduced():
    path = Path(os.environ["SYNTHGAN_DATA"]) / "adult" / "data.csv.gz"
    adult = pd.read_csv(path)
    train, holdout = adult[:32_561], adult[32_561:]
    kinds = {"education-num": "integer", "fnlwgt": "integer"}
    schema = infer_schema(train, kinds)
    scores = score_table(train, {}, holdout, "income", schema)
    real = scores.loc["real holdout"]
    assert real["shape_error_percent"] == pytest.approx(0.63, abs=0.01)
    assert real["trend_all_error_percent"] == pytest.approx(1.78, abs=0.01)
    assert real["two_sample_score"] >= 0.99
    apart = scores.loc["independent columns"]
    assert apart["trend_all_error_percent"] == pytest.approx(7.4, abs=0.2)
    assert apart["two_sample_score"] == pytest.approx(0.02, abs=0.01)
    assert real["trtr_auc"] == pytest.approx(0.927, abs=0.003)

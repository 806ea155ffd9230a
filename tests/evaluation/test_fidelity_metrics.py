"""Missingness, validity, text, associations, precision and recall, intervals."""

import numpy as np
import pandas as pd
import pytest

from synthgan.evaluation import (
    AssociationDifference,
    ColumnPairTrends,
    ColumnShapes,
    LogisticTwoSample,
    Missingness,
    PrecisionRecall,
    TextForm,
    TwoSample,
    Validity,
    associated_pairs,
    bootstrap_copy,
    independent_columns,
    invalid_cells,
    missing_rate_errors,
    text_form_errors,
)
from synthgan.evaluation.fidelity import neighbours
from synthgan.schema import infer_schema


def _table(seed, n_rows=800):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, n_rows))
    return pd.DataFrame(
        {
            "x": x,
            "y": x + 0.3 * y,
            "size": np.where(x > 0, "big", "small"),
            "shop": rng.choice(["a", "b", "c"], n_rows),
        }
    )


def _values(metric, train, synthetic, kinds=None, **options):
    schema = infer_schema(train, kinds)
    results = metric.compute(train, synthetic, schema, **options)
    return {result.name: result.value for result in results}


# --- intervals ----------------------------------------------------------------------


@pytest.mark.parametrize("metric", [ColumnShapes(), ColumnPairTrends("common")])
def test_an_interval_is_as_wide_as_figures_of_fresh_tables_scatter(metric):
    tables = [_table(seed, 400) for seed in range(30)]
    results = [
        metric.compute(train, synthetic.assign(x=synthetic["x"] + 0.5), schema)[0]
        for train, synthetic in zip(tables[::2], tables[1::2], strict=True)
        for schema in [infer_schema(train)]
    ]
    widths = [result.interval[1] - result.interval[0] for result in results]
    spread = np.std([result.value for result in results], ddof=1)
    assert np.mean(widths) / (2 * 1.96) == pytest.approx(spread, rel=0.5)


def test_four_times_the_rows_halve_the_interval():
    def width(n_rows):
        train, synthetic = _table(0, n_rows), _table(1, n_rows)
        synthetic["x"] += 1
        (result,) = ColumnShapes().compute(train, synthetic, infer_schema(train))
        return result.interval[1] - result.interval[0]

    assert width(4000) / width(1000) == pytest.approx(0.5, abs=0.2)


# --- associated pairs ---------------------------------------------------------------


def test_only_pairs_that_are_associated_in_training_count():
    train = _table(0)
    pairs = set(associated_pairs(train, infer_schema(train)))
    assert pairs == {("x", "y"), ("size", "x"), ("size", "y")}
    # A relation that is wrong among the others does not count.
    changed = _table(1)
    changed["shop"] = np.where(changed["size"] == "big", "a", "b")
    metric = ColumnPairTrends("associated")
    expected = _values(metric, train, _table(1))
    assert _values(metric, train, changed) == pytest.approx(expected)
    metric = ColumnPairTrends("all")
    expected = _values(metric, train, _table(1))
    assert _values(metric, train, changed) != pytest.approx(expected, rel=0.5)


def test_without_an_associated_pair_it_is_said_so():
    rng = np.random.default_rng(0)
    train = pd.DataFrame(rng.normal(size=(200, 3)), columns=list("abc"))
    metric = ColumnPairTrends("associated")
    (result,) = metric.compute(train, train, infer_schema(train))
    assert np.isnan(result.value)
    assert "associated" in result.reason


def test_a_moment_that_became_constant_has_bins():
    # Microseconds since 1970 are so far from zero that bins about one have no edges.
    days = pd.date_range("2024-01-01", periods=60).astype("datetime64[ns]")
    train = pd.DataFrame({"day": days, "c": ["a", "b"] * 30})
    error = _values(ColumnPairTrends("all"), train, train.assign(day=days[7]))
    assert error["trend_all_error_percent"] > 80


# --- missingness --------------------------------------------------------------------


def test_missing_rates_of_columns_and_of_pairs_are_compared():
    train = pd.DataFrame(
        {"x": [1.5, None, None, 2.0] * 5, "y": [0.5, None, None, 1] * 5}
    )
    apart = train.assign(y=[None, 0.5, 1, None] * 5)
    schema = infer_schema(train)
    errors = missing_rate_errors(train, apart, schema)
    assert errors.loc["x", "x"] == errors.loc["y", "y"] == 0
    assert errors.loc["x", "y"] == errors.loc["y", "x"] == 0.5
    assert _values(Missingness(), train, apart) == {
        "missing_rate_error_percent": 0,
        "missing_pair_error_percent": 50,
    }


def test_missing_cells_of_text_and_identifiers_count():
    train = pd.DataFrame({"id": [f"k{i:03}" for i in range(50)], "x": [1.5, 2.5] * 25})
    synthetic = train.assign(id=[None] * 25 + [f"m{i:03}" for i in range(25)])
    schema = infer_schema(train)
    assert schema["id"].kind == "identifier"
    assert missing_rate_errors(train, synthetic, schema).loc["id", "id"] == 0.5


# --- validity -----------------------------------------------------------------------


def _measured():
    return pd.DataFrame(
        {
            "price": [1.25, 2.5, 9.99, 3.0],
            "tens": [10, 30, 20, 90],
            "day": pd.to_datetime(["2024-01-01", "2024-01-08", "2024-02-05", None]),
            "size": pd.Categorical(["s", "m", "m", "s"], ["s", "m", "unused"]),
        }
    )


@pytest.mark.parametrize(
    ("column", "cell", "defect"),
    [
        ("price", 1.257, "granularity"),
        ("price", 10.0, "range"),
        ("price", None, "missing"),
        ("tens", 15, "granularity"),
        ("tens", 0, "range"),
        ("day", "2024-01-02", "granularity"),
        ("day", "2025-01-06", "range"),
        ("size", "xl", "category"),
        ("size", None, "missing"),
    ],
)
def test_each_defect_is_found_and_nothing_else(column, cell, defect):
    train = _measured()
    schema = infer_schema(train)
    synthetic = train.astype({"size": object, "tens": "Int64"})
    assert invalid_cells(synthetic, schema).to_numpy().sum() == 0
    synthetic.loc[1, column] = pd.Timestamp(cell) if column == "day" else cell
    found = invalid_cells(synthetic, schema)
    assert found.loc[column, defect] == 1
    assert found.to_numpy().sum() == 1
    assert _values(Validity(), train, synthetic) == {"validity": 0.75}


def test_allowed_cells_are_valid_however_they_are_stored():
    train = _measured()
    synthetic = train.assign(
        tens=train["tens"].astype(float),
        size=["unused", "s", "m", "m"],
        day=pd.to_datetime([None, None, "2024-01-15", "2024-01-22"]),
        price=np.float32([1.3, 1.26, 9.98, 5.0]).astype(float).round(2),
    )
    assert _values(Validity(), train, synthetic) == {"validity": 1.0}


def test_single_precision_keeps_its_decimals():
    train = pd.DataFrame({"x": np.float32([0.1, 0.7, 1234.6])})
    synthetic = pd.DataFrame({"x": np.float32([0.3, 999.9, 0.35])})
    found = invalid_cells(synthetic, infer_schema(train))
    assert found.loc["x", "granularity"] == 1


def test_a_column_that_cannot_be_read_is_wholly_invalid():
    train = _measured()
    synthetic = train.assign(price=["cheap", "dear", "dear", None])
    found = invalid_cells(synthetic, infer_schema(train)).loc["price"]
    assert found.to_dict() | {"dtype": 3, "missing": 1} == found.to_dict()


def test_fresh_rows_are_nearly_all_valid():
    value = _values(Validity(), _table(0, 2000), _table(1, 2000))["validity"]
    assert 0.99 < value < 1


# --- text ---------------------------------------------------------------------------


def test_text_is_judged_by_its_form_alone():
    train = pd.DataFrame({"t": ["Ann Lee", "Bob Roe", "Cy 7 Day"] * 20})
    schema = infer_schema(train, {"t": "text"})

    def error(*cells):
        synthetic = pd.DataFrame({"t": list(cells) * 20})
        return text_form_errors(train, synthetic, schema)["t"]

    assert error("Zoe Fox", "Max Kay", "Ed 1 Poe") == 0
    # Small for capital letters: two of six counts are wholly wrong.
    assert error("zoe fox", "max kay", "ed 1 poe") == pytest.approx(2 / 6)
    assert error("", None, "") > 0.6


def test_a_table_without_text_says_so():
    train = _table(0)
    (result,) = TextForm().compute(train, train, infer_schema(train))
    assert np.isnan(result.value)
    assert result.reason == "no text column"


# --- associations -------------------------------------------------------------------


def test_association_difference_is_the_mean_over_pairs():
    x = np.array([1.0, 2, 3, 4, 5, 6])
    train = pd.DataFrame({"x": x, "y": x + 0.5})
    opposite = train.assign(y=-x)
    name = "association_difference"
    assert _values(AssociationDifference(), train, opposite)[name] == pytest.approx(2)
    collapsed = train.assign(y=0.0)
    assert _values(AssociationDifference(), train, collapsed)[name] == pytest.approx(1)


# --- two-sample judges --------------------------------------------------------------


def test_the_logistic_judge_sees_columns_but_no_relation():
    train = _table(0, 1500)
    apart = independent_columns(train, 1500, np.random.default_rng(0))
    logistic = _values(LogisticTwoSample(), train, apart)
    assert logistic["two_sample_logistic_score"] > 0.9
    assert _values(TwoSample(), train, apart)["two_sample_score"] < 0.5
    shifted = _values(LogisticTwoSample(), train, train.assign(x=train["x"] + 2))
    assert shifted["two_sample_logistic_score"] < 0.4


# --- precision and recall -----------------------------------------------------------


def test_fresh_rows_have_a_recall_of_one_half_and_copies_more():
    train = _table(0, 1500)
    fresh = _values(PrecisionRecall(), train, _table(1, 1500))
    assert fresh["alpha_precision"] > 0.95
    assert fresh["beta_recall"] == pytest.approx(0.5, abs=0.06)
    copy = bootstrap_copy(train, 1500, np.random.default_rng(0))
    assert _values(PrecisionRecall(), train, copy)["beta_recall"] > 0.6


def test_rows_all_at_the_centre_are_neither_precise_nor_do_they_cover():
    train = _table(0)
    centre = train.assign(x=train["x"] * 0.01, y=train["y"] * 0.01, shop="a")
    found = _values(PrecisionRecall(), train, centre)
    fresh = _values(PrecisionRecall(), train, _table(1))
    assert found["beta_recall"] < 0.3 * fresh["beta_recall"]
    assert found["alpha_precision"] < fresh["alpha_precision"] - 0.2


def test_equal_rows_are_no_distance_apart():
    # 100 levels: a distance by way of a matrix product would not be quite zero.
    rng = np.random.default_rng(0)
    train = pd.DataFrame(rng.integers(9, size=(300, 12)).astype(str)).add_prefix("c")
    train = pd.concat([train] * 2, ignore_index=True)  # each row has an equal one
    found = _values(PrecisionRecall(), train, train)
    assert found["beta_recall"] == pytest.approx(1, abs=0.02)


def test_large_tables_are_thinned_out(monkeypatch):
    monkeypatch.setattr(neighbours, "MAX_ROWS", 200)
    found = _values(PrecisionRecall(), _table(0, 3000), _table(1, 1500))
    assert found["beta_recall"] == pytest.approx(0.5, abs=0.15)

import numpy as np
import pandas as pd
import pytest

from synthgan.evaluation import column_shape_errors, pair_trend_errors
from synthgan.schema import infer_schema


def _pair_error(train, synthetic, kinds=None, edges="train"):
    schema = infer_schema(train, kinds)
    (error,) = pair_trend_errors(train, synthetic, schema, edges)
    return error


# --- shapes -------------------------------------------------------------------------


def test_numeric_shape_error_is_the_largest_gap_between_the_distributions():
    train = pd.DataFrame({"x": [0.5, 1.0, 2.0, 3.0, 4.0]})
    # Shares at or below 1.0: 2/5 and 3/4; the gap is nowhere wider.
    synthetic = pd.DataFrame({"x": [0.2, 0.5, 0.9, 5.0]})
    errors = column_shape_errors(train, synthetic, infer_schema(train))
    assert errors["x"] == pytest.approx(3 / 4 - 1 / 5)


def test_missing_cells_of_a_numeric_column_do_not_change_its_shape():
    train = pd.DataFrame({"x": [1.5, 2.0, np.nan, np.nan]})
    synthetic = pd.DataFrame({"x": [1.5, 2.0, 2.0, 1.5]})
    assert column_shape_errors(train, synthetic, infer_schema(train))["x"] == 0


def test_discrete_shape_error_is_half_the_sum_of_differences_of_shares():
    train = pd.DataFrame({"c": ["a"] * 20 + ["b"] * 20 + [None] * 10})
    synthetic = pd.DataFrame({"c": ["a"] * 5 + ["b"] * 4 + ["new"] * 1})
    errors = column_shape_errors(train, synthetic, infer_schema(train))
    # a: .4, .5; b: .4, .4; missing: .2, 0; new: 0, .1
    assert errors["c"] == pytest.approx((0.1 + 0.2 + 0.1) / 2)


@pytest.mark.parametrize("kind", ["integer", "categorical"])
def test_an_integer_column_is_judged_by_its_kind(kind):
    train = pd.DataFrame({"x": [1, 1, 2, 2, 9, 9, 9, 9]})
    synthetic = pd.DataFrame({"x": [1, 1, 2, 2, 8, 8, 8, 8]})
    errors = column_shape_errors(train, synthetic, infer_schema(train, {"x": kind}))
    assert errors["x"] == 0.5
    swapped = pd.DataFrame({"x": [2, 1, 1, 1, 9, 9, 9, 9]})
    errors = column_shape_errors(train, swapped, infer_schema(train, {"x": kind}))
    assert errors["x"] == 1 / 8


def test_times_are_judged_as_numbers():
    days = pd.date_range("2024-01-01", periods=10)
    train = pd.DataFrame({"day": days, "span": days - days[0]})
    late = pd.DataFrame({"day": days + pd.Timedelta(days=5), "span": days - days[5]})
    errors = column_shape_errors(train, late, infer_schema(train))
    assert errors.to_dict() == {"day": 0.5, "span": 0.5}


def test_a_constant_that_became_another_is_wholly_wrong():
    train = pd.DataFrame({"same": ["x"] * 30, "none": [None] * 30})
    schema = infer_schema(train)
    other = pd.DataFrame({"same": ["y"] * 30, "none": [None] * 29 + ["z"]})
    errors = column_shape_errors(train, other, schema)
    assert errors["same"] == 1
    assert errors["none"] == pytest.approx(1 / 30)


def test_a_numeric_column_without_a_value_is_wholly_wrong():
    train = pd.DataFrame({"x": [1.5, 2.5]})
    synthetic = pd.DataFrame({"x": [None, None]})
    assert column_shape_errors(train, synthetic, infer_schema(train))["x"] == 1


def test_identifiers_are_left_out():
    train = pd.DataFrame({"id": range(200), "x": [1.5, 2.5] * 100})
    schema = infer_schema(train)
    assert list(column_shape_errors(train, train, schema).index) == ["x"]
    assert pair_trend_errors(train, train, schema).empty


# --- trends -------------------------------------------------------------------------


def test_numeric_trend_error_is_half_the_difference_of_correlations():
    x = np.array([1.0, 2, 3, 4])
    train = pd.DataFrame({"x": x, "y": 2 * x + 0.5})
    opposite = pd.DataFrame({"x": x, "y": -x})
    half = pd.DataFrame({"x": x, "y": [2.0, 1.0, 4.0, 3.0]})  # correlation 0.6
    kinds = {"x": "continuous", "y": "continuous"}
    assert _pair_error(train, opposite, kinds) == pytest.approx(1)
    assert _pair_error(train, half, kinds) == pytest.approx(0.2)


def test_correlations_use_the_rows_where_both_are_present():
    train = pd.DataFrame({"x": [1, 2, 3, np.nan, 9], "y": [1, 2, 3, 7, np.nan]}) + 0.5
    synthetic = pd.DataFrame({"x": [1.0, 2, 3], "y": [5.0, 6, 7]})
    assert _pair_error(train, synthetic) == pytest.approx(0, abs=1e-12)


def test_discrete_trend_error_is_the_total_variation_of_the_joint_table():
    train = pd.DataFrame({"a": list("xxyy") * 5, "b": list("pqpq") * 5})
    synthetic = pd.DataFrame({"a": list("xxyy"), "b": ["p", "p", "q", None]})
    # Joint shares: xp .25, .5; xq .25, 0; yp .25, 0; yq .25, .25; y-missing 0, .25
    assert _pair_error(train, synthetic) == pytest.approx(0.5)


def test_numeric_side_is_cut_into_ten_bins_and_missing_is_a_bin():
    values = np.arange(21) / 2  # bins [0, 1), [1, 2) ... [9, 10), and the maximum
    train = pd.DataFrame({"x": values, "c": ["a"] * 21})
    kinds = {"c": "categorical"}
    moved = train.copy()
    moved.loc[0, "x"] = 0.7  # stays in its bin
    assert _pair_error(train, moved, kinds) == 0
    moved.loc[0, "x"] = 1.2  # the next bin
    assert _pair_error(train, moved, kinds) == pytest.approx(1 / 21)
    moved.loc[1, "x"] = np.nan
    assert _pair_error(train, moved, kinds) == pytest.approx(2 / 21)


def test_common_edges_withstand_an_outlier_that_own_edges_do_not():
    rng = np.random.default_rng(0)
    train = pd.DataFrame({"x": rng.normal(size=500), "c": ["a", "b"] * 250})
    synthetic = train.copy()
    synthetic.loc[0, "x"] = 1000.0
    assert _pair_error(train, synthetic, edges="own") > 0.5
    assert _pair_error(train, synthetic, edges="train") == pytest.approx(1 / 500)


def test_independent_columns_lose_their_trends_and_keep_their_shapes():
    x = np.linspace(0, 1, 300)
    train = pd.DataFrame({"x": x, "y": x**2, "c": np.where(x > 0.5, "hi", "lo")})
    shuffled = train.apply(np.random.default_rng(0).permutation)
    schema = infer_schema(train)
    assert column_shape_errors(train, shuffled, schema).max() == 0
    assert pair_trend_errors(train, shuffled, schema).min() > 0.4


def test_a_numeric_column_that_collapsed_has_lost_its_correlations():
    x = np.linspace(0, 1, 50)
    train = pd.DataFrame({"x": x, "y": x + 1})
    assert _pair_error(train, train.assign(y=0.0)) == pytest.approx(0.5)


def test_columns_that_have_no_correlation_in_training_are_not_judged():
    train = pd.DataFrame({"x": [1.5, 2.5, np.nan, np.nan], "y": [np.nan, np.nan, 1, 2]})
    assert np.isnan(_pair_error(train, train))


def test_many_levels_do_not_need_a_dense_joint_table():
    n_rows = 30_000  # a dense table would have 900 million cells
    rng = np.random.default_rng(0)
    levels = np.array([f"v{i}" for i in range(n_rows)])
    train = pd.DataFrame({"a": levels, "b": rng.permutation(levels)})
    kinds = {"a": "categorical", "b": "categorical"}
    assert _pair_error(train, train, kinds) == 0
    assert _pair_error(train, train.assign(b=levels), kinds) > 0.99


def test_errors_do_not_depend_on_orders_index_and_dtypes():
    rng = np.random.default_rng(0)
    train, synthetic = (
        pd.DataFrame(
            {
                "x": rng.normal(size=200),
                "n": rng.poisson(3, 200),
                "code": rng.integers(3, size=200),
                "flag": rng.random(200) < 0.3,
            }
        )
        for _ in range(2)
    )
    kinds = {"code": "categorical"}

    def change(table):
        table = table.sample(frac=1, random_state=1)[["flag", "n", "code", "x"]]
        dtypes = {"code": "category", "n": "Int64", "flag": "boolean"}
        return table.astype(dtypes)

    plain = infer_schema(train, kinds)
    changed = infer_schema(change(train), kinds)
    for function in (column_shape_errors, pair_trend_errors):
        expected = function(train, synthetic, plain)
        found = function(change(train), change(synthetic), changed)
        pd.testing.assert_series_equal(found, expected, rtol=1e-12)
        assert expected.max() > 0

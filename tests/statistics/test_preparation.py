import numpy as np
import pandas as pd
import pytest

from synthgan.exceptions import InputError
from synthgan.schema import infer_schema
from synthgan.statistics import (
    MAX_LEVELS,
    Levels,
    TablePreparation,
    canonical_order,
    column_numbers,
    columns_not_judged,
    judged_columns,
)


@pytest.mark.parametrize(
    "other",
    [
        pd.Series(["2", "1", None]),
        pd.Series([2.0, 1.0, np.nan]),
        pd.Series([2, 1, None], dtype="Int64"),
        pd.Series([2, 1, None], dtype="Int64").astype("category"),
        pd.Series([2, 1, None], dtype=object),
        pd.Series([2, 1, None], dtype="int64[pyarrow]"),
    ],
    ids=lambda series: str(series.dtype),
)
def test_a_level_has_one_code_however_it_is_stored(other):
    levels = Levels.fit(pd.Series([1, 1, 2]))
    assert levels.codes(other).tolist() == [1, 0, -1]


def test_booleans_share_codes_with_zero_and_one():
    levels = Levels.fit(pd.Series([True, False, True]))
    assert levels.codes(pd.Series([0, 1])).tolist() == [1, 0]


def test_unknown_levels_have_a_code_of_their_own():
    levels = Levels.fit(pd.Series(["a", "b"]))
    assert levels.codes(pd.Series(["b", "c", None])).tolist() == [1, 2, -1]


def test_levels_beyond_the_most_frequent_are_pooled():
    frequent = [f"f{i}" for i in range(MAX_LEVELS)]
    rare = [f"a{i}" for i in range(100)]
    column = pd.Series(frequent * 2 + rare)
    levels = Levels.fit(column, max_levels=MAX_LEVELS)
    codes = levels.codes(column)
    assert set(levels.labels) == set(frequent)
    assert set(codes[-100:]) == {MAX_LEVELS}


def test_unused_categories_are_not_levels():
    column = pd.Series(["a", "b"]).astype(pd.CategoricalDtype(["z", "b", "a"]))
    assert list(Levels.fit(column).labels) == ["a", "b"]


def test_identifiers_and_text_are_left_out_and_named():
    table = pd.DataFrame(
        {
            "name": [f"Person {i} of somewhere" for i in range(50)],
            "key": range(50),
            "age": [20, 30] * 25,
        }
    )
    schema = infer_schema(table, {"name": "text", "key": "identifier"})
    assert set(columns_not_judged(schema)) == {"name", "key"}
    assert [column.name for column in judged_columns(schema)] == ["age"]


def test_times_are_counted_in_the_training_table_s_unit():
    train = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-01-03"])})
    column = infer_schema(train)["day"]
    finer = train["day"].astype("datetime64[ns]")
    text = pd.Series(["2024-01-01", "2024-01-03"])
    expected = column_numbers(train["day"], column)
    np.testing.assert_array_equal(column_numbers(finer, column), expected)
    np.testing.assert_array_equal(column_numbers(text, column), expected)


@pytest.mark.parametrize("train", [0, 1, 2])
def test_python_s_dates_and_pandas_dates_are_the_same_days(train):
    days = pd.Series(pd.to_datetime(["2024-01-01", "2024-01-03"]))
    stored = [days, days.dt.date.astype(object), days.astype(object)]
    column = infer_schema(pd.DataFrame({"day": stored[train]}))["day"]
    expected = column_numbers(stored[train], column)
    for series in [*stored, days.astype("datetime64[ms]"), days.astype(str)]:
        np.testing.assert_array_equal(column_numbers(series, column), expected)


@pytest.mark.parametrize(
    ("cells", "said"),
    [(["a", "b"], "expected continuous values"), ([1.0, np.inf], "infinite")],
)
def test_cells_that_are_no_numbers_are_named(cells, said):
    column = infer_schema(pd.DataFrame({"x": [1.5, 2.5]}))["x"]
    with pytest.raises(InputError, match=f"column 'x': .*{said}"):
        column_numbers(pd.Series(cells), column)


def test_an_all_missing_column_is_all_nan_whatever_its_dtype():
    column = infer_schema(pd.DataFrame({"x": [1.5, 2.5]}))["x"]
    for empty in (pd.Series([None, None]), pd.Series([pd.NaT, pd.NaT])):
        assert np.isnan(column_numbers(empty, column)).all()


def test_matrix_does_not_depend_on_the_order_of_columns():
    table = pd.DataFrame({"b": ["x", None, "y", "x"], "a": [3, 1, 2, 1]})
    matrices = [
        TablePreparation.fit([part], infer_schema(part)).transform(part)
        for part in (table, table[["a", "b"]])
    ]
    np.testing.assert_array_equal(*matrices)
    np.testing.assert_array_equal(matrices[0][:, 1], [0, np.nan, 1, 0])


def test_a_column_that_is_left_out_is_not_in_the_matrix():
    table = pd.DataFrame({"a": [1.5, 2.5], "y": [True, False]})
    preparation = TablePreparation.fit([table], infer_schema(table), leave_out=["y"])
    assert preparation.transform(table).tolist() == [[1.5], [2.5]]


def test_canonical_order_undoes_a_shuffle():
    rng = np.random.default_rng(0)
    matrix = rng.integers(3, size=(50, 4)).astype(float)
    matrix[rng.random(matrix.shape) < 0.2] = np.nan
    shuffled = matrix[rng.permutation(50)]
    np.testing.assert_array_equal(
        matrix[canonical_order(matrix)], shuffled[canonical_order(shuffled)]
    )

import numpy as np
import pandas as pd
import pytest
from scipy.stats import contingency

from synthgan.schema import infer_schema
from synthgan.statistics import (
    Resamples,
    association_columns,
    association_matrix,
    associations,
    cramers_v,
    pairwise_correlations,
)
from synthgan.statistics.association import correlation_ratio


def _table(n_rows=300):
    rng = np.random.default_rng(0)
    x = rng.normal(size=n_rows)
    return pd.DataFrame(
        {
            "x": np.where(rng.random(n_rows) < 0.1, np.nan, x),
            "y": 1e6 + np.where(rng.random(n_rows) < 0.1, np.nan, x**2 - x),
            "size": np.where(x > 0.5, "big", "small"),
            "shop": rng.choice(["a", "b", "c", None], n_rows),
            "same": 7,
        }
    )


def _once(n_rows):
    return np.ones((1, n_rows))


def test_correlations_are_those_of_pandas():
    numbers = _table()[["x", "y"]]
    found = pairwise_correlations(numbers.to_numpy(), _once(300))[0]
    np.testing.assert_allclose(found, numbers.corr().to_numpy(), rtol=1e-9)


def test_a_constant_column_has_no_correlation():
    # Far from zero, where rounding would make a tiny variance of it.
    values = np.column_stack([np.arange(9.0), np.full(9, 1e9 / 3), np.full(9, np.nan)])
    found = pairwise_correlations(values, _once(9))[0]
    assert found[0, 0] == pytest.approx(1)
    assert np.isnan(found[0, 1:]).all()


def test_weights_count_as_repeated_rows():
    table = _table()
    weights = np.random.default_rng(1).integers(0, 3, size=(1, 300))
    repeated = table.loc[np.repeat(table.index, weights[0])]
    schema = infer_schema(table)
    found = associations(association_columns(table, schema), weights)[0]
    expected = association_matrix(repeated, schema)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_cramers_v_is_scipys():
    rng = np.random.default_rng(0)
    first = rng.integers(4, size=500)
    second = (first + rng.integers(3, size=500)) % 5
    expected = contingency.association(pd.crosstab(first, second).to_numpy())
    assert cramers_v(first, second, _once(500))[0] == pytest.approx(expected)


def test_cramers_v_of_many_levels_needs_no_dense_table():
    first = np.random.default_rng(0).permutation(30_000)
    assert cramers_v(first, first[::-1], _once(30_000))[0] == pytest.approx(1)


def test_correlation_ratio_is_the_share_of_variance_between_levels():
    rng = np.random.default_rng(0)
    codes = rng.integers(2, size=20_000)
    values = 2.0 * codes + rng.normal(size=20_000)  # between 1, within 1
    assert correlation_ratio(values, codes, _once(20_000))[0] == pytest.approx(
        np.sqrt(0.5), abs=0.01
    )
    assert correlation_ratio(values, codes * 0, _once(20_000)).tolist() == [
        pytest.approx(np.nan, nan_ok=True)
    ]


def test_the_matrix_is_symmetric_and_knows_its_kinds():
    table = _table()
    matrix = association_matrix(table, infer_schema(table))
    assert list(matrix.index) == list(matrix.columns) == sorted(table.columns)
    np.testing.assert_allclose(matrix, matrix.T)
    assert (np.diag(matrix) == 1).all()
    assert matrix.loc["x", "y"] < 0
    assert matrix.loc["x", "size"] > 0.7
    assert matrix.loc["shop", "size"] < 0.2
    assert matrix["same"].drop("same").isna().all()


def test_the_matrix_does_not_depend_on_order_or_units():
    table = _table()
    expected = association_matrix(table, infer_schema(table))
    changed = table.assign(x=1000 * table["x"])[::-1][list(table.columns[::-1])]
    found = association_matrix(changed, infer_schema(changed))
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_resamples_surround_the_measure():
    table = _table()
    columns = association_columns(table, infer_schema(table))
    lines = associations(columns, Resamples.draw(300, 1).train)
    spread = lines[1:].std(axis=0)
    pairs = np.triu_indices(5, 1)
    present = ~np.isnan(lines[0][pairs])
    assert (spread[pairs][present] > 0).all()
    assert (np.abs(lines[1:].mean(axis=0) - lines[0])[pairs][present] < 0.15).all()

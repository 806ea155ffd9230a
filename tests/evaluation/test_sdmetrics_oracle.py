"""Shapes and trends against values that SDMetrics gave for the same tables.

`oracle/make_oracle.py` made them, by version 0.26; those of associated pairs by 0.32.
The definitions part in two places, on purpose: SDMetrics drops the missing cells of a
discrete column's shape, and counts the missing cells of a numeric column, beside a
discrete one, to the bin of its maximum.
"""

import json
from pathlib import Path

import pandas as pd
import pytest

from synthgan.evaluation import (
    ColumnPairTrends,
    associated_pairs,
    column_shape_errors,
    pair_trend_errors,
)
from synthgan.schema import infer_schema

FOLDER = Path(__file__).parent / "oracle"
ORACLE = json.loads((FOLDER / "sdmetrics.json").read_text())
ASSOCIATED = json.loads((FOLDER / "sdmetrics_associated.json").read_text())
OTHER_SHAPES = {"city"}
OTHER_TRENDS = {("score", "city"), ("score", "grade"), ("score", "member")}


@pytest.fixture(scope="module")
def tables():
    train, synthetic = (
        pd.read_csv(FOLDER / f"{role}.csv", parse_dates=["joined"])
        for role in ("train", "synthetic")
    )
    assert train.isna().any().sum() == 2
    return train, synthetic, infer_schema(train, {"grade": "categorical"})


def test_shapes_agree_where_the_definitions_do(tables):
    errors = column_shape_errors(*tables)
    judged = set(ORACLE["shapes"]) - OTHER_SHAPES
    assert len(judged) == 6
    for column in judged:
        assert errors[column] == pytest.approx(1 - ORACLE["shapes"][column], abs=1e-6)


def test_trends_agree_where_the_definitions_do(tables):
    errors = pair_trend_errors(*tables, edges="own")
    judged = [row for row in ORACLE["trends"] if tuple(row[:2]) not in OTHER_TRENDS]
    assert len(judged) == 18
    for first, second, score in judged:
        error = errors[tuple(sorted([first, second]))]
        assert error == pytest.approx(1 - score, abs=1e-6)


def test_means_agree_on_the_columns_without_missing_cells(tables):
    train, synthetic, _ = tables
    complete = train.columns[train.notna().all()]
    schema = infer_schema(train[complete], {"grade": "categorical"})
    shapes = [score for name, score in ORACLE["shapes"].items() if name in complete]
    trends = [row[2] for row in ORACLE["trends"] if {*row[:2]} <= {*complete}]
    found = column_shape_errors(train, synthetic, schema).mean()
    assert found == pytest.approx(1 - sum(shapes) / 5, abs=1e-6)
    found = pair_trend_errors(train, synthetic, schema, "own").mean()
    assert found == pytest.approx(1 - sum(trends) / 10, abs=1e-6)


def test_associated_pairs_and_their_trends_agree(tables):
    train, synthetic, schema = tables
    expected = {tuple(sorted(row[:2])): row[2] for row in ASSOCIATED["trends"]}
    assert set(associated_pairs(train, schema)) == set(expected)
    (found,) = ColumnPairTrends("associated").compute(train, synthetic, schema)
    mean = sum(expected.values()) / len(expected)
    assert found.value == pytest.approx(100 * (1 - mean), abs=1e-4)

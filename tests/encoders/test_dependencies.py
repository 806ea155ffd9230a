"""Rules between columns are found where they have no exception, and kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from synthgan.encoders import TableEncoder, find_dependencies, settle_dependencies
from synthgan.encoders.dependencies import Dependency
from synthgan.schema import infer_schema

RNG = np.random.default_rng(0)
CITIES = RNG.integers(0, 40, 3000)
STATES = np.sort(RNG.integers(0, 6, 40))[CITIES]


def _table(**columns) -> pd.DataFrame:
    frame = pd.DataFrame({"city": CITIES, "state": STATES, **columns})
    return frame.map(lambda value: f"v{value}")


def _find(frame: pd.DataFrame):
    encoder = TableEncoder.fit(frame, infer_schema(frame), 0)
    table = encoder.transform(frame, 0)
    found = find_dependencies(table.codes, encoder.layout)
    names = encoder.schema.names
    return [(names[d.determinant], names[d.dependent]) for d in found], found, table


def test_a_rule_is_found_in_the_one_direction_in_which_it_holds() -> None:
    assert _find(_table())[0] == [("city", "state")]
    assert _find(_table()[["state", "city"]])[0] == [("city", "state")]


def test_of_two_columns_that_determine_each_other_the_earlier_is_free() -> None:
    assert _find(_table(again=CITIES)[["city", "again"]])[0] == [("city", "again")]


def test_a_rule_with_one_exception_is_no_rule() -> None:
    frame = _table()
    row = int(np.flatnonzero(frame["state"] != frame["state"].iloc[0])[0])
    frame.loc[row, "state"] = frame["state"].iloc[0]
    assert (frame["city"] == frame["city"].iloc[row]).sum() > 1
    assert _find(frame)[0] == []


def test_a_rule_that_chance_would_keep_is_not_believed() -> None:
    rare = np.zeros(3000, dtype=int)
    rare[0] = 1
    few = _table(rare=rare)[:60]
    assert _find(few[["city", "rare"]])[0] == []


def test_chains_are_looked_up_from_their_beginning() -> None:
    found, _, _ = _find(_table(country=STATES // 3))
    assert sorted(found) == [("city", "country"), ("city", "state")]


def test_a_missing_cell_is_a_level_like_any_other() -> None:
    frame = _table()
    frame.loc[frame["city"] == "v7", "state"] = None
    assert _find(frame)[0] == [("city", "state")]


def test_columns_with_ranks_take_no_part() -> None:
    frame = pd.DataFrame({"x": RNG.normal(size=500), "y": ["a", "b"] * 250})
    assert _find(frame.assign(z=2 * frame["x"]))[0] == []


@pytest.mark.parametrize("n_cities", [40, 900])
def test_broken_rules_are_put_right_and_whole_rows_left_alone(n_cities: int) -> None:
    cities = RNG.integers(0, n_cities, 12_000)
    frame = pd.DataFrame({"city": cities, "state": cities // 7})
    frame = frame.map(lambda value: f"v{value}")
    names, found, table = _find(frame)
    assert names == [("city", "state")]
    np.testing.assert_array_equal(settle_dependencies(table.codes, found), table.codes)
    broken = table.codes.copy()
    targets = list(found[0].targets)
    broken[:, targets] = broken[::-1, targets]
    np.testing.assert_array_equal(settle_dependencies(broken, found), table.codes)
    assert (broken != table.codes).any()  # the argument is left as it was


def test_a_level_never_seen_keeps_what_stands_there() -> None:
    rule = Dependency(
        0, 1, (0,), (1,), np.array([[0], [2]]), np.array([[5], [6]], np.int32)
    )
    codes = np.array([[0, 9], [1, 9], [2, 9], [3, 9]], np.int32)
    assert settle_dependencies(codes, [rule])[:, 1].tolist() == [5, 9, 6, 9]


def test_the_schema_says_which_column_determines_which() -> None:
    frame = _table()
    encoder = TableEncoder.fit(frame, infer_schema(frame), 0)
    _, found, _ = _find(frame)
    schema = encoder.with_dependencies(found).schema
    assert schema["state"].determined_by == "city"
    assert "determined by city" in str(schema)
    assert replace(schema["state"], determined_by=None).full_note == ""

"""Rules between columns are found where they have no exception, and kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from random_codes import draw_rows

from synthgan._random import RowRange
from synthgan.encoders import Dependency, EncodedTable, TableEncoder
from synthgan.encoders.dependencies import MIN_ROWS_OF_NUMBER
from synthgan.schema import infer_schema

RNG = np.random.default_rng(0)
CITIES = RNG.integers(0, 40, 3000)
STATES = np.sort(RNG.integers(0, 6, 40))[CITIES]


def _table(**columns) -> pd.DataFrame:
    frame = pd.DataFrame({"city": CITIES, "state": STATES, **columns})
    return frame.map(lambda value: f"v{value}")


def _encode(frame: pd.DataFrame) -> tuple[TableEncoder, EncodedTable]:
    encoder = TableEncoder.fit(frame, infer_schema(frame), 0)
    table = encoder.transform(frame, 0)
    return encoder.with_dependencies(frame, table), table


def _find(frame: pd.DataFrame) -> list[tuple[object, object]]:
    encoder, _ = _encode(frame)
    names = encoder.schema.names
    return [(names[d.determinant], names[d.dependent]) for d in encoder.dependencies]


def test_a_rule_is_found_in_the_one_direction_in_which_it_holds() -> None:
    assert _find(_table()) == [("city", "state")]
    assert _find(_table()[["state", "city"]]) == [("city", "state")]


def test_of_two_columns_that_determine_each_other_the_earlier_is_free() -> None:
    assert _find(_table(again=CITIES)[["city", "again"]]) == [("city", "again")]


def test_a_rule_with_one_exception_is_no_rule() -> None:
    frame = _table()
    row = int(np.flatnonzero(frame["state"] != frame["state"].iloc[0])[0])
    frame.loc[row, "state"] = frame["state"].iloc[0]
    assert (frame["city"] == frame["city"].iloc[row]).sum() > 1
    assert _find(frame) == []


def test_a_rule_that_chance_would_keep_is_not_believed() -> None:
    rare = np.zeros(3000, dtype=int)
    rare[0] = 1
    few = _table(rare=rare)[:60]
    assert _find(few[["city", "rare"]]) == []


def test_chains_are_looked_up_from_their_beginning() -> None:
    found = _find(_table(country=STATES // 3))
    assert sorted(found) == [("city", "country"), ("city", "state")]


def test_a_missing_cell_is_a_level_like_any_other() -> None:
    frame = _table()
    frame.loc[frame["city"] == "v7", "state"] = None
    assert _find(frame) == [("city", "state")]


def test_columns_with_ranks_are_not_determined() -> None:
    x = RNG.integers(0, 400, 3000)
    assert _find(pd.DataFrame({"x": x, "z": 2 * x + x % 7})) == []


@pytest.mark.parametrize("n_cities", [40, 900])
def test_broken_rules_are_put_right_and_whole_rows_left_alone(n_cities: int) -> None:
    cities = RNG.integers(0, n_cities, 12_000)
    frame = pd.DataFrame({"city": cities, "state": cities // 7})
    frame = frame.map(lambda value: f"v{value}")
    assert _find(frame) == [("city", "state")]
    encoder, table = _encode(frame)
    np.testing.assert_array_equal(encoder.settle(table).codes, table.codes)
    broken = table.codes.copy()
    targets = [block.index for block in encoder.layout.column_blocks(1)]
    broken[:, targets] = broken[::-1, targets]
    settled = encoder.settle(EncodedTable(broken, table.ranks))
    np.testing.assert_array_equal(settled.codes, table.codes)
    assert (broken != table.codes).any()  # the argument is left as it was


def test_a_level_never_seen_keeps_what_stands_there() -> None:
    rule = Dependency(0, 1, np.array([[0], [2]]), np.array([[5], [6]], np.int32))
    made = np.full((4, 1), 9, dtype=np.int32)
    codes = rule.look_up(np.arange(4)[:, None], made)
    assert codes.ravel().tolist() == [5, 9, 6, 9]


def test_a_number_never_seen_is_taken_for_the_nearest_one() -> None:
    levels = np.array([[1.0], [4.0], [np.nan]])
    rule = Dependency(0, 1, levels, np.array([[5], [6], [7]], np.int32))
    asked = np.array([[-9, 1, 2, 3, 4, 99, np.nan]]).T
    made = np.full((7, 1), 9, dtype=np.int32)
    assert rule.look_up(asked, made).ravel().tolist() == [5, 5, 5, 6, 6, 6, 7]
    never = Dependency(0, 1, levels[:2], rule.codes[:2])
    assert never.look_up(asked, made).ravel().tolist() == [5, 5, 5, 6, 6, 6, 9]


def _calendar(n_rows: int = 8000) -> pd.DataFrame:
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(
        RNG.integers(0, 730, n_rows), unit="D"
    )
    age = RNG.integers(18, 90, n_rows)
    return pd.DataFrame(
        {
            "month": days.month,
            "age": age,
            "day": days,
            "weekday": days.day_name(),
            "group": pd.cut(age, [0, 30, 65, 99], labels=["young", "middle", "old"]),
        }
    )


def test_dates_and_numbers_determine_months_and_groups() -> None:
    frame = _calendar()
    assert sorted(_find(frame)) == [
        ("age", "group"),
        ("day", "month"),
        ("day", "weekday"),
    ]


def test_what_a_made_date_determines_is_looked_up() -> None:
    frame = _calendar()
    encoder, _ = _encode(frame)
    made = draw_rows(encoder.layout, 4000, RNG)
    rows = encoder.inverse_transform(made, RowRange(0, 0, 4000))
    n_rows = frame["day"].value_counts()
    seen = rows["day"].isin(n_rows.index[n_rows >= MIN_ROWS_OF_NUMBER])
    assert seen.mean() > 0.95
    assert (rows["month"] == rows["day"].dt.month)[seen].all()
    assert (rows["weekday"] == rows["day"].dt.day_name())[seen].all()
    edges = pd.cut(rows["age"], [0, 30, 65, 99], labels=["young", "middle", "old"])
    assert (rows["group"] == edges).all()
    pd.testing.assert_frame_equal(encoder.decode_some(made, ["group"]), rows[["group"]])
    settled = encoder.settle(made)
    again = encoder.inverse_transform(settled, RowRange(0, 0, 4000))
    pd.testing.assert_frame_equal(again, rows)


def test_numbers_of_one_or_two_rows_are_not_kept() -> None:
    age = np.concatenate([RNG.integers(18, 80, 3000), [97]])
    frame = pd.DataFrame({"age": age, "old": age > 60})
    encoder, _ = _encode(frame)
    (rule,) = encoder.dependencies
    assert 97 not in rule.levels
    assert rule.look_up(np.array([[97.0]]), np.zeros((1, 1), int))[0, 0] == 1


def test_the_schema_says_which_column_determines_which() -> None:
    schema = _encode(_table())[0].schema
    assert schema["state"].determined_by == "city"
    assert "determined by city" in str(schema)
    assert replace(schema["state"], determined_by=None).full_note == ""

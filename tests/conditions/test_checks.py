"""What may be asked of a column, and what the errors say."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan.conditions import (
    MISSING,
    NOT_MISSING,
    ConditionSet,
    at_least,
    at_most,
    between,
    less_than,
    more_than,
    one_of,
)
from synthgan.encoders import TableEncoder
from synthgan.exceptions import InputError, ParameterError


def make_table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n_rows = 300
    sizes = pd.CategoricalDtype(["S", "M", "L", "XL"], ordered=True)
    return pd.DataFrame(
        {
            "age": rng.integers(17, 91, n_rows),
            "price": rng.integers(100, 5_000, n_rows) / 100,
            "score": rng.normal(size=n_rows),
            "small": rng.normal(size=n_rows).round(1).astype("float32"),
            "tens": rng.integers(0, 30, n_rows) * 10,
            "gap": np.where(rng.random(n_rows) < 0.3, np.nan, rng.random(n_rows)),
            "work": rng.choice(["Private", "State-gov", "Local-gov"], n_rows),
            "size": pd.Series(rng.choice(["S", "M", "L"], n_rows), dtype=sizes),
            "stars": rng.integers(1, 6, n_rows),
            "day": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(rng.integers(0, 300, n_rows), unit="D"),
            "local": (
                pd.Timestamp("2024-01-01", tz="Europe/Berlin")
                + pd.to_timedelta(rng.integers(0, 9999, n_rows), unit="h")
            ),
            "wait": pd.to_timedelta(rng.integers(0, 600, n_rows), unit="min"),
            "member": rng.choice([True, False], n_rows),
            "key": range(1000, 1000 + n_rows),
            "country": "Elbonia",
            "empty": None,
        }
    ).assign(
        age=lambda t: t["age"].mask(t.index == 0, 17).mask(t.index == 1, 90),
        price=lambda t: t["price"].mask(t.index == 0, 1.0).mask(t.index == 1, 49.99),
    )


TABLE = make_table()
MARCH, JULY = pd.Timestamp("2024-03-01"), pd.Timestamp("2024-07-01", tz="Europe/Berlin")
ENCODER = TableEncoder.fit(TABLE, infer_quietly(TABLE, {"stars": "categorical"}), 0)


def ask(**conditions: Any) -> ConditionSet:
    return ConditionSet.from_user(conditions, ENCODER)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"age": 91}, r"'age': 91 is outside the training range 17 … 90"),
        ({"age": at_least(91)}, r"outside the training range 17 … 90"),
        ({"age": less_than(17)}, r"no value of the column's precision"),
        ({"age": "60"}, r"'age': expected a finite number, got '60'"),
        ({"age": at_least(float("inf"))}, r"expected a finite number, got inf"),
        ({"age": True}, r"expected a finite number, got True"),
        ({"age": 17.5}, r"dtype int64 holds .* got 17.5; give whole numbers"),
        ({"age": [20, None]}, r"expected a finite number, got None"),
        ({"age": between(30, 20)}, r"low end below its high end"),
        ({"age": between(20, 20, "left")}, r"no value of the column's precision"),
        ({"age": between(17.2, 17.9)}, r"no value .* steps of 1 between 17 … 90"),
        ({"age": more_than(90)}, r"no value of the column's precision"),
        ({"tens": between(11, 19)}, r"steps of 10 between 0 … 290"),
        ({"price": between(1.001, 1.009)}, r"numbers of 2 decimals, 1.0 … 49.99"),
        ({"price": between(49.99, 60, "neither")}, r"no value of the column's pre"),
        ({"age": MISSING}, r"'age': asked to be missing, but never was in training"),
        ({"work": "private"}, r"'private' was never seen .* mean 'Private'\?"),
        ({"work": "gov"}, r"never seen in training; there are 'Loc|did you mean"),
        ({"work": "Stat-gov"}, r"did you mean 'State-gov'.*\?"),
        ({"work": 3}, r"3 was never seen in training"),
        ({"work": ["Private", None]}, r"None was never seen"),
        ({"work": [["Private"]]}, r"\['Private'\] was never seen"),
        ({"work": at_least("P")}, r"kind categorical: its values have no order"),
        ({"size": "XL"}, r"'XL' was never seen in training"),
        ({"size": more_than("L")}, r"no value seen in training lies in"),
        ({"stars": at_least("3")}, r"'stars': expected a number, got '3'"),
        ({"day": "someday"}, r"'day': expected a date, or text that pandas"),
        ({"day": 3}, r"expected a date"),
        ({"day": "2023-12-31"}, r"outside the training range 2024-01-0. … 2024"),
        ({"day": pd.Timestamp("2024-02-01", tz="UTC")}, r"times without a zone"),
        ({"day": between("2024-02-01 01:00", "2024-02-01 05:00")}, r"no value of"),
        ({"wait": 60}, r"expected a timedelta"),
        ({"member": "no"}, r"'no' was never seen in training; there are False, True"),
        ({"key": 1000}, r"'key' of kind identifier: its cells are made up"),
        ({"key": MISSING}, r"kind identifier"),
        ({"country": "Elbonai"}, r"did you mean 'Elbonia'\?"),
        ({"empty": "x"}, r"'x' was never seen in training; there is none"),
        ({"empty": NOT_MISSING}, r"asked to be present, but never was"),
        ({"wrk": "Private"}, r"column 'wrk' is not in the table; .* 'work'"),
    ],
)
def test_errors_name_the_column_and_what_was_expected(
    conditions: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ask(**conditions)


@pytest.mark.parametrize(
    "text",
    [
        "age >= 60 and age < 60",
        "age in [20, 30] and age > 30",
        "work == 'Private' and work == 'State-gov'",
        "gap.isna() and gap > 0",
        "gap.isna() and gap.notna()",
    ],
)
def test_clauses_that_contradict_each_other_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="no cell satisfies all of"):
        ConditionSet.from_user(text, ENCODER)


def test_what_is_no_dict_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"expected a dict .* got list"):
        ConditionSet.from_user(["age"], ENCODER)


@pytest.mark.parametrize(
    ("conditions", "query"),
    [
        ({"age": between(20, 30)}, "20 <= age <= 30"),
        ({"age": between(20, 30, "left")}, "20 <= age < 30"),
        ({"age": between(20, 30, "right")}, "20 < age <= 30"),
        ({"age": between(20, 30, "neither")}, "20 < age < 30"),
        ({"age": between(20.5, 1e9)}, "age >= 20.5"),
        ({"age": 37.0}, "age == 37"),
        ({"age": np.int8(37)}, "age == 37"),
        ({"age": range(20, 25)}, "age in [20, 21, 22, 23, 24]"),
        ({"price": at_most(10.03)}, "price <= 10.03"),
        ({"price": less_than(10.03)}, "price < 10.03"),
        ({"price": at_least(10.03)}, "price >= 10.03"),
        ({"score": more_than(0), "age": at_least(40)}, "score > 0 and age >= 40"),
        ({"small": at_most(0.1)}, "small <= @np.float32(0.1)"),
        ({"small": less_than(0.1)}, "small < @np.float32(0.1)"),
        ({"small": 0.1}, "small == @np.float32(0.1)"),
        ({"tens": at_least(95)}, "tens >= 95"),
        ({"gap": MISSING}, "gap.isna()"),
        ({"gap": NOT_MISSING}, "gap.notna()"),
        ({"gap": at_least(0.5)}, "gap >= 0.5"),
        ({"work": ["Private", "Local-gov"]}, "work in ['Private', 'Local-gov']"),
        ({"size": at_least("M")}, "size in ['M', 'L']"),
        ({"size": less_than("M")}, "size in ['S']"),
        ({"stars": between(2, 4, "left")}, "stars in [2, 3]"),
        ({"member": True}, "member"),
        ({"day": "2024-03-01"}, lambda t: t["day"] == MARCH),
        ({"day": datetime.date(2024, 3, 1)}, lambda t: t["day"] == MARCH),
        ({"day": at_least("2024-03-01 12:00")}, lambda t: t["day"] > MARCH),
        ({"day": less_than("2024-03-01 00:00:00.5")}, lambda t: t["day"] <= MARCH),
        ({"day": at_most("9999-12-31")}, "day == day"),
        ({"local": at_least("2024-07-01")}, lambda t: t["local"] >= JULY),
        (
            {"local": more_than(pd.Timestamp("2024-07-01 12:00", tz="UTC"))},
            lambda t: t["local"] > JULY + pd.Timedelta("14h"),
        ),
        ({"wait": at_most("2h")}, lambda t: t["wait"] <= pd.Timedelta("2h")),
        (
            {"wait": datetime.timedelta(hours=2)},
            lambda t: t["wait"] == pd.Timedelta("2h"),
        ),
        ({"country": "Elbonia", "empty": MISSING}, "age == age"),
        ("age >= 30 and 20 < age <= 35 and work == 'Private'",
         "30 <= age <= 35 and work == 'Private'"),
        ("age in [20, 25, 30] and age > 20", "age in [25, 30]"),
        ("gap.notna() and gap < 0.2", "gap < 0.2"),
        ({}, "age == age"),
        (None, "age == age"),
    ],
)  # fmt: skip
def test_rows_hold_where_pandas_says_so(conditions: Any, query: Any) -> None:
    held = ConditionSet.from_user(conditions, ENCODER).holds(TABLE)
    expected = np.zeros(len(TABLE), dtype=bool)
    matching = TABLE[query(TABLE)] if callable(query) else TABLE.query(query)
    expected[matching.index] = True
    np.testing.assert_array_equal(held, expected)


def test_text_calls_a_column_whose_name_is_no_text_by_how_it_prints() -> None:
    frame = pd.DataFrame({0: range(20, 60), ("a", 1): ["f", "m"] * 20, "0.5": 40 * [1]})
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    conditions = ConditionSet.from_user("`0` < 30 and `('a', 1)` == 'f'", encoder)
    expected = (frame[0] < 30) & (frame[("a", 1)] == "f")
    np.testing.assert_array_equal(conditions.holds(frame), expected)
    with pytest.raises(InputError, match="column '7' is not in the table"):
        ConditionSet.from_user("`7` < 30", encoder)


def test_text_prefers_the_column_of_that_very_name() -> None:
    frame = pd.DataFrame({1: range(20, 60), "1": range(40)})
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    conditions = ConditionSet.from_user("`1` < 10", encoder)
    assert list(conditions.allowed) == ["1"]


def test_rows_hold_whatever_their_dtype_and_precision() -> None:
    conditions = ask(age=at_least(60), day=at_least("2024-03-01"))
    others = pd.DataFrame(
        {
            "age": [60.5, 59.5, np.nan, 1e9],
            "day": ["2024-03-01", "2024-05-01", "2024-05-01", "2200-05-01 07:08"],
        },
        dtype=object,
    )
    assert conditions.holds(others).tolist() == [True, False, False, True]


def test_one_of_takes_numbers_that_were_never_seen() -> None:
    unseen = next(n for n in range(100, 4999) if n / 100 not in set(TABLE["price"]))
    cells = ask(price=one_of([unseen / 100])).allowed["price"]
    assert cells.choices == (unseen / 100,)


@pytest.mark.parametrize("name", ["score", "price", "small", "age", "day", "wait"])
def test_an_open_end_leaves_out_just_that_value(name: str) -> None:
    end = TABLE[name].sort_values().iloc[150]
    above, below = more_than(end), less_than(end)
    for condition, expected in ((above, TABLE[name] > end), (below, TABLE[name] < end)):
        np.testing.assert_array_equal(ask(**{name: condition}).holds(TABLE), expected)


def test_integers_that_are_one_float_are_two_values() -> None:
    big = pd.DataFrame({"x": [2**53, 2**53 + 1, 2**53 + 2] * 9})
    encoder = TableEncoder.fit(big, infer_quietly(big), 0)
    conditions = ConditionSet.from_user({"x": 2**53 + 1}, encoder)
    assert conditions.holds(big)[:3].tolist() == [False, True, False]


def test_a_name_is_found_however_python_reads_its_letters() -> None:
    frame = pd.DataFrame({"\u00b5g": [1.5, 2.5, 4.5] * 20})  # read as "\u03bcg"
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    conditions = ConditionSet.from_user("\u00b5g > 3", encoder)
    assert list(conditions.allowed) == ["\u00b5g"]

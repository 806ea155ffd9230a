from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgan.schema import infer_schema

RNG = np.random.default_rng(0)


def make_parts(n_rows: int = 300) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fare": RNG.gamma(2, 10, n_rows).round(2),
            "tip": RNG.gamma(1, 3, n_rows).round(2),
            "toll": RNG.choice([0, 2.5, 6.94], n_rows),
        }
    )


def find(frame: pd.DataFrame) -> dict[str, str]:
    """Return each sum that was found, in words."""
    notes = {column.name: column.full_note for column in infer_schema(frame)}
    return {
        column.name: notes[column.name].split("equals ")[-1]
        for column in infer_schema(frame)
        if column.sum_of
    }


def test_a_total_is_found_wherever_it_stands():
    frame = make_parts()
    frame["total"] = frame.sum(axis=1).round(2)
    assert find(frame) == {"total": "fare + tip + toll"}
    first = frame[["total", "toll", "tip", "fare"]]
    assert find(first) == {"total": "toll + tip + fare"}


def test_a_difference_is_found_as_the_sum_that_it_also_is():
    frame = make_parts()[["fare", "tip"]]
    frame["net"] = (frame["fare"] - frame["tip"]).round(2)
    assert find(frame) == {"fare": "tip + net"}


def test_parts_of_a_hundred_are_found():
    first = RNG.integers(0, 50, 300)
    second = RNG.integers(0, 50, 300)
    frame = pd.DataFrame({"a": first, "b": second, "rest": 100 - first - second})
    assert find(frame) == {"rest": "100 - a - b"}


def test_a_copy_and_a_shifted_copy_are_found():
    age = RNG.integers(18, 90, 300)
    frame = pd.DataFrame({"born": 2024 - age, "age": age, "again": age})
    assert find(frame) == {"age": "2024 - born", "again": "2024 - born"}


def test_one_row_that_breaks_a_rule_ends_it():
    frame = make_parts()
    frame["total"] = frame.sum(axis=1).round(2)
    frame.loc[17, "total"] += 0.01
    assert find(frame) == {}


def test_a_total_may_be_rounded():
    parts = pd.DataFrame(RNG.gamma(2, 10, (300, 2)), columns=["a", "b"])
    frame = parts.assign(total=parts.sum(axis=1).round().astype(int))
    assert find(frame) == {"total": "a + b"}


def test_sums_of_sums_are_found():
    frame = pd.DataFrame(RNG.integers(0, 900, (300, 4)), columns=list("abcd"))
    frame["ab"] = frame["a"] + frame["b"]
    frame["all"] = frame["ab"] + frame["c"] + frame["d"]
    found = find(frame)
    assert set(found) == {"ab", "all"}
    assert found["ab"] == "a + b"


def test_an_end_is_a_start_and_a_length():
    start = pd.Timestamp("2024-03-01") + pd.to_timedelta(
        RNG.integers(0, 10**7, 300), unit="s"
    )
    length = pd.to_timedelta(RNG.integers(60, 5000, 300), unit="s")
    frame = pd.DataFrame({"start": start, "end": start + length, "length": length})
    assert find(frame) == {"end": "start + length"}


def test_rows_with_missing_cells_are_left_out():
    frame = make_parts()
    frame["total"] = frame.sum(axis=1).round(2)
    frame.loc[::9, "tip"] = np.nan
    frame.loc[::50, "total"] = np.nan
    assert find(frame) == {"total": "fare + tip + toll"}
    frame.loc[::2, "tip"] = np.nan
    assert find(frame) == {}


def test_what_chance_may_have_made_is_not_believed():
    flags = np.zeros((300, 2), dtype=int)
    flags[5] = 1
    noise = RNG.normal(size=300)
    frame = pd.DataFrame({"noise": noise, "rare": flags[:, 0], "twin": flags[:, 1]})
    assert find(frame) == {}
    assert find(make_parts(8).assign(copy=lambda t: t["fare"])) == {}


def test_independent_columns_are_no_sums():
    frame = pd.DataFrame(RNG.integers(0, 3, (300, 8)), columns=list("abcdefgh"))
    assert find(frame.astype(float)) == {}


def test_whole_numbers_beyond_the_floats_take_no_part():
    large = RNG.integers(2**60, 2**61, 300)
    frame = pd.DataFrame({"large": large, "next": large + 1})
    assert find(frame) == {}


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_planted_sums_are_found_among_other_columns(data: st.DataObject) -> None:
    """Whatever the signs, the constant and the order of the columns."""
    seed = data.draw(st.integers(0, 10**6))
    n_free = data.draw(st.integers(2, 6))
    signs = data.draw(
        st.lists(st.sampled_from([-1, 0, 1]), min_size=n_free, max_size=n_free).filter(
            any
        )
    )
    constant = data.draw(st.integers(-50, 50))
    rng = np.random.default_rng(seed)
    free = rng.integers(0, 500, (200, n_free))
    frame = pd.DataFrame(free, columns=[f"x{i}" for i in range(n_free)])
    frame["y"] = free @ np.array(signs) + constant
    order = data.draw(st.permutations(list(frame.columns)))
    schema = infer_schema(frame[order])
    (rule,) = [column for column in schema if column.sum_of]
    members = {f"x{i}" for i, sign in enumerate(signs) if sign} | {"y"}
    assert {rule.name, *(name for name, _ in rule.sum_of)} == members
    made = rule.offset + sum(frame[name] * sign for name, sign in rule.sum_of)
    pd.testing.assert_series_equal(
        made, frame[rule.name], check_names=False, check_dtype=False
    )


def test_a_sum_neither_refers_nor_is_referred_to():
    parts = pd.DataFrame(RNG.integers(0, 900, (500, 2)), columns=["a", "b"])
    parts.loc[::3, "a"] = 0
    frame = parts.assign(total=parts["a"] + parts["b"])
    frame["paid"] = np.where(RNG.random(500) < 0.3, frame["total"], 1)
    schema = infer_schema(frame)
    assert schema["total"].sum_of
    assert schema["total"].references == ()
    assert "total" not in dict(schema["paid"].references)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int64[pyarrow]", "float32"])
def test_sums_are_found_in_every_dtype(dtype: str) -> None:
    frame = pd.DataFrame(RNG.integers(0, 900, (300, 2)), columns=["a", "b"])
    frame["total"] = frame.sum(axis=1)
    assert find(frame.astype(dtype)) == {"total": "a + b"}

"""Random conditions on random tables: every drawn row satisfies every one of them."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from contract import assert_granularity, assert_same_dtype
from hypothesis import given, settings
from hypothesis import strategies as st
from random_conditions import COLUMNS, draw_conditions, passes
from tables import infer_quietly

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.conditions import (
    ConditionSet,
    at_least,
    between,
    draw_from_pool,
)
from synthgan.encoders import TableEncoder
from synthgan.exceptions import InputError
from synthgan.schema import Kind


@functools.cache
def fit_all() -> tuple[pd.DataFrame, TableEncoder]:
    frame = pd.DataFrame(COLUMNS)
    return frame, TableEncoder.fit(frame, infer_quietly(frame), seed=0)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_row_satisfies_every_condition(data: st.DataObject) -> None:
    frame, encoder = fit_all()
    names = data.draw(
        st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=3, unique=True)
    )
    wanted, tests = draw_conditions(data.draw, names, encoder.schema, frame)
    try:
        conditions = ConditionSet.from_user(wanted, encoder)
    except InputError as error:
        if "no value of the column's precision" not in str(error):
            raise
        return
    pool = frame[: data.draw(st.sampled_from([0, 3, 240]))]
    n_rows = data.draw(st.integers(0, 60))
    drawn = draw_from_pool(conditions, pool, RowRange(5, 0, n_rows))
    assert len(drawn) == n_rows
    assert set(drawn.columns) == set(names)
    assert conditions.holds(drawn).all()
    for name, test in tests.items():
        column = encoder.schema[name]
        assert_same_dtype(drawn[name], frame[name], name)
        assert passes(drawn[name], test)
        if column.kind.is_numeric and drawn[name].notna().any():
            assert_granularity(drawn[name], column)


# --- jointly --------------------------------------------------------------------------


def make_couples() -> tuple[pd.DataFrame, TableEncoder]:
    """Make a table in which wives are women and husbands men."""
    rng = np.random.default_rng(0)
    role = rng.choice(["wife", "husband", "child"], 600)
    sex = np.where(role == "wife", "f", np.where(role == "husband", "m", "?"))
    sex = np.where(role == "child", rng.choice(["f", "m"], 600), sex)
    age = np.where(role == "child", rng.integers(0, 18, 600), rng.integers(18, 90, 600))
    frame = pd.DataFrame(
        {"role": role, "sex": sex, "age": age, "wage": rng.random(600)}
    )
    return frame, TableEncoder.fit(frame, infer_quietly(frame), seed=0)


def test_cells_come_from_one_row_of_the_pool() -> None:
    frame, encoder = make_couples()
    asked = {"role": ["wife", "husband"], "sex": ["f", "m"], "age": at_least(18)}
    conditions = ConditionSet.from_user(asked, encoder)
    drawn = draw_from_pool(conditions, frame, RowRange(0, 0, 500))
    assert set(zip(drawn["role"], drawn["sex"], strict=True)) == {
        ("wife", "f"),
        ("husband", "m"),
    }


def test_a_number_that_no_row_has_leaves_the_others_joint() -> None:
    frame, encoder = make_couples()
    asked = {"role": ["wife", "husband"], "sex": ["f", "m"], "wage": 0.5}
    conditions = ConditionSet.from_user(asked, encoder)
    drawn = draw_from_pool(conditions, frame, RowRange(0, 0, 500))
    assert set(zip(drawn["role"], drawn["sex"], strict=True)) == {
        ("wife", "f"),
        ("husband", "m"),
    }
    assert set(drawn["wage"]) == {0.5}


def test_a_combination_that_was_never_seen_is_drawn_all_the_same() -> None:
    frame, encoder = make_couples()
    asked = {"role": ["child"], "age": at_least(60), "sex": ["f", "m"]}
    conditions = ConditionSet.from_user(asked, encoder)
    drawn = draw_from_pool(conditions, frame, RowRange(0, 0, 500))
    assert set(drawn["role"]) == {"child"}
    assert drawn["age"].min() >= 60
    assert set(drawn["sex"]) == {"f", "m"}


def test_columns_that_are_drawn_one_by_one_are_independent() -> None:
    frame, encoder = make_couples()
    conditions = ConditionSet.from_user("age > 50 and wage > 0.5", encoder)
    drawn = draw_from_pool(conditions, frame[:0], RowRange(0, 0, 2_000))
    assert abs(drawn["age"].corr(drawn["wage"])) < 0.1


def test_matching_rows_are_drawn_alike() -> None:
    frame, encoder = make_couples()
    conditions = ConditionSet.from_user("age < 18", encoder)
    drawn = draw_from_pool(conditions, frame, RowRange(0, 0, 40_000))
    real = frame["age"][frame["age"] < 18].value_counts(normalize=True)
    drawn_share = drawn["age"].value_counts(normalize=True)
    assert (real - drawn_share).abs().max() < 0.01


def test_a_range_that_the_pool_lacks_is_drawn_by_rank() -> None:
    frame, encoder = make_couples()
    conditions = ConditionSet.from_user({"wage": between(0.9, 0.95)}, encoder)
    pool = frame[frame["wage"] < 0.5]
    wage = draw_from_pool(conditions, pool, RowRange(0, 0, 2_000))["wage"]
    assert wage.between(0.9, 0.95).all()
    assert wage.nunique() > 1_900
    assert wage.mean() == pytest.approx(0.925, abs=0.005)


def test_rows_depend_on_their_seed_and_number_only() -> None:
    frame, encoder = make_couples()
    for asked in ("age < 18 and wage > 0.5", "role == 'child' and age >= 60"):
        conditions = ConditionSet.from_user(asked, encoder)
        start = BLOCK_SIZE - 40
        whole = draw_from_pool(conditions, frame, RowRange(3, start, 90))
        part = draw_from_pool(conditions, frame, RowRange(3, start + 30, 30))
        pd.testing.assert_frame_equal(whole[30:60].reset_index(drop=True), part)
        other = draw_from_pool(conditions, frame, RowRange(4, start, 90))
        assert not whole.equals(other)


def test_fixed_cells_need_no_pool() -> None:
    _, encoder = make_couples()
    conditions = ConditionSet.from_user("role == 'wife' and sex == 'm'", encoder)
    drawn = draw_from_pool(conditions, pd.DataFrame(), RowRange(0, 0, 3))
    assert drawn.to_dict("list") == {"role": ["wife"] * 3, "sex": ["m"] * 3}


def test_no_conditions_give_rows_without_columns() -> None:
    frame, encoder = make_couples()
    conditions = ConditionSet.from_user(None, encoder)
    assert draw_from_pool(conditions, frame, RowRange(0, 0, 7)).shape == (7, 0)


def test_labels_that_are_no_strings_are_kept() -> None:
    frame, _ = make_couples()
    frame.columns = pd.Index([("a", 1), 2, "c", ("a", 2)], tupleize_cols=False)
    encoder = TableEncoder.fit(frame, infer_quietly(frame), seed=0)
    conditions = ConditionSet.from_user({("a", 1): "wife", 2: ["f", "m"]}, encoder)
    drawn = draw_from_pool(conditions, frame, RowRange(0, 0, 9))
    assert list(drawn.columns) == [("a", 1), 2]
    assert set(drawn[2]) == {"f"}


def test_kinds_cover_all_that_can_be_conditioned_on() -> None:
    _, encoder = fit_all()
    kinds = {column.kind for column in encoder.schema}
    assert kinds == set(Kind) - {Kind.IDENTIFIER, Kind.TEXT}

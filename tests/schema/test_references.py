from __future__ import annotations

import numpy as np
import pandas as pd

from synthgan.schema import infer_schema

RNG = np.random.default_rng(0)


def _table(n_rows=4000, share=0.2, **columns):
    bill = RNG.gamma(2, 500, n_rows).round(2)
    paid = np.where(RNG.random(n_rows) < share, bill, RNG.gamma(2, 500, n_rows))
    return pd.DataFrame({"bill": bill, "paid": paid.round(2), **columns})


def _references(frame, **kinds):
    schema = infer_schema(frame, kinds or None)
    return {column.name: dict(column.references) for column in schema}


def test_a_planted_share_of_equal_cells_is_found_in_the_later_column():
    found = _references(_table(share=0.2))
    assert found["bill"] == {}
    assert abs(found["paid"]["bill"] - 0.2) < 0.03


def test_half_a_percent_of_equal_cells_is_no_reference():
    assert _references(_table(share=0.005))["paid"] == {}


def test_independent_integers_that_are_often_equal_do_not_refer():
    first, second = RNG.integers(0, 40, (2, 4000))
    assert _references(pd.DataFrame({"a": first, "b": second}))["b"] == {}


def test_a_shared_constant_is_no_reference():
    first, second = RNG.normal(size=(2, 4000))
    zero = RNG.random(4000) < 0.3
    frame = pd.DataFrame(
        {"a": np.where(zero, 0, first), "b": np.where(zero, 0, second)}
    )
    assert _references(frame)["b"] == {}


def test_missing_cells_are_not_equal():
    first, second = RNG.normal(size=(2, 4000))
    hole = RNG.random(4000) < 0.3
    frame = pd.DataFrame(
        {"a": np.where(hole, np.nan, first), "b": np.where(hole, np.nan, second)}
    )
    assert _references(frame)["b"] == {}


def test_a_reference_that_another_one_explains_is_left_out():
    frame = _table(share=0.3)
    frame.insert(1, "bill_again", frame["bill"])
    assert list(_references(frame)["paid"]) == ["bill"]


def test_columns_of_other_dtypes_are_not_referred_to():
    amount = RNG.integers(0, 10_000, 4000)
    frame = pd.DataFrame({"a": amount, "b": amount.astype("int32")})
    assert _references(frame)["b"] == {}


def test_dates_refer_too():
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 900, 2000), "D")
    later = days + pd.to_timedelta(RNG.integers(0, 60, 2000), "D")
    end = np.where(RNG.random(2000) < 0.5, days, later)
    found = _references(pd.DataFrame({"start": days, "end": end}))
    assert 0.4 < found["end"]["start"] < 0.6


def test_the_schema_shows_the_reference():
    assert (
        "equals bill in"
        in infer_schema(_table(share=0.2)).to_frame().loc["paid", "note"]
    )

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import infer_quietly

from synthgan._random import RowRange
from synthgan.encoders.categorical import MAX_SINGLE_CODES, CategoricalEncoder

RNG = np.random.default_rng(0)


def fit(series: pd.Series) -> CategoricalEncoder:
    """Fit to a column of categories."""
    schema = infer_quietly(series.to_frame("x"), {"x": "categorical"})
    return CategoricalEncoder.fit(schema["x"], series, np.random.default_rng(0))


def decode(encoder: CategoricalEncoder, codes: np.ndarray) -> pd.Series:
    """Decode rows."""
    n_rows = len(codes)
    return encoder.inverse_transform(
        codes.astype(np.int32), np.empty((n_rows, 0)), RowRange(0, 0, n_rows)
    )


def make_levels(n_levels: int, n_missing: int = 0) -> pd.Series:
    """Make a column of so many levels, some of them more frequent than others."""
    levels = [f"level {number}" for number in range(n_levels)]
    frequent = [level for level in levels[:300:2] for _ in range(3)]
    return pd.Series([*levels, *frequent, *[None] * n_missing], dtype=object)


def test_levels_are_numbered_by_frequency() -> None:
    encoder = fit(pd.Series(["a"] * 2 + ["b"] * 9 + ["c"] * 5))
    codes, _ = encoder.transform(pd.Series(["b", "c", "a"]), RNG)
    assert codes[:, 0].tolist() == [0, 1, 2]


def test_levels_that_never_occur_get_no_code_and_are_never_made() -> None:
    dtype = pd.CategoricalDtype(["unused", "a", "never", "b"], ordered=True)
    train = pd.Series(["a", "b", "b"] * 9, dtype=dtype)
    encoder = fit(train)
    assert encoder.specs[0].width == 2
    decoded = decode(encoder, np.array([[0], [1]]))
    assert decoded.tolist() == ["b", "a"]
    assert decoded.dtype == dtype


def test_missing_is_one_code_more() -> None:
    encoder = fit(pd.Series(["a", "b", None] * 9, dtype=object))
    assert encoder.specs[0].width == 3
    assert decode(encoder, np.array([[2], [0]])).tolist() == [None, "a"]


@pytest.mark.parametrize("n_missing", [0, 5])
@pytest.mark.parametrize("n_levels", [1, 2, 255, 256, 257, 258, 400, 5000])
def test_every_level_comes_back(n_levels: int, n_missing: int) -> None:
    train = make_levels(n_levels, n_missing)
    encoder = fit(train)
    codes, _ = encoder.transform(train, RNG)
    widths = [spec.width for spec in encoder.specs]
    assert len(widths) == 1 + (n_levels > MAX_SINGLE_CODES)
    assert (codes >= 0).all()
    assert (codes < widths).all()
    assert len(np.unique(codes, axis=0)) == n_levels + (n_missing > 0)
    pd.testing.assert_series_equal(decode(encoder, codes), train)


def test_a_hundred_thousand_levels_take_hundreds_of_codes_and_come_back() -> None:
    train = make_levels(100_000, n_missing=3)
    encoder = fit(train)
    codes, _ = encoder.transform(train, RNG)
    widths = {spec.name: spec.width for spec in encoder.specs}
    assert widths == {"bucket": 444 + 1, "item": 317}
    assert codes.max(axis=0).tolist() == [444, 316]
    pd.testing.assert_series_equal(decode(encoder, codes), train)


def test_the_most_frequent_levels_do_not_share_a_bucket() -> None:
    often = pd.Series([f"often {number}" for number in range(128)])
    rare = pd.Series([f"a rare {number}" for number in range(3000)])
    encoder = fit(pd.concat([rare, often, often]))
    codes, _ = encoder.transform(often, RNG)
    assert sorted(codes[:, 0]) == list(range(128))
    assert set(codes[:, 1]) == {0}


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 900), st.booleans(), st.data())
def test_any_codes_decode_to_a_level_seen_in_training(
    n_levels: int, has_missing: bool, data: st.DataObject
) -> None:
    train = make_levels(n_levels, int(has_missing))
    encoder = fit(train)
    row = st.tuples(*(st.integers(0, spec.width - 1) for spec in encoder.specs))
    codes = np.array(data.draw(st.lists(row, min_size=1, max_size=30)))
    assert set(decode(encoder, codes)) <= set(train)

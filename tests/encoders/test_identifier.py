from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan._random import RowRange
from synthgan.encoders.identifier import IdentifierEncoder
from synthgan.exceptions import InputError


def fit(series: pd.Series) -> IdentifierEncoder:
    """Fit to a column of keys."""
    schema = infer_quietly(series.to_frame("x"), {"x": "identifier"})
    return IdentifierEncoder.fit(schema["x"], series, np.random.default_rng(0))


def make(encoder: IdentifierEncoder, start: int, n_rows: int) -> pd.Series:
    """Make the keys of rows; of each third one it is missing, if any ever was."""
    codes = np.zeros((n_rows, len(encoder.specs)), dtype=np.int32)
    codes[::3] = 1
    return encoder.inverse_transform(
        codes, np.empty((n_rows, 0)), RowRange(0, start, n_rows)
    )


@pytest.mark.parametrize(
    ("keys", "dtype"),
    [
        (range(5000), "int64"),
        (range(5000), "int16"),
        (range(5000), "float64"),
        (range(5000), "Int32"),
        (range(2**63, 2**63 + 5000), "uint64"),
        ([f"user-{number:06d}" for number in range(0, 50_000, 10)], "string"),
    ],
    ids=["int64", "int16", "float64", "Int32", "uint64", "string"],
)
def test_keys_are_fresh_unique_and_of_the_same_dtype(
    keys: list[object], dtype: str
) -> None:
    train = pd.Series(keys, dtype=dtype)
    made = make(fit(train), 0, 9000)
    assert made.dtype == train.dtype
    assert made.is_unique
    assert not made.isin(train).any()


def test_only_missingness_is_learned() -> None:
    train = pd.Series(["a-1", None, "a-2", "a-3"] * 9, dtype=object)
    encoder = fit(train)
    codes, ranks = encoder.transform(train, np.random.default_rng(0))
    assert codes[:, 0].tolist() == [0, 1, 0, 0] * 9
    assert ranks.shape == (36, 0)
    made = make(encoder, 0, 9)
    assert [cell is None for cell in made] == [True, False, False] * 3


def test_a_second_sample_continues_with_other_keys() -> None:
    encoder = fit(pd.Series(range(300)))
    together = pd.concat([make(encoder, 0, 50), make(encoder, 50, 50)])
    assert together.is_unique
    assert together.tolist() == make(encoder, 0, 100).tolist()


def test_no_key_is_in_the_state() -> None:
    keys = [f"{number:09d}" for number in range(123_456_789, 987_654_321, 9_876_543)]
    state = fit(pd.Series(keys)).to_state()
    written = json.dumps(state.values)
    assert not state.arrays
    assert not [key for key in keys if key in written]


def test_a_dtype_without_room_is_an_error_that_names_the_column() -> None:
    encoder = fit(pd.Series(range(100), dtype="int8"))
    with pytest.raises(InputError, match=r"column 'x': .*keys of dtype int8.*wider"):
        make(encoder, 0, 1000)

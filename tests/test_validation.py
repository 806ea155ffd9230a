from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthgan import _validation as valid
from synthgan.exceptions import InputError, ParameterError

INFINITY, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("constraint", "accepted", "refused"),
    [
        (
            valid.integer(1, "auto"),
            [1, 10**30, np.int8(3), "auto"],
            [0, -1, 1.0, True, "Auto", None, NAN],
        ),
        (
            valid.positive(None),
            [1, 1e-300, np.float32(0.5), Fraction(1, 3), 10**400, None],
            [0, -1.0, INFINITY, NAN, True, "1", 1j],
        ),
        (
            valid.non_negative("auto"),
            [0, 0.0, 3, "auto"],
            [-1e-300, INFINITY, -INFINITY, NAN, False, None],
        ),
        (valid.option(True, False), [True, False], [1, 0, None, "True"]),
        (valid.option("a", "b"), ["a", "b"], ["c", "", None, ["a"]]),
        (
            valid.units("auto"),
            [(8,), (8, 8), [4, 4], "auto"],
            [(), 8, (8, 4), (0,), (-1, -1), (8.0,), (True,), "8", None],
        ),
    ],
    ids=["integer", "positive", "non_negative", "bool", "option", "units"],
)
def test_constraints_accept_and_refuse(
    constraint: valid.Constraint, accepted: list[Any], refused: list[Any]
) -> None:
    for value in accepted:
        valid.check_parameters({"p": value}, {"p": constraint})
    for value in refused:
        expected = re.escape(f"p: expected {constraint.expected}, got {value!r}")
        with pytest.raises(ParameterError, match=expected):
            valid.check_parameters({"p": value}, {"p": constraint})


def test_an_error_says_in_words_what_is_accepted() -> None:
    with pytest.raises(ParameterError, match="n: expected an integer of at least 1 or"):
        valid.check_parameters({"n": 0}, {"n": valid.integer(1, "auto")})
    with pytest.raises(ParameterError, match="l: expected one of 'a', 'b', got 'c'"):
        valid.check_parameters({"l": "c"}, {"l": valid.option("a", "b")})


def test_a_table_is_returned_as_it_is() -> None:
    frame = pd.DataFrame({"a": [1]}, index=["row"])
    assert valid.check_frame(frame) is frame


@pytest.mark.parametrize("table", [[[1]], np.zeros((2, 2)), {"a": [1]}, None])
def test_what_is_no_data_frame_is_a_type_error(table: Any) -> None:
    name = type(table).__name__
    with pytest.raises(TypeError, match=f"expected a pandas DataFrame, got {name}"):
        valid.check_frame(table)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pd.DataFrame({"a": []}), "at least one row"),
        (pd.DataFrame(index=[1, 2]), "at least one column"),
        (pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]), r"\['a'\] more than once"),
        (
            pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
            "MultiIndex of 2 levels; join",
        ),
    ],
    ids=["rows", "columns", "names", "levels"],
)
def test_what_is_no_plain_table_is_refused(frame: pd.DataFrame, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        valid.check_frame(frame)

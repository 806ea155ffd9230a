from __future__ import annotations

import copy
import pickle

import numpy as np
import pandas as pd
import pytest

from synthgan.conditions import MISSING, NOT_MISSING, at_least, between, one_of
from synthgan.conditions.condition import as_condition
from synthgan.exceptions import ParameterError


@pytest.mark.parametrize(
    "values",
    [
        ["a", "b"],
        ("a", "b"),
        np.array(["a", "b"]),
        pd.Series(["a", "b"]),
        pd.Index(["a", "b"]),
        pd.array(["a", "b"], dtype="string"),
    ],
)
def test_every_list_is_a_set_of_values(values: object) -> None:
    assert as_condition(values) == one_of(["a", "b"])


def test_a_plain_value_is_a_set_of_one() -> None:
    assert as_condition("ab") == one_of(["ab"])


@pytest.mark.parametrize("hole", [None, np.nan, pd.NA, pd.NaT])
def test_a_hole_is_no_condition(hole: object) -> None:
    with pytest.raises(ParameterError, match="ask for a missing cell with MISSING"):
        as_condition(hole)
    with pytest.raises(ParameterError, match="at_least and at_most"):
        between(hole, 3)


def test_missing_survives_a_copy_and_a_pickle() -> None:
    assert pickle.loads(pickle.dumps(MISSING)) == copy.deepcopy(MISSING) == MISSING
    assert MISSING != NOT_MISSING
    assert repr(MISSING) == "MISSING"


def test_sets_and_ranges_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ParameterError, match="expected a list of values, got 'ab'"):
        one_of("ab")
    with pytest.raises(ParameterError, match="at least one value"):
        one_of([])
    with pytest.raises(ParameterError, match="closed: expected one of 'both'"):
        between(1, 2, closed="open")
    with pytest.raises(ParameterError, match="expected one number"):
        at_least([1, 2])

"""Every rule with a column that it is for, and one that it must leave alone."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan.exceptions import InferenceWarning, InputError, SchemaError
from synthgan.schema import ColumnSchema, Kind, common_step, infer_schema

RNG = np.random.default_rng(0)
WORDS = ["north", "south", "east", "west"]
NAMES = [f"{a} {b}" for a in ("Ada", "Bo", "Cy", "Di", "Ed") for b in "KLMNOP"]


def describe(cells: Any, name: str = "x", dtype: Any = None) -> ColumnSchema:
    """Infer the schema of one column, quietly."""
    return infer_quietly(pd.DataFrame({name: pd.Series(cells, dtype=dtype)}))[name]


def kind_of(cells: Any, name: str = "x", dtype: Any = None) -> str:
    return str(describe(cells, name, dtype).kind)


# --- numbers --------------------------------------------------------------------------


def test_a_long_run_of_integers_without_a_gap_is_a_row_counter() -> None:
    shuffled = RNG.permutation(np.arange(7, 107))
    assert kind_of(shuffled) == "identifier"
    assert "row counter" in describe(shuffled).note
    assert kind_of(shuffled.astype(float)) == "identifier"
    assert kind_of(np.arange(2**62, 2**62 + 100)) == "identifier"


def test_a_short_run_or_one_with_a_gap_or_a_repetition_is_a_number() -> None:
    assert kind_of(range(99)) == "integer"
    assert kind_of([*range(120), 121]) == "integer"
    assert kind_of([*range(120), 119]) == "integer"
    assert kind_of(pd.array([*range(120), None], "Int64")) == "integer"
    assert kind_of(np.arange(100) * 2 + 2**62) == "integer"


@pytest.mark.parametrize(
    "name", ["id", "customer_id", "CustomerID", "orderKey", "UUID", "row index", "pk"]
)
def test_distinct_integers_named_like_a_key_are_one(name: str) -> None:
    assert kind_of([5, 900, 17, 4], name) == "identifier"
    assert "named like a key" in describe([5, 900, 17, 4], name).note


@pytest.mark.parametrize("name", ["paid", "width", "monkey", "idle", "indexed", 7])
def test_other_names_make_no_key(name: str) -> None:
    assert kind_of([5, 900, 17, 4], name) == "integer"


def test_a_key_repeats_nothing_and_misses_nothing() -> None:
    assert kind_of([5, 900, 17, 5], "id") == "integer"
    assert kind_of([5, 900, 17, None], "id") == "integer"
    assert kind_of([0.5, 900, 17, 1], "id") == "continuous"
    assert kind_of([5, 900], "id") == "integer"


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "UInt16", "float32"])
def test_a_small_dtype_has_no_room_for_fresh_keys(dtype: str) -> None:
    column = describe(range(120), "id", dtype)
    assert column.kind is Kind.INTEGER
    assert f"{dtype} is too small" in column.note
    assert kind_of(range(120), "id", "int32") == "identifier"


def test_whole_floats_are_integers_up_to_what_a_float_counts_exactly() -> None:
    column = describe([1.0, 2.0, 70.0, np.nan])
    assert (column.kind, column.note) == ("integer", "whole numbers stored as floats")
    assert kind_of([1.0, 2.0, 70.5]) == "continuous"
    assert kind_of([1.0, 2.0, 2.0**53]) == "continuous"


@pytest.mark.parametrize(
    ("cells", "dtype", "decimals"),
    [
        ([0.5, 1.25, 3], "float64", 2),
        ([1e20, 3e20], "float64", 0),
        ([0.1, 1 / 3], "float64", None),
        ([0.1, 19.99, 1e4], "float32", 2),
        ([0.1, 1 / 3], "float32", 8),
        ([0.1, 2.5], "float16", 1),
        ([0.1, 19.99], "Float32", 2),
        ([0.1, 19.99], "float[pyarrow]", 2),
        ([1.5, 1e308], "float64", None),
    ],
)
def test_decimals_are_the_fewest_that_write_every_value(
    cells: list[float], dtype: str, decimals: int | None
) -> None:
    assert describe(cells, dtype=dtype).decimals == decimals


def test_steps_are_exact_over_the_whole_range() -> None:
    assert common_step(np.array([-(2**63), 2**63 - 1])) == 2**64 - 1
    assert common_step(np.array([7, 7])) == 1
    assert common_step(np.array([-15, 0, 25])) == 5
    column = describe([-(2**63), 2**63 - 1, 2**63 - 1])
    assert (column.minimum, column.maximum) == (-(2**63), 2**63 - 1)


def test_days_have_a_step_of_a_day_on_the_local_clock() -> None:
    days = pd.date_range("2024-01-01", periods=300, tz="Europe/Berlin", unit="s")
    assert describe(days).step == 86_400


# --- strings --------------------------------------------------------------------------


def test_repeated_strings_are_categories() -> None:
    column = describe(WORDS * 9)
    assert column.kind is Kind.CATEGORICAL
    assert column.levels.tolist() == sorted(WORDS)


def test_nearly_unique_strings_are_text() -> None:
    assert kind_of(NAMES) == "text"
    assert kind_of([*NAMES[1:], NAMES[1]]) == "text"
    assert kind_of(NAMES[:20] * 2) == "categorical"


def test_distinct_codes_of_one_form_are_identifiers() -> None:
    codes = [f"AB-{number:04d}" for number in range(30)]
    assert kind_of(codes) == "identifier"
    assert kind_of([*codes, None]) == "identifier"
    assert kind_of([*codes, codes[0]]) == "text"
    assert kind_of([code.replace("-", " ") for code in codes]) == "text"
    assert kind_of([*codes, "no-digit"]) == "text"
    assert kind_of(["x" * n + "1" for n in range(30)]) == "text"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (WORDS, "categorical"),
        (NAMES[:8], "text"),
        (["a@b.org", "c@d.org"], "text"),
        (["A-01", "A-02", "B-07"], "identifier"),
    ],
)
def test_a_column_too_short_to_tell_says_what_was_assumed(
    cells: list[str], kind: str
) -> None:
    frame = pd.DataFrame({"short": cells})
    expected = rf"columns \['short'\]: too few rows.*assumed.*'short': '{kind}'"
    with pytest.warns(InferenceWarning, match=expected):
        column = infer_schema(frame)["short"]
    assert column.kind == kind
    assert column.note == f"only {len(cells)} values, all distinct: assumed {kind}"


def test_a_short_column_that_repeats_itself_needs_no_assumption() -> None:
    assert describe(["a", "b", "a"]).note == ""
    assert kind_of(["a b", "c d", "a b"]) == "categorical"


def test_text_warns_and_says_how_to_keep_the_values() -> None:
    frame = pd.DataFrame({"who": NAMES, "again": NAMES, "n": range(30)})
    with pytest.warns(InferenceWarning, match=r"\['who', 'again'\].*'categorical'"):
        infer_schema(frame)


def test_what_the_user_said_does_not_warn() -> None:
    frame = pd.DataFrame({"who": NAMES, "short": NAMES})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        schema = infer_schema(frame, {"who": "text", "short": "categorical"})
        infer_schema(frame, schema)
    assert schema["who"].note == "given"


# --- the other kinds ------------------------------------------------------------------


def test_cells_of_several_types_are_categories() -> None:
    column = describe(["a", 1, 2.5, None], dtype=object)
    assert column.kind is Kind.CATEGORICAL
    assert column.note == "cells of several types"


def test_one_value_is_constant_only_if_no_cell_is_missing() -> None:
    assert kind_of([3.5] * 30) == "constant"
    assert kind_of([3.5] * 30 + [None]) == "continuous"
    assert kind_of(["a"] * 30 + [None]) == "categorical"
    assert kind_of(pd.Series([True] * 30)) == "constant"


def test_a_column_of_missing_cells_is_constant_whatever_was_said() -> None:
    frame = pd.DataFrame({"x": [np.nan] * 5})
    for kind in [None, *Kind]:
        column = infer_schema(frame, None if kind is None else {"x": kind})["x"]
        assert column.kind is Kind.CONSTANT
        assert column.note == "every cell is missing"


def test_one_row_is_constant() -> None:
    frame = pd.DataFrame({"a": [1], "b": ["x y"], "c": [None]})
    assert {column.kind for column in infer_schema(frame)} == {Kind.CONSTANT}


# --- what the user says ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2, 3] * 9, "categorical"),
        ([1, 2, 3] * 9, "ordinal"),
        ([1, 2, 3] * 9, "continuous"),
        ([1, 2, 3] * 9, "identifier"),
        ([0, 1] * 9, "boolean"),
        ([1.0, 2.0] * 9, "continuous"),
        ([1.0, 2.0] * 9, "integer"),
        (["yes", "no"] * 9, "boolean"),
        (WORDS * 9, "text"),
        (WORDS * 9, "identifier"),
        ([True, False] * 9, "categorical"),
        (pd.date_range("2024", periods=9), "categorical"),
        ([7] * 9, "constant"),
    ],
)
def test_a_kind_can_be_given(cells: Any, kind: str) -> None:
    column = infer_schema(pd.DataFrame({"x": cells}), {"x": kind})["x"]
    assert (column.kind, column.note) == (kind, "given")


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (WORDS * 9, "integer", "holds string cells"),
        (WORDS * 9, "continuous", "holds string cells"),
        ([True, False], "integer", "expected one of boolean, categorical, ordinal"),
        ([1, 2, 3], "text", "holds integer cells"),
        ([1, 2, 3], "datetime", "holds integer cells"),
        ([1, 2, 3], "boolean", "at most two values for kind boolean, got 3"),
        ([1, 2, 2], "constant", "expected one value for kind constant, got 2"),
        ([1.0, None], "constant", "1 distinct values and 1 missing"),
        ([0.5, 1.0], "integer", "expected whole numbers"),
        ([0.5, 1.0], "identifier", "expected whole numbers"),
        ([2.0**60, 1.0], "integer", r"below 2\*\*53"),
        (pd.date_range("2024", periods=3), "timedelta", "holds datetime cells"),
        (pd.Categorical(["a", "b"]), "identifier", "holds category cells"),
    ],
)
def test_a_kind_that_the_cells_cannot_have_is_refused(
    cells: Any, kind: str, expected: str
) -> None:
    with pytest.raises(SchemaError, match=f"'odd one'.*{expected}"):
        infer_schema(pd.DataFrame({"odd one": cells}), {"odd one": kind})


def test_an_unknown_column_or_kind_is_refused() -> None:
    frame = pd.DataFrame({"age": [1, 2]})
    with pytest.raises(SchemaError, match=r"'agee' is not in the table.*'age'"):
        infer_schema(frame, {"agee": "integer"})
    with pytest.raises(SchemaError, match=r"'age': expected one of continu.*'int'"):
        infer_schema(frame, {"age": "int"})
    with pytest.raises(SchemaError, match=r"expected a dict.*got list"):
        infer_schema(frame, ["age"])


def test_a_full_schema_gives_the_kinds_and_the_frame_the_values() -> None:
    frame = pd.DataFrame({"zip": [10115, 20095, 10115], "n": [1, 2, 3]})
    schema = infer_schema(frame, {"zip": "categorical"})
    later = pd.DataFrame({"zip": [80331, 80331, 10115], "n": [4, 5, 9]})
    again = infer_schema(later, schema)
    assert again["zip"].kind is Kind.CATEGORICAL
    assert again["zip"].levels.tolist() == [10115, 80331]
    assert (again["n"].minimum, again["n"].maximum) == (4, 9)


def test_a_full_schema_of_another_table_is_refused() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "x"]})
    schema = infer_schema(frame)
    with pytest.raises(SchemaError, match=r"expected the columns \['a', 'b'\]"):
        infer_schema(frame[["b", "a"]], schema)
    with pytest.raises(SchemaError, match="'a': expected dtype int64, got float64"):
        infer_schema(frame.astype({"a": float}), schema)


def test_categories_may_grow_between_two_extracts() -> None:
    schema = infer_schema(pd.DataFrame({"c": pd.Categorical(["a", "b"])}))
    later = pd.DataFrame({"c": pd.Categorical(["a", "c", "b"])})
    assert infer_schema(later, schema)["c"].levels.tolist() == ["a", "b", "c"]


# --- what cannot be learned -----------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        [1.0, np.inf, 2.5],
        [-np.inf] * 3,
        np.array([1, np.inf, 2], dtype="float32"),
        pd.array([1.0, float("inf"), None], "Float64"),
        pd.Series([1.5, float("inf")], dtype="double[pyarrow]"),
        pd.Series([1.5, float("inf"), None], dtype=object),
    ],
    ids=["float64", "constant", "float32", "Float64", "Arrow", "object"],
)
def test_infinite_values_are_refused(cells: Any) -> None:
    frame = pd.DataFrame({"fine": 1, "odd one": cells})
    with pytest.raises(InputError, match=r"'odd one': expected finite.*[13] infinite"):
        infer_schema(frame)

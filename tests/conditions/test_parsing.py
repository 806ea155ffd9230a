from __future__ import annotations

from typing import Any

import pytest

from synthgan.conditions import (
    MISSING,
    NOT_MISSING,
    at_least,
    less_than,
    more_than,
    one_of,
    parse_conditions,
)
from synthgan.conditions.condition import AllOf
from synthgan.exceptions import ParameterError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("income == '>50K'", {"income": one_of([">50K"])}),
        ("'>50K' == income", {"income": one_of([">50K"])}),
        ("age >= 60", {"age": at_least(60)}),
        ("60 < age", {"age": more_than(60)}),
        ("x < -1.5", {"x": less_than(-1.5)}),
        ("member == True", {"member": one_of([True])}),
        ("w in ['a', 'b']", {"w": one_of(["a", "b"])}),
        ("w in ('a',)", {"w": one_of(["a"])}),
        ("w == ['a', 'b']", {"w": one_of(["a", "b"])}),
        ("18 <= age < 30", {"age": AllOf((at_least(18), less_than(30)))}),
        ("age < 30 and age >= 18", {"age": AllOf((less_than(30), at_least(18)))}),
        ("(a == 1) & (b == 'x & `y`')", {"a": one_of([1]), "b": one_of(["x & `y`"])}),
        ("`marital status` == 'x' and `a-b` > 1", {
            "marital status": one_of(["x"]),
            "a-b": more_than(1),
        }),
        ("x.isna() and y.notnull()", {"x": MISSING, "y": NOT_MISSING}),
        ("day >= '2024-01-01'", {"day": at_least("2024-01-01")}),
    ],
)  # fmt: skip
def test_text_is_read_as_pandas_reads_it(text: str, expected: dict[str, Any]) -> None:
    assert parse_conditions(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a == 1 or b == 2",
        "(a == 1) | (b == 2)",
        "not a == 1",
        "a != 1",
        "a not in [1]",
        "a",
        "a == b",
        "a == None",
        "a in 3",
        "1 in a",
        "a == -'x'",
        "a == -True",
        "a == @b",
        "a.max() > 3",
        "a.isna(1)",
        "__import__('os').system('true') == 0",
        "a == (lambda: 1)()",
        "a > 1 < 2",
        "a ==",
        "a b == 1",
        "a == 1j",
    ],
)
def test_anything_else_is_refused_with_the_grammar(text: str) -> None:
    with pytest.raises(ParameterError, match=r"cannot read .* allowed are clauses"):
        parse_conditions(text)


def test_an_error_shows_the_clause_as_it_was_written() -> None:
    with pytest.raises(ParameterError, match="'`my age` != 3'"):
        parse_conditions("x == 1 and `my age` != 3")

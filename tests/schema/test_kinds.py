from __future__ import annotations

from synthgan.schema import Kind


def test_a_kind_is_its_own_name() -> None:
    assert Kind("integer") is Kind.INTEGER
    assert Kind.INTEGER == "integer"
    assert f"{Kind.INTEGER}" == "integer"


def test_no_kind_is_both_numeric_and_discrete() -> None:
    neither = {kind for kind in Kind if kind.is_numeric == kind.is_discrete}
    assert neither == {Kind.IDENTIFIER, Kind.TEXT, Kind.CONSTANT}
    assert not any(kind.is_numeric and kind.is_discrete for kind in Kind)

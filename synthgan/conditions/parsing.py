"""`parse_conditions`: conditions from text such as "age >= 60 and income == '>50K'".

The text is read as a tree and never run. Whether the conditions make sense for a table
is not decided here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable
from typing import Any

from synthgan.conditions.condition import (
    MISSING,
    NOT_MISSING,
    AllOf,
    Condition,
    as_condition,
    at_least,
    at_most,
    less_than,
    more_than,
)
from synthgan.exceptions import ParameterError

_GRAMMAR = (
    "allowed are clauses joined by 'and': column == value, column in [value, value], "
    "comparisons with < <= > >= such as 18 <= age < 30, column.isna() and "
    "column.notna(); text in quotes, names with spaces in `backticks`"
)
_COMPARISONS: dict[type[ast.cmpop], Any] = {
    ast.Eq: as_condition,
    ast.In: as_condition,
    ast.Lt: less_than,
    ast.LtE: at_most,
    ast.Gt: more_than,
    ast.GtE: at_least,
}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_CALLS = {
    "isna": MISSING,
    "isnull": MISSING,
    "notna": NOT_MISSING,
    "notnull": NOT_MISSING,
}
#: Quoted text, a name in backticks, or pandas' other word for "and".
_TOKEN = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`([^`]*)`|&""")
_PLACEHOLDER = "backticked_name_"


def parse_conditions(text: str) -> dict[Hashable, Condition]:
    """Read conditions from text, in the grammar of `DataFrame.query`.

    Parameters
    ----------
    text : str
        Clauses joined by `and`.

    Returns
    -------
    dict of column name to Condition
        Clauses about one column must all be satisfied.

    Raises
    ------
    ParameterError
        If the text is anything else; the message says what is allowed.

    Examples
    --------
    >>> parse_conditions("age >= 60 and `marital status` in ['Widowed', 'Single']")
    ... # doctest: +NORMALIZE_WHITESPACE
    {'age': Between(low=60, high=None, closed='both'),
     'marital status': OneOf(values=('Widowed', 'Single'))}
    """
    return _Reader(text).read()


class _Reader:
    """Reads one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._names: list[str] = []

    def read(self) -> dict[Hashable, Condition]:
        plain = _TOKEN.sub(self._replace, self._text).strip()
        try:
            tree = ast.parse(plain, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._error(self._text) from None
        found: dict[Hashable, list[Condition]] = {}
        for name, condition in self._clauses(tree.body):
            found.setdefault(name, []).append(condition)
        return {
            name: parts[0] if len(parts) == 1 else AllOf(tuple(parts))
            for name, parts in found.items()
        }

    def _replace(self, token: re.Match[str]) -> str:
        if token[1] is not None:
            self._names.append(token[1])
            return f"{_PLACEHOLDER}{len(self._names) - 1}"
        return " and " if token[0] == "&" else token[0]

    def _clauses(self, node: ast.expr) -> list[tuple[str, Condition]]:
        match node:
            case ast.BoolOp(op=ast.And(), values=parts):
                return [clause for part in parts for clause in self._clauses(part)]
            case ast.Compare(left=left, ops=operators, comparators=rest):
                sides = [left, *rest]
                return [
                    self._comparison(before, operator, after, node)
                    for before, operator, after in zip(
                        sides, operators, rest, strict=False
                    )
                ]
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=name), attr=method),
                args=[],
                keywords=[],
            ) if method in _CALLS:
                return [(self._name(name), _CALLS[method])]
        raise self._error(node)

    def _comparison(
        self, left: ast.expr, operator: ast.cmpop, right: ast.expr, clause: ast.expr
    ) -> tuple[str, Condition]:
        kind = type(operator)
        if isinstance(right, ast.Name) and kind in _MIRRORED:
            left, right, kind = right, left, _MIRRORED[kind]
        if not isinstance(left, ast.Name) or kind not in _COMPARISONS:
            raise self._error(clause)
        value = self._value(right, clause)
        if kind is ast.In and not isinstance(value, list):
            raise self._error(clause)
        return self._name(left.id), _COMPARISONS[kind](value)

    def _value(self, node: ast.expr, clause: ast.expr) -> Any:
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [self._value(part, clause) for part in node.elts]
        sign = 1
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign = -1 if isinstance(node.op, ast.USub) else 1
            node = node.operand
            if isinstance(getattr(node, "value", None), str | bool):
                raise self._error(clause)
        if isinstance(node, ast.Constant) and isinstance(
            node.value, str | bool | int | float
        ):
            return (
                node.value if isinstance(node.value, str | bool) else sign * node.value
            )
        raise self._error(clause)

    def _name(self, identifier: str) -> str:
        number = identifier.removeprefix(_PLACEHOLDER)
        return identifier if number == identifier else self._names[int(number)]

    def _error(self, part: ast.expr | str) -> ParameterError:
        shown = part if isinstance(part, str) else ast.unparse(part)
        for number, name in enumerate(self._names):
            shown = shown.replace(f"{_PLACEHOLDER}{number}", f"`{name}`")
        return ParameterError(f"conditions: cannot read {shown!r}; {_GRAMMAR}")

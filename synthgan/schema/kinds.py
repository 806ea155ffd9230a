"""The kinds of column: what a column means, not how it is stored."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a column means.

    A string enumeration: `Kind("integer") is Kind.INTEGER == "integer"`.
    """

    CONTINUOUS = "continuous"
    INTEGER = "integer"
    CATEGORICAL = "categorical"
    ORDINAL = "ordinal"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    TIMEDELTA = "timedelta"
    IDENTIFIER = "identifier"
    TEXT = "text"
    CONSTANT = "constant"

    @property
    def is_numeric(self) -> bool:
        """Whether values have an order and a distance."""
        return self in _NUMERIC

    @property
    def is_discrete(self) -> bool:
        """Whether values are levels out of a list."""
        return self in _DISCRETE


_NUMERIC = frozenset({Kind.CONTINUOUS, Kind.INTEGER, Kind.DATETIME, Kind.TIMEDELTA})
_DISCRETE = frozenset({Kind.CATEGORICAL, Kind.ORDINAL, Kind.BOOLEAN})

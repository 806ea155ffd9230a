"""Conditions: which cells of a row are given, and with what.

Asking (`one_of`, `between`, text, partial rows), checking, recognising, and drawing
given cells. The rest of a row is the generator's business.
"""

from synthgan.conditions.condition import (
    MISSING,
    NOT_MISSING,
    Condition,
    at_least,
    at_most,
    between,
    less_than,
    more_than,
    one_of,
)
from synthgan.conditions.condition_set import ConditionSet, count_matches
from synthgan.conditions.margins import (
    Margin,
    check_margins,
    draw_to_margins,
    find_groups,
    margin_counts,
)
from synthgan.conditions.matching import match, match_codes
from synthgan.conditions.parsing import parse_conditions
from synthgan.conditions.partial_rows import PartialRows, encode_given
from synthgan.conditions.pool import draw_from_pool
from synthgan.conditions.support import Support, support

__all__ = [
    "MISSING",
    "NOT_MISSING",
    "Condition",
    "ConditionSet",
    "Margin",
    "PartialRows",
    "Support",
    "at_least",
    "at_most",
    "between",
    "check_margins",
    "count_matches",
    "draw_from_pool",
    "draw_to_margins",
    "encode_given",
    "find_groups",
    "less_than",
    "margin_counts",
    "match",
    "match_codes",
    "more_than",
    "one_of",
    "parse_conditions",
    "support",
]

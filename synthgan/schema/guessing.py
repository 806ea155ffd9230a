"""Guess which kind of column some cells make, and say how the guess was made."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable

import pandas as pd

from synthgan.schema.cells import Cells, is_whole
from synthgan.schema.kinds import Kind
from synthgan.schema.storage import Element

#: Below this number of present cells, all-distinct strings could be anything.
SHORT_COLUMN = 20
#: A string column with a larger share of distinct values is text.
NEARLY_UNIQUE = 0.9
#: So many integers without a gap are a row counter.
MIN_COUNTER = 100
#: A smaller dtype than this has no room for fresh keys.
MIN_KEY_BYTES = 4

_KEY_WORDS = frozenset(
    {"id", "ids", "uuid", "guid", "key", "pk", "identifier", "index"}
)
TEXT_NOTE = "nearly unique strings"
_CODE = re.compile(r"[\w.:/#\-]*\d[\w.:/#\-]*")


def guess_kind(cells: Cells) -> tuple[Kind, str]:
    """Guess what a column means, and say how, where that is not plain."""
    if cells.n_distinct == 0:
        return Kind.CONSTANT, "every cell is missing"
    if cells.n_distinct == 1 and not cells.n_missing:
        return Kind.CONSTANT, ""
    match cells.storage.element:
        case Element.BOOLEAN:
            return Kind.BOOLEAN, ""
        case Element.CATEGORY:
            is_ordered = cells.storage.dtype.ordered
            return (Kind.ORDINAL if is_ordered else Kind.CATEGORICAL), ""
        case Element.DATETIME | Element.DATE:
            return Kind.DATETIME, ""
        case Element.TIMEDELTA:
            return Kind.TIMEDELTA, ""
        case Element.DECIMAL:
            return Kind.CONTINUOUS, ""
        case Element.INTEGER:
            return _infer_integer(cells)
        case Element.FLOAT:
            if is_whole(cells.numbers):
                kind, note = _infer_integer(cells)
                return kind, note or "whole numbers stored as floats"
            return Kind.CONTINUOUS, ""
        case Element.STRING:
            return _infer_string(cells)
        case _:
            return Kind.CATEGORICAL, "cells of several types"


def _infer_integer(cells: Cells) -> tuple[Kind, str]:
    """Tell row counters and keys from numbers that count or measure."""
    if cells.n_missing or not cells.is_unique or cells.n_present < 3:
        return Kind.INTEGER, ""
    span = int(cells.numbers.max()) - int(cells.numbers.min()) + 1
    if _is_named_key(cells.name):
        note = "all distinct, and named like a key"
    elif span == cells.n_present >= MIN_COUNTER:
        note = "all distinct and without gaps: a row counter"
    else:
        return Kind.INTEGER, ""
    dtype = cells.storage.numpy_dtype
    # A float32 holds whole numbers up to 2**24 only.
    n_bytes = dtype.itemsize // 2 if dtype.kind == "f" else dtype.itemsize
    if n_bytes < MIN_KEY_BYTES:
        return Kind.INTEGER, f"{note}; but {cells.storage.dtype} is too small for more"
    return Kind.IDENTIFIER, note


def _is_named_key(name: Hashable) -> bool:
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", str(name))
    return bool(_KEY_WORDS & set(re.split(r"[^A-Za-z]+", words.lower())))


def _infer_string(cells: Cells) -> tuple[Kind, str]:
    if cells.n_present < SHORT_COLUMN:
        return _assume_string(cells)
    if cells.is_unique and _looks_like_codes(cells.present):
        return Kind.IDENTIFIER, "all distinct codes of one form"
    if cells.n_distinct / cells.n_present > NEARLY_UNIQUE:
        return Kind.TEXT, TEXT_NOTE
    return Kind.CATEGORICAL, ""


def _assume_string(cells: Cells) -> tuple[Kind, str]:
    """Say what strings are taken for that are too few to tell."""
    if not cells.is_unique:
        return Kind.CATEGORICAL, ""
    if _looks_like_codes(cells.present):
        kind = Kind.IDENTIFIER
    elif cells.present.str.contains(r"[\s@]", regex=True).any():
        kind = Kind.TEXT
    else:
        kind = Kind.CATEGORICAL
    return kind, f"only {cells.n_present} values, all distinct: assumed {kind}"


def _looks_like_codes(present: pd.Series) -> bool:
    """Tell whether strings are codes: no spaces, a digit in each, few lengths."""
    strings = present.astype(object)
    lengths = strings.str.len()
    if lengths.nunique() > 1 + math.log10(max(lengths.count(), 10)):
        return False
    return bool(strings.map(_CODE.fullmatch).notna().all())

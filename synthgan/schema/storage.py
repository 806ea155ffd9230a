"""How a column is stored: dtype, element type and missing marker.

What its cells are as numbers is the business of `values`; what the column *means* is
not decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from synthgan.exceptions import InputError


class Element(StrEnum):
    """What the present cells of a column are made of, whatever the dtype."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    DATE = "date"
    TIMEDELTA = "timedelta"
    STRING = "string"
    CATEGORY = "category"
    OBJECT = "object"
    NOTHING = "nothing"


_OBJECT_ELEMENTS = {
    "boolean": Element.BOOLEAN,
    "integer": Element.INTEGER,
    "floating": Element.FLOAT,
    "mixed-integer-float": Element.FLOAT,
    "decimal": Element.DECIMAL,
    "datetime": Element.DATETIME,
    "datetime64": Element.DATETIME,
    "date": Element.DATE,
    "timedelta": Element.TIMEDELTA,
    "timedelta64": Element.TIMEDELTA,
    "string": Element.STRING,
    "mixed": Element.OBJECT,
    "mixed-integer": Element.OBJECT,
    "empty": Element.NOTHING,
}

MARKERS: dict[str, Any] = {"None": None, "nan": np.nan, "NA": pd.NA, "NaT": pd.NaT}


@dataclass(frozen=True)
class Storage:
    """How a column is stored.

    Parameters
    ----------
    dtype : numpy dtype or pandas extension dtype
        The column's own dtype, which comes back.
    element : Element
        What the present cells are.
    missing_marker : str
        The marker that comes back for a missing cell of an object column: `"None"`,
        `"nan"`, `"NA"` or `"NaT"`. Other dtypes have one marker of their own.
    """

    dtype: Any
    element: Element
    missing_marker: str = "nan"

    @property
    def is_object(self) -> bool:
        """Whether the column holds Python objects."""
        return pd.api.types.is_object_dtype(self.dtype)

    @property
    def numpy_dtype(self) -> Any:
        """The numpy dtype of a nullable or Arrow one; any other is its own."""
        return getattr(self.dtype, "numpy_dtype", self.dtype)


def read_storage(series: pd.Series, name: object) -> Storage:
    """Tell how a column is stored.

    Raises
    ------
    InputError
        If its cells are nested objects or of a dtype that has no place in a table.
    """
    dtype = series.dtype
    element = _element_of(series)
    if element is None:
        kind = pd.api.types.infer_dtype(series, skipna=True)
        msg = (
            f"column {name!r}: expected numbers, booleans, strings, categories, "
            f"datetimes or timedeltas, got dtype {dtype} holding {kind}; convert it "
            "first (intervals and dictionaries with .astype('category'), periods with "
            ".dt.to_timestamp(), sparse numbers with .sparse.to_dense(), nested "
            "objects by spreading them over columns) or leave it out"
        )
        raise InputError(msg)
    marker = "nan"
    if pd.api.types.is_object_dtype(dtype):
        missing = series[series.isna()]
        if len(missing):
            marker = missing.map(_marker_name).value_counts().index[0]
    return Storage(dtype, element, marker)


def _marker_name(cell: object) -> str:
    if cell is None:
        return "None"
    if cell is pd.NA:
        return "NA"
    return "NaT" if cell is pd.NaT else "nan"


def _element_of(series: pd.Series) -> Element | None:
    """Return the element type, None where the column cannot be used."""
    types = pd.api.types
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return Element.CATEGORY
    if isinstance(dtype, pd.SparseDtype | pd.PeriodDtype | pd.IntervalDtype):
        return None
    if types.is_object_dtype(dtype):
        present = series.dropna()
        element = _OBJECT_ELEMENTS.get(types.infer_dtype(present, skipna=True))
        if element is Element.OBJECT and not all(map(_is_plain, present)):
            return None
        return element
    if isinstance(dtype, pd.ArrowDtype):
        return _arrow_element(dtype)
    checks = (
        (types.is_bool_dtype, Element.BOOLEAN),
        (types.is_integer_dtype, Element.INTEGER),
        (types.is_float_dtype, Element.FLOAT),
        (types.is_datetime64_any_dtype, Element.DATETIME),
        (types.is_timedelta64_dtype, Element.TIMEDELTA),
        (types.is_string_dtype, Element.STRING),
    )
    return next((element for check, element in checks if check(dtype)), None)


def _is_plain(cell: object) -> bool:
    return isinstance(cell, str | bool | int | float | np.number | np.bool_)


def _arrow_element(dtype: pd.ArrowDtype) -> Element | None:
    import pyarrow.types as arrow_types

    checks = (
        (arrow_types.is_boolean, Element.BOOLEAN),
        (arrow_types.is_integer, Element.INTEGER),
        (arrow_types.is_floating, Element.FLOAT),
        (arrow_types.is_decimal, Element.DECIMAL),
        (arrow_types.is_timestamp, Element.DATETIME),
        (arrow_types.is_date, Element.DATE),
        (arrow_types.is_duration, Element.TIMEDELTA),
        (arrow_types.is_string, Element.STRING),
        (arrow_types.is_large_string, Element.STRING),
        (arrow_types.is_string_view, Element.STRING),
        (arrow_types.is_null, Element.NOTHING),
    )
    arrow_type = dtype.pyarrow_dtype
    return next((element for check, element in checks if check(arrow_type)), None)

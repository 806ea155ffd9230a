from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tables import infer_quietly

from synthgan._random import RowRange
from synthgan.encoders.base import no_codes, no_ranks
from synthgan.encoders.constant import ConstantEncoder


def decode(series: pd.Series, n_rows: int) -> pd.Series:
    """Fit to a constant column and decode rows."""
    schema = infer_quietly(series.to_frame("x"))
    encoder = ConstantEncoder.fit(schema["x"], series, np.random.default_rng(0))
    assert encoder.specs == ()
    rows = RowRange(0, 5, n_rows)
    return encoder.inverse_transform(no_codes(n_rows), no_ranks(n_rows), rows)


def test_the_value_is_repeated_with_its_dtype() -> None:
    decoded = decode(pd.Series([2**53 + 1] * 4, dtype="Int64"), 9)
    pd.testing.assert_series_equal(decoded, pd.Series([2**53 + 1] * 9, dtype="Int64"))


def test_the_category_need_not_be_the_first() -> None:
    dtype = pd.CategoricalDtype(["a", "b", "c"], ordered=True)
    decoded = decode(pd.Series(["b"] * 4, dtype=dtype), 3)
    pd.testing.assert_series_equal(decoded, pd.Series(["b"] * 3, dtype=dtype))


@pytest.mark.parametrize("marker", [None, np.nan, pd.NA, pd.NaT])
def test_a_column_of_missing_cells_keeps_its_marker(marker: object) -> None:
    decoded = decode(pd.Series([marker] * 4, dtype=object), 3)
    assert decoded.dtype == object
    assert [repr(cell) for cell in decoded] == [repr(marker)] * 3

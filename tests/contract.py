"""The round-trip contract: what decoded training rows must be like.

Used by the tests of the encoders and of the synthesizer; no network is needed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgan._random import RowRange
from synthgan.encoders import TableEncoder
from synthgan.encoders.numeric import find_atoms
from synthgan.encoders.quantiles import MIN_SHARED_ROWS
from synthgan.schema import ColumnSchema, Kind, TableSchema
from synthgan.schema.values import present_values


def round_trip(frame: pd.DataFrame, schema: TableSchema, seed: int = 0) -> pd.DataFrame:
    """Encode and decode the rows that the encoders were fitted to."""
    encoder = TableEncoder.fit(frame, schema, seed)
    table = encoder.transform(frame, seed)
    return encoder.inverse_transform(table, RowRange(seed, 0, len(frame)))


def assert_same_form(decoded: pd.DataFrame, train: pd.DataFrame) -> None:
    """Check columns, order, dtypes and markers, whatever the number of rows."""
    pd.testing.assert_index_equal(decoded.columns, train.columns, exact=True)
    assert decoded.columns.name == train.columns.name
    assert isinstance(decoded.index, pd.RangeIndex)
    assert (decoded.index.start, decoded.index.step) == (0, 1)
    for i, name in enumerate(train.columns):
        assert_same_dtype(decoded.iloc[:, i], train.iloc[:, i], name)


def assert_same_dtype(decoded: pd.Series, train: pd.Series, name: object) -> None:
    """Check that a column has exactly the dtype of another, and its cells' types."""
    assert decoded.dtype == train.dtype, name
    assert type(decoded.dtype) is type(train.dtype), name
    assert str(decoded.dtype) == str(train.dtype), name
    if isinstance(train.dtype, pd.CategoricalDtype):
        pd.testing.assert_index_equal(
            decoded.cat.categories, train.cat.categories, exact=True
        )
        assert decoded.cat.ordered == train.cat.ordered, name
    if isinstance(train.dtype, pd.StringDtype):
        assert decoded.dtype.storage == train.dtype.storage, name
        assert repr(decoded.dtype.na_value) == repr(train.dtype.na_value), name
    if train.dtype == object:
        assert set(map(type, decoded)) <= set(map(type, train)), name
        markers = {repr(cell) for cell in decoded[decoded.isna()]}
        assert markers <= {repr(cell) for cell in train[train.isna()]}, name


def assert_contract(
    decoded: pd.DataFrame, train: pd.DataFrame, schema: TableSchema
) -> None:
    """Check decoded training rows cell by cell."""
    assert_same_form(decoded, train)
    for i, column in enumerate(schema):
        assert_column_contract(decoded.iloc[:, i], train.iloc[:, i], column)


def assert_column_contract(
    decoded: pd.Series, train: pd.Series, column: ColumnSchema
) -> None:
    """Check the cells of one column against those that were encoded."""
    train = train.reset_index(drop=True)
    name = column.name
    missing = train.isna()
    np.testing.assert_array_equal(decoded.isna(), missing, str(name))
    if column.kind in {Kind.IDENTIFIER, Kind.TEXT}:
        made = set(decoded[~missing])
        assert not made & set(train[~missing]), name
        if column.kind is Kind.IDENTIFIER:
            assert len(made) == (~missing).sum(), name
    elif column.kind.is_numeric:
        _assert_numbers(decoded[~missing], train[~missing], column)
    else:
        pd.testing.assert_series_equal(decoded, train, check_names=False)


def _assert_numbers(decoded: pd.Series, train: pd.Series, column: ColumnSchema) -> None:
    """Check that shared values are exact, and others between their neighbours."""
    real = present_values(train, column.storage)
    back = present_values(decoded, column.storage)
    distinct, inverse, counts = np.unique(real, return_inverse=True, return_counts=True)
    is_shared = counts >= MIN_SHARED_ROWS
    is_shared |= find_atoms(counts, len(real) + column.n_missing)
    here = is_shared[inverse]
    np.testing.assert_array_equal(back[here], real[here], str(column.name))
    # The cells themselves, not only their numbers: a Decimal's digits, a zone's hour.
    pd.testing.assert_series_equal(decoded[here], train[here], check_names=False)
    before = distinct[np.maximum(inverse - 1, 0)]
    after = distinct[np.minimum(inverse + 1, len(distinct) - 1)]
    assert (back >= before).all(), column.name
    assert (back <= after).all(), column.name
    assert_granularity(decoded, column)


def assert_granularity(decoded: pd.Series, column: ColumnSchema) -> None:
    """Check that numbers are in range and as coarse as the training numbers."""
    numbers = present_values(decoded.dropna(), column.storage)
    assert column.minimum <= numbers.min(), column.name
    assert numbers.max() <= column.maximum, column.name
    if column.step is not None:
        offsets = {int(n) - column.minimum for n in numbers.tolist()}
        assert all(offset % column.step == 0 for offset in offsets), column.name
    elif column.decimals is not None:
        own = column.storage.numpy_dtype
        precision = own if own.kind == "f" else np.dtype(np.float64)
        rounded = np.round(numbers, column.decimals).astype(precision)
        np.testing.assert_array_equal(numbers.astype(precision), rounded)

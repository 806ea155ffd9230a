"""The gatekeeper of `evaluate`: tables that can be compared, or an error that says why.

What can be compared only in part (a level that training lacks, an empty column) passes:
the metrics mark it.
"""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping

import pandas as pd

from synthgan._validation import check_frame
from synthgan.exceptions import InferenceWarning, InputError, ParameterError
from synthgan.schema import ColumnSchema, Kind, TableSchema, infer_schema
from synthgan.statistics import column_numbers, columns_not_judged

#: A target of so many numbers is a class.
N_CLASSES = 2


def check_tables(
    train: pd.DataFrame, others: Mapping[str, pd.DataFrame | None]
) -> None:
    """Refuse tables that do not have the columns of the training table.

    Parameters
    ----------
    train : DataFrame
        The training table.
    others : dict of role to DataFrame or None
        The tables that are compared with it.

    Raises
    ------
    InputError
        Naming the role, and the columns that are too few or too many.
    """
    for role, table in {"train": train, **others}.items():
        if table is None:
            continue
        lacking = [name for name in train.columns if name not in table.columns]
        extra = [name for name in table.columns if name not in train.columns]
        if lacking or extra:
            msg = (
                f"{role}: expected the columns of the training table, got a table that "
                f"lacks {lacking!r} and has {extra!r} besides"
            )
            raise InputError(msg)
        if table.empty:
            msg = f"{role}: expected at least one row and one column, got none"
            raise InputError(msg)


def check_cells(schema: TableSchema, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse cells that cannot be compared with the training table's.

    Raises
    ------
    InputError
        Naming the role and the column.
    """
    for role, table in tables.items():
        for column in schema:
            if not column.kind.is_numeric:
                continue
            try:
                _check_family(table[column.name], column)
                column_numbers(table[column.name], column)
            except InputError as error:
                msg = f"{role}: {error}"
                raise InputError(msg) from error


def _check_family(series: pd.Series, column: ColumnSchema) -> None:
    """Refuse numbers for times and times for numbers, which pandas would convert."""
    types = pd.api.types
    is_time = column.kind in {Kind.DATETIME, Kind.TIMEDELTA}
    is_wrong = (
        types.is_numeric_dtype(series)
        if is_time
        else types.is_datetime64_any_dtype(series) or types.is_timedelta64_dtype(series)
    )
    if is_wrong and series.notna().any():
        msg = (
            f"column {column.name!r}: expected {column.kind} values as in the training "
            f"table (dtype {column.dtype}), got dtype {series.dtype}; convert it first"
        )
        raise InputError(msg)


def check_target(schema: TableSchema, target: Hashable | None) -> None:
    """Refuse a target that is no column of the table, or that nobody can predict.

    Raises
    ------
    ParameterError
        Naming the target and what it could be.
    """
    if target is None:
        return
    if target not in schema.names:
        msg = f"target: expected one of {list(schema.names)!r}, got {target!r}"
        raise ParameterError(msg)
    reason = columns_not_judged(schema).get(target)
    if reason:
        msg = f"target: column {target!r} cannot be predicted ({reason}); name another"
        raise ParameterError(msg)


def check_frames(tables: Mapping[str, pd.DataFrame | None]) -> None:
    """Refuse what is no table of plain, unique columns and at least one row.

    Raises
    ------
    TypeError, InputError
        Naming the role.
    """
    for role, table in tables.items():
        if table is None:
            continue
        try:
            check_frame(table)
        except (TypeError, InputError) as error:
            msg = f"{role}: {error}"
            raise type(error)(msg) from error


def read_schema(
    train: pd.DataFrame,
    schema: TableSchema | Mapping[Hashable, str] | None,
    target: Hashable | None = None,
) -> TableSchema:
    """Return what the columns of `train` mean; what is not given is inferred.

    A target of two numbers, such as 0 and 1, is taken for two classes.

    Examples
    --------
    >>> train = pd.DataFrame({"age": [20, 30, 40]})
    >>> str(read_schema(train, {"age": "categorical"})["age"].kind)
    'categorical'
    """
    if isinstance(schema, TableSchema):
        check_tables(train, {"schema": pd.DataFrame(columns=schema.labels, index=[0])})
        return schema
    with warnings.catch_warnings():
        # It speaks of sampling; columns that are not judged are named in the result.
        warnings.simplefilter("ignore", InferenceWarning)
        inferred = infer_schema(train, schema)
        if target not in inferred.names or target in (schema or {}):
            return inferred
        column = inferred[target]
        if column.kind.is_numeric and column.n_distinct == N_CLASSES:
            classes = {**(schema or {}), target: Kind.CATEGORICAL}
            return infer_schema(train, classes)
        return inferred

"""The simplest preparation for packages that take only numbers and strings."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from benchmarks.peers.runners.task import Task

_MISSING = "_missing"
_EPOCH = pd.Timestamp(0)


@dataclass(frozen=True, eq=False)
class Preparation:
    """Numbers without gaps, and levels as strings.

    A discrete column becomes strings, missing being a level of its own. Any other
    becomes numbers (dates: seconds); where it has gaps, they are filled with its mean,
    and a column of "yes" and "no" besides says where they were. Columns are numbered,
    since some packages stumble over names.

    Parameters
    ----------
    train : DataFrame
        The training table.
    task : Task
        What its columns mean.
    """

    train: pd.DataFrame
    task: Task

    @property
    def discrete(self) -> list[str]:
        """The names of the string columns in the prepared table."""
        prepared = self.transform()
        return [name for name in prepared if prepared[name].dtype == object]

    @property
    def target(self) -> str:
        """The target's name in the prepared table."""
        return self._names()[self.task.target]

    def transform(self) -> pd.DataFrame:
        """Return the training table, prepared."""
        prepared = {}
        for column, name in self._names().items():
            values = self.train[column]
            if self.task.is_discrete(column):
                codes, _ = pd.factorize(values, use_na_sentinel=False)
                prepared[name] = pd.Series(
                    [f"level {code}" for code in codes], dtype=object
                )
                continue
            numbers = _to_numbers(values)
            prepared[name] = numbers.fillna(numbers.mean())
            if numbers.isna().any():
                said = numbers.isna().map({True: "yes", False: "no"})
                prepared[name + _MISSING] = said.astype(object)
        return pd.DataFrame(prepared)

    def inverse_transform(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table like the prepared one in the shape of the training table."""
        restored = {}
        for column, name in self._names().items():
            values = self.train[column]
            if self.task.is_discrete(column):
                _, levels = pd.factorize(values, use_na_sentinel=False)
                codes = table[name].astype(str).str.removeprefix("level ").astype(int)
                restored[column] = pd.Series(levels).take(codes).reset_index(drop=True)
                continue
            numbers = table[name].astype(float).reset_index(drop=True)
            if name + _MISSING in table:
                said = table[name + _MISSING].reset_index(drop=True)
                numbers = numbers.mask(said == "yes")
            restored[column] = _from_numbers(numbers, like=values)
        return pd.DataFrame(restored)

    def _names(self) -> dict[str, str]:
        return {column: f"column {i}" for i, column in enumerate(self.train.columns)}


def _to_numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return (values - _EPOCH).dt.total_seconds()
    return values.astype(float)


def _from_numbers(numbers: pd.Series, like: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(like):
        return _EPOCH + pd.to_timedelta(numbers.round(), unit="s")
    return numbers

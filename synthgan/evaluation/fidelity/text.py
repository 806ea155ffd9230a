"""Text columns: judged by their form, as their values are made up."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.evaluation.fidelity.errors import kolmogorov_smirnov, mean_error
from synthgan.schema import Kind, TableSchema
from synthgan.statistics import Resamples, canonical_order

#: Classes of characters, whose members are counted in each cell.
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"\s", r"[^a-zA-Z0-9\s]")


def text_form_errors(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: TableSchema
) -> pd.Series:
    r"""Measure how far the form of each text column is from the real one.

    Parameters
    ----------
    train, synthetic : DataFrame
        The two tables.
    schema : TableSchema
        What the columns mean; only text is judged here.

    Returns
    -------
    Series of float in [0, 1]
        One for each text column, 0 where the forms are equal.

    Notes
    -----
    The mean Kolmogorov-Smirnov distance of six counts in the cells that are not
    missing: characters, and among them small and capital letters a to z, digits,
    white space, and all others.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan.schema import infer_schema
    >>> train = pd.DataFrame({"name": ["Ann Lee", "Bo Day"]})
    >>> synthetic = pd.DataFrame({"name": ["Ann_Lee", "Bo Day"]})
    >>> schema = infer_schema(train, {"name": "text"})
    >>> text_form_errors(train, synthetic, schema).round(3).to_dict()
    {'name': 0.167}
    """
    as_they_are = Resamples.draw(len(train), len(synthetic), n_resamples=0)
    errors = {
        name: _form_errors(train[name], synthetic[name], as_they_are)[0]
        for name in _text_names(schema)
    }
    return pd.Series(errors, dtype=float)


def _text_names(schema: TableSchema) -> list[Hashable]:
    names = (column.name for column in schema if column.kind is Kind.TEXT)
    return sorted(names, key=str)


def _form_errors(
    train: pd.Series, synthetic: pd.Series, resamples: Resamples
) -> np.ndarray:
    counts = _count_characters(train), _count_characters(synthetic)
    errors = [
        kolmogorov_smirnov(expected, found, resamples)
        for expected, found in zip(*(part.T for part in counts), strict=True)
    ]
    return np.mean(errors, axis=0)


def _count_characters(column: pd.Series) -> np.ndarray:
    """Count characters in each cell, NaN where missing, in canonical order of rows."""
    present = column.notna().to_numpy(bool)
    counts = np.full((len(column), 1 + len(_CLASSES)), np.nan)
    strings = column[present].astype(str).str
    counts[present, 0] = strings.len()
    for i, members in enumerate(_CLASSES):
        counts[present, 1 + i] = strings.count(members)
    return counts[canonical_order(counts)]


@dataclass(frozen=True)
class TextForm(Metric):
    """Mean of `text_form_errors`, in percent, with its bootstrap interval."""

    def compute(
        self,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: TableSchema,
        *,
        holdout: pd.DataFrame | None = None,
        target: Hashable | None = None,
        random_state: int = 0,
    ) -> tuple[MetricResult, ...]:
        """Judge a synthetic table; see `Metric.compute`."""
        resamples = Resamples.draw(len(train), len(synthetic), random_state)
        errors = [
            _form_errors(train[name], synthetic[name], resamples)
            for name in _text_names(schema)
        ]
        return (mean_error("text_form_error_percent", errors, "no text column"),)

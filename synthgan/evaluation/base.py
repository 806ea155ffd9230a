"""What every metric is, and what it gives back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Literal

import pandas as pd

from synthgan.schema import TableSchema


@dataclass(frozen=True)
class MetricResult:
    """One figure.

    Parameters
    ----------
    name : str
        What the figure is called in tables; ends in `_percent` where it is a
        percentage.
    value : float
        The figure, NaN where the tables do not allow one.
    higher_is_better : bool
        Which way is better.
    interval : tuple of float, optional
        Its 95 % confidence interval, where there is one.
    reason : str, default ""
        Why the value is NaN, in plain words for a reader of the report; empty where
        there is a value.
    """

    name: str
    value: float
    higher_is_better: bool
    interval: tuple[float, float] | None = None
    reason: str = ""


class Metric(ABC):
    """A way of judging a synthetic table: a frozen dataclass in `METRICS`.

    Attributes
    ----------
    section : {"fidelity", "utility"}, default "fidelity"
        Which part of the report its figures stand in.
    is_quick : bool, default True
        Whether `evaluate(metrics="quick")` computes it.
    needs_holdout : bool
        Whether it needs real rows that the generator never saw.
    needs_target : bool
        Whether it needs a column to predict.
    """

    section: ClassVar[Literal["fidelity", "utility"]] = "fidelity"
    is_quick: ClassVar[bool] = True
    needs_holdout: ClassVar[bool] = False
    needs_target: ClassVar[bool] = False

    @abstractmethod
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
        """Judge a synthetic table.

        Parameters
        ----------
        train : DataFrame
            The real rows that the generator saw.
        synthetic : DataFrame
            The rows to be judged, with the columns of `train`.
        schema : TableSchema
            What the columns of `train` mean.
        holdout : DataFrame, optional
            Real rows that the generator never saw.
        target : column name, optional
            The column to predict.
        random_state : int, default 0
            Seed of everything that is drawn.

        Returns
        -------
        tuple of MetricResult
            One figure or several; their names do not depend on the synthetic table.
        """

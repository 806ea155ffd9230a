"""The two-sample test as a metric, by one judge or another."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from synthgan.evaluation.base import Metric, MetricResult
from synthgan.schema import TableSchema
from synthgan.statistics import Judge, two_sample_test


@dataclass(frozen=True)
class TwoSample(Metric):
    """AUC and score of the standard judge; see `two_sample_test`."""

    judge: ClassVar[Judge] = "standard"
    prefix: ClassVar[str] = "two_sample"

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
        real = train if holdout is None or not self.needs_holdout else holdout
        result = two_sample_test(real, synthetic, schema, random_state, self.judge)
        reason = "" if result.interval else "too few rows, or no column, to compare"
        return (
            MetricResult(
                f"{self.prefix}_auc", result.auc, False, result.interval, reason
            ),
            MetricResult(
                f"{self.prefix}_score",
                result.score,
                True,
                result.score_interval,
                reason,
            ),
        )


@dataclass(frozen=True)
class HoldoutTwoSample(TwoSample):
    """The standard judge, with rows in the training table's place that nobody saw.

    A model that copies its training rows looks better against them than here.
    """

    needs_holdout: ClassVar[bool] = True
    is_quick: ClassVar[bool] = False
    prefix: ClassVar[str] = "two_sample_holdout"


@dataclass(frozen=True)
class StrictTwoSample(TwoSample):
    """The judge that learns slower and longer, and sees more."""

    is_quick: ClassVar[bool] = False
    judge: ClassVar[Judge] = "strict"
    prefix: ClassVar[str] = "two_sample_strict"


@dataclass(frozen=True)
class LogisticTwoSample(TwoSample):
    """A logistic regression: a sanity check only.

    It sees single columns but no relation: independent columns score 1.
    """

    is_quick: ClassVar[bool] = False
    judge: ClassVar[Judge] = "logistic"
    prefix: ClassVar[str] = "two_sample_logistic"

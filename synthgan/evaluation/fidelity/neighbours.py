"""Alpha-precision and beta-recall: whether rows are typical, and cover real ones."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
from sklearn.neighbors import NearestNeighbors

from synthgan._random import make_rng
from synthgan.evaluation.base import Metric, MetricResult
from synthgan.schema import TableSchema
from synthgan.statistics import (
    Resamples,
    TablePreparation,
    spread_interval,
    thin_rows,
)

#: At most this many rows of each table are compared.
MAX_ROWS = 10_000

_ALPHAS = np.linspace(0, 1, 30)


@dataclass(frozen=True)
class PrecisionRecall(Metric):
    r"""Alpha-precision and beta-recall of synthetic rows.

    Alpha-precision is 1 where the synthetic rows lie about the centre of the real ones
    as these do themselves; independent columns nearly reach it. Beta-recall is the
    share of real rows that have a synthetic row nearer to them than any other real
    one; of fresh real rows about one half, so that clearly more means copying.

    Notes
    -----
    With the real rows' quantile radii :math:`r_\alpha` about their centre, the
    precision curve :math:`P_\alpha` is the share of synthetic rows inside. The recall
    curve :math:`R_\beta` is the share of real rows whose nearest synthetic row is not
    farther than their nearest real one, and lies inside the synthetic rows' own
    quantile radius (of those nearest rows). Both figures are
    :math:`1 - \sum |curve - \alpha| / \sum \alpha` over 30 levels, as in synthcity's
    "naive" variant: numbers scaled to [0, 1] by the training table's range, levels
    one-hot, a missing number at the mean beside a column that says so. Equal numbers of
    rows of both tables, at most 10,000; intervals resample rows, neighbours and radii
    staying what they are.

    References
    ----------
    A. M. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar, "How faithful is your
    synthetic data?", ICML 2022, arXiv:2102.08921.
    """

    is_quick: ClassVar[bool] = False

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
        n_rows = min(len(train), len(synthetic), MAX_ROWS)
        preparation = TablePreparation.fit([train, synthetic], schema)
        if n_rows < 2 or not preparation.columns:
            reason = "too few rows, or no column, to compare"
            return (
                MetricResult("alpha_precision", np.nan, True, reason=reason),
                MetricResult("beta_recall", np.nan, True, reason=reason),
            )
        drawn = [
            thin_rows(
                preparation.transform(table),
                n_rows,
                make_rng(random_state, "precision_recall", role),
            )
            for role, table in (("train", train), ("synthetic", synthetic))
        ]
        real, found = _place_rows(drawn[0], drawn[1], preparation.is_categorical)
        resamples = Resamples.draw(n_rows, n_rows, random_state)
        curves = {
            "alpha_precision": _precision_curves(real, found, resamples.synthetic),
            "beta_recall": _recall_curves(real, found, resamples.train),
        }
        results = []
        for name, curve in curves.items():
            distance = np.abs(curve - _ALPHAS).sum(axis=1) / _ALPHAS.sum()
            estimates = 1 - distance
            interval = spread_interval(estimates, 0.0, 1.0)
            results.append(MetricResult(name, float(estimates[0]), True, interval))
        return tuple(results)


def _place_rows(
    train: np.ndarray, synthetic: np.ndarray, is_categorical: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turn prepared rows into points."""
    blocks: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for column, is_coded in enumerate(is_categorical):
        cells = train[:, column], synthetic[:, column]
        missing = tuple(np.isnan(part) for part in cells)
        if is_coded:
            codes = tuple(np.where(np.isnan(part), -1, part) for part in cells)
            levels = np.unique(np.concatenate(codes))
            for block, part in zip(blocks, codes, strict=True):
                block.append(part[:, None] == levels)
            continue
        present = cells[0][~missing[0]]
        low, high, mean = (
            (present.min(), present.max(), present.mean())
            if len(present)
            else (0.0, 0.0, 0.0)
        )
        width = high - low if high > low else 1.0
        for block, part, holes in zip(blocks, cells, missing, strict=True):
            block.append(((np.where(holes, mean, part) - low) / width)[:, None])
            if missing[0].any() or missing[1].any():
                block.append(holes[:, None])
    first, second = (np.hstack(block).astype(float) for block in blocks)
    return first, second


def _radii(points: np.ndarray, centre: np.ndarray) -> np.ndarray:
    return np.linalg.norm(points - centre, axis=1)


def _inside_curves(
    radii: np.ndarray, limits: np.ndarray, counts: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Return the weighted share of counted rows inside each limit.

    Shape (n_lines, n_limits).
    """
    is_inside = (radii[:, None] <= limits) & counts[:, None]
    return weights @ is_inside.astype(float) / len(radii)


def _precision_curves(
    real: np.ndarray, found: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    centre = real.mean(axis=0)
    limits = np.quantile(_radii(real, centre), _ALPHAS)
    every = np.ones(len(found), dtype=bool)
    return _inside_curves(_radii(found, centre), limits, every, weights)


def _recall_curves(
    real: np.ndarray, found: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    own = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(real)
    other = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(found)
    nearest_real = real[own.kneighbors(return_distance=False)[:, 0]]
    nearest_found = found[other.kneighbors(real, return_distance=False)[:, 0]]
    # Anew from the rows: equal rows are then exactly zero apart.
    covered = _radii(nearest_found, real) <= _radii(nearest_real, real)
    radii = _radii(nearest_found, found.mean(axis=0))
    return _inside_curves(radii, np.quantile(radii, _ALPHAS), covered, weights)

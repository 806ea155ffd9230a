"""From the scores of all cells to a verdict on each method."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.augmentation.methods import METHODS, REAL
from synthgan.evaluation.utility.scoring import LOWER_IS_BETTER
from synthgan.statistics import holm_adjusted

#: A group is what the splits of one comparison have in common.
GROUP = ["set", "n_rows", "learner"]
_ALPHA = 0.05


def compare_methods(scores: pd.DataFrame) -> pd.DataFrame:
    r"""Compare every method with the real rows alone.

    Parameters
    ----------
    scores : DataFrame
        One row for each set, number of rows, learner, split and method that is defined:
        `value`, `score` (its name), `overlap` (the share of training rows that two
        splits have in common).

    Returns
    -------
    DataFrame
        One row for each set, number of rows, learner and method: `value`, `gain`,
        `n_splits`, and the adjusted p-values `better` and `worse`.

    Notes
    -----
    Gains are paired by split. With a share :math:`\rho` of rows in common, the variance
    of a mean gain of k splits is :math:`s^2 (1/k + \rho / (1 - \rho))`, where
    :math:`\rho` takes the place of the unknown correlation (Nadeau and Bengio 2003).
    The p-values are one-sided, and Holm's correction is over all groups of a method,
    for each side.
    """
    wide = scores.pivot_table("value", [*GROUP, "split"], "method")
    overlaps = scores.groupby(GROUP)["overlap"].first()
    names = scores.groupby(GROUP)["score"].first()
    rows = []
    for key, values in wide.groupby(GROUP):
        sign = -1 if names[key] in LOWER_IS_BETTER else 1
        for method in values.columns:
            gains = (sign * (values[method] - values[REAL])).dropna().to_numpy()
            if not len(gains):
                continue
            p_better = _p_value(gains, overlaps[key])
            rows.append(
                {
                    **dict(zip(GROUP, key, strict=True)),
                    "method": method,
                    "value": values[method].mean(),
                    "gain": gains.mean(),
                    "n_splits": len(gains),
                    "better": p_better,
                    "worse": 1 - p_better,
                }
            )
    compared = pd.DataFrame(rows)
    for side in ("better", "worse"):
        compared[side] = compared.groupby("method")[side].transform(
            lambda p_values: holm_adjusted(p_values.to_numpy())
        )
    return compared


def _p_value(gains: np.ndarray, overlap: float) -> float:
    """Return the p-value against no gain; NaN where it cannot be told."""
    if len(gains) < 2 or not gains.var():
        return np.nan
    reach = np.sqrt(gains.var(ddof=1) * (1 / len(gains) + overlap / (1 - overlap)))
    return float(stats.t.sf(gains.mean() / reach, len(gains) - 1))


def summarise(compared: pd.DataFrame) -> pd.DataFrame:
    """Return one row a method: its groups and splits, its verdicts and its rank.

    Common gains and ranks are means over the groups in which every method shown is
    defined; rank 1 is the best.
    """
    groups = compared.groupby("method")
    table = pd.DataFrame(
        {
            "groups": groups.size(),
            "fewest splits": groups["n_splits"].min(),
            "better": groups["better"].agg(lambda p: (p <= _ALPHA).sum()),
            "worse": groups["worse"].agg(lambda p: (p <= _ALPHA).sum()),
            "mean gain": groups["gain"].mean(),
            "worst gain": groups["gain"].min(),
        }
    )
    gains = compared.pivot_table("gain", GROUP, "method").dropna()
    table["common gain"] = gains.mean()
    table["mean rank"] = gains.rank(axis=1, ascending=False).mean()
    return table.reindex([name for name in METHODS if name in table.index])

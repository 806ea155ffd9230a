"""All results on disk as one frame: one row a training that was tried."""

from __future__ import annotations

import pandas as pd

from benchmarks.peers.registry import PEERS
from benchmarks.results import Result, describe

_DESCRIPTION = (
    "set",
    "model",
    "seed",
    "options",
    "status",
    "reason",
    "cores_of_others",
)
COSTS = ["fit_seconds", "sample_seconds", "peak_memory_mib"]


def to_frame(results: list[Result]) -> pd.DataFrame:
    """Return one row a result.

    Parameters
    ----------
    results : list of dict
        What `benchmarks.results.load_results` gives.

    Returns
    -------
    DataFrame
        Columns `set`, `model` (the peer's title), `seed`, `options` (in words),
        `status`, `reason`, `cores_of_others`, the costs and the scores; models in the
        registry's order.
    """
    order = {name: number for number, name in enumerate(PEERS)}
    rows = [
        {
            "set": result["request"]["set"],
            "model": PEERS[result["request"]["model"]].title,
            "seed": result["request"]["seed"],
            "options": describe(result["request"].get("options", {})),
            "status": result["status"],
            "reason": result.get("reason", ""),
            "cores_of_others": result.get("cores_of_others"),
            **result.get("scores", {}),
            **{cost: result.get(cost) for cost in COSTS},
        }
        for result in sorted(
            results,
            key=lambda result: (
                order[result["request"]["model"]],
                result["request"]["seed"],
            ),
        )
    ]
    return pd.DataFrame(rows)


def score_names(frame: pd.DataFrame) -> list[str]:
    """Return the names of the scores among the columns of `to_frame`'s result."""
    return [name for name in frame.columns if name not in (*_DESCRIPTION, *COSTS)]

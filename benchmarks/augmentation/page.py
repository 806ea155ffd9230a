"""The Markdown page of all cells that were measured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmarks.augmentation.cells import BALANCE, N_MAJORITY, STUDY
from benchmarks.augmentation.comparison import compare_methods, summarise
from benchmarks.augmentation.methods import METHODS, REAL
from benchmarks.results import Result, measured_with, to_markdown

_TITLES = {
    STUDY: "Small tables: as many rows again",
    BALANCE: f"Rare classes: beside {N_MAJORITY:,} rows of the larger class",
}
#: The scores that each task looks at; None is the first, the headline.
_SCORES: dict[str, list[str | None]] = {
    STUDY: [None],
    BALANCE: ["balanced_accuracy", "average_precision"],
}


def make_page(results: Sequence[Result]) -> str:
    """Return the page.

    Parameters
    ----------
    results : sequence of dict
        One for each cell and method, in any order.
    """
    parts = [
        "# Augmentation",
        "Every group is a set, a number of training rows and a learner; gains are over "
        "the real rows alone, paired by split. *Better* and *worse* count the groups "
        "in which a one-sided corrected resampled t-test says so after Holm's "
        "correction, at 5 % each. Common gains and ranks are means over the groups in "
        "which all methods of the table are defined.",
    ]
    for task, scores in _SCORES.items():
        ours = [result for result in results if result["request"]["task"] == task]
        if not any(result["status"] == "measured" for result in ours):
            continue
        parts.append(f"## {_TITLES[task]}")
        for score in scores:
            parts += _section(to_frame(ours, score), score)
        parts.append(_remarks(ours))
    parts.append(f"{measured_with(results)}\n")
    return "\n\n".join(filter(None, parts))


def to_frame(results: Sequence[Result], score: str | None) -> pd.DataFrame:
    """Return one row for each cell, method and learner that was measured.

    Parameters
    ----------
    results : sequence of dict
        Results of one task.
    score : str or None
        Which score; None is the first.
    """
    rows = []
    for result in results:
        for learner, scores in result.get("scores", {}).items():
            name = score or next(iter(scores))
            request = result["request"]
            rows.append(
                {
                    **{key: request[key] for key in ("set", "n_rows", "split")},
                    "method": request["method"],
                    "learner": learner,
                    "score": name,
                    "value": scores[name],
                    "overlap": result["overlap"],
                }
            )
    return pd.DataFrame(rows)


def _section(scores: pd.DataFrame, name: str | None) -> list[str]:
    compared = compare_methods(scores)
    means = compared.pivot_table("gain", ["set", "n_rows"], "method")
    means = means.reindex(columns=[m for m in METHODS if m in means and m != REAL])
    real = compared[compared["method"] == REAL].groupby(["set", "n_rows"])["value"]
    means.insert(0, REAL, real.mean())
    means.index = pd.Index([f"{table}, {n_rows} rows" for table, n_rows in means.index])
    title = (name or "AUC, macro AUC or R²").replace("_", " ")
    return [
        f"### {title[0].upper()}{title[1:]}",
        to_markdown(summarise(compared)),
        "Score of the real rows alone, and gains over it, means over the learners; "
        "blank where a method is not defined:",
        to_markdown(means),
    ]


def _remarks(results: Sequence[Result]) -> str:
    """Say where methods gave nothing, and why."""
    missing = pd.Series(
        [
            f"{result['request']['method']}, {result['request']['set']}: "
            f"{result['status']}, {result['reason']}"
            for result in results
            if result["status"] != "measured"
        ],
        dtype=object,
    )
    counts = missing.value_counts(sort=False)
    return "\n".join(f"- {text} ({count} cells)" for text, count in counts.items())

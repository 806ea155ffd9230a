"""The Markdown page: means, their spread, and what is lacking, with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from benchmarks.peers.grid import COSTS, score_names, to_frame
from benchmarks.peers.registry import NOT_PACKAGED, PEERS
from benchmarks.results import Result, describe, heading, measured_with, to_markdown

_NOTICEABLE = 0.1  # cores of others: below lie the system's own

_INTRODUCTION = """# Peers

Every model was trained with its package's defaults in a process and an environment of
its own, one at a time, and made as many rows as it was trained on. The same judge
scored all tables. Whole numbers are rounded for every model alike. Memory is the peak
of the process beyond its packages, without those it starts. After each name: how many
of the trainings are done; the figures are means over them.
"""


def make_page(
    results: Sequence[Result], references: Mapping[str, Result], seeds: Sequence[int]
) -> str:
    """Return the page.

    Parameters
    ----------
    results : sequence of dict
        What was tried so far, of all sets.
    references : mapping of set to dict
        The reference rows of each set to be shown.
    seeds : sequence of int
        The seeds that a complete row has.
    """
    frame = to_frame(list(results))
    sections = [
        _section(name, frame[frame["set"] == name], reference, seeds)
        for name, reference in references.items()
    ]
    return "\n".join([_INTRODUCTION, *sections, _notes(results)])


def _section(
    name: str, frame: pd.DataFrame, reference: Result, seeds: Sequence[int]
) -> str:
    measured = frame[frame["status"] == "measured"]
    figures = [*score_names(frame), *COSTS]
    n_wanted = len({*seeds, *frame["seed"]})
    titles = {
        peer.title: f"{peer.title} ({(measured['model'] == peer.title).sum()} of "
        f"{n_wanted})"
        for peer in PEERS.values()
    }
    grouped = measured.groupby("model", sort=False)[figures]
    means = grouped.mean().astype(float).reindex(list(titles)).rename(index=titles)
    rows = pd.DataFrame.from_dict(reference["scores"], orient="index").astype(float)
    for real in rows.columns.difference(figures):
        means[real] = rows[real].iloc[0]  # of the training rows: equal for every model
    table = pd.concat([rows, means])[[*rows.columns, *COSTS]]
    spread = grouped.std().astype(float).dropna(how="all")
    parts = [
        f"## {name}",
        f"{reference['n_train']:,} training rows, {reference['n_holdout']:,} rows of "
        "holdout.",
        to_markdown(table.rename(columns=heading)),
    ]
    if len(spread):
        parts += [
            "Standard deviation over the trainings:",
            to_markdown(spread.rename(columns=heading)),
        ]
    return "\n\n".join([*parts, *_remarks(frame, seeds)]) + "\n"


def _remarks(frame: pd.DataFrame, seeds: Sequence[int]) -> list[str]:
    """Return what is lacking, and what was not measured alone."""
    lines = [
        f"- {row.model}, seed {row.seed}: {row.status}: {row.reason}"
        for row in frame[frame["status"] != "measured"].itertuples()
    ]
    tried = set(zip(frame["model"], frame["seed"], strict=True))
    for peer in PEERS.values():
        left = [seed for seed in seeds if (peer.title, seed) not in tried]
        if left:
            lines.append(f"- {peer.title}, seeds {left}: not tried yet")
    lines += [
        f"- {row.model}, seed {row.seed}: others kept {row.cores_of_others:.1f} cores "
        "busy meanwhile; its seconds are too many"
        for row in frame.itertuples()
        if (row.cores_of_others or 0) > _NOTICEABLE
    ]
    return ["\n".join(lines)] if lines else []


def _notes(results: Sequence[Result]) -> str:
    lines = ["## Notes\n"]
    for name, peer in PEERS.items():
        tried = [result for result in results if result["request"]["model"] == name]
        versions = f" ({describe(tried[-1]['versions'])})" if tried else ""
        lines.append(f"- {peer.title}{versions}: {peer.note}.")
    lines += [
        f"- {title}: not installed; {why}." for title, why in NOT_PACKAGED.items()
    ]
    used = measured_with(results)
    return "\n".join([*lines, "", f"{used}\n"])

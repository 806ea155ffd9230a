"""The pictures: quality against fit time, and a bar for every figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from benchmarks.peers.grid import score_names
from benchmarks.peers.registry import PEERS
from benchmarks.results import Result, heading

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {peer.title: f"C{number}" for number, peer in enumerate(PEERS.values())}


def draw_quality_against_seconds(measured: pd.DataFrame, path: Path) -> None:
    """Draw the two-sample AUC of every training against its fit time.

    Parameters
    ----------
    measured : DataFrame
        Those rows of `to_frame` that were measured.
    path : Path
        Where the picture goes.
    """
    from matplotlib.figure import Figure

    sets = list(dict.fromkeys(measured["set"]))
    figure = Figure(figsize=(2 + 4 * len(sets), 4), layout="constrained")
    axes = figure.subplots(1, len(sets), sharey=True, squeeze=False)[0]
    for panel, name in zip(axes, sets, strict=True):
        for model, rows in measured[measured["set"] == name].groupby("model"):
            seconds = rows["fit_seconds"].clip(lower=0.01)
            panel.scatter(
                seconds, rows["two_sample_auc"], label=model, color=_COLOURS[model]
            )
        panel.axhline(0.5, color="grey", linestyle=":")
        panel.set(title=name)
        _lay_out_seconds(panel)
    axes[0].set_ylabel("two-sample AUC (0.5: as good as real)")
    handles = {
        label: handle
        for panel in axes
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside right upper")
    _save(figure, path)


def draw_bars(measured: pd.DataFrame, reference: Result, path: Path) -> None:
    """Draw one panel a figure and one bar a model, for one set.

    Parameters
    ----------
    measured : DataFrame
        Those rows of `to_frame` that were measured, of one set.
    reference : dict
        The reference rows; the real holdout's score is the dashed line.
    path : Path
        Where the picture goes.
    """
    from matplotlib.figure import Figure

    scores = [name for name in score_names(measured) if measured[name].notna().any()]
    models = list(dict.fromkeys(measured["model"]))
    figure = Figure(figsize=(3 * len(scores), 4), layout="constrained")
    axes = figure.subplots(1, len(scores), squeeze=False)[0]
    for panel, score in zip(axes, scores, strict=True):
        values = measured.groupby("model")[score].agg(["mean", "min", "max"])
        values = values.loc[models]
        reach = [values["mean"] - values["min"], values["max"] - values["mean"]]
        colours = [_COLOURS[model] for model in models]
        panel.bar(models, values["mean"], yerr=reach, color=colours, capsize=3)
        ceiling = reference["scores"]["real holdout"].get(score)
        if ceiling is not None:
            panel.axhline(ceiling, color="black", linestyle="--")
        panel.set_title(heading(score))
        panel.tick_params(axis="x", labelrotation=90)
    figure.suptitle(
        "mean, smallest and largest of the trainings; dashed: the real holdout"
    )
    _save(figure, path)


def draw_curves(measured: pd.DataFrame, path: Path) -> None:
    """Draw one panel a score and one line a model, against the seconds of its fit.

    Parameters
    ----------
    measured : DataFrame
        Those rows of `to_frame` that were measured, of one set.
    path : Path
        Where the picture goes.
    """
    from matplotlib.figure import Figure

    scores = [name for name in score_names(measured) if measured[name].notna().any()]
    if not scores:
        return
    n_rows = math.ceil(len(scores) / 3)
    figure = Figure(figsize=(12, 3.5 * n_rows), layout="constrained")
    axes = figure.subplots(n_rows, 3, squeeze=False).ravel()
    for empty in axes[len(scores) :]:
        empty.remove()
    for panel, score in zip(axes, scores, strict=False):
        for model, rows in measured.sort_values("fit_seconds").groupby("model"):
            panel.plot(
                rows["fit_seconds"],
                rows[score],
                marker="o",
                label=model,
                color=_COLOURS[model],
            )
        panel.set(title=heading(score))
        _lay_out_seconds(panel)
    axes[0].legend()
    _save(figure, path)


def _lay_out_seconds(panel: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    panel.set(xscale="log", xlabel="seconds of fit")
    first, last = panel.get_xlim()
    labelled = (1.0, 3.0) if last < 1_000 * first else (1.0,)
    panel.xaxis.set_major_locator(LogLocator(subs=labelled))
    panel.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)

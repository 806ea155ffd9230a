"""Scores of models that were trained on real and on synthetic rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synthgan.evaluation.displays.palette import (
    MUTED,
    REAL,
    SYNTHETIC,
    hide_frame,
    use_axes,
)
from synthgan.evaluation.facts import INDEPENDENT_COLUMNS, REAL_HOLDOUT, Score

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class ModelScoresDisplay:
    """Scores on real rows: trained on synthetic beside trained on real rows.

    Parameters
    ----------
    scores : tuple of Score
        Figures of at most 1 where higher is better: areas, shares, R².
    """

    scores: tuple[Score, ...]

    @classmethod
    def from_scores(cls, scores: Sequence[Score]) -> ModelScoresDisplay:
        """Take from an evaluation's scores those of models that share an axis.

        Parameters
        ----------
        scores : sequence of Score
            Such as `Evaluation.scores`.
        """
        return cls(
            tuple(
                score
                for score in scores
                if score.name.startswith("tstr_")
                and score.name != "tstr_ratio"
                and score.higher_is_better
                and np.isfinite(score.value)
                and np.isfinite(score.references.get(REAL_HOLDOUT, np.nan))
            )
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw a line for each score.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib Axes
        """
        ax = use_axes(ax, 5, 0.9 + 0.42 * len(self.scores))
        hide_frame(ax)
        places = np.arange(len(self.scores))
        real = [score.references[REAL_HOLDOUT] for score in self.scores]
        apart = [
            score.references.get(INDEPENDENT_COLUMNS, np.nan) for score in self.scores
        ]
        made = [score.value for score in self.scores]
        ax.hlines(places, made, real, color=MUTED, lw=1, alpha=0.6)
        ax.plot(apart, places, "x", color=MUTED, ms=6, label="independent columns")
        ax.plot(real, places, "D", mfc="none", mew=1.6, color=REAL, ms=7, label="real")
        for place, score in enumerate(self.scores):
            if score.interval:
                ax.hlines(place, *score.interval, color=SYNTHETIC, lw=2.4, alpha=0.5)
        ax.plot(made, places, "o", color=SYNTHETIC, ms=6, label="synthetic")
        names = [score.name.removeprefix("tstr_") for score in self.scores]
        ax.set_yticks(places, [name.replace("_", " ") for name in names])
        ax.set_ylim(max(len(places), 1) - 0.4, -0.6)
        ax.grid(axis="x", color=MUTED, alpha=0.25, lw=0.6)
        ax.set_axisbelow(True)
        return ax

"""What attacks on a synthetic table found, each with its interval."""

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
    shorten,
    use_axes,
)
from synthgan.evaluation.privacy import ATTACKS, AttackResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class AttackDisplay:
    """How far each attack came beyond what an innocent table gives away.

    Parameters
    ----------
    results : tuple of AttackResult
        The attacks that were judged.
    leaks : frozenset of str
        Names of those that count as leaks.
    """

    results: tuple[AttackResult, ...]
    leaks: frozenset[str] = frozenset()

    @classmethod
    def from_results(
        cls, results: Sequence[AttackResult], leaks: Sequence[str] = ()
    ) -> AttackDisplay:
        """Take the attacks that were judged.

        Parameters
        ----------
        results : sequence of AttackResult
            Such as `run_attacks` gives.
        leaks : sequence of str, default ()
            Names of those that count as leaks; see `judge_privacy`.
        """
        judged = tuple(result for result in results if np.isfinite(result.figure))
        return cls(judged, frozenset(leaks))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw each attack's effect, its interval, and what could have been seen.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib Axes
            Effects in points of 100. The band round zero is what the sample was too
            small to see; a full point in vermilion is a leak, a hollow blue one none.
        """
        ax = use_axes(ax, 5, 0.9 + 0.3 * len(self.results))
        hide_frame(ax)
        ax.axvline(0, color=MUTED, lw=1)
        for place, result in enumerate(self.results):
            is_leak = result.name in self.leaks
            colour = SYNTHETIC if is_leak else REAL
            if np.isfinite(result.detectable):
                reach = 100 * result.detectable
                ax.barh(place, 2 * reach, 0.7, -reach, color=MUTED, alpha=0.18)
            if result.interval:
                low, high = (100 * (end - result.innocent) for end in result.interval)
                ax.hlines(place, low, high, color=colour, lw=2)
            effect = 100 * (result.figure - result.innocent)
            fill = colour if is_leak else "none"
            ax.plot(effect, place, "o", color=colour, mfc=fill, mew=1.6, ms=6)
        names = [shorten(attack_label(result.name), 32) for result in self.results]
        ax.set_yticks(np.arange(len(names)), names)
        ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
        ax.grid(axis="x", color=MUTED, alpha=0.25, lw=0.6)
        ax.set_axisbelow(True)
        return ax


def attack_label(name: str) -> str:
    """Return an attack's title and its variant.

    Examples
    --------
    >>> attack_label("dcr_share"), attack_label("membership_density[tpr]")
    ('Share nearer to training rows', 'Membership by density ratio, TPR at 1 %')
    """
    base, _, variant = name.partition("[")
    title = ATTACKS[base].title if base in ATTACKS else base
    variant = variant.removesuffix("]")
    variant = "TPR at 1 %" if variant == "tpr" else variant
    return f"{title}, {variant}" if variant else title

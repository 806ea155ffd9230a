"""Colours and axes that all displays share.

Blue and vermilion are those of Okabe and Ito (2008), which colour-blind people tell
apart. Colour is never the only difference: real rows are filled or hollow, synthetic
rows are lines or full points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REAL = "#0072b2"
SYNTHETIC = "#d55e00"
MUTED = "#7b828c"


def use_axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the axes that were given, or those of a new figure of so many inches."""
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def hide_frame(ax: Axes) -> None:
    """Leave of the frame what a reader needs: the base line."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)


def shorten(text: object, n_characters: int = 22) -> str:
    """Return a label on one line and not too long.

    Examples
    --------
    >>> shorten("Married to a civilian spouse", 12)
    'Married to …'
    """
    line = " ".join(str(text).split())
    return line if len(line) <= n_characters else line[: n_characters - 1] + "…"

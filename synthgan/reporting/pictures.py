"""The displays as inline SVG whose colours and fonts are the page's own.

Colours become CSS variables, so that one picture serves light and dark; text stays
text, which can be searched and read aloud.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from synthgan.evaluation.displays.palette import MUTED, REAL, SYNTHETIC

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes

_INK = "#16191d"
_VARIABLES = {
    REAL: "var(--real)",
    SYNTHETIC: "var(--synthetic)",
    MUTED: "var(--muted)",
    _INK: "var(--ink)",
}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "synthgan",
    "text.parse_math": False,
    "font.size": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.5,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), _INK
    ),
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def draw(
    plot: Callable[[Axes], object], width: float, height: float, title: str
) -> Markup:
    """Let a display draw, and return the picture for the page.

    Parameters
    ----------
    plot : callable
        Draws on the axes that it is given.
    width, height : float
        Size in inches.
    title : str
        What the picture shows, for those who cannot see it.

    Returns
    -------
    Markup
        An `svg` element; matplotlib has escaped every text in it.
    """
    import matplotlib as mpl
    from markupsafe import Markup, escape
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        figure = Figure(figsize=(width, height), layout="constrained")
        plot(figure.subplots())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA, transparent=True)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(f": {colour}", f": {variable}")
    svg = re.sub(r"font: ([\d.]+px) [^;\"]+", r"font: \1 var(--font)", svg)
    label = f'<svg role="img" aria-label="{escape(title)}"'
    return Markup(svg.replace("<svg", label, 1))

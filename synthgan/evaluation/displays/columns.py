"""Single columns of two tables side by side."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgan.evaluation.displays.palette import (
    REAL,
    SYNTHETIC,
    hide_frame,
    shorten,
    use_axes,
)
from synthgan.evaluation.fidelity import column_shape_errors
from synthgan.evaluation.inputs import read_schema
from synthgan.schema import ColumnSchema, Kind, TableSchema
from synthgan.schema.values import describe_number
from synthgan.statistics import Levels, column_numbers, judged_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_N_BINS = 24
#: So many levels have a bar of their own; the others share one.
_N_LEVELS = 6
#: Numeric columns are drawn between these quantiles of the training table: what lies
#: outside is counted in the outermost bins.
_SHOWN = (0.005, 0.995)


@dataclass(frozen=True, eq=False)
class ColumnDisplay:
    """One column's distribution, real beside synthetic.

    Parameters
    ----------
    name : column name
        Which column.
    error : float
        Its distance from the real distribution; see `column_shape_errors`.
    real, synthetic : ndarray of float
        Share of the present cells in each bin or level.
    edges : ndarray of float or None
        The bins' edges; None for levels.
    labels : tuple of str
        The levels; for bins the text of the two ends.
    missing : tuple of float
        Share of missing cells, real and synthetic.

    Examples
    --------
    >>> import pandas as pd
    >>> train = pd.DataFrame({"sex": ["f", "f", "m", "f"]})
    >>> synthetic = pd.DataFrame({"sex": ["f", "m", "m", "f"]})
    >>> display = ColumnShapesDisplay.from_frames(train, synthetic).columns[0]
    >>> display.labels, display.real.tolist(), display.synthetic.tolist()
    (('f', 'm'), [0.75, 0.25], [0.5, 0.5])
    """

    name: Hashable
    error: float
    real: np.ndarray
    synthetic: np.ndarray
    edges: np.ndarray | None
    labels: tuple[str, ...]
    missing: tuple[float, float]

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the column: real rows filled, synthetic rows as a line or as ticks.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.

        Returns
        -------
        matplotlib Axes
        """
        ax = use_axes(ax, 2.6, 1.7)
        hide_frame(ax)
        if self.edges is None:
            self._plot_levels(ax)
        else:
            self._plot_bins(ax, self.edges)
        return ax

    def _plot_bins(self, ax: Axes, edges: np.ndarray) -> None:
        ax.stairs(self.real, edges, fill=True, color=REAL, alpha=0.35, label="real")
        ax.stairs(self.synthetic, edges, color=SYNTHETIC, lw=1.6, label="synthetic")
        ax.set_yticks([])
        ax.set_ylim(0, self._cut_spike(ax, edges))
        ax.set_xticks([edges[0], edges[-1]], self.labels)
        first, last = ax.get_xticklabels()
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")

    def _cut_spike(self, ax: Axes, edges: np.ndarray) -> float:
        """Return the height of the picture; name a bin that would dwarf all others."""
        shares = np.maximum(self.real, self.synthetic)
        spike = int(shares.argmax())
        second = float(np.delete(shares, spike).max(initial=0))
        if not 0 < second < shares[spike] / 4:
            return 1.08 * float(shares[spike])
        text = f"{100 * self.real[spike]:.0f} % | {100 * self.synthetic[spike]:.0f} %"
        is_left = spike < len(shares) / 2
        ax.annotate(
            text,
            (edges[spike + 1] if is_left else edges[spike], 1.6 * second),
            (4 if is_left else -4, -2),
            textcoords="offset points",
            ha="left" if is_left else "right",
            va="top",
            fontsize="small",
        )
        return 1.6 * second

    def _plot_levels(self, ax: Axes) -> None:
        places = np.arange(len(self.labels))
        ax.barh(places, self.real, 0.72, color=REAL, alpha=0.35, label="real")
        ax.vlines(
            self.synthetic,
            places - 0.42,
            places + 0.42,
            color=SYNTHETIC,
            lw=2,
            label="synthetic",
        )
        ax.set_yticks(places, [shorten(label, 14) for label in self.labels])
        ax.set_ylim(max(len(places), 3) - 0.4, -0.6)
        ax.set_xlim(left=0)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)


@dataclass(frozen=True, eq=False)
class ColumnShapesDisplay:
    """All columns' distributions, real beside synthetic, as small pictures.

    Parameters
    ----------
    columns : tuple of ColumnDisplay
        One for each judged column, in the table's order.
    """

    columns: tuple[ColumnDisplay, ...]

    @classmethod
    def from_frames(
        cls,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: TableSchema | Mapping[Hashable, str] | None = None,
    ) -> ColumnShapesDisplay:
        """Count what the pictures show.

        Parameters
        ----------
        train, synthetic : DataFrame
            The two tables.
        schema : TableSchema or dict of column name to kind, optional
            What the columns of `train` mean; what is not given is inferred. Identifiers
            and text have no picture.
        """
        schema = read_schema(train, schema)
        errors = column_shape_errors(train, synthetic, schema)
        judged = {column.name for column in judged_columns(schema)}
        return cls(
            tuple(
                _count(train[column.name], synthetic[column.name], column, errors)
                for column in schema
                if column.name in judged
            )
        )

    def plot(self, figure: Figure | None = None, n_columns: int = 4) -> Figure:
        """Draw all columns as small multiples.

        Parameters
        ----------
        figure : matplotlib Figure, optional
            Where to draw; by default a new one.
        n_columns : int, default 4
            How many pictures stand side by side.

        Returns
        -------
        matplotlib Figure
        """
        n_rows = max(1, -(-len(self.columns) // n_columns))
        if figure is None:
            import matplotlib.pyplot as plt

            figure = plt.figure(
                figsize=(2.7 * n_columns, 1.9 * n_rows), layout="constrained"
            )
        for place, column in enumerate(self.columns, 1):
            ax = column.plot(figure.add_subplot(n_rows, n_columns, place))
            ax.set_title(shorten(column.name, 28), parse_math=False, fontsize="medium")
            if place == 1:
                ax.legend(frameon=False, fontsize="small")
        return figure


def _count(
    train: pd.Series, synthetic: pd.Series, column: ColumnSchema, errors: pd.Series
) -> ColumnDisplay:
    missing = float(train.isna().mean()), float(synthetic.isna().mean())
    count = _count_bins if column.kind.is_numeric else _count_levels
    real, made, edges, labels = count(train, synthetic, column)
    # A mask, as a column's name may itself be a tuple.
    error = float(errors.to_numpy()[[name == column.name for name in errors.index]][0])
    return ColumnDisplay(column.name, error, real, made, edges, labels, missing)


_Counts = tuple[np.ndarray, np.ndarray, np.ndarray | None, tuple[str, ...]]


def _count_levels(
    train: pd.Series, synthetic: pd.Series, column: ColumnSchema
) -> _Counts:
    levels = Levels.fit(train, synthetic)
    n_levels = len(levels.labels)
    real, made = (
        _shares(codes[codes >= 0], n_levels)
        for codes in (levels.codes(train), levels.codes(synthetic))
    )
    labels = [str(label) for label in levels.labels]
    if n_levels > _N_LEVELS + 1:
        real, made = (
            np.append(shares[:_N_LEVELS], shares[_N_LEVELS:].sum())
            for shares in (real, made)
        )
        labels = [*labels[:_N_LEVELS], f"{n_levels - _N_LEVELS} others"]
    return real, made, None, tuple(labels)


def _count_bins(
    train: pd.Series, synthetic: pd.Series, column: ColumnSchema
) -> _Counts:
    real, made = (column_numbers(cells, column) for cells in (train, synthetic))
    present = real[~np.isnan(real)]
    if not len(present):
        present = np.zeros(1)
    low, high = np.quantile(present, _SHOWN, method="nearest")
    if low == high:
        low, high = present.min(), present.max()
    if low == high:  # bins of a width that floats can tell apart
        reach = max(abs(low) * 1e-6, 0.5)
        low, high = low - reach, high + reach
    distinct = np.unique(present[(present >= low) & (present <= high)])
    if 1 < len(distinct) <= _N_BINS and np.ptp(np.diff(distinct)) == 0:
        half = (distinct[1] - distinct[0]) / 2  # a bin for each value
        edges = np.append(distinct - half, distinct[-1] + half)
    else:
        edges = np.histogram_bin_edges([low, high], _N_BINS)
    labels = tuple(_describe(end, column) for end in (low, high))
    return _bin_shares(real, edges), _bin_shares(made, edges), edges, labels


def _bin_shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    present = values[~np.isnan(values)]
    counts = np.histogram(np.clip(present, edges[0], edges[-1]), edges)[0]
    return counts / max(len(present), 1)


def _shares(codes: np.ndarray, n_levels: int) -> np.ndarray:
    return np.bincount(codes, minlength=n_levels) / max(len(codes), 1)


def _describe(value: float, column: ColumnSchema) -> str:
    if column.kind in {Kind.DATETIME, Kind.TIMEDELTA}:
        return str(describe_number(round(value), column.storage))
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.4g}"

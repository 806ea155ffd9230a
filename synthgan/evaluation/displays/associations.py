"""The relations of all pairs of columns, in two tables."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from synthgan.evaluation.displays.palette import REAL, SYNTHETIC, shorten
from synthgan.evaluation.inputs import read_schema
from synthgan.schema import TableSchema
from synthgan.statistics.association import association_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Above this number of columns a picture has no names and is an image of dots.
_MAX_NAMED = 30


@dataclass(frozen=True, eq=False)
class AssociationDisplay:
    """Association matrices: real, synthetic, and their difference.

    Parameters
    ----------
    real, synthetic : DataFrame
        The matrices; see `association_matrix`.
    """

    real: pd.DataFrame
    synthetic: pd.DataFrame

    TITLES: ClassVar[tuple[str, ...]] = ("real", "synthetic", "synthetic minus real")

    @classmethod
    def from_frames(
        cls,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        schema: TableSchema | Mapping[Hashable, str] | None = None,
    ) -> AssociationDisplay:
        """Compute both matrices.

        Parameters
        ----------
        train, synthetic : DataFrame
            The two tables.
        schema : TableSchema or dict of column name to kind, optional
            What the columns of `train` mean; what is not given is inferred.
        """
        schema = read_schema(train, schema)
        return cls(
            association_matrix(train, schema), association_matrix(synthetic, schema)
        )

    @property
    def difference(self) -> pd.DataFrame:
        """Synthetic minus real; what only the synthetic table lacks counts as 0."""
        return self.synthetic.fillna(0.0) - self.real

    @property
    def largest(self) -> tuple[Hashable, Hashable, float] | None:
        """The pair whose association differs most, and by how much."""
        gaps = self.difference.to_numpy(copy=True)
        np.fill_diagonal(gaps, 0.0)
        gaps = np.nan_to_num(gaps)
        if not gaps.any():
            return None
        i, j = np.unravel_index(np.abs(gaps).argmax(), gaps.shape)
        return self.real.index[i], self.real.columns[j], float(gaps[i, j])

    def plot_matrix(self, ax: Axes, number: int) -> Axes:
        """Draw one of the three matrices; blue is positive, vermilion negative.

        Parameters
        ----------
        ax : matplotlib Axes
            Where to draw.
        number : {0, 1, 2}
            Real, synthetic, or their difference.
        """
        from matplotlib.collections import PolyCollection

        matrix = (self.real, self.synthetic, self.difference)[number]
        values = np.nan_to_num(matrix.to_numpy(dtype=float))
        n_columns = len(matrix)
        # The strength is the opacity, so that "none" is the page's own colour.
        rows, columns = (cells.ravel() for cells in np.indices(values.shape))
        corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
        colours = np.where(values.ravel()[:, None] < 0, _rgb(SYNTHETIC), _rgb(REAL))
        strengths = np.clip(np.abs(values.ravel()), 0, 1).round(3)
        squares = PolyCollection(
            np.column_stack([columns, rows])[:, None, :] + corners,
            facecolors=np.column_stack([colours, strengths]),
            edgecolors="none",
            rasterized=n_columns > _MAX_NAMED,
        )
        ax.add_collection(squares)
        ax.set_xlim(0, max(n_columns, 1))
        ax.set_ylim(max(n_columns, 1), 0)
        ax.set_aspect("equal")
        ax.tick_params(length=0)
        ax.set_xticks([])
        names = [shorten(name, 16) for name in matrix.index]
        if n_columns > _MAX_NAMED:
            ax.set_yticks([])
        else:
            ax.set_yticks(np.arange(n_columns) + 0.5, names, fontsize="small")
        return ax

    def plot(self, figure: Figure | None = None) -> Figure:
        """Draw the three matrices side by side.

        Parameters
        ----------
        figure : matplotlib Figure, optional
            Where to draw; by default a new one.

        Returns
        -------
        matplotlib Figure
        """
        if figure is None:
            import matplotlib.pyplot as plt

            figure = plt.figure(figsize=(11, 3.6), layout="constrained")
        for number, title in enumerate(self.TITLES):
            ax = self.plot_matrix(figure.add_subplot(1, 3, number + 1), number)
            ax.set_title(title)
        return figure


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue

"""`Examiner`: how well the rows made so far pass for real ones, while a GAN trains."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from synthgan._random import RowRange
from synthgan.encoders import EncodedTable
from synthgan.layout import Layout
from synthgan.statistics import tell_apart
from synthgan.training.sampler import Sampler
from synthgan.training.settings import TrainingSettings

#: Fewer held-out rows are too few to examine a generator by.
MIN_EXAMINED = 200
#: Exams of a whole training, and how many without a new best one make a plateau.
N_EXAMS = 12
PATIENCE = 3
#: Codes of more levels than this are judged as numbers: bins are no more.
MAX_LEVELS = 255


class Examiner:
    """Lets a judge tell a generator's rows from held-out real ones, again and again.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    settings : TrainingSettings
        The generator's sizes.
    held_out : EncodedTable
        Real rows.
    seed : int
        Fixes the made rows, the judge and its folds.

    Notes
    -----
    This is the two-sample test of `evaluate` on encoded rows, with fewer rows and
    trees, so that it takes a fraction of a second. It sees less, so that its scores
    are higher; they are there to compare moments of one training.
    """

    def __init__(
        self,
        layout: Layout,
        settings: TrainingSettings,
        held_out: EncodedTable,
        seed: int,
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._real = layout.cells(held_out.codes, held_out.ranks)
        self._seed = seed
        widths = [block.width for block in layout.softmax_blocks]
        is_categorical = [width <= MAX_LEVELS for width in widths]
        self._is_categorical = np.array(is_categorical + layout.n_ranks * [False])
        self._sampler: Sampler | None = None
        self.scores: list[float] = []

    def examine(self, weights: list[np.ndarray]) -> float:
        """Return, and remember, the score of a generator's rows.

        Parameters
        ----------
        weights : list of ndarray
            The generator's weights.

        Returns
        -------
        float
            The two-sample score in [0, 1]: 1 where they cannot be told from real rows.
        """
        if self._sampler is None:
            self._sampler = Sampler(
                self._layout,
                self._settings.latent_dim,
                self._settings.generator_units,
                weights,
            )
        else:
            self._sampler.set_weights(weights)
        made = self._sampler.sample(RowRange(self._seed, 0, len(self._real)))
        # Few rows: more threads would only wait for each other.
        with threadpool_limits(1, user_api="openmp"):
            result = tell_apart(
                self._real,
                self._layout.cells(made.codes, made.ranks),
                self._is_categorical,
                self._seed,
                "quick",
            )
        self.scores.append(result.score)
        return result.score

    @property
    def has_plateaued(self) -> bool:
        """Whether the last few exams were no better than the best one before them."""
        best = int(np.argmax(self.scores)) if self.scores else 0
        return len(self.scores) - 1 - best >= PATIENCE

"""`Trees`: boosted trees as plain arrays, and the scores that they give.

Every candidate that the networks leave a chance passes hundreds of trees. So a tree is
not walked, row by row, but a split is carried out for a block of rows at a time, as a
bit for each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: Rows that are scored at a time, and the trees that are.
SCORED_ROWS = 4096
SCORED_TREES = 128


@dataclass(frozen=True, eq=False)
class Trees:
    """Some trees, whose values add up to a row's score.

    A tree sorts rows into leaves by one split after the other. All rows start in leaf
    0; split i takes the rows of one leaf whose cell is above a threshold, and puts them
    into leaf i + 1.

    Parameters
    ----------
    n_cells : int
        Cells of a row.
    leaves : ndarray of int, shape (n_trees, n_splits)
        The leaf that each split divides, one of those there are by then.
    features : ndarray of int, shape (n_trees, n_splits)
        The cell that is compared.
    thresholds : ndarray of float, shape (n_trees, n_splits)
        Infinite where a tree has fewer splits than others.
    values : ndarray of float, shape (n_trees, n_splits + 1)
        What each leaf adds to the score.

    Raises
    ------
    ValueError
        If the arrays do not fit each other or the rows.

    Examples
    --------
    >>> one = np.zeros((1, 1), dtype=int)
    >>> trees = Trees(1, one, one, np.array([[0.5]]), np.array([[-1.0, 2.0]]))
    >>> trees.score(np.array([[0.2], [0.9]]))
    array([-1.,  2.])
    """

    n_cells: int
    leaves: np.ndarray
    features: np.ndarray
    thresholds: np.ndarray
    values: np.ndarray

    def __post_init__(self) -> None:
        n_trees, n_splits = self.leaves.shape
        others = (self.features, self.thresholds, self.values)
        expected = [(n_trees, n_splits), (n_trees, n_splits), (n_trees, n_splits + 1)]
        if [array.shape for array in others] != expected:
            got = [array.shape for array in others]
            msg = f"refinement trees: expected the shapes {expected}, got {got}"
            raise ValueError(msg)
        for name, indices, bound in (
            ("leaf", self.leaves, np.arange(1, n_splits + 1)),
            ("cell", self.features, self.n_cells),
        ):
            is_integer = indices.dtype.kind == "i"
            if not (is_integer and ((indices >= 0) & (indices < bound)).all()):
                msg = f"refinement trees: a split names a {name} that there is not"
                raise ValueError(msg)

    @cached_property
    def _tests(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Feature and threshold of each different test, and the test of each split."""
        pairs = np.stack([self.features.ravel(), self.thresholds.ravel()])
        tests, numbers = np.unique(pairs, axis=1, return_inverse=True)
        return tests[0], tests[1], numbers.reshape(self.features.shape)

    def score(self, cells: np.ndarray) -> np.ndarray:
        """Return the sum of the values of the leaves that each row ends in.

        Parameters
        ----------
        cells : ndarray of float32, shape (n_rows, n_cells)
            See `Layout.cells`.

        Returns
        -------
        ndarray of float, shape (n_rows,)

        References
        ----------
        C. Lucchese et al., "QuickScorer: a fast algorithm to rank documents with
        additive ensembles of regression trees", SIGIR 2015: tests by feature, leaves by
        bits. There a bit is a leaf of a row; here it is a row of a leaf.
        """
        scores = np.zeros(len(cells))
        for start in range(0, len(cells), SCORED_ROWS):
            part = slice(start, start + SCORED_ROWS)
            passed = self._pass_tests(cells[part])
            for first in range(0, len(self.leaves), SCORED_TREES):
                trees = slice(first, first + SCORED_TREES)
                leaves = self._find_leaves(passed, trees, len(scores[part]))
                values = np.take_along_axis(self.values[trees], leaves, axis=1)
                scores[part] += values.sum(axis=0)
        return scores

    def _pass_tests(self, cells: np.ndarray) -> np.ndarray:
        """Return a bit for each different test and row: set where the cell is above."""
        features, thresholds, _ = self._tests
        bits = [
            np.packbits(
                cells[:, feature] > thresholds[features == feature, None], axis=1
            )
            for feature in np.unique(features).astype(int)
        ]
        return np.concatenate(bits)

    def _find_leaves(self, passed: np.ndarray, trees: slice, n_rows: int) -> np.ndarray:
        """Return the number of the leaf that each row ends in, for some trees."""
        divided, numbers = self.leaves[trees], self._tests[2][trees]
        n_trees, n_splits = divided.shape
        every = np.arange(n_trees)
        # A bit for each leaf, tree and row: is the row in the leaf?
        inside = np.zeros((n_splits + 1, n_trees, passed.shape[1]), dtype=np.uint8)
        inside[0] = 255
        for split in range(n_splits):
            above = passed[numbers[:, split]]
            before = inside[divided[:, split], every]
            inside[split + 1] = before & above
            inside[divided[:, split], every] = before & ~above
        leaves = np.zeros((n_trees, n_rows), dtype=np.intp)
        for bit in range(n_splits.bit_length()):
            has_bit = np.arange(n_splits + 1) >> bit & 1 == 1
            plane = np.bitwise_or.reduce(inside[has_bit], axis=0)
            leaves += np.unpackbits(plane, axis=1, count=n_rows).astype(np.intp) << bit
        return leaves

"""Boosting: trees that tell training rows from those that the network keeps.

Networks are smooth and trees are not: what a network leaves, steps and
thresholds above all, trees find in seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from synthgan._random import make_seed
from synthgan.encoders import EncodedTable
from synthgan.held_out import TrainingRows
from synthgan.layout import Layout

#: Numbers of trees, one after the other, until the best number is well below.
NUMBERS_OF_TREES = (100, 200, 400, 800)
ENOUGH = 0.75
LEARNING_RATE = 0.2
MAX_LEAVES = 31
MIN_LEAF_ROWS = 50
#: Penalty on the leaves' values. Each split looks at this share of the cells.
PENALTY = 50.0
SPLIT_SHARE = 0.5


def grow_trees(
    layout: Layout,
    train_rows: TrainingRows,
    made: EncodedTable,
    held_out_made: EncodedTable,
    seed: int,
    deadline: float,
    on_growth: Callable[[int, int], None],
) -> list[np.ndarray]:
    """Grow trees whose score estimates the log-ratio of training to made rows.

    Parameters
    ----------
    layout : Layout
        Layout of the rows.
    train_rows : TrainingRows
        Training rows, of which no more than made ones are trained on.
    made, held_out_made : EncodedTable
        Made rows to train on, and others to test on.
    seed : int
        Fixes every draw.
    deadline : float
        Time (of `time.perf_counter`) after which no more trees are begun.
    on_growth : callable
        Told the number of trees, and the most there can be.

    Returns
    -------
    list of ndarray
        What `Trees` takes but for the number of cells; empty where held-out rows do
        not bear the trees out.

    Notes
    -----
    As many trees as held-out rows bear out: the smallest number whose cross-entropy is
    within a standard error of the best one's (of the difference between the two), which
    is nearer to the rows that were not trained on.

    References
    ----------
    L. Breiman et al., "Classification and Regression Trees", 1984, section 3.4.3: the
    rule of one standard error.
    """
    kept = train_rows.kept.take(slice(None, len(made)))
    cells, is_real = _stack(kept, made, layout)
    tested, tested_real = _stack(train_rows.held_out, held_out_made, layout)
    model = HistGradientBoostingClassifier(
        class_weight="balanced",
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=MAX_LEAVES,
        min_samples_leaf=MIN_LEAF_ROWS,
        l2_regularization=PENALTY,
        max_features=SPLIT_SHARE,
        early_stopping=False,
        warm_start=True,
        random_state=make_seed(seed, "trees"),
    )
    n_borne_out = 0
    for n_trees in NUMBERS_OF_TREES:
        model.set_params(max_iter=n_trees).fit(cells, is_real)
        on_growth(n_trees, NUMBERS_OF_TREES[-1])
        losses = [
            _cross_entropies(scores, tested_real)
            for scores in model.staged_decision_function(tested)
        ]
        n_borne_out = count_borne_out(np.array(losses), tested_real)
        if n_borne_out < ENOUGH * n_trees or time.perf_counter() > deadline:
            break
    return flatten_trees(model, n_borne_out) if n_borne_out else []


def _stack(
    real: EncodedTable, made: EncodedTable, layout: Layout
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells of both, and which rows are real."""
    cells = np.vstack(
        [layout.cells(table.codes, table.ranks) for table in (real, made)]
    )
    return cells, np.arange(len(cells)) < len(real)


def _cross_entropies(scores: np.ndarray, is_real: np.ndarray) -> np.ndarray:
    """Return each row's cross-entropy in nats."""
    return np.logaddexp(0, np.where(is_real, -scores, scores))


def count_borne_out(losses: np.ndarray, is_real: np.ndarray) -> int:
    """Return the smallest number of trees that is as good as the best one.

    Parameters
    ----------
    losses : ndarray, shape (n_numbers, n_rows)
        Each held-out row's cross-entropy with one tree, two trees, …
    is_real : ndarray of bool, shape (n_rows,)
        Both kinds of rows weigh the same.

    Returns
    -------
    int
        0 where no number of trees is better than none.
    """
    shares = np.where(is_real, 1 / is_real.sum(), 1 / (~is_real).sum()) / 2
    means = losses @ shares
    best = means.argmin()
    if means[best] >= np.log(2):
        return 0
    excess = losses - losses[best]
    spread = shares * (excess - (means - means[best])[:, None])
    errors = np.sqrt((spread**2).sum(axis=1))
    return int(np.argmax(means - means[best] <= errors)) + 1


def flatten_trees(
    model: HistGradientBoostingClassifier, n_trees: int
) -> list[np.ndarray]:
    """Return a fitted classifier's first trees as plain arrays.

    scikit-learn has no public way to them; a test holds the scores against its own.
    """
    grown = [own[0].nodes for own in model._predictors[:n_trees]]
    n_splits = max(1, *(int((nodes["is_leaf"] == 0).sum()) for nodes in grown))
    leaves, features = np.zeros((2, n_trees, n_splits), dtype=np.int32)
    thresholds = np.full((n_trees, n_splits), np.inf)
    values = np.zeros((n_trees, n_splits + 1))
    for tree, nodes in enumerate(grown):
        is_leaf = nodes["is_leaf"].astype(bool)
        # Nodes stand after their parents; the left one inherits its parent's leaf.
        own_leaves = np.zeros(len(nodes), dtype=np.int32)
        for split, node in enumerate(np.flatnonzero(~is_leaf)):
            own_leaves[nodes["left"][node]] = own_leaves[node]
            own_leaves[nodes["right"][node]] = split + 1
            leaves[tree, split] = own_leaves[node]
            features[tree, split] = nodes["feature_idx"][node]
            thresholds[tree, split] = nodes["num_threshold"][node]
        values[tree, own_leaves[is_leaf]] = nodes["value"][is_leaf]
    return [leaves, features, thresholds, values]

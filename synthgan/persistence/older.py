"""What files of earlier format versions lack."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import block_diag

from synthgan.engines import import_keras
from synthgan.layout import Layout

#: What files of version 1 do not state.
_SINCE_VERSION_2: dict[str, Any] = {
    "dependencies": [],
    "refinement": None,
    "diagnosis": (),
}
#: Before version 6 a rank had so many pieces, all of one width.
N_PIECES_THEN = 16
#: Where the kernel that reads the condition stands among the generator's weights.
_CONDITION_KERNEL = 2


def complete_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest that states what those of the present version do."""
    if manifest["format_version"] < 2:
        return {**manifest, **_SINCE_VERSION_2}
    if manifest["format_version"] < 8 and manifest["refinement"] is not None:
        # Each row was chosen from as many candidates.
        n_candidates = manifest["refinement"]["n_candidates"]
        lacking: dict[str, Any] = {"bound": None, "acceptance_rate": 1 / n_candidates}
        if manifest["format_version"] < 7:
            lacking |= {"n_flow": 0}
        if manifest["format_version"] < 6:
            # Networks alone refined; the trees of version 5 saw atoms as no numbers.
            lacking |= {"n_trees": 0, "trees_cap": 0.0}
        return {**manifest, "refinement": {**manifest["refinement"], **lacking}}
    return manifest


def complete_weights(
    weights: list[np.ndarray], layout: Layout, version: int
) -> list[np.ndarray]:
    """Return a generator's weights as the present version's generator has them.

    Before version 3 a generator saw the given ranks, but not their pieces.
    """
    if version >= 6 or not layout.width:
        return weights
    features = _features_then(layout, N_PIECES_THEN if version >= 3 else 0)
    old = weights[_CONDITION_KERNEL]
    n_features = features.shape[1]
    if len(old) != n_features + layout.n_columns:
        return weights  # refused where the generator is built
    completed = list(weights)
    completed[_CONDITION_KERNEL] = np.vstack(
        [features @ old[:n_features], old[n_features:]]
    ).astype(old.dtype)
    return completed


def complete_networks(
    weights: list[np.ndarray], layout: Layout, n_blocks: int, version: int
) -> list[np.ndarray]:
    """Return the weights of refinement's networks as those of the present version."""
    if version >= 6:
        return weights
    features = _features_then(layout, N_PIECES_THEN)
    completed = list(weights)
    # Kernel and bias of the first and last layer, and two of each in every block.
    for first in range(0, len(weights), 4 + 4 * n_blocks):
        old = weights[first]
        if len(old) == features.shape[1]:
            completed[first] = (features @ old).astype(old.dtype)
    return completed


def _features_then(layout: Layout, n_pieces: int) -> np.ndarray:
    """Return the matrix by which features are multiplied to give those of earlier.

    A rank was cut into equal pieces, of which today's are parts: how far a rank has
    come through a piece is how far it has come through the parts, by their widths.
    """
    import_keras()
    from synthgan.networks.rows import cut_pieces

    ends = cut_pieces()
    of_rank = np.zeros((len(ends), n_pieces + 1))
    of_rank[0, 0] = 1
    if n_pieces:
        pieces = (ends[:-1] * n_pieces).astype(int)
        of_rank[np.arange(1, len(ends)), 1 + pieces] = np.diff(ends) * n_pieces
    return block_diag(
        np.eye(layout.softmax_width), np.kron(np.eye(layout.n_ranks), of_rank)
    )

"""What files of earlier format versions lack."""

from __future__ import annotations

from typing import Any

import numpy as np

from synthgan.engines import import_keras
from synthgan.layout import Layout

#: What files of version 1 do not state.
_SINCE_VERSION_2: dict[str, Any] = {
    "dependencies": [],
    "refinement": None,
    "diagnosis": (),
}
#: Where the kernel that reads the condition stands among the generator's weights.
_CONDITION_KERNEL = 2


def complete_manifest(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest that states what those of the present version do."""
    if manifest["format_version"] < 2:
        return {**manifest, **_SINCE_VERSION_2}
    if manifest["format_version"] < 6 and manifest["refinement"] is not None:
        # Networks alone refined; the trees of version 5 saw atoms as no numbers.
        no_trees = {"n_trees": 0, "trees_cap": 0.0}
        return {**manifest, "refinement": {**manifest["refinement"], **no_trees}}
    return manifest


def complete_weights(
    weights: list[np.ndarray], layout: Layout, version: int
) -> list[np.ndarray]:
    """Return a generator's weights as the present version's generator has them.

    Before version 3 a generator saw the given ranks, but not their features: these
    weigh nothing.
    """
    n_rows = layout.width + layout.n_columns
    if version >= 3 or not layout.width:
        return weights
    old = weights[_CONDITION_KERNEL]
    if len(old) != n_rows:
        return weights  # refused where the generator is built
    import_keras()
    from synthgan.networks import RowFeatures

    width = RowFeatures(layout).features_width
    step = (width - layout.softmax_width) // max(layout.n_ranks, 1)
    places = [
        *range(layout.softmax_width),
        *range(layout.softmax_width, width, step),
        *range(width, width + layout.n_columns),
    ]
    new = np.zeros((width + layout.n_columns, old.shape[1]), dtype=old.dtype)
    new[places] = old
    completed = list(weights)
    completed[_CONDITION_KERNEL] = new
    return completed

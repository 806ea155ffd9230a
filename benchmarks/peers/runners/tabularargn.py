"""TabularARGN (Tiwald et al. 2025, arXiv 2501.12012), package mostlyai-engine."""

from __future__ import annotations

import sys

import pandas as pd

from benchmarks.peers.runners.task import Sample, Task

# The engine's language models use these where they are installed; their builds for CUDA
# do not load beside a torch without it, and tables need neither.
for _package in ("torchvision", "torchaudio"):
    sys.modules[_package] = None  # type: ignore[assignment]

from mostlyai.engine import TabularARGN  # noqa: E402

_TYPES = {
    "continuous": "TABULAR_NUMERIC_AUTO",
    "integer": "TABULAR_NUMERIC_AUTO",
    "datetime": "TABULAR_DATETIME",
}


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Train the autoregressive network."""
    model = TabularARGN(
        tgt_encoding_types={
            column: _TYPES.get(task.kinds[column], "TABULAR_CATEGORICAL")
            for column in train.columns
        },
        random_state=task.seed,
        **task.options,
    )
    model.fit(train)
    # By default, rare levels come out as the word "_RARE_".
    return lambda n_samples: model.sample(
        n_samples, rare_category_replacement_method="SAMPLE"
    )

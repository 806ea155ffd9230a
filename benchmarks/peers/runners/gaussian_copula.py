"""A Gaussian copula of fitted marginals (Patki et al. 2016), package sdv."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer

from benchmarks.peers.runners.task import Sample, Task

_TABLE = "table"
_TYPES = {"continuous": "numerical", "integer": "numerical", "datetime": "datetime"}


def fit(train: pd.DataFrame, task: Task) -> Sample:
    """Fit the marginals and the correlations."""
    columns = {
        column: {"sdtype": _TYPES.get(task.kinds[column], "categorical")}
        for column in train.columns
    }
    metadata = Metadata.load_from_dict({"tables": {_TABLE: {"columns": columns}}})
    model = GaussianCopulaSynthesizer(metadata, **task.options)
    np.random.seed(task.seed)  # noqa: NPY002 (the package draws from it)
    model.fit({_TABLE: train})
    return lambda n_samples: model.sample(n_samples)[_TABLE]

"""What an evaluation is made of: scores beside references, and what is missing."""

from __future__ import annotations

import platform
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import Literal

import synthgan

REAL_HOLDOUT = "real holdout"
BOOTSTRAP_COPY = "bootstrap copy"
INDEPENDENT_COLUMNS = "independent columns"

_PACKAGES = ("numpy", "pandas", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Score:
    """One figure of the synthetic table, beside the same figure of the references.

    Parameters
    ----------
    section : {"fidelity", "utility"}
        Which part of the report it stands in.
    metric : str
        Its metric's name in `METRICS`.
    name : str
        What the figure is called.
    value : float
        The figure, NaN where the tables do not allow one.
    higher_is_better : bool
        Which way is better.
    interval : tuple of float or None
        Its 95 % confidence interval, where there is one.
    references : dict of str to float
        The figure of the reference tables. For a figure that is tested on the holdout
        the "real holdout" is the training table in the synthetic table's place.
    reason : str
        Why the value is NaN.
    """

    section: Literal["fidelity", "utility"]
    metric: str
    name: str
    value: float
    higher_is_better: bool
    interval: tuple[float, float] | None = None
    references: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class NotJudged:
    """Something that the evaluation says nothing about, and why.

    Parameters
    ----------
    what : str
        A column, a metric, an attack or a figure.
    reason : str
        Why, in plain words.
    """

    what: str
    reason: str


@dataclass(frozen=True)
class Run:
    """What was evaluated, and with what.

    Parameters
    ----------
    n_train, n_synthetic : int
        Rows of the tables.
    n_holdout : int or None
        Rows of the holdout, if there is one.
    n_columns : int
        Columns of each table.
    target : column name or None
        The column that models predict.
    random_state : int
        The seed that repeats the evaluation.
    seconds : float
        How long it took.
    versions : dict of str to str
        Of the packages that computed it.
    """

    n_train: int
    n_synthetic: int
    n_holdout: int | None
    n_columns: int
    target: Hashable | None
    random_state: int
    seconds: float
    versions: Mapping[str, str]


def read_versions() -> dict[str, str]:
    """Return the versions of Python, synthgan and what it computes with.

    Examples
    --------
    >>> list(read_versions())[:3]
    ['python', 'synthgan', 'numpy']
    """
    versions = {"python": platform.python_version(), "synthgan": synthgan.__version__}
    return {**versions, **{name: metadata.version(name) for name in _PACKAGES}}

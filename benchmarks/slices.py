"""Slices of a table: their rows by a condition, and by rejection; judged and timed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from benchmarks.datasets import Dataset
from benchmarks.results import Result
from synthgan._random import make_seed
from synthgan.conditions import between
from synthgan.conditions.condition import Between
from synthgan.schema import TableSchema, infer_schema
from synthgan.statistics import two_sample_test

_N_CLASSES = 4
#: Quantiles of the training rows.
_RANGES = {
    "lowest tenth": (0.0, 0.1),
    "middle half": (0.25, 0.75),
    "top 1 %": (0.99, 1.0),
}
#: Of a smaller slice, the judge says nothing.
MIN_JUDGED = 100
#: A sampler makes rows by blocks of so many: it is timed on a nearly full one.
BLOCK_ROWS = 4096
MAX_ROWS = 262_144
_BATCH = 65_536
_N_RUNS = 3
#: So many parts of a slice's rows are judged.
_MAX_PARTS = 5


class ConditionalSynthesizer(Protocol):
    """What is measured."""

    def sample(
        self, n_samples: int, conditions: Any = None, *, random_state: int | None = None
    ) -> pd.DataFrame:
        """Make rows."""


@dataclass(frozen=True)
class Slice:
    """Part of a table: the rows with a value, or within a range, of one column."""

    name: str
    column: str
    condition: Any

    def holds(self, frame: pd.DataFrame) -> np.ndarray:
        """Tell which rows belong to it, without the library's own check."""
        cells = frame[self.column]
        if isinstance(self.condition, Between):
            held = cells.between(self.condition.low, self.condition.high)
        else:
            held = cells == self.condition
        return held.to_numpy(dtype=bool, na_value=False)


@dataclass(frozen=True, eq=False)
class Cut:
    """What rejection leaves, and the seconds that the wanted number of rows takes."""

    rows: pd.DataFrame
    seconds: float


def find_slices(train: pd.DataFrame, classes: str, number: str) -> list[Slice]:
    """Return the slices of a table: frequent classes first, then ranges."""
    frequent = train[classes].value_counts().index[:_N_CLASSES].tolist()
    slices = [Slice(f"{classes} is {level}", classes, level) for level in frequent]
    for title, quantiles in _RANGES.items():
        low, high = (train[number].quantile(share) for share in quantiles)
        name = f"{number}, {title}: {low:g} to {high:g}"
        slices.append(Slice(name, number, between(low, high)))
    return slices


def measure_slices(
    dataset: Dataset, synthesizer: ConditionalSynthesizer, slices: Sequence[Slice]
) -> Result:
    """Draw and cut out the rows of each slice, judge both, and time both.

    Returns
    -------
    dict of slice name to dict
        Number of held-out real rows, areas under the judge's curve (of the training
        rows of the slice, too), and seconds.
    """
    schema = infer_schema(dataset.train, dataset.kinds)
    held = {part.name: dataset.holdout[part.holds(dataset.holdout)] for part in slices}
    # Whole copies of the held-out slice: the judge takes as many rows of each.
    wanted = {
        name: max(1, BLOCK_ROWS // max(1, len(real))) * max(1, len(real))
        for name, real in held.items()
    }
    cuts = cut_out(synthesizer, slices, wanted)
    measured = {}
    for part in slices:
        real = held[part.name]
        train = dataset.train[part.holds(dataset.train)]
        rows, seconds, first = draw(synthesizer, part, wanted[part.name])
        tables = {"conditional": rows, "rejection": cuts[part.name].rows, "real": train}
        measured[part.name] = {
            "n_holdout": len(real),
            "n_rows": wanted[part.name],
            "auc": {
                kind: mean_auc(real, table, schema) for kind, table in tables.items()
            },
            "first_call_seconds": first,
            "conditional_seconds": seconds,
            "rejection_seconds": cuts[part.name].seconds,
        }
    return measured


def draw(
    synthesizer: ConditionalSynthesizer, part: Slice, n_rows: int
) -> tuple[pd.DataFrame, float, float]:
    """Return rows drawn under a condition, their seconds, and those of the first call.

    The first call makes the pool of rows that conditions are drawn from, or enlarges
    it; it is left out of the seconds, which are the median of three runs.
    """
    conditions = {part.column: part.condition}
    _, first = _timed(partial(synthesizer.sample, 1, conditions))
    runs = [
        _timed(
            partial(
                synthesizer.sample,
                n_rows,
                conditions,
                random_state=make_seed(run, "conditional"),
            )
        )
        for run in range(_N_RUNS)
    ]
    return runs[-1][0], statistics.median(seconds for _, seconds in runs), first


def cut_out(
    synthesizer: ConditionalSynthesizer,
    slices: Sequence[Slice],
    wanted: dict[str, int],
) -> dict[str, Cut]:
    """Sample without conditions until every slice has its rows, or `MAX_ROWS` are made.

    A slice takes the seconds of the rows up to the last that it wanted, also if others
    went on; one that did not find enough takes so many times longer.
    """
    synthesizer.sample(1)  # compiles
    found: dict[str, list[pd.DataFrame]] = {part.name: [] for part in slices}
    n_needed: dict[str, float] = {}
    n_made, seconds = 0, 0.0
    while len(n_needed) < len(slices) and n_made < MAX_ROWS:
        seed = make_seed(n_made, "rejection")
        batch, duration = _timed(partial(synthesizer.sample, _BATCH, random_state=seed))
        for part in slices:
            if part.name in n_needed:
                continue
            n_missing = wanted[part.name] - sum(map(len, found[part.name]))
            places = np.flatnonzero(part.holds(batch))[:n_missing]
            found[part.name].append(batch.iloc[places])
            if len(places) == n_missing:
                n_needed[part.name] = n_made + places[-1] + 1
        n_made += len(batch)
        seconds += duration
    cuts = {}
    for name, parts in found.items():
        rows = pd.concat(parts, ignore_index=True)
        n_rows = n_needed.get(name)
        if n_rows is None:
            n_rows = n_made * wanted[name] / len(rows) if len(rows) else np.nan
        cuts[name] = Cut(rows, float(n_rows) * seconds / n_made)
    return cuts


def mean_auc(real: pd.DataFrame, rows: pd.DataFrame, schema: TableSchema) -> float:
    """Judge as many rows at a time as there are real ones; the mean of five judgements.

    Of fewer, if there are not that many rows; NaN where there are too few of either.
    """
    if min(len(real), len(rows)) < MIN_JUDGED:
        return np.nan
    starts = range(0, max(len(rows) - len(real), 0) + 1, len(real))[:_MAX_PARTS]
    # The held-out rows stay; so what they are like is the same for all tables.
    areas = [
        two_sample_test(real, rows.iloc[start : start + len(real)], schema, seed).auc
        for seed, start in enumerate(starts)
    ]
    return float(np.mean(areas))


def _timed(make: partial[pd.DataFrame]) -> tuple[pd.DataFrame, float]:
    start = time.perf_counter()
    rows = make()
    return rows, time.perf_counter() - start

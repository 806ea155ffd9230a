"""Missing cells filled by synthgan, and by scikit-learn's imputers.

Cells of held-out rows are removed, at random and not at random. The imputers learn the
features of the training rows; they never see the target.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import BaseEstimator
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import r2_score, roc_auc_score

from benchmarks.datasets import Dataset, load_dataset
from benchmarks.imputers import (
    MAX_NEIGHBOUR_ROWS,
    METHODS,
    N_DRAWS,
    Filling,
    Question,
    fill,
)
from benchmarks.machine import describe_environment, n_cores
from benchmarks.results import (
    Result,
    add_grid_arguments,
    measured_with,
    run_grid,
    to_markdown,
)
from synthgan._random import make_rng, make_seed
from synthgan.evaluation.fidelity.errors import kolmogorov_smirnov, total_variation
from synthgan.schema import ColumnSchema, infer_schema
from synthgan.statistics import (
    Levels,
    Resamples,
    TablePreparation,
    column_numbers,
    make_boosting,
)

#: Share of the cells that are removed.
_SHARE = 0.2
#: A smaller holdout is repeated, and other cells of each copy are removed.
_MIN_ROWS = 1000
#: How cells go missing, in words and on disk.
MECHANISMS = {"random": "at random", "high": "not at random"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `python -m benchmarks imputation` takes."""
    sets = ["adult", "pima_diabetes", "california_housing"]
    add_grid_arguments(parser, sets, seeds=[0])


def run(arguments: argparse.Namespace) -> None:
    """Measure the grid, print it, and write it to `--output`."""
    head = f"# Imputation\n\n{_INTRODUCTION}"
    run_grid(arguments, "imputation", head, measure, _section)


def measure(data_dir: Path, name: str, seed: int, max_seconds: float | None) -> Result:
    """Fit all methods to one set's training rows, and let them fill its holdout."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(n_cores()):
        return measure_imputers(load_dataset(data_dir, name), seed, max_seconds)


def measure_imputers(dataset: Dataset, seed: int, max_seconds: float | None) -> Result:
    """Remove cells in two ways, fill them by all methods, and score the fillings.

    Returns
    -------
    dict
        `scores`: mechanism to method to figures.
    """
    schema = infer_schema(dataset.train, dataset.kinds)
    preparation = TablePreparation.fit([dataset.train], schema, [dataset.target])
    names = [column.name for column in preparation.columns]
    question = Question(dataset.train[names], preparation, seed, max_seconds)
    holdout = pd.concat(
        [dataset.holdout] * -(-_MIN_ROWS // len(dataset.holdout)), ignore_index=True
    )
    judge = Judge(question, dataset.train, holdout, schema[dataset.target])
    removed = {
        mechanism: choose_cells(judge.truth, mechanism, seed)
        for mechanism in MECHANISMS
    }
    scores: dict[str, dict[str, dict[str, float]]] = {}
    for mechanism, holes in removed.items():
        left_missing = np.where(holes, np.nan, judge.truth)
        scores[mechanism] = {
            "nothing removed": {"downstream": judge.downstream([judge.truth])},
            "left missing": {"downstream": judge.downstream([left_missing])},
        }
    for method, fit in METHODS.items():
        print(f"  {method}", flush=True)
        start = time.perf_counter()
        fitted = fit(question)
        seconds = time.perf_counter() - start
        for mechanism, holes in removed.items():
            filling = fill(fitted, holdout[names].mask(holes))
            scores[mechanism][method] = {
                **judge.score(filling, holes),
                "fit_seconds": seconds,
            }
    return {
        "scores": scores,
        "downstream_score": "R²" if judge.is_regression else "AUC",
        "n_removed": {name: int(holes.sum()) for name, holes in removed.items()},
        "n_train": len(dataset.train),
        "n_holdout": len(dataset.holdout),
        "environment": describe_environment(),
    }


def choose_cells(matrix: np.ndarray, mechanism: str, seed: int) -> np.ndarray:
    """Say which cells go missing, of those that are there.

    Returns
    -------
    ndarray of bool, of the shape of `matrix`
        At random each with the same chance; not at random with one that grows in
        proportion to the cell's rank in its column, from 0 to twice as much.
    """
    chances = np.full(matrix.shape, _SHARE)
    if mechanism == "high":
        chances = 2 * _SHARE * pd.DataFrame(matrix).rank(pct=True).to_numpy()
    uniforms = make_rng(seed, "imputation", mechanism).random(matrix.shape)
    return ~np.isnan(matrix) & (uniforms < chances)


class Judge:
    """Knows the removed cells, and a model that learned the whole training rows."""

    def __init__(
        self,
        question: Question,
        train: pd.DataFrame,
        holdout: pd.DataFrame,
        target: ColumnSchema,
    ) -> None:
        self.question = question
        self.truth = question.preparation.transform(holdout)
        self.is_regression = target.kind.is_numeric
        read = partial(column_numbers, column=target)
        if not self.is_regression:
            read = Levels.fit(train[target.name]).codes
        labels, self.labels = read(train[target.name]), read(holdout[target.name])
        self.model = self._make_model().fit(question.matrix, labels)

    def _make_model(self) -> BaseEstimator:
        model_type = (
            HistGradientBoostingRegressor
            if self.is_regression
            else HistGradientBoostingClassifier
        )
        seed = make_seed(self.question.seed, "imputation", "model")
        return make_boosting(model_type, self.question.is_categorical, seed)

    def downstream(self, matrices: Sequence[np.ndarray]) -> float:
        """Score the mean of the predictions for all fillings."""
        if self.is_regression:
            predictions = [self.model.predict(matrix) for matrix in matrices]
            return float(r2_score(self.labels, np.mean(predictions, axis=0)))
        predictions = [self.model.predict_proba(matrix)[:, 1] for matrix in matrices]
        return float(roc_auc_score(self.labels, np.mean(predictions, axis=0)))

    def score(self, filling: Filling, removed: np.ndarray) -> dict[str, float]:
        """Score what a method filled into the removed cells."""
        matrices = np.array(filling.matrices)
        shapes, errors, hits = [], [], []
        deviations = np.nanstd(self.question.matrix, axis=0)
        for i, is_categorical in enumerate(self.question.is_categorical):
            holes = removed[:, i]
            if not holes.any():
                continue
            truth, filled = self.truth[holes, i], matrices[:, holes, i]
            if is_categorical:
                hits.append(float(np.mean(stats.mode(filled).mode == truth)))
                truth, filled = truth.astype(int), filled.astype(int)
            else:
                gaps = filled.mean(axis=0) - truth
                errors.append(float(np.sqrt(np.mean(gaps**2)) / deviations[i]))
            distance = total_variation if is_categorical else kolmogorov_smirnov
            as_they_are = Resamples.draw(len(truth), len(truth), n_resamples=0)
            shapes += [distance(truth, cells, as_they_are)[0] for cells in filled]
        return {
            "downstream": self.downstream(filling.matrices),
            "shape_error": float(np.mean(shapes)),
            "rmse": float(np.mean(errors)) if errors else np.nan,
            "accuracy": float(np.mean(hits)) if hits else np.nan,
            "fill_seconds": filling.seconds,
        }


_INTRODUCTION = f"""\
{_SHARE:.0%} of the cells of the held-out rows are removed and filled. At random: each
with the same chance. Not at random: with a chance that grows with the cell's rank in
its column, from 0 to {2 * _SHARE:.0%}, so that high numbers (and rare levels) are
missing more often. Of a holdout of fewer than {_MIN_ROWS:,} rows, several copies lose
different cells. The methods learn the features of the training rows, as they are, and
never see the target.

- Downstream: AUC or R² of boosted trees that learned the training rows and predict the
  target from the filled rows. "Nothing removed" is the ceiling.
- Shape error: mean over columns of the distance between the distributions of the
  filled cells and of the removed ones (Kolmogorov-Smirnov, total variation); 0 is best.
- RMSE: of numbers, in standard deviations of the training column; accuracy: of levels.
  They reward the mean and the most frequent level, not a draw that looks real.

Methods that draw fill the cells {N_DRAWS} times: predictions are averaged, RMSE and
accuracy are those of the mean and the most frequent level, shape errors are averaged.
Seconds are those of all fillings.

scikit-learn's imputers get the place of each level among its column's levels, the most
frequent first, as a number. What they fill in is rounded to a known level, and to a
whole number in columns of whole numbers. SimpleImputer: medians, and the most frequent
levels. KNNImputer and IterativeImputer: all columns scaled to unit variance, otherwise
their defaults. KNNImputer looks for neighbours in {MAX_NEIGHBOUR_ROWS:,} training rows.
IterativeImputer is held within the training range; "drawn" is `sample_posterior=True`.
"Column draws" draws each cell from its training column alone.
"""


def _section(name: str, results: list[Result]) -> str:
    """Return the part of the page that shows one set, means over its seeds."""
    last = results[-1]
    limit = last["request"]["max_seconds"]
    budget = f", synthgan trained for at most {limit:g} s" if limit else ""
    parts = [
        f"## {name}\n\n{last['n_train']:,} training rows, {last['n_holdout']:,} rows "
        f"of holdout; seeds: {len(results)}{budget}.\n"
    ]
    for mechanism, words in MECHANISMS.items():
        tables = [
            pd.DataFrame.from_dict(result["scores"][mechanism], orient="index")
            for result in results
        ]
        means = pd.concat(tables).astype(float).groupby(level=0, sort=False).mean()
        means = means.rename(
            columns={
                "downstream": f"downstream {last['downstream_score']}",
                "rmse": "RMSE",
            }
        )
        means.columns = [column.replace("_", " ") for column in means.columns]
        parts.append(
            f"Missing {words} ({last['n_removed'][mechanism]:,} cells):\n\n"
            f"{to_markdown(means)}\n"
        )
    parts.append(f"{measured_with(results)}\n")
    return "\n".join(parts)

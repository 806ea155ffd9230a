"""The augmentation study: whether synthetic rows beside real ones help a model.

The honest expectation: only for very small or very unbalanced tables, and for weak
models. So the model of the real rows alone stands first, and four controls that need no
generator stand beside.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone
from sklearn.model_selection import KFold, ShuffleSplit, StratifiedShuffleSplit

from synthgan._random import RandomState, check_random_state, make_seed
from synthgan.evaluation.inputs import read_schema
from synthgan.evaluation.utility.controls import (
    CONTROLS,
    TrainingRows,
    Undefined,
)
from synthgan.evaluation.utility.models import FAMILIES, Family, make_matrix_model
from synthgan.evaluation.utility.prediction import find_target
from synthgan.evaluation.utility.scoring import LOWER_IS_BETTER, Prediction
from synthgan.exceptions import ParameterError
from synthgan.schema import TableSchema
from synthgan.statistics import (
    Levels,
    TablePreparation,
    column_numbers,
    sort_rows,
)

MakeRows = Callable[[pd.DataFrame, int], pd.DataFrame]

REAL = "real"
AUGMENTED = "real + synthetic"

_TEST_SHARE = 0.3
_MIN_SPLITS = 10


class _Split(NamedTuple):
    fitted_on: pd.DataFrame
    tested_on: pd.DataFrame
    synthetic: pd.DataFrame
    seed: int


def evaluate_augmentation(
    train: pd.DataFrame,
    synthetic: pd.DataFrame | MakeRows,
    target: Hashable,
    *,
    holdout: pd.DataFrame | None = None,
    schema: TableSchema | Mapping[Hashable, str] | None = None,
    model: Family = "boosting",
    n_splits: int = 10,
    random_state: RandomState = 0,
) -> pd.DataFrame:
    r"""Compare models of real rows with models of real and synthetic rows together.

    Parameters
    ----------
    train : DataFrame
        The real rows.
    synthetic : DataFrame or callable
        The rows to add, or `make(rows, seed)`, which trains a generator on `rows` and
        returns them. With a callable each split trains a generator of its own and
        tests on real rows that it never saw.
    target : column name
        The column to predict; rows where it is missing are left out.
    holdout : DataFrame, optional
        Real rows that the generator never saw, to be tested on; needed with a table
        of synthetic rows, and only there.
    schema : TableSchema or dict of column name to kind, optional
        What the columns of `train` mean; what is not given is inferred.
    model : {"boosting", "linear", "random_forest"}, default "boosting"
        Which family of models learns.
    n_splits : int, default 10
        At least 10; raising it narrows the intervals and takes longer.
    random_state : int, numpy Generator, numpy RandomState or None, default 0
        Seed of splits, models and controls, and of the seeds that `synthetic` gets.

    Returns
    -------
    DataFrame
        Indexed by score and by what the model learnt from: `"real"`, `"real +
        synthetic"`, and the controls `"duplicated rows"` (as many as there are
        synthetic ones), `"class weights"`, `"random over-sampling"` and `"SMOTE-NC"`
        (of the minority classes; needs imbalanced-learn). Columns: `value` (mean over
        the splits), `gain` over the real rows (positive is better, whatever the
        score), `low` and `high` (its 95 % interval), `reason` (why it is NaN).

    Raises
    ------
    ParameterError
        If a parameter is out of its range, or the holdout is missing or needless.

    Notes
    -----
    Splits are paired: gains are differences on the same test rows. With a callable
    they are random splits of `train`, 30 % for testing; these overlap, so the
    variance of the mean gain is :math:`s^2 (1/k + n_{test}/n_{train})` (Nadeau and
    Bengio). With a table, every model learns from all of `train`, and the splits are k
    parts of the holdout: the interval then knows nothing of another training table, or
    another training of the generator.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning
    52, 2003.
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE", JAIR 16, 2002,
    arXiv:1106.1813.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> x = np.random.default_rng(0).normal(size=200)
    >>> table = pd.DataFrame({"x": x, "y": np.where(x > 1, "rare", "often")})
    >>> copy = lambda rows, seed: rows.sample(50, random_state=seed)
    >>> gains = evaluate_augmentation(table, copy, "y", model="linear")
    >>> gains.loc["auc"].index.tolist()[:3]
    ['real', 'real + synthetic', 'duplicated rows']
    >>> bool(abs(gains.loc[("auc", "real + synthetic"), "gain"]) < 0.01)
    True
    """
    if model not in FAMILIES:
        msg = f"model: expected one of {', '.join(FAMILIES)}, got {model!r}"
        raise ParameterError(msg)
    if n_splits < _MIN_SPLITS:
        msg = f"n_splits: expected an integer of at least 10, got {n_splits!r}"
        raise ParameterError(msg)
    seed = check_random_state(random_state)
    schema = read_schema(train, schema, target)
    find_target(schema, target)
    train = sort_rows(train[train[target].notna()], schema)
    if isinstance(synthetic, pd.DataFrame):
        splits = _split_holdout(
            train, synthetic, holdout, schema, target, n_splits, seed
        )
        overlap = 0.0
    elif holdout is None:
        splits = _split_train(train, synthetic, schema, target, n_splits, seed)
        overlap = _TEST_SHARE / (1 - _TEST_SHARE)
    else:
        msg = (
            "holdout: expected None beside a callable, which is tested on splits of "
            "the training table; leave it out"
        )
        raise ParameterError(msg)
    scores: dict[str, list[dict[str, float]]] = {}
    reasons: dict[str, str] = {}
    for split in splits:
        for name, rows in _strategies(split, schema, target):
            found: dict[str, float] = {}
            if isinstance(rows, Undefined):
                reasons[name] = rows.reason
            else:
                found = _score(rows, split, schema, target, model)
            scores.setdefault(name, []).append(found)
    return _summarise(scores, reasons, overlap)


def _split_holdout(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    schema: TableSchema,
    target: Hashable,
    n_splits: int,
    seed: int,
) -> Iterator[_Split]:
    if holdout is None:
        msg = (
            "holdout: expected real rows to test on beside a table of synthetic rows, "
            "got None; pass them, or a callable that makes synthetic rows"
        )
        raise ParameterError(msg)
    holdout = sort_rows(holdout[holdout[target].notna()], schema)
    if len(holdout) < n_splits:
        msg = (
            f"holdout: expected at least {n_splits} rows with a target, got "
            f"{len(holdout)}; hold more rows back"
        )
        raise ParameterError(msg)
    folds = KFold(
        n_splits, shuffle=True, random_state=make_seed(seed, "augmentation", "splits")
    )
    synthetic = sort_rows(synthetic, schema)
    for i, (_, test) in enumerate(folds.split(holdout)):
        split_seed = make_seed(seed, "augmentation", i)
        yield _Split(train, holdout.iloc[test], synthetic, split_seed)


def _split_train(
    train: pd.DataFrame,
    make_rows: MakeRows,
    schema: TableSchema,
    target: Hashable,
    n_splits: int,
    seed: int,
) -> Iterator[_Split]:
    labels = None
    splitter: type[ShuffleSplit | StratifiedShuffleSplit] = ShuffleSplit
    if not schema[target].kind.is_numeric:
        labels = Levels.fit(train[target]).codes(train[target])
        n_classes = labels.max(initial=0) + 1
        is_stratified = np.bincount(labels, minlength=1).min() > 1
        if is_stratified and _TEST_SHARE * len(train) >= n_classes:
            splitter = StratifiedShuffleSplit
    splits = splitter(
        n_splits,
        test_size=_TEST_SHARE,
        random_state=make_seed(seed, "augmentation", "splits"),
    )
    for i, (fit, test) in enumerate(splits.split(train, labels)):
        split_seed = make_seed(seed, "augmentation", i)
        fitted_on = train.iloc[fit]
        synthetic = sort_rows(make_rows(fitted_on, split_seed), schema)
        yield _Split(fitted_on, train.iloc[test], synthetic, split_seed)


def _strategies(
    split: _Split, schema: TableSchema, target: Hashable
) -> Iterator[tuple[str, TrainingRows | Undefined]]:
    """Yield what each model learns from."""
    real = _read_rows(split.fitted_on, split, schema, target)
    added = _read_rows(
        split.synthetic[split.synthetic[target].notna()], split, schema, target
    )
    yield REAL, real
    yield AUGMENTED, real.extend(added.features, added.labels)
    for name, control in CONTROLS.items():
        yield name, control(real, len(added.labels), split.seed)


def _read_rows(
    table: pd.DataFrame, split: _Split, schema: TableSchema, target: Hashable
) -> TrainingRows:
    # Levels are those of the real rows: one coding for all that is learnt from.
    preparation = TablePreparation.fit([split.fitted_on], schema, [target])
    column = schema[target]
    if column.kind.is_numeric:
        labels = column_numbers(table[target], column)
    else:
        labels = _classes(split, target).codes(table[target])
    return TrainingRows(
        preparation.transform(table),
        labels,
        preparation.is_categorical,
        column.kind.is_numeric,
    )


def _classes(split: _Split, target: Hashable) -> Levels:
    tables = (split.fitted_on, split.tested_on, split.synthetic)
    return Levels.fit(*(table[target] for table in tables))


def _score(
    rows: TrainingRows,
    split: _Split,
    schema: TableSchema,
    target: Hashable,
    family: Family,
) -> dict[str, float]:
    test = _read_rows(split.tested_on, split, schema, target)
    known = np.empty(0, dtype=int)
    if not rows.is_regression:
        known = np.unique(rows.labels)
        if len(known) < 2 or len(np.unique(test.labels)) < 2:
            return {}
    elif len(np.unique(test.labels)) < 2:
        return {}
    model = clone(
        make_matrix_model(family, rows.is_regression, rows.is_categorical, split.seed)
    )
    last = model.steps[-1][0]
    model.fit(
        rows.features, rows.labels, **{f"{last}__sample_weight": rows.sample_weight}
    )
    if rows.is_regression:
        return Prediction(test.labels, model.predict(test.features), known).scores()
    probabilities = np.zeros((len(test.labels), len(_classes(split, target).labels)))
    probabilities[:, known] = model.predict_proba(test.features)
    return Prediction(test.labels, probabilities, known).scores()


def _summarise(
    scores: dict[str, list[dict[str, float]]],
    reasons: dict[str, str],
    overlap: float,
) -> pd.DataFrame:
    """Return means, gains and their intervals."""
    by_strategy = {name: pd.DataFrame(found) for name, found in scores.items()}
    rows = {}
    for score in by_strategy[REAL].columns:
        real = by_strategy[REAL][score]
        sign = -1 if score in LOWER_IS_BETTER else 1
        for name, found in by_strategy.items():
            values = found.get(score, pd.Series(np.nan, index=real.index))
            gains = sign * (values - real).dropna()
            row: dict[str, object] = {"value": values.mean(), "gain": gains.mean()}
            if name != REAL and len(gains) > 1:
                reach = stats.t.ppf(0.975, len(gains) - 1) * np.sqrt(
                    gains.var(ddof=1) * (1 / len(gains) + overlap)
                )
                row |= {"low": row["gain"] - reach, "high": row["gain"] + reach}
            row["reason"] = "" if len(gains) else reasons.get(name, _NOT_TESTED)
            rows[score, name] = row
    columns = ["value", "gain", "low", "high", "reason"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    frame.index = pd.MultiIndex.from_tuples(rows, names=["score", "learnt from"])
    return frame


_NOT_TESTED = "no split has two values of the target to learn and to test"

"""`augment`: a table with synthetic rows after its own."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier

from synthgan import _validation as valid
from synthgan._random import RandomState, check_random_state
from synthgan.augmentation.drawing import (
    draw_classes,
    draw_rows,
    make_synthesizer,
    places_to_balance,
)
from synthgan.augmentation.gate import measure_gain
from synthgan.exceptions import (
    AugmentationWarning,
    InferenceWarning,
    ParameterError,
)
from synthgan.schema import Kind, TableSchema, infer_schema

#: What the gate tries, as multiples of the rows that were asked for. More rows than
#: balance the classes would unbalance them.
_MULTIPLES = (0.5, 1.0, 2.0)
_MULTIPLES_OF_BALANCE = (0.5, 1.0)


def augment(
    frame: pd.DataFrame,
    target: Hashable | None = None,
    n: int | None = None,
    *,
    balance: bool = False,
    mark: str | None = None,
    gate: bool = False,
    estimator: BaseEstimator | None = None,
    synthesizer: Any = None,
    random_state: RandomState = None,
) -> pd.DataFrame:
    """Put synthetic rows after the rows of a table.

    Parameters
    ----------
    frame : DataFrame
        The real rows.
    target : column name or None, default None
        The column that `balance` or `gate` is about. Whole numbers are classes to
        `balance`, and to the gate beside it or with a classifier as `estimator`.
    n : int or None, default None
        How many synthetic rows; None is as many as there are real ones. Not with
        `balance`.
    balance : bool, default False
        Whether to make rows of the smaller classes of `target` only, until all are as
        large as the largest. Rows where it is missing stay as they are.
    mark : str or None, default None
        Name of a column to add, which says of each row whether it is synthetic.
    gate : bool, default False
        Whether to measure first if synthetic rows help a model that predicts `target`,
        and how many: half, once and twice `n` (half or all of those that `balance`
        asks for). The number with the largest gain is added if a gain is sure, else
        none at all, with a warning. It takes ten fits of the synthesizer, each to four
        fifths of the rows.
    estimator : scikit-learn estimator or None, default None
        The model that the gate asks. It takes a frame of the features as they are, so
        it is mostly a pipeline; a classifier needs `predict_proba`. None is the
        histogram gradient boosting of `evaluate`.
    synthesizer : GANSynthesizer or None, default None
        Is cloned, then fitted. None takes the defaults, without a progress bar.
    random_state : int, Generator, RandomState or None, default None
        Seed of the synthesizer and of the gate; None leaves the synthesizer's own.

    Returns
    -------
    DataFrame
        First the rows of `frame`, cell by cell as they are, then the synthetic ones;
        with its columns and dtypes and a fresh RangeIndex. Keys of synthetic rows are
        none of the real ones. With `gate`, `attrs["gate"]` is a dict of what was
        measured: `score`, `helps`, `n_added`, and `measurements`, of which `DataFrame`
        makes a table.

    Raises
    ------
    TypeError
        If `frame` is not a DataFrame.
    InputError
        If the table cannot be learned, or is too small for the gate.
    ParameterError
        If a parameter is out of its range or does not go with another.

    Warns
    -----
    AugmentationWarning
        If the gate lets no rows pass.

    Notes
    -----
    How a gain is measured stands with `synthgan.augmentation.gate.measure_gain`. Expect
    one only for tables of a few hundred rows, or rare classes, and for weak models.

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan import GANSynthesizer, augment
    >>> table = pd.DataFrame({"age": [31, 45, 62] * 9, "paid": ["y", "n", "y"] * 9})
    >>> synthesizer = GANSynthesizer(n_steps=8, verbose=False, random_state=0)
    >>> more = table.pipe(
    ...     augment, "paid", balance=True, mark="made", synthesizer=synthesizer
    ... )
    >>> more["paid"].value_counts().to_dict()
    {'y': 18, 'n': 18}
    >>> more[~more["made"]].drop(columns="made").equals(table)
    True
    """
    frame = valid.check_frame(frame)
    _check(frame, target, n, balance, mark, gate, estimator)
    places = places_to_balance(frame[target]) if balance else np.empty(0, dtype=int)
    n_added = len(places) if balance else len(frame) if n is None else int(n)
    facts: dict[str, Any] = {}
    if balance or gate:
        schema = _read_schema(frame, target, balance, estimator, synthesizer)
    if gate and n_added:
        seed = check_random_state(random_state)

        def draw(train: pd.DataFrame, fold_seed: int) -> pd.DataFrame:
            own = None if random_state is None else fold_seed
            maker = make_synthesizer(synthesizer, own)
            if balance:
                return draw_classes(
                    maker, train, target, places_to_balance(train[target])
                )
            return draw_rows(maker, train, round(counts[-1] * len(train) / len(frame)))

        multiples = _MULTIPLES_OF_BALANCE if balance else _MULTIPLES
        counts = tuple(sorted({math.ceil(each * n_added) for each in multiples}))
        result = measure_gain(frame, target, schema, draw, counts, estimator, seed)
        facts = {"gate": result.to_dict()}
        n_added = result.n_added
        if not n_added:
            warnings.warn(result.refusal(), AugmentationWarning, stacklevel=2)
    maker = make_synthesizer(synthesizer, random_state)
    if balance:
        added = draw_classes(maker, frame, target, places[:n_added])
    else:
        added = draw_rows(maker, frame, n_added)
    augmented = pd.concat([frame, added[frame.columns]], ignore_index=True)
    augmented.attrs = {**frame.attrs, **facts}
    if mark is not None:
        augmented[mark] = np.repeat([False, True], [len(frame), len(added)])
    return augmented


def _check(
    frame: pd.DataFrame,
    target: Hashable | None,
    n: int | None,
    balance: bool,
    mark: str | None,
    gate: bool,
    estimator: BaseEstimator | None,
) -> None:
    """Refuse parameters that are out of range, or do not go together."""
    valid.check_parameters(
        {"n": n, "balance": balance, "gate": gate},
        {
            "n": valid.integer(0, None),
            "balance": valid.option(True, False),
            "gate": valid.option(True, False),
        },
    )
    names = list(frame.columns)
    if target is not None and target not in names:
        msg = f"target: expected one of the columns {names!r}, got {target!r}"
        raise ParameterError(msg)
    if target is None and (balance or gate):
        msg = "target: balance and gate need a column, got None; name it"
        raise ParameterError(msg)
    if balance and n is not None:
        msg = f"n: balance finds the number of rows itself, got {n!r}; leave it out"
        raise ParameterError(msg)
    if mark in names:
        msg = f"mark: expected a name that no column has, got {mark!r}"
        raise ParameterError(msg)
    if estimator is not None and not gate:
        msg = "estimator: only the gate asks a model; pass gate=True, or leave it out"
        raise ParameterError(msg)


def _read_schema(
    frame: pd.DataFrame,
    target: Hashable,
    balance: bool,
    estimator: BaseEstimator | None,
    synthesizer: Any,
) -> TableSchema:
    """Return what the columns mean; a target that is used as classes is one."""
    given = getattr(synthesizer, "schema", None)
    with warnings.catch_warnings():
        # The synthesizer says it.
        warnings.simplefilter("ignore", InferenceWarning)
        schema = infer_schema(frame, given)
        kind = schema[target].kind
        is_classified = estimator is not None and is_classifier(estimator)
        if kind is Kind.INTEGER and (balance or is_classified):
            kinds = {column.name: column.kind for column in schema}
            schema = infer_schema(frame, kinds | {target: Kind.CATEGORICAL})
    if balance and not schema[target].kind.is_discrete:
        msg = (
            f"target: expected a column of classes to balance, got {target!r}, which "
            f"is of kind {kind}"
        )
        raise ParameterError(msg)
    return schema

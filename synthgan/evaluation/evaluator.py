"""`evaluate`: judge a synthetic table in every way there is, beside references."""

from __future__ import annotations

import time
from collections.abc import Hashable, Mapping, Sequence

import pandas as pd
from threadpoolctl import threadpool_limits

from synthgan._random import RandomState, check_random_state
from synthgan.evaluation.attacking import attack, attack_steps
from synthgan.evaluation.displays import AssociationDisplay, ColumnShapesDisplay
from synthgan.evaluation.facts import REAL_HOLDOUT, NotJudged, Run, read_versions
from synthgan.evaluation.inputs import (
    check_cells,
    check_frames,
    check_tables,
    check_target,
    read_schema,
)
from synthgan.evaluation.privacy import ATTACKS, disclosure_check
from synthgan.evaluation.progress import Progress
from synthgan.evaluation.registry import METRICS
from synthgan.evaluation.result import Evaluation
from synthgan.evaluation.scores import reference_tables
from synthgan.evaluation.scoring import (
    NO_HOLDOUT,
    Roles,
    find_lacking,
    score,
    score_steps,
)
from synthgan.evaluation.verdicts import judge_attacks, judge_fidelity, judge_utility
from synthgan.exceptions import ParameterError
from synthgan.schema import TableSchema
from synthgan.statistics import columns_not_judged

#: Below so many cells a second thread costs more than it brings, on busy cores many
#: times more.
_SMALL = 100_000


def evaluate(
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None = None,
    target: Hashable | None = None,
    schema: TableSchema | Mapping[Hashable, str] | None = None,
    metrics: str | Sequence[str] | None = None,
    random_state: RandomState = None,
    verbose: bool = True,
) -> Evaluation:
    """Answer whether a synthetic table is useful, private and faithful.

    Parameters
    ----------
    train : DataFrame
        The real rows that the generator saw, all of them.
    synthetic : DataFrame
        The table to be judged, with the columns of `train` in any order.
    holdout : DataFrame, optional
        Real rows that the generator never saw. Without it neither usefulness nor
        privacy can be judged, and the result says so.
    target : column name, optional
        The column that models learn to predict. Without it usefulness is not judged.
    schema : TableSchema or dict of column name to kind, optional
        What the columns of `train` mean; what is not given is inferred.
    metrics : {"quick", "all"} or sequence of str, default None
        `"quick"` (also None): headline fidelity, one family of models, the quick
        attacks. `"all"`: everything. Or names out of `METRICS` and `ATTACKS`.
    random_state : int, numpy Generator, numpy RandomState or None, default None
        Seed of everything that is drawn; None takes a new one, which the result names.
    verbose : bool, default True
        Whether a bar on the error stream says how long it takes.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError, InputError
        If a table is no DataFrame, has other columns than `train`, no row, or cells
        that cannot be compared with it.
    ParameterError
        If `target` or `metrics` names what does not exist.
    SchemaError
        If `schema` does not fit `train`.

    Examples
    --------
    >>> from synthgan.datasets import load_breast_cancer
    >>> table = load_breast_cancer()
    >>> train, holdout, synthetic = table[0::3], table[1::3], table[2::3]
    >>> evaluation = evaluate(
    ...     train, synthetic, holdout, metrics=["column_shapes"], verbose=False
    ... )
    >>> evaluation.to_frame()["name"].tolist()
    ['shape_error_percent']
    """
    start = time.perf_counter()
    check_frames({"train": train, "synthetic": synthetic, "holdout": holdout})
    check_tables(train, {"synthetic": synthetic, "holdout": holdout})
    schema = read_schema(train, schema, target)
    check_target(schema, target)
    metric_names, attack_names = _select(metrics)
    seed = check_random_state(random_state)
    synthetic = synthetic[list(train.columns)]
    references = {}
    if holdout is not None:
        holdout = references[REAL_HOLDOUT] = holdout[list(train.columns)]
    check_cells(schema, {"synthetic": synthetic, **references})
    references |= reference_tables(train, schema, seed)
    roles = Roles(train, holdout, target, schema, seed)

    not_judged = _list_columns(schema) + find_lacking(metric_names, roles)
    lacking = {item.what: item.reason for item in not_judged}
    metric_names = [name for name in metric_names if name not in lacking]
    if holdout is None:
        not_judged += [NotJudged(name, NO_HOLDOUT) for name in attack_names]
        attack_names = []
    steps = score_steps(metric_names, synthetic, references)
    steps += attack_steps(attack_names, synthetic, roles)
    is_small = train.size + synthetic.size < _SMALL
    with threadpool_limits(1 if is_small else None), Progress(steps, verbose) as bar:
        scores = score(metric_names, synthetic, references, roles, bar)
        is_quick = metrics is None or metrics == "quick"
        attacked = attack(attack_names, synthetic, roles, bar, is_quick)
        columns = ColumnShapesDisplay.from_frames(train, synthetic, schema)
        associations = AssociationDisplay.from_frames(train, synthetic, schema)
    reasons = {item.name: item.reason for item in scores}
    reasons |= {item.name: item.reason for item in attacked.results}
    not_judged += [NotJudged(name, why) for name, why in reasons.items() if why]
    privacy = judge_attacks(attacked.verdict, _why_not_attacked(holdout))
    return Evaluation(
        verdicts=(
            judge_utility(scores, target, lacking.get("tstr", "")),
            privacy,
            judge_fidelity(scores),
        ),
        scores=tuple(scores),
        attacks=attacked.results,
        attack_references=attacked.references,
        leaks=attacked.verdict.leaks if attacked.verdict else (),
        disclosures=disclosure_check(train, synthetic, schema),
        not_judged=tuple(not_judged),
        columns=columns,
        associations=associations,
        run=Run(
            n_train=len(train),
            n_synthetic=len(synthetic),
            n_holdout=None if holdout is None else len(holdout),
            n_columns=len(schema),
            target=target,
            random_state=seed,
            seconds=time.perf_counter() - start,
            versions=read_versions(),
        ),
    )


def _select(metrics: str | Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the names of the metrics and of the attacks that are asked for."""
    if metrics is None or metrics == "quick":
        return (
            [name for name, metric in METRICS.items() if metric.is_quick],
            [name for name, attack in ATTACKS.items() if attack.is_quick],
        )
    if metrics == "all":
        return list(METRICS), list(ATTACKS)
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    unknown = [name for name in wanted if name not in {**METRICS, **ATTACKS}]
    if unknown or not wanted:
        msg = (
            "metrics: expected 'quick', 'all', or names out of "
            f"{[*METRICS, *ATTACKS]}, got {metrics!r}"
        )
        raise ParameterError(msg)
    return (
        [name for name in METRICS if name in wanted],
        [name for name in ATTACKS if name in wanted],
    )


def _list_columns(schema: TableSchema) -> list[NotJudged]:
    return [
        NotJudged(f"column {str(name)!r}", reason)
        for name, reason in columns_not_judged(schema).items()
    ]


def _why_not_attacked(holdout: pd.DataFrame | None) -> str:
    if holdout is not None:
        return "No attack was asked for."
    return (
        "Attacks are measured by what they achieve against real rows that the "
        "generator never saw, and no holdout was given."
    )

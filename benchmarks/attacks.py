"""Attacks on synthetic rows, and what they say over trainings and sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.datasets import Dataset
from benchmarks.results import Result, to_markdown
from synthgan.evaluation.fidelity.neighbours import PrecisionRecall
from synthgan.evaluation.privacy import AttackResult, run_attacks
from synthgan.schema import TableSchema, infer_schema
from synthgan.statistics import holm_adjusted

#: Family-wise level at which an attack is called a leak.
ALPHA = 0.01
_MEMBERSHIP = (
    "membership_nearest",
    "membership_reference",
    "membership_neighbours",
    "membership_classifier",
    "membership_density",
)


def attack_rows(dataset: Dataset, synthetic: pd.DataFrame) -> Result:
    """Attack a synthetic table.

    Returns
    -------
    dict
        ``attacks``: the figures of the quick attacks and of guessing the target by a
        boosted model. ``beta_recall``: the synthetic rows' and the real holdout's, from
        equal numbers of rows.
    """
    schema = infer_schema(dataset.train, dataset.kinds)
    tables = dataset.train, synthetic, dataset.holdout, schema
    results = run_attacks(*tables)
    results += run_attacks(
        *tables, attacks="attribute_boosting", sensitive=[dataset.target]
    )
    n_rows = min(len(dataset.train), len(synthetic), len(dataset.holdout))
    return {
        "attacks": describe_attacks(results),
        "beta_recall": {
            "synthetic": _beta_recall(dataset.train, synthetic[:n_rows], schema),
            "holdout": _beta_recall(dataset.train, dataset.holdout[:n_rows], schema),
        },
    }


def describe_attacks(results: Sequence[AttackResult]) -> Result:
    """Return what goes to disk of each attack, by its name."""
    return {
        result.name: {
            "figure": float(result.figure),
            "innocent": float(result.innocent),
            "p_value": float(result.p_value),
        }
        for result in results
    }


def membership_auc(privacy: Result) -> pd.Series:
    """Return the AUC of every attack by membership inference."""
    return pd.Series(
        {name: privacy["attacks"][name]["figure"] for name in _MEMBERSHIP}, dtype=float
    )


def privacy_section(measured: Mapping[str, Sequence[Result]]) -> str:
    """Return the part of a page that says what attacks on all sets found.

    Parameters
    ----------
    measured : dict of str to sequence of dict
        For each set, what `attack_rows` returned for each training.

    Notes
    -----
    A set's trainings attack the same rows, so that their p-values depend on each other:
    twice their mean is a valid p-value whatever the dependence.

    References
    ----------
    V. Vovk, R. Wang, "Combining p-values via averaging", Biometrika 107 (2020),
    doi:10.1093/biomet/asaa027.
    """
    combined = pd.Series(
        {
            (name, attack): min(1.0, min(len(values), 2) * float(np.mean(values)))
            for name, trainings in measured.items()
            for attack, values in _p_values(trainings).items()
        }
    )
    corrected = pd.Series(holm_adjusted(combined.to_numpy()), combined.index)
    rows = {
        name: _row(trainings, corrected[name]) for name, trainings in measured.items()
    }
    return (
        f"The p-value of each of {len(combined)} tests (attack and set), of several "
        "trainings twice their mean, then Holm's correction over all of them; below "
        f"{ALPHA} is a leak. Membership AUC is that of the most successful of five "
        "attacks, and innocent at 0.5, as is the DCR share.\n\n"
        f"{to_markdown(pd.DataFrame.from_dict(rows, orient='index'))}\n\n"
        f"Leaks: {_name_leaks(corrected)}.\n"
    )


def _name_leaks(corrected: pd.Series) -> str:
    leaks = [f"{name}: {attack}" for name, attack in corrected.index[corrected < ALPHA]]
    return "; ".join(leaks) or "none"


def _row(trainings: Sequence[Result], corrected: pd.Series) -> dict[str, object]:
    recall = pd.DataFrame([training["beta_recall"] for training in trainings]).mean()
    share = [training["attacks"]["dcr_share"]["figure"] for training in trainings]
    areas = pd.DataFrame([membership_auc(training) for training in trainings]).mean()
    return {
        "trainings": len(trainings),
        "tests": len(corrected),
        "smallest p": corrected.min(),
        "membership AUC": areas.max(),
        "DCR share": np.mean(share),
        "beta-recall": recall["synthetic"],
        "of real holdout": recall["holdout"],
    }


def _p_values(trainings: Sequence[Result]) -> dict[str, list[float]]:
    """Return the p-values of every attack that was judged in each training."""
    found = pd.DataFrame(
        [
            {name: result["p_value"] for name, result in training["attacks"].items()}
            for training in trainings
        ],
        dtype=float,
    )
    return {str(name): values.tolist() for name, values in found.dropna(axis=1).items()}


def _beta_recall(
    train: pd.DataFrame, table: pd.DataFrame, schema: TableSchema
) -> float:
    _, recall = PrecisionRecall().compute(train, table, schema)
    return recall.value

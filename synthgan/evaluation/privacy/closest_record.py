"""Distances to the closest record: synthetic rows too near to training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.significance import compare_hits, normal_result
from synthgan.evaluation.privacy.tables import AttackTables


@dataclass(frozen=True)
class ClosestRecordShare(Attack):
    r"""The attacker holds two lists of people and wants to know which was trained on.

    For every synthetic row he looks which list has the person nearest to it; ties count
    one half for each. Where the table betrays nobody, each list wins half of the rows.

    Notes
    -----
    Training rows and holdout are equally large. If :math:`c_j` synthetic rows have
    person j as their nearest (ties left out), the number of rows that the training list
    wins has, over all splits of the N people into two equal lists, the variance
    :math:`\frac{N}{4 (N - 1)} \sum_j (c_j - \bar c)^2`. It is :math:`n/4` where
    neighbours spread as if by chance, and larger where few people are near to many
    synthetic rows, or where synthetic rows repeat.
    """

    title: ClassVar[str] = "Share nearer to training rows"

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        train, holdout = tables.synthetic_to_train, tables.synthetic_to_holdout
        is_nearer = train.distances < holdout.distances
        is_farther = train.distances > holdout.distances
        n_rows, n_real, n_people = (
            len(is_nearer),
            len(tables.train),
            2 * len(tables.train),
        )
        n_wins = is_nearer.sum() + (n_rows - is_nearer.sum() - is_farther.sum()) / 2
        nearest = np.concatenate(
            [train.indices[is_nearer], n_real + holdout.indices[is_farther]]
        )
        counts = np.bincount(nearest, minlength=n_people)
        variance = n_people**2 * counts.var() / (4 * (n_people - 1))
        share = float(n_wins / n_rows)
        deviation = float(np.sqrt(variance)) / n_rows
        reach = 1.96 * deviation
        interval = (max(share - reach, 0.0), min(share + reach, 1.0))
        return (normal_result("dcr_share", share, 0.5, deviation, interval, n_rows),)


@dataclass(frozen=True)
class ClosestRecordQuantile(Attack):
    """The attacker holds synthetic rows and looks for those that are nearly a person.

    He calls a row a find where it is nearer to a training row than all but 1, 2 or 5 %
    of the holdout's rows are. An innocent table of real quality has 1, 2 or 5 % of such
    rows; one of less variety has more without having copied. So the same threshold is
    applied to the distances to the holdout, and that share is what innocence is.
    """

    title: ClassVar[str] = "Rows closer than real ones are"

    shares: tuple[float, ...] = (0.01, 0.02, 0.05)

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        train, holdout = tables.synthetic_to_train, tables.synthetic_to_holdout
        real = tables.holdout_to_train.distances
        results = []
        for share in self.shares:
            threshold = np.quantile(real, share)
            results.append(
                compare_hits(
                    f"dcr_quantile[{share:.0%}]",
                    train.distances <= threshold,
                    holdout.distances <= threshold,
                    train.indices,
                    holdout.indices,
                )
            )
        return tuple(results)

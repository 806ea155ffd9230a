"""Membership inference: the attacker wants to know who was among the training rows.

Members are training rows, non-members one half of the holdout; the other half is what
an attacker may hold of the population. Every attack gives each candidate a score.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier

from synthgan._random import make_seed
from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.coding import pooled_levels
from synthgan.evaluation.privacy.significance import (
    detectable_in_groups,
    normal_result,
    wilson_interval,
)
from synthgan.evaluation.privacy.tables import AttackTables
from synthgan.statistics import auc_interval, make_boosting

#: Share of non-members that the attacker may accuse wrongly.
FALSE_POSITIVE_RATE = 0.01


class MembershipAttack(Attack):
    """A score of candidates, judged by its AUC and by its most confident claims.

    Attributes
    ----------
    name : str
        What the results are called: the AUC `name`, and `name` with "[tpr]" the share
        of members above all but 1 % of the non-members.
    """

    name: ClassVar[str]

    @abstractmethod
    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score members, then non-members: higher means rather a member.

        Returns
        -------
        ndarray of float, shape (n_members + n_non_members,)
        """

    def run(
        self, tables: AttackTables, random_state: int = 0
    ) -> tuple[AttackResult, ...]:
        """Attack a synthetic table; see `Attack.run`."""
        scores = self.score(tables, random_state)
        members, others = np.split(scores, [len(tables.members)])
        return (
            _judge_area(self.name, members, others),
            _judge_claims(f"{self.name}[tpr]", members, others),
        )


def _judge_area(name: str, members: np.ndarray, others: np.ndarray) -> AttackResult:
    """Judge the area under the ROC curve, by the rank-sum test with its ties."""
    n_members, n_others = len(members), len(others)
    n_rows = n_members + n_others
    scores = np.concatenate([members, others])
    ranks = stats.rankdata(scores)
    area = (ranks[:n_members].mean() - (n_members + 1) / 2) / n_others
    # Of a mean of ranks that are drawn without replacement.
    mean_rank_variance = ranks.var() / n_members * n_others / (n_rows - 1)
    deviation = float(np.sqrt(mean_rank_variance)) / n_others
    interval = auc_interval(np.arange(n_rows) < n_members, scores)
    return normal_result(name, float(area), 0.5, deviation, interval, n_members)


def _judge_claims(name: str, members: np.ndarray, others: np.ndarray) -> AttackResult:
    r"""Judge the share of members above all but 1 % of the non-members.

    The threshold is the k-th largest score of a non-member. Under innocence all orders
    of the scores are equally likely, so at least `a` members stand above it with the
    hypergeometric probability that there are so many among the `a + k - 1` largest
    scores; ties with the threshold are not claimed, which is the cautious side.
    """
    n_members, n_others = len(members), len(others)
    k = int(FALSE_POSITIVE_RATE * n_others) + 1
    threshold = np.sort(others)[-k]
    n_claims = int((members > threshold).sum())
    p_value = stats.hypergeom.sf(
        n_claims - 1, n_members + n_others, n_members, n_claims + k - 1
    )
    innocent = k / (n_others + 1)
    return AttackResult(
        name=name,
        figure=n_claims / n_members,
        innocent=innocent,
        interval=wilson_interval(n_claims, n_members),
        p_value=float(p_value),
        detectable=detectable_in_groups(innocent, n_members, n_others),
        n_attacks=n_members,
    )


@dataclass(frozen=True)
class NearestMembership(MembershipAttack):
    """The attacker holds the synthetic table and a person's row.

    He believes that a person was trained on who is near to a synthetic row: the score
    is minus the distance to the nearest one.
    """

    title: ClassVar[str] = "Membership by distance"
    name: ClassVar[str] = "membership_nearest"

    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score candidates; see `MembershipAttack.score`."""
        return -tables.candidates.to_synthetic[:, 0]


@dataclass(frozen=True)
class ReferenceMembership(MembershipAttack):
    """The attacker also holds a sample of the population.

    A common person is near to everybody. He believes that one was trained on who is
    nearer to the synthetic table than to the sample: the score is the difference.
    """

    title: ClassVar[str] = "Membership by distance beyond a reference sample"
    name: ClassVar[str] = "membership_reference"

    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score candidates; see `MembershipAttack.score`."""
        distances = tables.candidates
        return distances.to_reference[:, 0] - distances.to_synthetic[:, 0]


@dataclass(frozen=True)
class NeighbourMembership(MembershipAttack):
    """The attacker mixes the synthetic table with a sample of the population.

    He believes that a person was trained on whose 20 nearest rows in the mixture are
    synthetic ones. Rows at the distance of the last count in proportion; of persons
    with equal shares he suspects the one who is nearer to the synthetic rows.
    """

    title: ClassVar[str] = "Membership by neighbours"
    name: ClassVar[str] = "membership_neighbours"

    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score candidates; see `MembershipAttack.score`."""
        synthetic, reference = tables.candidates
        mixture = np.sort(np.concatenate([synthetic, reference], axis=1), axis=1)
        k = min(synthetic.shape[1], reference.shape[1])
        radius = mixture[:, k - 1 : k]
        inside = (synthetic < radius).sum(axis=1)
        free = k - inside - (reference < radius).sum(axis=1)
        on_edge = (synthetic == radius).sum(axis=1)
        n_edge = on_edge + (reference == radius).sum(axis=1)
        shares = (inside + free * on_edge / n_edge) / k
        nearness = stats.rankdata(-synthetic[:, 0]) / (len(shares) + 1)
        return shares + nearness / (2 * k)


@dataclass(frozen=True)
class ClassifierMembership(MembershipAttack):
    """The attacker trains a classifier to tell the synthetic table from a sample.

    What it takes for synthetic among real people are those whom the generator knew too
    well: the score is the classifier's probability.
    """

    title: ClassVar[str] = "Membership by classifier"
    name: ClassVar[str] = "membership_classifier"

    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score candidates; see `MembershipAttack.score`."""
        held = np.concatenate([tables.synthetic, tables.reference])
        is_synthetic = np.arange(len(held)) < len(tables.synthetic)
        classifier = make_boosting(
            HistGradientBoostingClassifier,
            tables.is_categorical,
            make_seed(random_state, "privacy", self.name),
        )
        classifier.fit(pooled_levels(held, tables.is_categorical), is_synthetic)
        candidates = np.concatenate([tables.members, tables.non_members])
        return classifier.predict_proba(
            pooled_levels(candidates, tables.is_categorical)
        )[:, 1]


@dataclass(frozen=True)
class DensityMembership(MembershipAttack):
    r"""The attacker estimates densities, of the synthetic table and of the population.

    He believes that a person was trained on where the synthetic table is denser than
    the population: the score is the logarithm of the ratio.

    Notes
    -----
    Densities are sums of :math:`e^{-d / h}` over the 20 nearest rows, with h half the
    median distance from a candidate to the nearest row of the sample.

    References
    ----------
    B. van Breugel, H. Sun, Z. Qian, M. van der Schaar, "Membership inference attacks
    against synthetic data through overfitting detection", 2023, arXiv:2302.12580.
    """

    title: ClassVar[str] = "Membership by density ratio"
    name: ClassVar[str] = "membership_density"

    def score(self, tables: AttackTables, random_state: int) -> np.ndarray:
        """Score candidates; see `MembershipAttack.score`."""
        synthetic, reference = tables.candidates
        width = max(float(np.median(reference[:, 0])) / 2, 1e-3)
        return _log_density(synthetic, width) - _log_density(reference, width)


def _log_density(distances: np.ndarray, width: float) -> np.ndarray:
    return np.logaddexp.reduce(-distances.astype(float) / width, axis=1)

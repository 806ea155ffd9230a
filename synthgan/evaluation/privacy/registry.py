"""All attacks, by name. To add one: write its class, and enter it here."""

from __future__ import annotations

from synthgan.evaluation.privacy.attributes import BoostedAttribute, NearestAttribute
from synthgan.evaluation.privacy.base import Attack
from synthgan.evaluation.privacy.closest_record import (
    ClosestRecordQuantile,
    ClosestRecordShare,
)
from synthgan.evaluation.privacy.linkability import Linkability
from synthgan.evaluation.privacy.matches import ExactMatches, NearMatches
from synthgan.evaluation.privacy.membership import (
    ClassifierMembership,
    DensityMembership,
    NearestMembership,
    NeighbourMembership,
    ReferenceMembership,
)
from synthgan.evaluation.privacy.singling_out import SinglingOut

ATTACKS: dict[str, Attack] = {
    "exact_matches": ExactMatches(),
    "near_matches": NearMatches(),
    "dcr_share": ClosestRecordShare(),
    "dcr_quantile": ClosestRecordQuantile(),
    "membership_nearest": NearestMembership(),
    "membership_reference": ReferenceMembership(),
    "membership_neighbours": NeighbourMembership(),
    "membership_classifier": ClassifierMembership(),
    "membership_density": DensityMembership(),
    "attribute_nearest": NearestAttribute(),
    "attribute_boosting": BoostedAttribute(),
    "singling_out": SinglingOut(),
    "linkability": Linkability(),
}

"""Privacy: attacks on a synthetic table, and what they say together.

Every attack is made on training rows and on a holdout alike. Success against the
holdout is what the population betrays about anybody; only what goes beyond it betrays
the rows that were trained on.
"""

from synthgan.evaluation.privacy.base import Attack, AttackResult
from synthgan.evaluation.privacy.disclosure import disclosure_check
from synthgan.evaluation.privacy.registry import ATTACKS
from synthgan.evaluation.privacy.run import choose_attacks, run_attacks
from synthgan.evaluation.privacy.tables import AttackTables
from synthgan.evaluation.privacy.verdict import PrivacyVerdict, judge_privacy

__all__ = [
    "ATTACKS",
    "Attack",
    "AttackResult",
    "AttackTables",
    "PrivacyVerdict",
    "choose_attacks",
    "disclosure_check",
    "judge_privacy",
    "run_attacks",
]

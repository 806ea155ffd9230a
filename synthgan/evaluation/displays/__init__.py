"""Pictures for notebooks and for the report, in the manner of scikit-learn's displays.

Each holds the few figures that it draws, never the rows, and draws them with
matplotlib, which is imported when `plot` is called.
"""

from synthgan.evaluation.displays.associations import AssociationDisplay
from synthgan.evaluation.displays.attacks import AttackDisplay
from synthgan.evaluation.displays.columns import ColumnDisplay, ColumnShapesDisplay
from synthgan.evaluation.displays.models import ModelScoresDisplay

__all__ = [
    "AssociationDisplay",
    "AttackDisplay",
    "ColumnDisplay",
    "ColumnShapesDisplay",
    "ModelScoresDisplay",
]

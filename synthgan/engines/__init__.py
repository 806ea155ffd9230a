"""The only place that knows which backend Keras runs on."""

from synthgan.engines.base import Engine, Player, Repeated, padded_batches
from synthgan.engines.registry import ENGINES, current_engine, import_keras

__all__ = [
    "ENGINES",
    "Engine",
    "Player",
    "Repeated",
    "current_engine",
    "import_keras",
    "padded_batches",
]

"""Synthetic mixed-type tables from a Keras conditional GAN: a frame in, a frame out.

>>> from synthgan import GANSynthesizer

Public names load when they are first used: `import synthgan` imports neither Keras nor
pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthgan.augmentation import GANOverSampler, augment
    from synthgan.conditions import (
        MISSING,
        NOT_MISSING,
        at_least,
        at_most,
        between,
        less_than,
        more_than,
        one_of,
    )
    from synthgan.evaluation import Evaluation, evaluate
    from synthgan.exceptions import (
        ArchiveError,
        AugmentationWarning,
        BackendError,
        DivergenceError,
        InferenceWarning,
        InputError,
        ParameterError,
        SchemaError,
        SynthGANError,
    )
    from synthgan.schema import ColumnSchema, Kind, TableSchema, infer_schema
    from synthgan.synthesizer import GANSynthesizer, load
    from synthgan.training.callbacks import Callback, TrainingState

__version__ = "0.1.0"

_MODULES = {
    "GANSynthesizer": "synthgan.synthesizer",
    "load": "synthgan.synthesizer",
    "GANOverSampler": "synthgan.augmentation",
    "augment": "synthgan.augmentation",
    "MISSING": "synthgan.conditions",
    "NOT_MISSING": "synthgan.conditions",
    "at_least": "synthgan.conditions",
    "at_most": "synthgan.conditions",
    "between": "synthgan.conditions",
    "less_than": "synthgan.conditions",
    "more_than": "synthgan.conditions",
    "one_of": "synthgan.conditions",
    "Evaluation": "synthgan.evaluation",
    "evaluate": "synthgan.evaluation",
    "Callback": "synthgan.training.callbacks",
    "TrainingState": "synthgan.training.callbacks",
    "ColumnSchema": "synthgan.schema",
    "Kind": "synthgan.schema",
    "TableSchema": "synthgan.schema",
    "infer_schema": "synthgan.schema",
    "ArchiveError": "synthgan.exceptions",
    "AugmentationWarning": "synthgan.exceptions",
    "BackendError": "synthgan.exceptions",
    "DivergenceError": "synthgan.exceptions",
    "InferenceWarning": "synthgan.exceptions",
    "InputError": "synthgan.exceptions",
    "ParameterError": "synthgan.exceptions",
    "SchemaError": "synthgan.exceptions",
    "SynthGANError": "synthgan.exceptions",
}

__all__ = [
    "MISSING",
    "NOT_MISSING",
    "ArchiveError",
    "AugmentationWarning",
    "BackendError",
    "Callback",
    "ColumnSchema",
    "DivergenceError",
    "Evaluation",
    "GANOverSampler",
    "GANSynthesizer",
    "InferenceWarning",
    "InputError",
    "Kind",
    "ParameterError",
    "SchemaError",
    "SynthGANError",
    "TableSchema",
    "TrainingState",
    "at_least",
    "at_most",
    "augment",
    "between",
    "evaluate",
    "infer_schema",
    "less_than",
    "load",
    "more_than",
    "one_of",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _MODULES:
        msg = f"module 'synthgan' has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])

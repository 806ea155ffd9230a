"""Find the engine of the backend that Keras runs on."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

from synthgan._random import preserved_global_random_state
from synthgan.engines.base import Engine
from synthgan.exceptions import BackendError

#: Where each backend's engine lives.
ENGINES: dict[str, str] = {
    "tensorflow": "synthgan.engines.tensorflow_engine:TensorFlowEngine",
    "jax": "synthgan.engines.jax_engine:JAXEngine",
}


def import_keras() -> ModuleType:
    """Import Keras without moving the process's random state, and return it.

    TensorFlow's remarks on the machine would stand in the middle of the progress bar:
    unless the user says otherwise, only its errors are shown.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with preserved_global_random_state():
        import keras
    return keras


def current_engine() -> Engine:
    """Return the engine for Keras's current backend.

    Raises
    ------
    BackendError
        If there is none for it.
    """
    backend = import_keras().backend.backend()
    if backend not in ENGINES:
        msg = (
            f"Keras backend: expected one of {', '.join(ENGINES)}, got {backend!r}; "
            "set the environment variable KERAS_BACKEND before Python starts"
        )
        raise BackendError(msg)
    module, name = ENGINES[backend].split(":")
    with preserved_global_random_state():
        return getattr(importlib.import_module(module), name)()

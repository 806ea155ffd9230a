"""What a figure was measured on: machine, versions, memory."""

from __future__ import annotations

import datetime
import os
import platform
import resource
from importlib import metadata
from pathlib import Path

import synthgan

_PACKAGES = (
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "keras",
    "tensorflow",
    "jax",
)


def n_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe_environment() -> dict[str, str | int]:
    """Return date, processor, number of cores, system and versions."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "processor": _processor(),
        "cores": n_cores(),
        "system": platform.system(),
        "python": platform.python_version(),
        **_versions(),
    }


def _processor() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        for line in cpu_info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def name_accelerator() -> str:
    """Return what Keras's backend computes on beside the processor, if anything."""
    import keras

    if keras.backend.backend() == "jax":
        import jax

        kinds = [d.device_kind for d in jax.devices() if d.platform != "cpu"]
    else:
        import tensorflow as tf

        kinds = [
            tf.config.experimental.get_device_details(device)["device_name"]
            for device in tf.config.list_physical_devices("GPU")
        ]
    return ", ".join(kinds) or "none"


def _versions() -> dict[str, str]:
    versions = {"synthgan": synthgan.__version__}
    for package in _PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions


def peak_memory_mib() -> float:
    """Return the most memory that this process has held so far, in MiB.

    A process that was started by a large one begins with that one's peak; so the
    benchmarks start their workers from a process that holds no table.
    """
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if platform.system() == "Darwin" else 2**10)

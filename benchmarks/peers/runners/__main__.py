"""One run: `python -m benchmarks.peers.runners RUNNER FOLDER`.

Reads `task.json` and `train.parquet` in FOLDER, times the runner, and writes
`synthetic.parquet` and `seconds.json` beside them. The package is imported before the
clock starts.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.peers.runners.task import Task


def main() -> None:
    """Fit, sample, and write what came of it."""
    runner, folder = importlib.import_module(sys.argv[1]), Path(sys.argv[2])
    backend_memory = _peak_memory_mib()
    task = Task.read(folder)
    train = pd.read_parquet(folder / "train.parquet")
    start = time.perf_counter()
    sample = runner.fit(train, task)
    fitted = time.perf_counter()
    synthetic = sample(task.n_samples)
    sampled = time.perf_counter()
    synthetic.to_parquet(folder / "synthetic.parquet")
    seconds = {
        "fit_seconds": fitted - start,
        "sample_seconds": sampled - fitted,
        "peak_memory_mib": _peak_memory_mib() - backend_memory,
    }
    (folder / "seconds.json").write_text(json.dumps(seconds))


def _peak_memory_mib() -> float:
    """Return this process's peak of memory.

    The peak of `getrusage` includes the process that started this one, which has judged
    tables; Linux tells this program's own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()

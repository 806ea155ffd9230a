"""Whether a measurement had the machine to itself: Linux counts what others compute."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path


class OtherLoad:
    """The cores that other processes kept busy while one's children ran.

    Starts with its construction. The page marks what was not measured alone.
    """

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._all = _busy_seconds()
        self._own = _own_seconds()

    def cores(self) -> float | None:
        """Return the mean number of cores since then; None where nothing counts."""
        busy = _busy_seconds()
        if busy is None or self._all is None:
            return None
        others = busy - self._all - (_own_seconds() - self._own)
        return max(0.0, others / (time.perf_counter() - self._start))


def _busy_seconds() -> float | None:
    """Return the processor time of all processes since the machine started."""
    statistics = Path("/proc/stat")
    if not statistics.exists():
        return None
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts = (
        int(ticks) for ticks in statistics.read_text().split(maxsplit=8)[1:8]
    )
    ticks = user + nice + system + interrupts + soft_interrupts
    return ticks / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Return the processor time of this process and of its finished children."""
    used = [
        resource.getrusage(whose)
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)

import sys

import pytest

from benchmarks import machine, sampling, startup


def test_each_run_of_a_command_is_timed():
    seconds = startup.time_command([sys.executable, "-c", "pass"], n_runs=2)
    assert len(seconds) == 2
    assert min(seconds) > 0


def test_a_command_that_fails_is_an_error():
    with pytest.raises(Exception, match="non-zero exit status"):
        startup.time_command([sys.executable, "-c", "raise SystemExit(3)"], n_runs=1)


def test_streams_are_timed_after_a_batch_that_compiles():
    asked = []

    class Recorder:
        def sample_iter(self, batch_size, n_samples):
            asked.append((batch_size, n_samples))
            yield from ([0] * batch_size for _ in range(n_samples // batch_size))

    measured = sampling.time_streams(Recorder(), 7000, batch_size=1000, n_runs=3)
    assert len(measured["seconds"]) == 3
    assert measured["mib_after_all"] >= measured["mib_after_a_batch"] > 0
    assert asked == [(1000, 1000), *[(1000, 7000)] * 3]


def test_peak_memory_grows_with_what_is_held():
    before = machine.peak_memory_mib()
    held = bytearray(300 * 2**20)
    held[:: 2**10] = b"x" * (300 * 2**10)
    assert machine.peak_memory_mib() > before + 50

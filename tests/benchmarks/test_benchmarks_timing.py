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


def test_samples_are_timed_after_one_that_compiles():
    drawn = []

    class Recorder:
        def sample(self, n_samples):
            drawn.append(n_samples)

    assert len(sampling.time_samples(Recorder(), 7000, n_runs=3)) == 3
    assert drawn == [1000, 7000, 7000, 7000]


def test_peak_memory_grows_with_what_is_held():
    before = machine.peak_memory_mib()
    held = bytearray(300 * 2**20)
    held[:: 2**10] = b"x" * (300 * 2**10)
    assert machine.peak_memory_mib() > before + 50

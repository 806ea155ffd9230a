"""What the tests of the benchmarks share."""

import argparse

import pytest

from benchmarks import fidelity


@pytest.fixture(autouse=True)
def _single_thread(monkeypatch):
    """On a busy machine, the threads would wait for each other."""
    monkeypatch.setattr(fidelity, "n_cores", lambda: 1)


@pytest.fixture
def grid_arguments(tmp_path):
    """Arguments of a grid of one small set and two seeds."""
    return argparse.Namespace(
        data_dir=tmp_path,
        sets=["small"],
        seeds=[0, 1],
        max_seconds=None,
        output=tmp_path / "results",
        fresh=False,
    )

"""What the tests of the benchmarks share."""

import argparse

import pytest


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

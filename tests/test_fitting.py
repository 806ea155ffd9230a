from __future__ import annotations

import pytest

from synthgan import GANSynthesizer
from synthgan.fitting import decide_settings
from synthgan.held_out import MIN_ROWS
from synthgan.layout import BlockSpec, Layout

LAYOUT = Layout.from_specs([[BlockSpec("level", "softmax", 3)]])


@pytest.mark.parametrize(
    ("refine", "elapsed", "expected"),
    [
        pytest.param(False, 0.0, 100.0, id="all of it"),
        pytest.param(False, 20.0, 80.0, id="less what is over"),
        pytest.param(True, 0.0, 75.0, id="less a quarter for the refinement"),
        pytest.param(True, 20.0, 55.0, id="less both"),
        pytest.param(True, 90.0, 10.0, id="a tenth at least"),
    ],
)
def test_training_has_what_is_left_of_max_seconds(
    refine: bool, elapsed: float, expected: float
) -> None:
    parameters = GANSynthesizer(max_seconds=100.0, refine=refine).get_params()
    settings = decide_settings(parameters, 5_000, LAYOUT, elapsed)
    assert settings.max_seconds == pytest.approx(expected)


def test_small_tables_leave_no_time_for_a_refinement_that_they_do_not_get() -> None:
    parameters = GANSynthesizer(max_seconds=100.0).get_params()
    settings = decide_settings(parameters, MIN_ROWS - 1, LAYOUT, 0.0)
    assert settings.max_seconds == pytest.approx(100)


def test_without_max_seconds_training_has_no_end_in_time() -> None:
    parameters = GANSynthesizer().get_params()
    assert decide_settings(parameters, 5_000, LAYOUT, 20.0).max_seconds is None

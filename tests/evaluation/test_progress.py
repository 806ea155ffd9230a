"""The estimate and the bar."""

from __future__ import annotations

from synthgan.evaluation.progress import Progress, Step


def test_larger_tables_and_slower_metrics_take_longer():
    small, large = (Step("two_sample", "", n).seconds for n in (150_000, 1_500_000))
    assert large == 10 * small
    assert Step("two_sample_strict", "", 150_000).seconds > small
    assert Step("not listed", "", 150_000).seconds > 0


def test_the_estimate_comes_first_and_each_step_is_named(capsys):
    steps = [Step("two_sample_strict", f"strict {i}", 1_500_000) for i in range(6)]
    with Progress(steps, verbose=True) as bar:
        assert "6 steps, about 10 minutes" in capsys.readouterr().err
        for step in steps:
            with bar.running(step):
                assert step.label in capsys.readouterr().err
    assert "100 %" in capsys.readouterr().err


def test_a_silent_bar_says_nothing(capsys):
    step = Step("tstr", "tstr", 100)
    with Progress([step], verbose=False) as bar, bar.running(step):
        pass
    assert capsys.readouterr() == ("", "")

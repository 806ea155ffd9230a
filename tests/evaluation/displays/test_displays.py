"""Displays hold the figures that they draw, and draw them where they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from synthgan.evaluation.displays import (
    AssociationDisplay,
    AttackDisplay,
    ColumnShapesDisplay,
    ModelScoresDisplay,
)
from synthgan.evaluation.displays.attacks import attack_label
from synthgan.evaluation.facts import Score
from synthgan.evaluation.privacy import AttackResult


@pytest.fixture
def ax():
    return Figure().subplots()


def column_of(train, synthetic, **options):
    frames = (pd.DataFrame({"c": cells}) for cells in (train, synthetic))
    return ColumnShapesDisplay.from_frames(*frames, **options).columns[0]


def test_levels_beyond_six_share_a_bar_and_no_cell_is_lost():
    train = list("aaaaaabbbbbcccddeffggghhiijj") * 3
    display = column_of(train, ["a", "j", "new"] * 20)
    assert display.labels[:2] == ("a", "b") or "a" in display.labels
    assert display.labels[-1] == "5 others"
    assert display.real.sum() == pytest.approx(1)
    assert display.synthetic.sum() == pytest.approx(1)


def test_values_outside_the_real_range_are_counted_in_the_outermost_bins():
    train = np.linspace(0, 1, 200)
    display = column_of(train, np.where(train < 0.5, -1e9, 1e9))
    assert display.synthetic[[0, -1]].tolist() == [0.5, 0.5]
    assert display.real.max() < 0.1


def test_few_whole_numbers_have_a_bin_each():
    display = column_of([1, 2, 3, 3] * 25, [1, 1, 1, 3] * 25)
    assert display.real.tolist() == [0.25, 0.25, 0.5]
    assert display.synthetic.tolist() == [0.75, 0, 0.25]


def test_missing_cells_are_stated_and_take_no_part_in_the_shares():
    display = column_of([1.5, 2.5, None, 4.5] * 10, [1.5] * 40)
    assert display.missing == (0.25, 0.0)
    assert display.real.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    "cells",
    [
        pd.Series([None] * 9, dtype=float),
        pd.Series(["only"] * 9),
        pd.Series([7.5] * 8 + [None]),
        pd.Series(pd.Timestamp("2024-05-01"), index=range(9)),
        pd.Series(pd.to_datetime(["2024-05-01"] * 8 + [None])),
        pd.Series(pd.to_timedelta(range(9), unit="D")),
        pd.Series([True, False, None] * 3, dtype="boolean"),
        pd.Series(range(9), dtype="Int64"),
    ],
)
def test_any_column_can_be_drawn(cells, ax):
    column_of(cells, cells).plot(ax)
    ax.figure.draw_without_rendering()


def test_dates_are_labelled_as_dates():
    days = pd.date_range("2024-01-01", periods=200)
    display = column_of(days, days)
    assert display.labels == ("2024-01-02", "2024-07-17")


def test_a_bin_that_would_dwarf_the_others_is_cut_and_named(ax):
    cells = np.concatenate([np.zeros(900), np.random.default_rng(0).random(100) * 100])
    column_of(cells, cells).plot(ax)
    (text,) = ax.texts
    assert text.get_text().startswith("9")
    assert ax.get_ylim()[1] < 0.1


def test_all_columns_are_drawn_each_under_its_name_as_it_is():
    table = pd.DataFrame({"$a$": [1, 2] * 20, "b_c": ["x", "y"] * 20})
    figure = ColumnShapesDisplay.from_frames(table, table).plot(Figure())
    assert [ax.get_title() for ax in figure.axes] == ["$a$", "b_c"]
    figure.draw_without_rendering()


def test_identifiers_have_no_picture():
    table = pd.DataFrame({"id": range(200), "x": [1.5, 2.5] * 100})
    display = ColumnShapesDisplay.from_frames(table, table)
    assert [column.name for column in display.columns] == ["x"]


def test_associations_show_the_relation_that_was_lost():
    rng = np.random.default_rng(0)
    x = rng.normal(size=300)
    train = pd.DataFrame({"x": x, "y": -x, "z": rng.normal(size=300)})
    display = AssociationDisplay.from_frames(
        train, train.assign(y=rng.normal(size=300))
    )
    assert display.real.loc["x", "y"] == pytest.approx(-1)
    first, second, gap = display.largest
    assert {first, second} == {"x", "y"}
    assert gap == pytest.approx(1, abs=0.2)
    assert AssociationDisplay.from_frames(train, train).largest is None
    gone = AssociationDisplay.from_frames(train, train.assign(y=1.0))
    assert set(gone.largest[:2]) == {"x", "y"}
    assert gone.largest[2] == pytest.approx(1)
    figure = display.plot(Figure())
    figure.draw_without_rendering()
    assert [ax.get_title() for ax in figure.axes] == list(display.TITLES)


def test_model_scores_leave_out_what_has_no_common_axis(ax):
    def score(name, value, higher=True, section="utility"):
        references = {"real holdout": 0.9, "independent columns": 0.5}
        return Score(section, name, name, value, higher, (0.7, 0.8), references)

    display = ModelScoresDisplay.from_scores(
        [
            score("tstr_auc", 0.75),
            score("tstr_rmse", 300.0, higher=False),
            score("tstr_gone", np.nan),
            score("trts_auc", 0.8),
            score("tstr_ratio", 0.9),
            score("model_ranking_agreement", 0.5),
            score("two_sample_score", 0.6, section="fidelity"),
        ]
    )
    assert [score.name for score in display.scores] == ["tstr_auc"]
    display.plot(ax)
    ax.figure.draw_without_rendering()
    assert [text.get_text() for text in ax.get_yticklabels()] == ["auc"]


def test_a_column_s_name_stays_as_it_is_in_an_attack_s_label():
    assert attack_label("attribute_nearest[unitprice]").endswith(", unitprice")
    assert attack_label("attribute_nearest[price[eur]]").endswith(", price[eur]")


def test_only_leaks_are_drawn_as_full_points(ax):
    results = [
        AttackResult("dcr_share", 0.52, 0.5, (0.51, 0.53), 1e-6, 0.01, 900),
        AttackResult("exact_matches", 0.01, 0.01, (0.0, 0.02), 0.5, 0.01, 900),
        AttackResult.not_judged("linkability", "too few columns"),
    ]
    display = AttackDisplay.from_results(results, leaks=["dcr_share"])
    assert len(display.results) == 2
    display.plot(ax)
    points = [line for line in ax.lines if line.get_marker() == "o"]
    assert [point.get_xdata()[0] for point in points] == pytest.approx([2, 0])
    assert [point.get_markerfacecolor() != "none" for point in points] == [True, False]

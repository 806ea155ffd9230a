"""`evaluate`: what it says of tables whose truth is known, and of tables it cannot."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from synthgan import evaluate
from synthgan.evaluation import METRICS
from synthgan.evaluation.privacy import ATTACKS
from synthgan.exceptions import InputError, ParameterError

HEADLINE = ["column_shapes", "two_sample", "tstr", "dcr_share", "exact_matches"]


def make_table(seed: int, n_rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    grade = np.where(x + 0.3 * rng.normal(size=n_rows) > 0, "high", "low")
    return pd.DataFrame(
        {
            "x": x.round(3),
            "noise": rng.normal(size=n_rows).round(3),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.round(9 * x), "D"),
            "grade": np.where(rng.random(n_rows) < 0.05, None, grade),
            "label": np.where(x + 0.4 * rng.normal(size=n_rows) > 0, "yes", "no"),
            "key": [f"K{number:06d}" for number in rng.permutation(10**6)[:n_rows]],
        }
    )


TRAIN, HOLDOUT, FRESH = make_table(0), make_table(1), make_table(2)


def judge(synthetic: pd.DataFrame, holdout: pd.DataFrame | None = HOLDOUT, **options):
    options = {
        "target": "label",
        "metrics": HEADLINE,
        "random_state": 0,
        "verbose": False,
        **options,
    }
    train = options.pop("train", TRAIN)
    return evaluate(train, synthetic, holdout, **options)


def verdicts(evaluation) -> dict[str, bool | None]:
    return {verdict.question: verdict.passed for verdict in evaluation.verdicts}


@pytest.fixture(scope="module")
def fresh():
    return judge(FRESH)


def test_independent_real_rows_are_useful_private_and_faithful(fresh):
    assert verdicts(fresh) == {"useful": True, "private": True, "faithful": True}


def test_a_copy_is_useful_and_faithful_but_not_private():
    copied = judge(TRAIN)
    assert verdicts(copied) == {"useful": True, "private": False, "faithful": True}
    assert set(copied.leaks) == {"dcr_share", "exact_matches"}


def test_columns_without_their_relations_are_neither_useful_nor_faithful():
    rng = np.random.default_rng(0)
    shuffled = FRESH.apply(lambda column: rng.permutation(column.to_numpy()))
    assert verdicts(judge(shuffled)) == {
        "useful": False,
        "private": True,
        "faithful": False,
    }


def test_each_figure_stands_beside_the_references(fresh):
    frame = fresh.to_frame().set_index("name")
    auc = frame.loc["two_sample_auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert auc["independent_columns"] > 0.9
    assert auc["real_holdout"] == pytest.approx(0.5, abs=0.1)
    assert auc["bootstrap_copy"] < 0.5
    utility = frame.loc["tstr_auc"]
    assert utility["real_holdout"] > 0.85  # trained on real rows
    assert utility["independent_columns"] < 0.65
    share = frame.loc["dcr_share"]
    assert share["real_holdout"] == 0.5
    assert share["bootstrap_copy"] > 0.99
    assert share["leaks"] is False or not share["leaks"]
    assert frame["section"].tolist() == sorted(
        frame["section"], key=["fidelity", "utility", "privacy"].index
    )


def test_without_a_holdout_it_says_what_cannot_be_judged():
    evaluation = judge(FRESH, holdout=None)
    assert verdicts(evaluation) == {"useful": None, "private": None, "faithful": True}
    reasons = {item.what: item.reason for item in evaluation.not_judged}
    for name in ("tstr", "dcr_share", "exact_matches"):
        assert "no holdout was given" in reasons[name]
    assert "no holdout was given" in str(evaluation)
    assert set(evaluation.to_frame()["section"]) == {"fidelity"}
    assert evaluation.to_frame()["real_holdout"].isna().all()


def test_without_a_target_usefulness_is_not_judged():
    evaluation = judge(FRESH, target=None)
    assert verdicts(evaluation)["useful"] is None
    assert "no target was named" in str(evaluation)


def test_columns_that_are_not_compared_are_named(fresh):
    reasons = {item.what: item.reason for item in fresh.not_judged}
    assert reasons["column 'key'"].startswith("identifier")


def test_the_dict_is_json_that_a_gate_can_read(fresh):
    read = json.loads(json.dumps(fresh.to_dict(), allow_nan=False))
    assert read["verdicts"]["private"]["passed"] is True
    assert read["run"]["random_state"] == 0
    assert read["run"]["n_holdout"] == len(HOLDOUT)
    assert read["run"]["versions"]["pandas"] == pd.__version__
    names = {figure["name"] for figure in read["figures"]}
    assert {"shape_error_percent", "two_sample_auc", "dcr_share"} <= names
    assert read["not_judged"]


def test_results_depend_on_no_order_and_on_the_seed_only(fresh):
    columns = list(TRAIN.columns[::-1])
    again = judge(
        FRESH[columns].sample(frac=1, random_state=1),
        holdout=HOLDOUT[::-1],
        train=TRAIN[columns].sample(frac=1, random_state=2).set_index("x", drop=False),
    )
    expected, found = fresh.to_frame(), again.to_frame()
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_a_seed_of_its_own_is_drawn_and_named():
    options = {"metrics": ["column_shapes"], "random_state": None}
    first, second = judge(FRESH, **options), judge(FRESH, **options)
    assert first.run.random_state != second.run.random_state
    again = judge(FRESH, **{**options, "random_state": first.run.random_state})
    pd.testing.assert_frame_equal(again.to_frame(), first.to_frame())


def test_inputs_are_left_as_they_were():
    tables = [TRAIN.copy(), FRESH.copy(), HOLDOUT.copy()]
    before = [table.copy(deep=True) for table in tables]
    judge(tables[1], holdout=tables[2], train=tables[0], metrics=["column_shapes"])
    for table, expected in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, expected)


def test_quick_and_all_are_made_of_the_registries():
    from synthgan.evaluation.evaluator import _select

    for preset in (None, "quick"):
        metrics, attacks = _select(preset)
        assert metrics == [name for name in METRICS if METRICS[name].is_quick]
        assert attacks == [name for name in ATTACKS if ATTACKS[name].is_quick]
    assert _select("all") == (list(METRICS), list(ATTACKS))
    assert _select("dcr_share") == ([], ["dcr_share"])


@pytest.mark.parametrize("metrics", ["shapes", ["column_shapes", "shapes"], []])
def test_an_unknown_metric_is_refused_with_the_known_ones(metrics):
    with pytest.raises(ParameterError, match=r"metrics: expected .*'column_shapes'"):
        judge(FRESH, metrics=metrics)


def test_the_bar_speaks_on_the_error_stream_or_not_at_all(capsys):
    judge(FRESH, metrics=["column_shapes"], verbose=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "under a minute" in captured.err
    assert "100 %" in captured.err
    judge(FRESH, metrics=["column_shapes"])
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("role", "change", "error", "match"),
    [
        ("synthetic", lambda t: t.drop(columns="x"), InputError, r"lacks \['x'\]"),
        ("synthetic", lambda t: t.assign(z=1), InputError, r"has \['z'\] besides"),
        ("holdout", lambda t: t.drop(columns="x"), InputError, "holdout: .*lacks"),
        ("synthetic", lambda t: t[:0], InputError, "synthetic: .*at least one row"),
        ("synthetic", lambda t: t.to_numpy(), TypeError, "synthetic: .*DataFrame"),
        ("synthetic", lambda t: t.assign(x="a"), InputError, "synthetic: column 'x'"),
        ("holdout", lambda t: t.assign(day=1.5), InputError, "holdout: column 'day'"),
        ("synthetic", lambda t: t.assign(x=np.inf), InputError, "infinite"),
        ("synthetic", lambda t: t[["x", *t]], InputError, "synthetic: .*unique names"),
    ],
)
def test_tables_that_cannot_be_compared_are_refused_before_anything_runs(
    role, change, error, match
):
    tables = {"synthetic": FRESH, "holdout": HOLDOUT}
    tables[role] = change(tables[role])
    with pytest.raises(error, match=match):
        judge(**tables)


@pytest.mark.parametrize(
    ("target", "match"), [("nothing", "'label'"), ("key", "cannot be predicted")]
)
def test_a_target_that_cannot_be_predicted_is_refused(target, match):
    with pytest.raises(ParameterError, match=match):
        judge(FRESH, target=target)


FEW = FRESH[:120]
POOR = {
    "one class": FEW.assign(label="yes"),
    "unknown levels": FEW.assign(grade="unheard of", label="perhaps"),
    "no overlap": FEW.assign(x=FEW["x"] + 1e6, noise=1e9),
    "ten rows": FEW[:10],
    "one row": FEW[:1],
    "all missing": FEW.assign(
        x=np.nan, grade=None, day=pd.NaT, label=pd.Series([None] * 120, dtype=object)
    ),
}


@pytest.mark.parametrize("case", POOR)
def test_poor_synthetic_tables_are_judged_or_marked_never_a_crash(case):
    evaluation = judge(POOR[case], HOLDOUT[:120], train=TRAIN[:120], metrics="quick")
    frame = evaluation.to_frame()
    assert frame["value"].notna().any()
    assert (frame["value"].notna() | (frame["reason"] != "")).all()
    assert verdicts(evaluation)["useful"] is not True
    assert "not judged" in str(evaluation)
    drawn = {column.name for column in evaluation.columns.columns}
    assert drawn == set(TRAIN.columns) - {"key"}


@pytest.mark.parametrize("n_rows", [1, 10])
def test_tiny_real_tables_are_judged_or_marked_never_a_crash(n_rows):
    with warnings.catch_warnings():
        evaluation = judge(
            FRESH[:n_rows],
            holdout=HOLDOUT[:n_rows],
            train=TRAIN[:n_rows],
            schema={"key": "identifier"},
            metrics="quick",
        )
    assert verdicts(evaluation)["private"] is None
    assert "too few rows" in str(evaluation)


def test_a_training_column_without_a_value_is_still_drawn_and_counted():
    train = TRAIN.assign(x=np.nan)
    evaluation = judge(FRESH, train=train, metrics=["column_shapes", "two_sample"])
    errors = {column.name: column.error for column in evaluation.columns.columns}
    assert errors["x"] == pytest.approx(1.0)


def test_int_coded_and_string_categories_are_the_same_levels():
    kinds = {"code": "categorical", "key": "identifier"}
    train = TRAIN.assign(code=np.tile([1, 2], 200))
    metrics = ["column_shapes", "two_sample"]
    first, second = (
        judge(
            FRESH.assign(code=codes),
            train=train,
            holdout=HOLDOUT.assign(code=1),
            schema=kinds,
            metrics=metrics,
        ).to_frame()
        for codes in (np.tile([1, 2], 200), pd.Categorical(np.tile(["1", "2"], 200)))
    )
    pd.testing.assert_frame_equal(first, second)


def test_the_notebook_display_escapes_names(fresh):
    page = fresh._repr_html_()
    assert "<table" in page
    assert "Private" in page
    name = "<script>alert(1)</script>"
    renamed = [table.rename(columns={"key": name}) for table in (TRAIN, FRESH, HOLDOUT)]
    evaluation = judge(
        renamed[1], renamed[2], train=renamed[0], metrics=["column_shapes"]
    )
    assert "<script" not in evaluation._repr_html_()


def test_the_plot_shows_models_and_attacks(fresh):
    from matplotlib.figure import Figure

    figure = fresh.plot(Figure())
    assert [ax.get_title() for ax in figure.axes] == [
        "Models tested on real rows",
        "Attacks: points beyond innocence",
    ]
    labels = [text.get_text() for text in figure.axes[1].get_yticklabels()]
    assert labels == [ATTACKS[name].title for name in ("exact_matches", "dcr_share")]


def test_a_holdout_that_the_generator_saw_is_not_judged():
    evaluation = evaluate(
        TRAIN, FRESH, TRAIN, metrics=["dcr_share"], random_state=0, verbose=False
    )
    row = evaluation.to_frame().query("name == 'dcr_share'").iloc[0]
    assert np.isnan(row["value"])
    assert "rows stand in the training table" in row["reason"]


def test_a_target_of_zeros_and_ones_is_two_classes():
    coded = [table.assign(y=(table["x"] > 0).astype(int)) for table in (TRAIN, HOLDOUT)]
    evaluation = evaluate(
        coded[0], coded[0], coded[1], "y", metrics=["tstr"], verbose=False
    )
    assert "tstr_auc" in set(evaluation.to_frame()["name"])

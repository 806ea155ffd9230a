"""What users ask of rows: conditions, partial rows, margins, imputation, streaming."""

from __future__ import annotations

import copy
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from synthgan import (
    MISSING,
    NOT_MISSING,
    GANSynthesizer,
    InputError,
    ParameterError,
    at_most,
    between,
    less_than,
    load,
    more_than,
)

same = pd.testing.assert_frame_equal


def make_people(n_rows: int = 1500) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    sex = rng.choice(["female", "male"], n_rows)
    role = np.where(sex == "male", "husband", "wife")
    single = rng.random(n_rows) < 0.4
    income = np.where(sex == "male", 60, 30) + rng.normal(0, 5, n_rows)
    return pd.DataFrame(
        {
            "sex": sex,
            "age": rng.integers(18, 91, n_rows),
            "income": np.where(rng.random(n_rows) < 0.1, np.nan, income.round(1)),
            "joined": pd.Timestamp("2020-01-01")
            + pd.to_timedelta(rng.integers(0, 900, n_rows), "D"),
            "member": pd.array(rng.random(n_rows) < 0.5, "boolean"),
            "role": np.where(single, "single", role),
        }
    )


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return make_people()


@pytest.fixture(scope="module")
def synthesizer(people: pd.DataFrame) -> GANSynthesizer:
    """One that learned the plain relations: sex decides the role, and the income."""
    return GANSynthesizer(
        generator_units=(64,),
        discriminator_units=(64,),
        n_steps=1500,
        random_state=0,
        verbose=False,
    ).fit(people)


CONDITIONS: list[tuple[Any, str]] = [
    ({"sex": "male"}, "sex == 'male'"),
    ({"role": ["wife", "single"]}, "role in ['wife', 'single']"),
    ({"age": between(60, 70)}, "60 <= age <= 70"),
    ({"age": less_than(19)}, "age == 18"),
    ({"income": between(25.05, 31.0, closed="left")}, "25.05 <= income < 31"),
    ({"income": MISSING}, "income.isna()"),
    ({"income": NOT_MISSING, "role": "wife"}, "income.notna() and role == 'wife'"),
    ({"joined": between("2021-01-01", "2021-02-01")}, "'2021-01-01' <= joined"),
    ("age >= 60 and sex == 'female'", "age >= 60 and sex == 'female'"),
    ({"sex": "male", "role": "wife"}, "sex == 'male' and role == 'wife'"),
]


@pytest.mark.parametrize(("conditions", "query"), CONDITIONS)
def test_every_row_satisfies_every_condition(
    synthesizer: GANSynthesizer, people: pd.DataFrame, conditions: Any, query: str
) -> None:
    rows = synthesizer.sample(300, conditions=conditions, random_state=1)
    assert len(rows) == 300
    assert len(rows.query(query)) == 300
    assert rows.dtypes.equals(people.dtypes)
    same(rows.iloc[:0], people.iloc[:0])


def test_given_cells_move_the_rest_of_the_row(synthesizer: GANSynthesizer) -> None:
    for sex, low, high in (("male", 50, 70), ("female", 20, 40)):
        rows = synthesizer.sample(500, conditions={"sex": sex}, random_state=1)
        assert low < rows["income"].mean() < high
        wrong = {"male": "wife", "female": "husband"}[sex]
        assert (rows["role"] == wrong).mean() < 0.1


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("age <= 25", {"conditions": {"age": at_most(25)}}),
    ("sex == 'female'", {"conditions": pd.DataFrame({"sex": ["female"] * 800})}),
    ("age > 80", {"margins": {"age": {between(18, 80): 0.0, more_than(80): 1.0}}}),
]
#: One false alarm in a thousand runs, over three queries and five columns (Bonferroni).
FALSE_ALARM = 0.001 / 15


@pytest.mark.parametrize(("query", "asked"), ASKED)
def test_rows_are_those_that_rejection_would_leave(
    synthesizer: GANSynthesizer, query: str, asked: dict[str, Any]
) -> None:
    # Five seeds, because the rows of one start from the same few thousand.
    parts = [synthesizer.sample(800, random_state=seed, **asked) for seed in range(5)]
    rows = pd.concat(parts, ignore_index=True)
    left = synthesizer.sample(20_000, random_state=5).query(query)
    assert len(rows.query(query)) == 4000
    for name in ("age", "income"):
        found = stats.ks_2samp(rows[name].dropna(), left[name].dropna())
        assert found.pvalue > FALSE_ALARM
    for name in ("sex", "role", "member"):
        counts = [table[name].value_counts(sort=False) for table in (rows, left)]
        table = pd.concat(counts, axis=1).fillna(0) + 1
        assert stats.chi2_contingency(table.to_numpy(float)).pvalue > FALSE_ALARM


def test_a_table_of_constants_alone_answers_conditions() -> None:
    frame = pd.DataFrame({"country": ["Elbonia"] * 50})
    synthesizer = GANSynthesizer(verbose=False).fit(frame)
    rows = synthesizer.sample(3, conditions={"country": "Elbonia"})
    assert rows["country"].tolist() == ["Elbonia"] * 3
    rows = synthesizer.sample(3, margins={"country": {"Elbonia": 1.0}})
    assert rows["country"].tolist() == ["Elbonia"] * 3


def test_sets_are_drawn_jointly(synthesizer: GANSynthesizer) -> None:
    conditions = {"sex": ["male", "female"], "role": ["wife", "husband"]}
    rows = synthesizer.sample(500, conditions=conditions, random_state=1)
    is_usual = (rows["sex"] == "male") == (rows["role"] == "husband")
    assert is_usual.mean() > 0.9
    assert 0.35 < (rows["sex"] == "male").mean() < 0.65


def test_partial_rows_keep_cells_and_index(
    synthesizer: GANSynthesizer, people: pd.DataFrame
) -> None:
    partial = pd.DataFrame(
        {
            "income": [41.3, np.nan, MISSING],
            "sex": ["male", None, "female"],
            "age": [20, 30, 40],
        },
        index=["a", "b", "c"],
    )
    rows = synthesizer.sample(conditions=partial, random_state=1)
    assert rows.index.tolist() == ["a", "b", "c"]
    assert rows["age"].tolist() == [20, 30, 40]
    assert rows.loc["a", "income"] == 41.3
    assert rows.loc[["a", "c"], "sex"].tolist() == ["male", "female"]
    assert pd.isna(rows.loc["c", "income"])
    assert rows["role"].notna().all()
    assert rows.columns.equals(people.columns)
    assert rows.dtypes.equals(people.dtypes)


def test_conditional_rows_depend_on_seed_and_number_alone(
    synthesizer: GANSynthesizer,
) -> None:
    options: dict[str, Any] = {"conditions": {"age": between(60, 70)}}
    many = synthesizer.sample(5000, random_state=3, **options)
    few = synthesizer.sample(10, random_state=3, **options)
    same(few, many[:10], check_exact=True)


def test_margins_are_met_exactly(synthesizer: GANSynthesizer) -> None:
    margins = {"sex": {"male": 0.25, "female": 0.75}, "role": {"single": 1.0}}
    rows = synthesizer.sample(201, margins=margins, random_state=1)
    assert rows["sex"].value_counts().to_dict() == {"female": 151, "male": 50}
    assert set(rows["role"]) == {"single"}
    with pytest.raises(ParameterError, match="margins: expected None"):
        synthesizer.sample(10, conditions={"sex": "male"}, margins=margins)


def test_impute_fills_holes_and_touches_nothing_else(
    synthesizer: GANSynthesizer,
) -> None:
    whole = make_people(400)
    holed = whole.copy()
    rng = np.random.default_rng(0)
    for name in ("income", "role"):
        holed.loc[rng.random(len(holed)) < 0.5, name] = None
    holed.loc[0, "sex"] = "unheard of"
    holed.index = holed.index * 2
    filled = synthesizer.impute(holed, random_state=1)
    assert isinstance(filled, pd.DataFrame)
    assert filled.index.equals(holed.index)
    assert filled.notna().all().all()
    for name in holed:
        kept = holed[name].notna()
        assert filled.loc[kept, name].tolist() == holed.loc[kept, name].tolist()
    hole = holed["income"].isna()[1:]
    means = filled[1:][hole].groupby("sex", observed=True)["income"].mean()
    assert means["male"] - means["female"] > 15


@pytest.mark.usefixtures("uncompiled")
def test_impute_fills_holes_of_a_column_of_many_levels(tiny: dict[str, Any]) -> None:
    """Its two choices are not laid out in the order in which it asked for them."""
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 300, 3000).astype(str).astype(object)
    table = pd.DataFrame({"code": levels, "size": rng.random(3000)})
    table.loc[rng.random(3000) < 0.5, "code"] = None
    synthesizer = GANSynthesizer(
        **tiny, schema={"code": "categorical"}, refine=False
    ).fit(table)
    assert synthesizer.sample(2000)["code"].isna().any()
    holes = table[["size"]].head(2000)
    assert synthesizer.impute(holes)["code"].notna().all()


def test_several_imputations_differ_where_there_were_holes(
    synthesizer: GANSynthesizer,
) -> None:
    holed = make_people(200)
    holed["income"] = np.nan
    first, second = synthesizer.impute(holed, n_draws=2, random_state=1)
    assert (first["income"] != second["income"]).mean() > 0.5
    same(first.drop(columns="income"), second.drop(columns="income"))


@pytest.mark.parametrize("conditions", [None, {"sex": "male"}, "age > 60"])
def test_no_rows_have_the_right_columns(
    synthesizer: GANSynthesizer, people: pd.DataFrame, conditions: Any
) -> None:
    same(synthesizer.sample(0, conditions, random_state=1), people.head(0))
    # In the middle of a block of its stream, too.
    synthesizer = copy.deepcopy(synthesizer)
    synthesizer.sample(3)
    same(synthesizer.sample(0, conditions), people.head(0))


def test_what_is_refused_leaves_the_stream_where_it_is(
    synthesizer: GANSynthesizer, tmp_path: Path
) -> None:
    synthesizer.save(tmp_path / "a.synthgan")
    first, second = (load(tmp_path / "a.synthgan") for _ in range(2))
    with pytest.raises(InputError):
        first.sample(5, {"sex": "unheard of"})
    with pytest.raises(InputError):
        list(first.sample_iter(5, 5, {"sex": "unheard of"}))
    with pytest.raises(InputError):
        first.sample(5, margins={"sex": {"unheard of": 1.0}})
    same(first.sample(5), second.sample(5))


def test_batches_are_the_rows_of_one_sample(synthesizer: GANSynthesizer) -> None:
    whole = synthesizer.sample(1000, random_state=4)
    batches = list(synthesizer.sample_iter(300, 1000, random_state=4))
    assert [len(batch) for batch in batches] == [300, 300, 300, 100]
    same(pd.concat(batches, ignore_index=True), whole, check_exact=True)
    endless = synthesizer.sample_iter(50, conditions={"sex": "male"}, random_state=4)
    assert all((batch["sex"] == "male").all() for batch in islice(endless, 3))


def test_support_estimates_the_matching_training_rows(
    synthesizer: GANSynthesizer, people: pd.DataFrame
) -> None:
    support = synthesizer.support("sex == 'male' and age >= 60")
    n_matching = len(people.query("sex == 'male' and age >= 60"))
    assert support.n_matching_estimate == pytest.approx(n_matching, rel=0.35)
    assert synthesizer.support({"sex": "male", "role": "wife"}).share < 0.05


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"sex": "femal"}, "did you mean 'female'"),
        ({"height": 3}, "height"),
        ({"age": 200}, "outside the training range|training range"),
        ("age >= ", "expected|conditions"),
    ],
)
def test_a_condition_that_cannot_be_met_is_named(
    synthesizer: GANSynthesizer, conditions: Any, message: str
) -> None:
    with pytest.raises((InputError, ParameterError), match=message):
        synthesizer.sample(3, conditions=conditions)


def test_a_number_of_samples_other_than_that_of_partial_rows_is_refused(
    synthesizer: GANSynthesizer,
) -> None:
    with pytest.raises(ParameterError, match="the number of partial rows"):
        synthesizer.sample(3, conditions=pd.DataFrame({"age": [20, 30]}))


def test_refinement_is_saved_and_can_be_switched_off(tmp_path: Path) -> None:
    synthesizer = load(Path(__file__).parent / "fixtures" / "v2.synthgan")
    assert synthesizer.refinement_.n_candidates > 1
    refined = synthesizer.sample(300, random_state=1)
    synthesizer.save(tmp_path / "again.synthgan")
    same(load(tmp_path / "again.synthgan").sample(300, random_state=1), refined)
    assert (
        not synthesizer.set_params(refine=False)
        .sample(300, random_state=1)
        .equals(refined)
    )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_random_conditions_are_exact_in_every_row(
    synthesizer: GANSynthesizer, people: pd.DataFrame, data: st.DataObject
) -> None:
    conditions: dict[str, Any] = {}
    names = data.draw(st.sets(st.sampled_from(list(people.columns)), min_size=1))
    for name in names:
        present = people[name].dropna()
        first, second = sorted(
            present.iloc[data.draw(st.integers(0, len(present) - 1))] for _ in range(2)
        )
        forms = [first, [first, second]]
        if name in {"age", "income", "joined"}:
            forms.append(between(first, second))
        conditions[name] = data.draw(st.sampled_from(forms))
    rows = synthesizer.sample(40, conditions=conditions, random_state=0)
    assert len(rows) == 40
    for name, condition in conditions.items():
        column = rows[name]
        if isinstance(condition, list):
            assert column.isin(condition).all()
        elif hasattr(condition, "low"):
            assert column.between(condition.low, condition.high).all()
        else:
            assert (column == condition).all()

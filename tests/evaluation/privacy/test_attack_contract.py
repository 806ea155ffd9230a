"""What every attack in `ATTACKS` keeps to; a new one is tested by its entry there."""

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from planted import make_people

from synthgan.evaluation.privacy import ATTACKS, run_attacks
from synthgan.schema import infer_schema

TRAIN, HOLDOUT, FRESH = (make_people(500, seed) for seed in (21, 22, 23))
SCHEMA = infer_schema(TRAIN)


def _run(name, synthetic=FRESH, train=TRAIN, holdout=HOLDOUT, schema=SCHEMA, seed=0):
    return run_attacks(
        train,
        synthetic,
        holdout,
        schema,
        attacks=[name],
        sensitive=["hours", "member"],
        random_state=seed,
    )


@functools.cache
def _expected(name):
    return _run(name)


@pytest.fixture(params=ATTACKS)
def name(request):
    return request.param


def test_an_attack_is_a_frozen_dataclass_that_tells_the_attacker_s_story(name):
    attack = ATTACKS[name]
    assert dataclasses.is_dataclass(attack)
    assert type(attack).__dataclass_params__.frozen
    assert attack.title
    assert type(attack).__doc__.startswith("The attacker ")
    assert all(result.name.partition("[")[0] == name for result in _expected(name))


def test_innocent_rows_give_no_small_p_value(name):
    for result in _expected(name):
        assert result.is_judged
        assert result.p_value > 0.001
        assert 0 <= result.figure <= 1
        assert result.n_attacks > 0
        assert 0 < result.detectable < 0.5
        low, high = result.interval
        assert low <= result.figure <= high


def test_copies_give_a_small_p_value(name):
    results = _run(name, TRAIN[::-1])
    assert results[0].excess > 0
    assert results[0].p_value < 1e-3


def test_a_training_table_that_is_larger_is_no_leak(name):
    train = pd.concat([TRAIN, *(make_people(500, seed) for seed in (24, 25, 26))])
    assert min(result.p_value for result in _run(name, train=train)) > 0.001


def test_the_same_seed_gives_the_same_figures(name):
    assert _run(name) == _expected(name)


def test_the_order_of_rows_and_columns_does_not_matter(name):
    columns = list(TRAIN.columns[::-1])
    train = TRAIN[columns].sample(frac=1, random_state=0)
    found = _run(
        name,
        FRESH[columns][::-1],
        train,
        HOLDOUT.sample(frac=1, random_state=1)[columns],
        infer_schema(train),
    )
    assert found == _expected(name)


def test_units_do_not_matter(name):
    def scale(table):
        return table.assign(hours=1000 * table["hours"], age=1000 * table["age"])

    train = scale(TRAIN)
    found = _run(name, scale(FRESH), train, scale(HOLDOUT), infer_schema(train))
    assert found == _expected(name)


def test_dtypes_do_not_matter(name):
    other = FRESH.astype(
        {
            "age": "float64",
            "income": "Float64",
            "hours": "float32",
            "job": "category",
            "member": "int64",
            "joined": "datetime64[ns]",
        }
    )
    assert _run(name, other) == _expected(name)


def test_inputs_are_left_as_they_were(name):
    before = FRESH.copy(deep=True)
    _run(name, FRESH)
    pd.testing.assert_frame_equal(FRESH, before)


@pytest.mark.parametrize("n_rows", [1, 10])
def test_tiny_tables_are_not_judged_and_say_why(name, n_rows):
    for tables in (
        {"synthetic": FRESH[:n_rows]},
        {"holdout": HOLDOUT[:n_rows]},
        {"train": TRAIN[:n_rows]},
    ):
        for result in _run(name, **tables):
            assert not result.is_judged
            assert "too few rows" in result.reason
            assert np.isnan([result.figure, result.p_value]).all()


@pytest.mark.parametrize(
    "columns",
    [
        ["town", "job", "member"],
        ["job"],
        ["income", "hours"],
        ["hours"],
    ],
    ids=" ".join,
)
def test_tables_of_few_columns_or_one_kind_are_judged_or_say_why_not(name, columns):
    for synthetic in (FRESH, TRAIN):
        results = run_attacks(
            TRAIN[columns],
            synthetic[columns],
            HOLDOUT[columns],
            infer_schema(TRAIN[columns]),
            attacks=[name],
            sensitive=columns[-1:],
        )
        assert results
        for result in results:
            assert bool(result.reason) == np.isnan(result.p_value)
            if synthetic is FRESH and result.is_judged:
                assert result.p_value > 0.001


def test_empty_columns_and_unknown_levels_do_no_harm(name):
    def spoil(table, town):
        return table.assign(hours=np.nan, job=None, town=town)

    train = spoil(TRAIN, "here")
    tables = [
        spoil(FRESH, "elsewhere"),
        FRESH.assign(hours=np.nan, job=None),
        FRESH.assign(age=99, income=0.0, joined=pd.NaT),
    ]
    for synthetic in tables:
        for real, schema in ((train, infer_schema(train)), (TRAIN, SCHEMA)):
            holdout = spoil(HOLDOUT, "here") if real is train else HOLDOUT
            for result in _run(name, synthetic, real, holdout, schema):
                assert bool(result.reason) == np.isnan(result.p_value)
                assert not result.is_judged or result.p_value > 1e-4


def test_without_a_column_to_compare_nothing_is_judged(name):
    keys = pd.DataFrame({"key": range(200)})
    schema = infer_schema(keys, {"key": "identifier"})
    (result,) = run_attacks(keys, keys, keys, schema, attacks=[name])
    assert "no column" in result.reason


def test_without_a_holdout_nothing_is_judged(name):
    (result,) = run_attacks(TRAIN, FRESH, None, SCHEMA, attacks=[name])
    assert "needs a holdout" in result.reason

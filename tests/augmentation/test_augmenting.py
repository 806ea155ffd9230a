import json

import numpy as np
import pandas as pd
import pytest
from fakes import Resampler, Simulator, make_labelled_table, make_mixed_features
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from synthgan import (
    AugmentationWarning,
    GANSynthesizer,
    InputError,
    ParameterError,
    augment,
)


@pytest.fixture
def table():
    """A mixed table of forty rows with a class of ten."""
    labels = ["goes", "stays", "stays", "stays"] * 10
    return make_mixed_features().assign(churn=labels)


def test_real_rows_come_first_as_they_are(table):
    table.attrs["source"] = "bank"
    more = augment(table, synthesizer=Resampler())
    pd.testing.assert_frame_equal(more[:40], table.reset_index(drop=True))
    assert more.dtypes.equals(table.dtypes)
    assert len(more) == 80
    assert more.index.equals(pd.RangeIndex(80))
    assert more.attrs == {"source": "bank"}


@pytest.mark.parametrize("n", [0, 1, 100])
def test_n_says_how_many(table, n):
    more = augment(table, n=n, synthesizer=Resampler())
    assert len(more) == 40 + n


def test_balance_brings_every_class_up_to_the_largest(table):
    table.loc[table.index[:8], "churn"] = ["moves", None] * 4
    more = table.pipe(augment, target="churn", balance=True, synthesizer=Resampler())
    counts = more["churn"].value_counts()
    assert set(counts) == {table["churn"].value_counts().max()}
    assert more["churn"].isna().sum() == 4


def test_balance_takes_whole_numbers_for_classes(table):
    table["churn"] = (table["churn"] == "goes").astype("int8")
    more = augment(table, "churn", balance=True, synthesizer=Resampler())
    assert more["churn"].sum() == 30
    assert more["churn"].dtype == "int8"


def test_a_mark_says_what_is_synthetic(table):
    more = augment(table, n=7, mark="is_synthetic", synthesizer=Resampler())
    assert more["is_synthetic"].dtype == bool
    assert more["is_synthetic"].tolist() == [False] * 40 + [True] * 7
    assert "is_synthetic" not in table


def test_the_seed_is_handed_on():
    table = make_labelled_table(40, 0)
    first, again, other = (
        augment(table, random_state=seed, synthesizer=Resampler()) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


# --- the gate -----------------------------------------------------------------------


def test_the_gate_adds_rows_that_help():
    small = make_labelled_table(50, 0)
    more = augment(
        small, "label", n=100, gate=True, synthesizer=Simulator(), random_state=0
    )
    facts = more.attrs["gate"]
    assert facts["helps"]
    assert [row["n_added"] for row in facts["measurements"]] == [50, 100, 200]
    assert len(more) == 50 + facts["n_added"]
    pd.testing.assert_frame_equal(more[:50], small)
    chosen = next(
        row for row in facts["measurements"] if row["n_added"] == facts["n_added"]
    )
    assert chosen["low"] > 0
    json.dumps(more.attrs)  # parquet files take nothing else


def test_the_gate_keeps_rows_out_that_do_not_help():
    small = make_labelled_table(50, 0)
    with pytest.warns(AugmentationWarning, match="no synthetic rows were added"):
        same = augment(
            small,
            "label",
            gate=True,
            mark="made",
            estimator=LogisticRegression(),
            synthesizer=Simulator(is_spoilt=True),
            random_state=0,
        )
    pd.testing.assert_frame_equal(same.drop(columns="made"), small)
    assert not same["made"].any()
    assert not same.attrs["gate"]["helps"]
    assert all(row["low"] < 0 for row in same.attrs["gate"]["measurements"])


@pytest.mark.filterwarnings("ignore::synthgan.AugmentationWarning")
def test_the_gate_tries_half_and_all_of_a_balance():
    small = make_labelled_table(80, 0, share=0.2)
    lacking = abs(small["label"].value_counts().diff().iloc[1])
    more = augment(
        small,
        "label",
        balance=True,
        gate=True,
        estimator=DecisionTreeClassifier(random_state=0),
        synthesizer=Simulator(),
        random_state=0,
    )
    tried = [row["n_added"] for row in more.attrs["gate"]["measurements"]]
    assert tried == [np.ceil(lacking / 2), lacking]
    assert (more["label"][80:] == "rare").all()


@pytest.mark.filterwarnings("ignore::synthgan.AugmentationWarning")
def test_whole_numbers_are_classes_where_the_estimator_is_a_classifier():
    small = make_labelled_table(40, 0)
    small["label"] = (small["label"] == "rare").astype(int)
    options = {"gate": True, "n": 5, "synthesizer": Resampler(), "random_state": 0}
    classified = augment(small, "label", estimator=LogisticRegression(), **options)
    assert classified.attrs["gate"]["score"] == "auc"
    predicted = augment(small, "label", **options)
    assert predicted.attrs["gate"]["score"] == "r2"


def test_nothing_is_measured_where_nothing_is_asked_for():
    more = augment(
        make_labelled_table(50, 0), "label", n=0, gate=True, synthesizer=Resampler()
    )
    assert len(more) == 50
    assert more.attrs == {}


# --- errors -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": -1}, "n: expected an integer of at least 0 or None, got -1"),
        ({"target": "chrun"}, "target: expected one of the columns .* got 'chrun'"),
        ({"balance": True}, "target: balance and gate need a column"),
        ({"gate": True}, "target: balance and gate need a column"),
        ({"target": "churn", "balance": True, "n": 5}, "n: balance finds the number"),
        (
            {"target": "amount", "balance": True},
            "'amount', .* of kind continuous",
        ),
        ({"target": "day", "balance": True}, "'day', .* of kind datetime"),
        ({"mark": "day"}, "mark: expected a name that no column has, got 'day'"),
        ({"estimator": LogisticRegression()}, "estimator: only the gate asks a model"),
        ({"gate": "yes", "target": "churn"}, "gate: expected one of True, False"),
    ],
)
def test_parameters_are_checked(table, options, message):
    with pytest.raises(ParameterError, match=message):
        augment(table, synthesizer=Resampler(), **options)


def test_frames_are_checked():
    with pytest.raises(TypeError, match="expected a pandas DataFrame, got ndarray"):
        augment(np.zeros((3, 2)))
    with pytest.raises(InputError, match="expected at least one row"):
        augment(pd.DataFrame({"x": []}))


# --- with the GAN -------------------------------------------------------------------


def test_keys_of_synthetic_rows_are_none_of_the_real_ones(mixed_table, tiny):
    columns = ["group", "income", "joined", "customer"]
    real = mixed_table[columns][:120]
    more = augment(
        real,
        "group",
        balance=True,
        mark="is_synthetic",
        synthesizer=GANSynthesizer(**tiny),
    )
    assert set(more["group"].value_counts()) == {more["group"].value_counts().max()}
    assert more["customer"].is_unique
    assert more["is_synthetic"].sum() == len(more) - 120 > 0
    assert more[columns].dtypes.equals(real.dtypes)
    pd.testing.assert_frame_equal(more[columns][:120], real)

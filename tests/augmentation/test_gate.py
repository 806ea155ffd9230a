import numpy as np
import pandas as pd
import pytest
from fakes import make_labelled_table
from scipy import stats
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import LinearSVC

from synthgan import InputError, ParameterError, infer_schema
from synthgan.augmentation.gate import _summarise, measure_gain

TABLE = make_labelled_table(60, 0)
SCHEMA = infer_schema(TABLE)


def measure(draw, table=TABLE, counts=(60, 200), estimator=None, **options):
    options = {"target": "label", "schema": infer_schema(table), "seed": 0, **options}
    return measure_gain(table, draw=draw, counts=counts, estimator=estimator, **options)


def draw_fresh(train, seed):
    return make_labelled_table(400, seed)


def draw_noise(train, seed):
    rows = make_labelled_table(400, seed)
    rng = np.random.default_rng(seed)
    return rows.assign(label=rng.permutation(rows["label"].to_numpy()))


def test_rows_from_the_same_source_help_and_the_best_number_is_named():
    result = measure(draw_fresh)
    assert (result.measurements["low"] > 0).any()
    assert result.n_added in {60, 200}
    facts = result.to_dict()
    assert facts["helps"]
    assert facts["score"] == "auc"
    assert facts["measurements"][1]["n_added"] == 200
    gains = result.measurements
    assert (gains["gain"] + gains["real"]).tolist() == pytest.approx(
        gains["augmented"].tolist()
    )


def test_rows_with_random_classes_do_not_help_and_it_is_said():
    result = measure(draw_noise, estimator=LogisticRegression())
    assert (result.measurements["gain"] < 0).all()
    assert result.n_added == 0
    assert "none of the numbers that were tried surely helps" in result.refusal()


def test_repeated_rows_are_not_mistaken_for_help():
    def repeat(train, seed):
        return train.sample(400, replace=True, random_state=seed)

    assert measure(repeat, estimator=LogisticRegression()).n_added == 0


def test_rows_are_drawn_for_training_sides_only():
    table = make_labelled_table(60, 0).assign(row=np.arange(60.0) + 0.5)
    seen = []

    def draw(train, seed):
        seen.append((frozenset(train["row"]), seed))
        return train

    measure(draw, table)
    assert len(seen) == 10
    assert {len(rows) for rows, _ in seen} == {48}
    assert len({seed for _, seed in seen}) == 10
    held_out = [set(table["row"]) - rows for rows, _ in seen[:5]]
    assert set.union(*held_out) == set(table["row"])
    shares = [
        (table["label"][table["row"].isin(rows)] == "rare").sum() for rows in held_out
    ]
    assert max(shares) - min(shares) <= 1


def test_fewer_rows_are_the_first_of_those_that_were_drawn():
    sizes = []

    class Spy(LogisticRegression):
        def fit(self, X, y):
            sizes.append(len(X))
            return super().fit(X, y)

    measure(draw_fresh, counts=(50, 100, 200), estimator=Spy())
    assert sizes[:4] == [48, 148, 248, 448]


def test_a_numeric_target_is_judged_by_regression():
    rng = np.random.default_rng(0)

    def make(n_rows):
        x = rng.normal(size=n_rows)
        return pd.DataFrame({"x": x, "y": 2 * x + rng.normal(size=n_rows)})

    result = measure(
        lambda train, seed: make(300),
        make(30),
        target="y",
        estimator=LinearRegression(),
    )
    assert result.score == "r2"
    assert result.measurements["gain"].notna().all()


def test_bounds_are_corrected_for_shared_rows_and_for_several_numbers():
    rng = np.random.default_rng(0)
    real, gains = rng.normal(size=10), rng.normal(size=(10, 3))
    result = _summarise("auc", real, real[:, None] + gains, (1, 2, 3))
    reach = stats.t.ppf(1 - 0.05 / 3, 9) * gains.std(axis=0, ddof=1) * np.sqrt(0.35)
    expected = gains.mean(axis=0) - reach
    assert result.measurements["low"].to_numpy() == pytest.approx(expected)


def test_innocent_rows_pass_seldom():
    rng = np.random.default_rng(0)
    passed = [
        _summarise("auc", np.zeros(10), rng.normal(size=(10, 3)), (1, 2, 3)).n_added > 0
        for _ in range(300)
    ]
    assert np.mean(passed) < 0.05


def test_the_order_of_rows_does_not_matter():
    def draw(train, seed):
        return draw_fresh(train, 3)

    expected = measure(draw, estimator=LogisticRegression()).measurements
    found = measure(
        draw, TABLE.sample(frac=1, random_state=1), estimator=LogisticRegression()
    ).measurements
    pd.testing.assert_frame_equal(found, expected)


def test_what_cannot_be_measured_does_not_pass():
    table = TABLE.assign(label=["rare"] + ["often"] * 59)
    result = measure(draw_fresh, table)
    assert result.measurements["gain"].isna().all()
    assert result.n_added == 0
    assert "could not be measured" in result.refusal()


def test_too_few_rows_are_an_error():
    with pytest.raises(InputError, match="gate: expected at least 20 rows with"):
        measure(draw_fresh, TABLE.assign(label=TABLE["label"].where(TABLE.index < 19)))


def test_a_classifier_needs_probabilities():
    with pytest.raises(ParameterError, match=r"estimator: .*CalibratedClassifierCV"):
        measure(draw_fresh, estimator=LinearSVC())

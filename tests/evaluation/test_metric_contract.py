"""What every metric in `METRICS` keeps to; a new one is tested by its entry there."""

import functools

import numpy as np
import pandas as pd
import pytest

from synthgan.evaluation import METRICS
from synthgan.schema import infer_schema

KINDS = {"note": "text"}


def _table(seed, n_rows=400):
    rng = np.random.default_rng(seed)
    # The label is the sum of three independent parts, of which "paid" is the second.
    x, y, z = rng.normal(size=(3, n_rows))
    grade = np.where(x + 0.3 * rng.normal(size=n_rows) > 0, "high", "low").astype(
        object
    )
    is_unasked = rng.random(n_rows) < 0.1
    grade[is_unasked] = None
    words = np.array(["late", "Early bird", "no. 7", "Thanks!"], dtype=object)
    return pd.DataFrame(
        {
            "x": x,
            "n": rng.poisson(np.exp(1 + x / 2)),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.round(9 * z), "D"),
            "paid": np.where(is_unasked, np.nan, np.round(2 * y, 1)),
            "grade": grade,
            "flag": np.where(
                rng.random(n_rows) < 0.1, rng.random(n_rows) < 0.5, x > 0.5
            ),
            "note": words[rng.integers(4, size=(n_rows, 2))].sum(axis=1),
            "label": np.where(x + 0.6 * y + 0.3 * z > 0, "yes", "no"),
        }
    )


TRAIN, HOLDOUT, FRESH = _table(0), _table(1), _table(2)
SCHEMA = infer_schema(TRAIN, KINDS)


def _noisy(share):
    """Shift a share of the fresh rows' columns against each other, and spread them."""
    rng = np.random.default_rng(0)
    noisy = FRESH.copy()
    rows = np.flatnonzero(rng.random(len(noisy)) < share)
    for name in noisy.columns:
        noisy.loc[rows, name] = noisy[name].to_numpy()[rng.permutation(rows)]
    noisy.loc[rows, "x"] += 1.0
    noisy.loc[rows, "grade"] = "low"
    noisy.loc[rows, "note"] += " and so on"
    return noisy


def _compute(metric, synthetic, train=TRAIN, holdout=HOLDOUT, schema=SCHEMA):
    results = metric.compute(train, synthetic, schema, holdout=holdout, target="label")
    return {result.name: result for result in results}


@functools.cache
def _compute_fresh(metric):
    return _compute(metric, FRESH)


def _assert_judged_or_explained(results):
    for result in results.values():
        assert np.isfinite(result.value) != bool(result.reason)


@pytest.fixture(
    params=[
        pytest.param(name, marks=() if metric.is_quick else pytest.mark.slow)
        for name, metric in METRICS.items()
    ]
)
def metric(request):
    return METRICS[request.param]


def test_more_noise_is_never_better(metric):
    by_share = [
        _compute_fresh(metric),
        *(_compute(metric, _noisy(s)) for s in (0.4, 1)),
    ]
    for name, result in by_share[0].items():
        sign = 1 if result.higher_is_better else -1
        clean, noisy, noise = (sign * results[name].value for results in by_share)
        assert clean >= noisy
        assert clean > noise
        # Of few models or columns a bad rank is as good as a worse one.
        assert noisy >= noise or name.endswith("_agreement")


def test_a_copy_of_real_rows_scores_no_worse_than_fresh_rows(metric):
    # Which real rows it is compared with is the metric's own choice.
    copies = [_compute(metric, table) for table in (TRAIN, HOLDOUT)]
    for name, result in _compute_fresh(metric).items():
        sign = 1 if result.higher_is_better else -1
        best = max(sign * copied[name].value for copied in copies)
        assert best >= sign * result.value - 0.02


def test_figures_are_finite_and_inside_their_intervals(metric):
    results = _compute_fresh(metric)
    assert results
    for result in results.values():
        assert np.isfinite(result.value)
        assert not result.reason
        if result.interval:
            low, high = result.interval
            assert low <= result.value <= high


def test_names_do_not_depend_on_the_synthetic_table(metric):
    poor = FRESH[:40].assign(label="yes", grade=None, x=1.0)
    results = _compute(metric, poor)
    assert list(results) == list(_compute_fresh(metric))
    _assert_judged_or_explained(results)


def test_the_same_seed_gives_the_same_figures(metric):
    assert _compute(metric, FRESH) == _compute_fresh(metric)


def test_orders_and_index_do_not_matter(metric):
    columns = list(TRAIN.columns[::-1])
    train, holdout = (
        table[columns].sample(frac=1, random_state=0) for table in (TRAIN, HOLDOUT)
    )
    found = _compute(
        metric, FRESH[columns][::-1], train, holdout, infer_schema(train, KINDS)
    )
    for name, result in _compute_fresh(metric).items():
        assert found[name].value == pytest.approx(result.value, rel=1e-9)
        if result.interval:
            assert found[name].interval == pytest.approx(result.interval, rel=1e-6)


def test_units_and_dtypes_do_not_matter(metric):
    def change(table):
        changed = table.assign(x=1000 * table["x"], n=1000.0 * table["n"])
        return changed.astype({"grade": "category", "flag": "boolean"})

    train, synthetic, holdout = map(change, (TRAIN, FRESH, HOLDOUT))
    schema = infer_schema(train, KINDS)
    found = _compute(metric, synthetic, train, holdout, schema)
    for name, result in _compute_fresh(metric).items():
        assert found[name].value == pytest.approx(result.value, rel=1e-4)


def test_inputs_are_left_as_they_were(metric):
    tables = TRAIN, HOLDOUT, FRESH
    before = [table.copy(deep=True) for table in tables]
    _compute(metric, FRESH)
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)


@pytest.mark.parametrize("n_rows", [1, 2, 10])
def test_tiny_tables_are_judged_or_it_is_said_why_not(metric, n_rows):
    tiny, train, holdout = (table[:n_rows] for table in (FRESH, TRAIN, HOLDOUT))
    _assert_judged_or_explained(_compute(metric, tiny))
    _assert_judged_or_explained(_compute(metric, tiny, train, holdout))


@pytest.mark.parametrize("name", ["x", "grade", "note"])
def test_a_column_without_a_value_is_tolerated(metric, name):
    train, empty, holdout = (
        table[:100].assign(**{name: None}) for table in (TRAIN, FRESH, HOLDOUT)
    )
    _assert_judged_or_explained(_compute(metric, empty, TRAIN[:100]))
    kinds = KINDS if name != "note" else {}
    schema = infer_schema(train, kinds)
    _assert_judged_or_explained(_compute(metric, empty, train, holdout, schema))


def test_a_target_of_one_class_is_judged_or_it_is_said_why_not(metric):
    train, synthetic, holdout = (
        table[:100].assign(label="yes") for table in (TRAIN, FRESH, HOLDOUT)
    )
    _assert_judged_or_explained(_compute(metric, synthetic, TRAIN[:100]))
    schema = infer_schema(train, KINDS)
    results = _compute(metric, synthetic, train, holdout, schema)
    _assert_judged_or_explained(results)
    if metric.needs_target:
        assert all(np.isnan(result.value) for result in results.values())


def test_a_table_of_which_nothing_is_compared_is_explained(metric):
    train, synthetic, holdout = (
        table.loc[:99, ["note"]].assign(label=table["note"])
        for table in (TRAIN, FRESH, HOLDOUT)
    )
    if metric.needs_target:
        pytest.skip("such a target is refused")
    schema = infer_schema(train, {**KINDS, "label": "text"})
    _assert_judged_or_explained(_compute(metric, synthetic, train, holdout, schema))

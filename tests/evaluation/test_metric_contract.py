"""What every metric in `METRICS` keeps to; a new one is tested by its entry there."""

import numpy as np
import pandas as pd
import pytest

from synthgan.evaluation import METRICS
from synthgan.schema import infer_schema


def _table(seed, n_rows=600):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    grade = np.where(x + 0.3 * rng.normal(size=n_rows) > 0, "high", "low").astype(
        object
    )
    grade[rng.random(n_rows) < 0.05] = None
    return pd.DataFrame(
        {
            "x": x,
            "n": rng.poisson(np.exp(1 + x / 2)),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.round(9 * x), "D"),
            "grade": grade,
            "flag": np.where(
                rng.random(n_rows) < 0.1, rng.random(n_rows) < 0.5, x > 0.5
            ),
            "label": np.where(x + 0.5 * rng.normal(size=n_rows) > 0, "yes", "no"),
        }
    )


TRAIN, HOLDOUT, FRESH = _table(0), _table(1), _table(2)
SCHEMA = infer_schema(TRAIN)


def _noisy(share):
    """Shift a share of the fresh rows' columns against each other, and spread them."""
    rng = np.random.default_rng(0)
    noisy = FRESH.copy()
    rows = np.flatnonzero(rng.random(len(noisy)) < share)
    for name in noisy.columns:
        noisy.loc[rows, name] = noisy[name].to_numpy()[rng.permutation(rows)]
    noisy.loc[rows, "x"] += 1.0
    noisy.loc[rows, "grade"] = "low"
    return noisy


def _compute(metric, synthetic, train=TRAIN, schema=SCHEMA, **options):
    results = metric.compute(
        train, synthetic, schema, holdout=HOLDOUT, target="label", **options
    )
    return {result.name: result for result in results}


@pytest.fixture(params=METRICS)
def metric(request):
    return METRICS[request.param]


def test_more_noise_is_never_better(metric):
    by_share = [_compute(metric, _noisy(share)) for share in (0.0, 0.4, 1.0)]
    for name, result in by_share[0].items():
        sign = 1 if result.higher_is_better else -1
        clean, noisy, noise = (sign * results[name].value for results in by_share)
        assert clean > noisy > noise


def test_the_training_table_scores_no_worse_than_fresh_rows(metric):
    copied, fresh = _compute(metric, TRAIN), _compute(metric, FRESH)
    for name, result in copied.items():
        sign = 1 if result.higher_is_better else -1
        assert sign * result.value >= sign * fresh[name].value - 0.02


def test_figures_are_finite_and_inside_their_intervals(metric):
    results = _compute(metric, FRESH)
    assert results
    for result in results.values():
        assert np.isfinite(result.value)
        if result.interval:
            low, high = result.interval
            assert low < result.value < high


def test_names_do_not_depend_on_the_synthetic_table(metric):
    names = list(_compute(metric, FRESH))
    poor = FRESH[:40].assign(label="yes", grade=None, x=1.0)
    assert list(_compute(metric, poor)) == names


def test_the_same_seed_gives_the_same_figures(metric):
    assert _compute(metric, FRESH) == _compute(metric, FRESH)


def test_the_order_of_rows_and_columns_does_not_matter(metric):
    columns = list(TRAIN.columns[::-1])
    mixed = TRAIN[columns].sample(frac=1, random_state=0)
    schema = infer_schema(mixed)
    expected = _compute(metric, FRESH)
    found = _compute(metric, FRESH[columns][::-1], train=mixed, schema=schema)
    for name, result in expected.items():
        assert found[name].value == pytest.approx(result.value, rel=1e-9)


def test_inputs_are_left_as_they_were(metric):
    before = FRESH.copy(deep=True)
    _compute(metric, FRESH)
    pd.testing.assert_frame_equal(FRESH, before)

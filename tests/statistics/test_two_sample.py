import numpy as np
import pandas as pd
import pytest

from synthgan.schema import infer_schema
from synthgan.statistics import two_sample, two_sample_test


def _table(seed, n_rows=600):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n_rows)
    letter = np.where(x + rng.normal(size=n_rows) > 0, "a", "b").astype(object)
    letter[rng.random(n_rows) < 0.1] = None
    return pd.DataFrame(
        {
            "x": np.where(rng.random(n_rows) < 0.1, np.nan, x),
            "count": rng.poisson(np.exp(x)),
            "letter": letter,
            "code": rng.integers(1, 6, n_rows) + 2 * (x > 1),
        }
    )


def _judge(train, synthetic, kinds=None, **options):
    schema = infer_schema(train, kinds or {"code": "categorical"})
    return two_sample_test(train, synthetic, schema, **options)


def test_rows_of_one_source_cannot_be_told_apart():
    result = _judge(_table(0), _table(1))
    low, high = result.interval
    assert low < 0.5 < high
    assert result.score > 0.85


def test_shuffled_columns_give_themselves_away():
    rng = np.random.default_rng(0)
    x = np.linspace(0, 1, 800)
    train = pd.DataFrame({"x": x, "y": x, "z": 1 - x})
    shuffled = train.apply(rng.permutation)
    result = _judge(train, shuffled, {"x": "continuous"})
    assert result.auc > 0.97
    assert result.score == pytest.approx(2 - 2 * result.auc)


@pytest.mark.parametrize("defect", ["missing", "level", "decimals"])
def test_a_planted_defect_is_caught(defect):
    train = _table(0).round({"x": 1})
    synthetic = _table(1).round({"x": 1})
    if defect == "missing":
        synthetic["letter"] = synthetic["letter"].fillna("a")
        synthetic["x"] = synthetic["x"].fillna(0.0)
    elif defect == "level":
        synthetic.loc[synthetic.index[::3], "letter"] = "never seen"
    else:
        synthetic["x"] += 0.03
    assert _judge(train, synthetic).auc > 0.55


def test_result_does_not_depend_on_orders_index_units_and_dtypes():
    train, synthetic = _table(0), _table(1)[:450]
    expected = _judge(train, synthetic)
    changed = []
    for table in (train, synthetic):
        table = table.sample(frac=1, random_state=7)
        table = table.set_index(table.index * 10 + 3)[["code", "letter", "x", "count"]]
        table["count"] *= 1000
        table["code"] = table["code"].astype("category")
        table["letter"] = table["letter"].astype("category")
        changed.append(table)
    assert _judge(*changed) == expected


def test_another_seed_draws_other_folds():
    train, synthetic = _table(0), _table(1)
    assert _judge(train, synthetic) == _judge(train, synthetic)
    other = _judge(train, synthetic, random_state=1)
    assert other.auc != _judge(train, synthetic).auc


def test_tables_of_different_length_are_judged_on_equal_numbers():
    low, high = _judge(_table(0, 3000), _table(1, 100)).interval
    # With 100 rows on either side; 3,000 on one would make it narrower than 0.13.
    assert high - low > 0.14


def test_no_more_than_the_limit_is_judged(monkeypatch):
    monkeypatch.setattr(two_sample, "MAX_ROWS", 60)
    low, high = _judge(_table(0), _table(1)).interval
    assert high - low > 0.15


def test_too_few_rows_are_not_judged():
    result = _judge(_table(0), _table(1)[:2])
    assert np.isnan(result.auc)
    assert np.isnan(result.score)
    assert result.interval is None


def test_constant_and_all_missing_columns_do_no_harm():
    train, synthetic = (_table(seed).assign(same=1, none=None) for seed in (0, 1))
    assert _judge(train, synthetic).score > 0.85
    assert _judge(train, synthetic.assign(none="made up")).auc > 0.99


def test_a_numeric_column_that_the_synthetic_table_leaves_empty_is_caught():
    train = _table(0)
    assert _judge(train, _table(1).assign(x=np.nan)).auc > 0.9


def test_more_levels_than_the_judge_can_take_are_pooled():
    rng = np.random.default_rng(0)
    train, synthetic = (
        pd.DataFrame(
            {"zip": [f"{i % 400:05}" for i in range(1200)], "x": rng.random(1200)}
        )
        for _ in range(2)
    )
    result = _judge(train, synthetic, {"zip": "categorical"})
    assert 0.3 < result.auc < 0.6


def test_a_column_with_a_single_value_in_either_table_is_tolerated():
    # Two folds of three never see it, and boosting cannot bin nothing.
    train, synthetic = (_table(seed).assign(rare=np.nan) for seed in (0, 1))
    train.loc[5, "rare"] = 1.5
    result = _judge(train, synthetic, {"rare": "continuous", "code": "categorical"})
    assert 0.4 < result.auc < 0.6

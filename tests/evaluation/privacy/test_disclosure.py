import numpy as np
import pandas as pd
from planted import make_people

from synthgan.evaluation.privacy import disclosure_check
from synthgan.schema import infer_schema


def _check(train, synthetic, kinds=None):
    found = disclosure_check(train, synthetic, infer_schema(train, kinds))
    assert list(found.columns) == ["column", "what", "n"]
    return {row.column: (row.what, row.n) for row in found.itertuples()}


def test_rare_levels_that_are_repeated_are_counted_once():
    town = ["Rome"] * 50 + ["Ragusa"] * 9 + ["Erice"] * 2 + ["Bari"] * 10
    train = pd.DataFrame({"town": town, "job": "smith"})
    assert _check(train, train) == {"town": ("rare category", 2)}
    assert _check(train, train[:51]) == {"town": ("rare category", 1)}
    assert _check(train, train[:50]) == {}
    assert _check(train, train[-10:]) == {}


def test_keys_and_texts_that_are_repeated_are_counted():
    keys = [f"K-{i:06d}" for i in range(100)]
    train = pd.DataFrame({"key": keys, "flag": [True, False] * 50})
    fresh = train.assign(key=[f"X-{i:06d}" for i in range(97)] + keys[:3])
    for kind in ("identifier", "text"):
        assert _check(train, fresh, {"key": kind}) == {"key": ("unique string", 3)}


def test_extreme_values_count_where_few_have_them():
    values = np.r_[np.full(30, 1.0), np.linspace(2, 3, 100), [7.5, 9.5]]
    train = pd.DataFrame({"income": values})
    # Thirty have the smallest value; 2.5 is nothing special.
    assert _check(train, pd.DataFrame({"income": [1.0, 2.5, 9.4]})) == {}
    found = _check(train, pd.DataFrame({"income": [7.5, 9.5, 9.5, np.nan]}))
    assert found == {"income": ("extreme value", 2)}


def test_times_are_numbers_and_empty_columns_are_harmless():
    train = make_people(200, 0).assign(job=None, hours=np.nan)
    found = _check(train, train)
    assert found["joined"][0] == "extreme value"
    assert found.keys() <= {"age", "gains", "income", "joined", "town"}
    assert _check(train, train.assign(joined=pd.NaT, town=None)[:0]) == {}

import numpy as np
import pandas as pd
import pytest

from benchmarks.peers.runners.preparation import Preparation
from benchmarks.peers.runners.task import Task

TRAIN = pd.DataFrame(
    {
        "size": [1.5, None, 4.5, 3.0],
        "count": [1, 2, 3, 4],
        "seen": pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-01-04"]),
        "code": [7, 8, 8, 7],
        "won": [True, False, True, True],
        "place": ["a", None, "b", "a"],
    }
)
KINDS = {
    "size": "continuous",
    "count": "integer",
    "seen": "datetime",
    "code": "categorical",
    "won": "boolean",
    "place": "categorical",
}
PREPARATION = Preparation(TRAIN, Task(KINDS, "won", 0, 4, {}))


def test_the_prepared_table_is_numbers_without_gaps_and_strings():
    prepared = PREPARATION.transform()
    assert not prepared.isna().any().any()
    levels = prepared[PREPARATION.discrete]
    assert levels.map(lambda cell: isinstance(cell, str)).all().all()
    assert set(prepared.drop(columns=levels).dtypes) == {np.dtype(float)}
    assert list(prepared).index(PREPARATION.target) == 6  # two columns say "missing"
    assert prepared["column 0"].tolist() == [1.5, 3.0, 4.5, 3.0]  # the mean fills


def test_the_way_back_gives_the_training_table():
    restored = PREPARATION.inverse_transform(PREPARATION.transform())
    # The harness gives back the dtypes, such as the unit of dates.
    restored = restored.astype({"seen": TRAIN["seen"].dtype})
    pd.testing.assert_frame_equal(restored, TRAIN, check_dtype=False)


def test_a_made_row_says_itself_what_is_missing():
    made = PREPARATION.transform().iloc[[0, 0]].set_axis([9, 5])
    made.loc[5, "column 0_missing"] = "yes"
    made.loc[9, "column 0"] = 2.25
    restored = PREPARATION.inverse_transform(made)
    assert restored["size"].tolist() == pytest.approx([2.25, np.nan], nan_ok=True)
    assert restored["place"].tolist() == ["a", "a"]

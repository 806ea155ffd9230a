"""Tables that are odd but right are fitted, sampled and saved."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthgan import GANSynthesizer, InferenceWarning, load


def make_odd_tables() -> dict[str, Callable[[], pd.DataFrame]]:
    def draw(*shape: int) -> np.ndarray:
        return np.random.default_rng(0).normal(size=shape)

    return {
        "one numeric column": lambda: pd.DataFrame({"a": draw(50)}),
        "one categorical column": lambda: pd.DataFrame({"a": ["x", "y"] * 20}),
        "ten rows": lambda: pd.DataFrame({"a": draw(10), "b": list("xyxyxyxyxz")}),
        "one row": lambda: pd.DataFrame({"a": [1.5], "b": ["x"], "c": [True]}),
        "one row of each category": lambda: pd.DataFrame(
            {"a": pd.Categorical(list("xyzuvw")), "b": range(6)}
        ),
        "all categorical": lambda: pd.DataFrame(
            {name: pd.Categorical(list("xyzz") * 20) for name in "abc"}
        ),
        "all numeric": lambda: pd.DataFrame(draw(50, 3), columns=list("abc")),
        "constants": lambda: pd.DataFrame({"a": [3] * 9, "b": ["x"] * 9}),
        "identifiers": lambda: pd.DataFrame({"id": [f"Q{n:06d}" for n in range(50)]}),
        "a missing column": lambda: pd.DataFrame({"a": [None] * 40, "b": [1, 2] * 20}),
        "a constant with gaps": lambda: pd.DataFrame({"a": [1.0, np.nan] * 20}),
        "wide": lambda: pd.DataFrame(draw(50, 300)).add_prefix("c"),
        "many levels": lambda: pd.DataFrame(
            {"a": pd.Categorical([f"level {n % 100_000}" for n in range(120_000)])}
        ),
        "odd names": lambda: pd.DataFrame(
            {0: draw(30), ("a", 1): ["x", "y"] * 15, None: [1, 2, 3] * 10, "": True}
        ),
        "a meaningful index": lambda: pd.DataFrame(
            {"a": draw(30)}, index=pd.date_range("2024-01-01", periods=30)
        ),
    }


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow if name == "many levels" else ())
        for name in make_odd_tables()
    ],
)
def test_odd_tables_are_fitted_sampled_and_saved(
    name: str, tiny: dict[str, Any], tmp_path: Path
) -> None:
    table = make_odd_tables()[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InferenceWarning)
        # Refinement of 100,000 levels takes a minute, and is not what is asked here.
        synthesizer = GANSynthesizer(**tiny, refine=False).fit(table)
    rows = synthesizer.sample(20)
    assert len(rows) == 20
    pd.testing.assert_index_equal(rows.columns, table.columns)
    pd.testing.assert_series_equal(rows.dtypes, table.dtypes)
    for place, column in enumerate(synthesizer.schema_):
        present = rows.iloc[:, place].dropna()
        if column.kind.is_discrete or column.kind == "constant":
            assert present.isin(table.iloc[:, place]).all()
        if not column.n_missing:
            assert len(present) == len(rows)
    synthesizer.save(tmp_path / "a.synthgan")
    again = load(tmp_path / "a.synthgan")
    pd.testing.assert_frame_equal(
        again.sample(20, random_state=1), synthesizer.sample(20, random_state=1)
    )

"""Random conditions on random tables, from `fit` to `sample`: every row is exact."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from contract import assert_same_dtype
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_conditions import COLUMNS, draw_conditions, passes
from tables import infer_quietly

from synthgan import GANSynthesizer, InputError


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_every_row_of_a_random_table_satisfies_random_conditions(
    tiny: dict[str, Any], data: st.DataObject
) -> None:
    names = data.draw(
        st.lists(st.sampled_from(list(COLUMNS)), min_size=1, max_size=5, unique=True)
    )
    n_rows = data.draw(st.integers(30, 240))
    table = pd.DataFrame({name: COLUMNS[name] for name in names})[:n_rows]
    schema = infer_quietly(table)
    synthesizer = GANSynthesizer(schema=schema, **tiny).fit(table)
    for _ in range(4):
        chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
        wanted, tests = draw_conditions(data.draw, chosen, schema, table)
        n_samples = data.draw(st.integers(1, 40))
        try:
            rows = synthesizer.sample(n_samples, wanted)
        except InputError as error:
            if "no value of the column's precision" not in str(error):
                raise
            continue
        assert len(rows) == n_samples
        assert list(rows.columns) == names
        for name in names:
            assert_same_dtype(rows[name], table[name], name)
        for name, test in tests.items():
            assert passes(rows[name], test)

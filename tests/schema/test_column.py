from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tables import all_kind_columns, infer_quietly

from synthgan.exceptions import SchemaError
from synthgan.schema import Kind, TableSchema, infer_schema

FRAME = pd.DataFrame(
    {
        "age": [20, 30, 50] * 10,
        "size": pd.Categorical(["small", "large", None] * 10),
        "day": pd.to_datetime(["2024-01-01", "2024-01-03", "2024-02-01"] * 10),
        ("a", 1): [0.25, 0.5, np.nan] * 10,
    }
)


@pytest.fixture
def schema() -> TableSchema:
    return infer_schema(FRAME)


def test_columns_are_found_by_name_and_in_order(schema: TableSchema) -> None:
    assert schema.names == ("age", "size", "day", ("a", 1))
    assert [column.name for column in schema] == list(schema.names)
    assert len(schema) == 4
    assert schema["day"].kind is Kind.DATETIME
    assert schema["a", 1].decimals == 2


def test_an_unknown_column_is_an_error_that_lists_the_known_ones(
    schema: TableSchema,
) -> None:
    with pytest.raises(SchemaError, match=r"'wage' is not in the schema.*'age'"):
        schema["wage"]


def test_levels_of_a_number_are_an_error(schema: TableSchema) -> None:
    assert schema["size"].levels.tolist() == ["large", "small"]
    with pytest.raises(SchemaError, match="'age' of kind integer has no categories"):
        _ = schema["age"].levels


def test_it_prints_as_a_table_that_a_person_can_read(schema: TableSchema) -> None:
    lines = str(schema).splitlines()
    assert lines[0] == "30 rows, 4 columns"
    rows = {line.split()[0]: line for line in lines[3:]}
    assert "20 … 50" in rows["age"]
    assert "multiples of 10" in rows["age"]
    assert "33.3%" in rows["size"]
    assert "large, small" in rows["size"]
    assert "2024-01-01 … 2024-02-01" in rows["day"]


def test_times_of_day_are_shown_where_there_are_any() -> None:
    frame = pd.DataFrame({"at": pd.date_range("2024-01-01", periods=30, freq="7h")})
    text = infer_schema(frame)["at"].values_text
    assert text == "2024-01-01 … 2024-01-09 11:00:00"


def test_long_lists_of_levels_are_cut() -> None:
    frame = pd.DataFrame({"letter": list("abcdef") * 5})
    assert infer_schema(frame)["letter"].values_text == "a, b, c, d, …"


def test_names_are_escaped_in_a_notebook() -> None:
    frame = pd.DataFrame({"<b>bold</b>": ["<i>x</i>", "y"] * 20})
    page = infer_schema(frame)._repr_html_()
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;b&gt;" in page


def test_every_kind_and_storage_prints() -> None:
    frame = pd.DataFrame(all_kind_columns())
    table = infer_quietly(frame).to_frame()
    assert table.index.tolist() == frame.columns.tolist()
    is_numeric = table["kind"].map(lambda kind: Kind(kind).is_numeric)
    assert table.loc[is_numeric, "values"].str.contains(" … ").all()


def test_the_ends_of_the_nanoseconds_print() -> None:
    ends = pd.Series([pd.Timestamp.min, pd.Timestamp.max] * 9, dtype="datetime64[ns]")
    text = infer_schema(ends.to_frame("x"))["x"].values_text
    assert text.startswith("1677-09-21 00:12:43")
    assert "2262-04-11" in text

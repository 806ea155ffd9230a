from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from synthgan.datasets import load_breast_cancer, parse_dates, read_table
from synthgan.exceptions import InputError


def test_breast_cancer_has_ten_measurements_and_its_diagnosis() -> None:
    frame = load_breast_cancer()
    assert frame.shape == (569, 11)
    assert frame["diagnosis"].value_counts().to_dict() == {
        "benign": 357,
        "malignant": 212,
    }
    means = frame.groupby("diagnosis", observed=True)["mean area"].mean()
    assert means["malignant"] > means["benign"]


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz", "table.parquet"])
def test_files_are_read_with_their_dates(tmp_path: Path, name: str) -> None:
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-02-29", None]),
            "n": [1, 2],
            "text": ["2024-13-01 x", "b"],
        }
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    read = read_table(str(path))
    assert pd.api.types.is_datetime64_dtype(read["day"].dtype)
    assert read["day"].isna().tolist() == [False, True]
    assert read["text"].tolist() == frame["text"].tolist()
    assert read.columns.tolist() == ["day", "n", "text"]


@pytest.mark.parametrize("name", ["table.xlsx", "table", "csv"])
def test_another_type_of_file_is_an_error_that_names_it(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match=rf"{name}: expected a \.csv"):
        read_table(tmp_path / name)


def test_a_file_with_gaps_among_truths_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("day,ok\n2024-01-01,True\n2024-01-02,\n2024-01-03,False\n")
    read = read_table(path)
    assert read["ok"].tolist()[::2] == [True, False]
    assert pd.api.types.is_datetime64_dtype(read["day"].dtype)


def test_a_file_that_is_not_there_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "gone.csv")


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-02-30", "2024-01-01"],
        ["2024-01-01", "soon"],
        ["01/02/2024", "03/04/2024"],
        [None, None],
        ["20240101", "20240102"],
        ["2024-01-01T10:00+01:00", "2024-07-01T10:00+02:00"],
        ["2024-01-01-17", "2024-01-02-18"],
    ],
    ids=["no such day", "word", "other", "empty", "digits", "offsets", "code"],
)
def test_strings_that_are_not_all_dates_stay_strings(cells: list[str | None]) -> None:
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    pd.testing.assert_frame_equal(parse_dates(frame), frame)


def test_columns_of_any_name_are_parsed() -> None:
    frame = pd.DataFrame([["2024-01-01", "2024-01-02"]], columns=[0, ("a", 1)])
    parsed = parse_dates(frame)
    assert all(dtype.kind == "M" for dtype in parsed.dtypes)
    assert parsed.columns.tolist() == [0, ("a", 1)]

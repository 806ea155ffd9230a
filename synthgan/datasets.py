"""Tables to try things on: one that scikit-learn ships, or a file of the user's."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path

import pandas as pd

from synthgan.exceptions import InputError


def load_breast_cancer() -> pd.DataFrame:
    """Return the breast cancer table with its diagnosis as a category column.

    Returns
    -------
    DataFrame of 569 rows and 11 columns
        The ten mean measurements of a tumour's cells, and `diagnosis`.

    Notes
    -----
    Wisconsin Diagnostic Breast Cancer (Street, Wolberg and Mangasarian 1993), as
    scikit-learn ships it. The standard errors and the worst values of the same
    measurements are left out.

    Examples
    --------
    >>> load_breast_cancer().shape
    (569, 11)
    """
    from sklearn.datasets import load_breast_cancer as load_bunch

    bunch = load_bunch(as_frame=True)
    frame = bunch.data.filter(regex="^mean ")
    names = pd.Categorical.from_codes(bunch.target, list(bunch.target_names))
    return frame.assign(diagnosis=names)


def read_table(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a table from a CSV or Parquet file; columns of ISO dates become datetimes.

    Parameters
    ----------
    path : str or path
        A file whose name ends in .csv (also compressed, as in .csv.gz) or .parquet.

    Raises
    ------
    InputError
        If the file is of another type, or cannot be read.
    FileNotFoundError
        If there is no such file.
    """
    file = Path(path)
    try:
        if file.name.endswith(".parquet"):
            return pd.read_parquet(file)
        if ".csv" in file.suffixes:
            return parse_dates(pd.read_csv(file, low_memory=False))
    except (ValueError, ImportError) as error:
        msg = f"{file}: expected a table that pandas can read, a .csv in UTF-8: {error}"
        raise InputError(msg) from error
    msg = f"{file}: expected a .csv, .csv.gz or .parquet file"
    raise InputError(msg)


def parse_dates(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with string columns of ISO dates turned into datetimes.

    Examples
    --------
    >>> frame = pd.DataFrame({"day": ["2024-02-01", None], "code": ["2024", "x"]})
    >>> parse_dates(frame).dtypes.astype(str).str[:8].tolist()[0]
    'datetime'
    """
    parsed = frame.copy(deep=False)
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.infer_dtype(column, skipna=True) != "string":
            continue
        present = column.dropna()
        if present.empty or not present.str.match(r"\d{4}-\d{2}-\d{2}").all():
            continue
        with warnings.catch_warnings():
            # Offsets that differ from row to row: pandas 2 warns, pandas 3 raises.
            warnings.simplefilter("error")
            with contextlib.suppress(ValueError, FutureWarning):
                parsed[name] = pd.to_datetime(column, format="ISO8601")
    return parsed

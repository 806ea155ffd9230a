from __future__ import annotations

import numpy as np
import pandas as pd
from tables import infer_quietly

from synthgan._random import BLOCK_SIZE, RowRange
from synthgan.encoders.text import TextEncoder

NAMES = [f"{'ABCDEFGH'[n % 8]}da {'lovelacetur'[n % 7 :]}{n % 13}" for n in range(300)]


def fit(cells: list[object], name: str = "x") -> TextEncoder:
    """Fit to a column of texts."""
    series = pd.Series(cells, dtype=object)
    schema = infer_quietly(series.to_frame(name), {name: "text"})
    return TextEncoder.fit(schema[name], series, np.random.default_rng(0))


def make(encoder: TextEncoder, start: int, n_rows: int, code: int = 0) -> pd.Series:
    """Make the texts of rows."""
    codes = np.full((n_rows, len(encoder.specs)), code, dtype=np.int32)
    return encoder.inverse_transform(
        codes, np.empty((n_rows, 0)), RowRange(7, start, n_rows)
    )


def test_texts_look_alike_and_are_never_real() -> None:
    made = make(fit(NAMES), 0, 2000)
    assert made.str.fullmatch(r"[A-Z][a-z]{2} [a-z]+\d+").all()
    assert not made.isin(NAMES).any()


def test_missing_texts_are_missing() -> None:
    encoder = fit([*NAMES, None, None])
    codes, _ = encoder.transform(pd.Series(["new", None], dtype=object), None)
    assert codes[:, 0].tolist() == [0, 1]
    assert make(encoder, 0, 3, code=1).tolist() == [None] * 3


def test_rows_are_the_same_whatever_the_block_border() -> None:
    encoder = fit(NAMES)
    whole = make(encoder, 0, BLOCK_SIZE + 100)
    part = make(encoder, BLOCK_SIZE - 50, 100)
    pd.testing.assert_series_equal(
        whole[BLOCK_SIZE - 50 : BLOCK_SIZE + 50].reset_index(drop=True), part
    )
    assert whole.nunique() > 0.9 * len(whole)


def test_two_columns_of_the_same_texts_get_different_ones() -> None:
    made = make(fit(NAMES, "first"), 0, 100)
    other = make(fit(NAMES, "second"), 0, 100)
    assert (made == other).mean() < 0.1

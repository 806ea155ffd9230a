"""`synthgan demo`: train on a table, show real beside synthetic rows, score both."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

import synthgan

if TYPE_CHECKING:
    import pandas as pd

#: Share of the rows that the demo holds out, and the most that it trains on.
HOLDOUT_SHARE = 0.25
MAX_DEMO_ROWS = 20_000

_LEGEND = """
Errors: 0 is perfect. two_sample_auc: how well a boosted classifier tells the table from
the training rows; 0.5 is not at all. two_sample_score: the same as 1 (best) to 0.
tstr: a model trained on the table, tested on held-out real rows; trtr: trained on the
real rows. The holdout is what fresh real rows score; a copy of the training rows scores
as well and protects nobody; independent columns ignore every relation."""


SUMMARY = "train on a table, show real beside synthetic rows, and score them"
DESCRIPTION = (
    "Hold out a quarter of a table's rows, train on the others, print real beside "
    "synthetic rows, and score both. Writes no file."
)


def add_arguments(demo: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    demo.add_argument(
        "--data",
        metavar="FILE",
        help="a .csv, .csv.gz or .parquet file (default: breast cancer, as "
        "scikit-learn ships it)",
    )
    demo.add_argument(
        "--target",
        metavar="COLUMN",
        help="the column that models are trained to predict (default: the last "
        "that can be predicted)",
    )
    demo.add_argument(
        "--max-seconds",
        type=float,
        default=60.0,
        metavar="S",
        help="stop training after about so many seconds (default: 60)",
    )
    demo.add_argument(
        "--random-state", type=int, default=0, metavar="N", help="seed (default: 0)"
    )


def run(options: argparse.Namespace) -> None:
    """Run the command."""
    import warnings

    from synthgan.datasets import load_breast_cancer, read_table
    from synthgan.exceptions import InferenceWarning

    # What inference assumed stands in the schema, which the demo prints.
    warnings.simplefilter("ignore", InferenceWarning)
    if options.data is None:
        table, title = load_breast_cancer(), "Breast cancer (scikit-learn)"
    else:
        table, title = read_table(options.data), str(options.data)
    train, holdout = _split(table, options.random_state)
    target = _choose_target(train, options.target)
    print(f"{title}: {len(train):,} rows to train on, {len(holdout):,} held out.\n")
    _start_backend()
    synthesizer = synthgan.GANSynthesizer(
        random_state=options.random_state, max_seconds=options.max_seconds
    )
    synthesizer.fit(train)
    synthetic = synthesizer.sample(len(train))
    print(f"\nWhat the columns were taken for: {synthesizer.schema_}\n")
    _print_rows("Real rows", train)
    _print_rows("Synthetic rows", synthetic)
    _print_scores(train, holdout, synthetic, target)


def _choose_target(train: pd.DataFrame, asked: str | None) -> Hashable | None:
    """Return the column to predict: by default the last one that can be predicted."""
    from synthgan.evaluation.inputs import check_target, read_schema
    from synthgan.statistics import columns_not_judged

    if asked is None:
        schema = read_schema(train, None)
        lacking = columns_not_judged(schema)
        return next((name for name in schema.names[::-1] if name not in lacking), None)
    if asked not in train.columns:
        msg = f"--target: column {asked!r} is not in the table: {list(train.columns)}"
        raise synthgan.SchemaError(msg)
    check_target(read_schema(train, None, asked), asked)
    return asked


def _start_backend() -> None:
    """Import Keras and its backend, and keep their native start-up chatter quiet.

    It is written to the process's error stream past Python and past any log level.
    """
    from synthgan.engines import current_engine

    print("Starting Keras and its backend (some seconds) ...", flush=True)
    sys.stderr.flush()
    with Path(os.devnull).open("w") as nowhere:
        error_stream = os.dup(2)
        os.dup2(nowhere.fileno(), 2)
        try:
            current_engine()
        finally:
            os.dup2(error_stream, 2)
            os.close(error_stream)


def _split(table: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shuffle a table and cut it in two."""
    shuffled = table.sample(frac=1.0, random_state=seed).reset_index(drop=True)
    n_holdout = max(1, int(len(shuffled) * HOLDOUT_SHARE))
    holdout, train = shuffled[:n_holdout], shuffled[n_holdout:][:MAX_DEMO_ROWS]
    return train.reset_index(drop=True), holdout.reset_index(drop=True)


def _print_rows(title: str, frame: pd.DataFrame) -> None:
    text = frame.head(6).to_string(index=False, max_cols=12, max_colwidth=20)
    print(f"{title}\n{text}\n")


def _print_scores(
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    synthetic: pd.DataFrame,
    target: Hashable | None,
) -> None:
    from threadpoolctl import threadpool_limits

    from synthgan.evaluation import score_table

    tables = {"synthgan": synthetic}
    with threadpool_limits(1):
        scores = score_table(train, tables, holdout, target=target)
    print(f"Scores, beside three reference tables ({target!r} is predicted)")
    print(scores.T.to_string(float_format="{:.3f}".format, na_rep="-"))
    for column, reason in scores.attrs["not_judged"].items():
        print(f"not judged: {column} ({reason})")
    print(_LEGEND)

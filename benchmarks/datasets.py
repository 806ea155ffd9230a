"""Real tables out of a folder: `DIR/<set>/meta.json` beside the data.

meta.json names the data's file, its target, and what each column means.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from sklearn.model_selection import train_test_split

from synthgan.schema import Kind

_OTHER_NAMES = {
    "numeric": Kind.CONTINUOUS,
    "bool": Kind.BOOLEAN,
    "id": Kind.IDENTIFIER,
}


@dataclass(frozen=True, eq=False)
class Dataset:
    """A real table and its split.

    Parameters
    ----------
    name : str
        What it is called.
    train, holdout : DataFrame
        The rows that a generator may see, and the others.
    target : str
        The column to predict.
    kinds : dict of column name to Kind
        What its columns mean.
    """

    name: str
    train: pd.DataFrame
    holdout: pd.DataFrame
    target: str
    kinds: dict[Hashable, Kind]


def load_dataset(data_dir: Path, name: str) -> Dataset:
    """Read a table and split it.

    Parameters
    ----------
    data_dir : Path
        The folder that holds one folder for each set.
    name : str
        The set's folder.

    Returns
    -------
    Dataset
        Split officially where meta.json says how (Adult); otherwise nine tenths of the
        shuffled rows train, with equal shares of the target's classes on both sides.
    """
    folder = data_dir / name
    if not (folder / "meta.json").exists():
        known = sorted(path.parent.name for path in data_dir.glob("*/meta.json"))
        msg = f"--sets: expected one of {known} (folders of {data_dir}), got {name!r}"
        raise SystemExit(msg)
    meta = json.loads((folder / "meta.json").read_text())
    kinds: dict[Hashable, Kind] = {
        column: Kind(_OTHER_NAMES.get(kind, kind))
        for column, kind in meta["kinds"].items()
    }
    table = _read(folder / meta["file"], kinds)
    train, holdout = _split(table, meta, kinds)
    return Dataset(name, train, holdout, meta["target"], kinds)


def load_halves(data_dir: Path, name: str, seed: int) -> Dataset:
    """Read a table and split it at random into halves, for tables that are small.

    Parameters
    ----------
    data_dir, name
        As in `load_dataset`.
    seed : int
        Seed of the split, which keeps the shares of the target's classes.
    """
    dataset = load_dataset(data_dir, name)
    table = pd.concat([dataset.train, dataset.holdout])
    train, holdout = train_test_split(
        table, test_size=0.5, random_state=seed, stratify=table[dataset.target]
    )
    return replace(
        dataset,
        train=train.reset_index(drop=True),
        holdout=holdout.reset_index(drop=True),
    )


def load_part(data_dir: Path, name: str, n_rows: int) -> Dataset:
    """Read a table and split it; train on some of its training rows only.

    Parameters
    ----------
    data_dir, name
        As in `load_dataset`.
    n_rows : int
        Number of training rows.
    """
    dataset = load_dataset(data_dir, name)
    train = dataset.train.sample(n_rows, random_state=0).reset_index(drop=True)
    return replace(dataset, train=train)


def _read(path: Path, kinds: dict[Hashable, Kind]) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    dates = [str(name) for name, kind in kinds.items() if kind is Kind.DATETIME]
    return pd.read_csv(path, parse_dates=dates)


def _split(
    table: pd.DataFrame, meta: dict[str, Any], kinds: dict[Hashable, Kind]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    if "official_split" in meta:
        split = meta["official_split"]
        parts = [
            table.iloc[slice(*split[rows])] for rows in ("train_rows", "test_rows")
        ]
    else:
        target = meta["target"]
        stratify = table[target] if kinds[target].is_discrete else None
        parts = train_test_split(
            table, test_size=0.1, random_state=0, stratify=stratify
        )
    train, holdout = (part.reset_index(drop=True) for part in parts)
    return train, holdout

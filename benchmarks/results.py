"""Results on disk: one JSON for each measurement, one Markdown page for each grid."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

Result = dict[str, Any]


def reuse_or_measure(
    path: Path, request: Mapping[str, Any], measure: Callable[[], Result], fresh: bool
) -> Result:
    """Return a saved result of the same request, or measure and save it.

    Parameters
    ----------
    path : Path
        The result's file.
    request : mapping
        What is asked for; a saved answer to another request is not reused.
    measure : callable
        Makes the result.
    fresh : bool
        Whether to measure anew in any case.
    """
    if path.exists() and not fresh:
        saved = json.loads(path.read_text())
        if saved["request"] == dict(request):
            print(f"{path.name}: kept, measured on {saved['environment']['date']}")
            return saved
    print(f"{path.name}: measuring …", flush=True)
    result = {"request": dict(request), **measure()}
    write_json(path, result)
    return result


def write_json(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result; what is not a number is written as null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        _without_nan(result), indent=1, ensure_ascii=False, allow_nan=False
    )
    path.write_text(text + "\n")


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and value != value else value


def to_markdown(table: pd.DataFrame) -> str:
    """Return a frame as a Markdown table, its index first, its gaps blank."""
    lines = [["", *map(str, table.columns)], ["---", *["---:"] * table.shape[1]]]
    for name, row in table.iterrows():
        lines.append([str(name), *(_cell(value) for value in row)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: float) -> str:
    if pd.isna(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def describe(environment: Mapping[str, Any]) -> str:
    """Return an environment as one line of text."""
    return ", ".join(f"{name} {value}" for name, value in environment.items())

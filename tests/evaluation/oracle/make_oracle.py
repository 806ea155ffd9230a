"""Makes the oracle's files; run by hand where SDMetrics is installed.

`pip install "sdmetrics==0.26.*" "pandas<3"`, then `python make_oracle.py` in this
folder; and once more with SDMetrics 0.32, which judges only pairs that are associated
in the training table. SDMetrics stops at pandas 2, so it cannot stand beside synthgan's
own tests.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

METADATA = {
    "columns": {
        "age": {"sdtype": "numerical"},
        "income": {"sdtype": "numerical"},
        "score": {"sdtype": "numerical"},
        "joined": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
        "city": {"sdtype": "categorical"},
        "grade": {"sdtype": "categorical"},
        "member": {"sdtype": "boolean"},
    }
}


def make_table(seed: int, n_rows: int, slope: float) -> pd.DataFrame:
    """Make a mixed table whose relations depend on `slope`."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, n_rows)
    income = np.round(np.exp(rng.normal(9 + slope * age / 40, 0.6)), 2)
    score = np.round(rng.normal(slope * np.log(income), 1), 3)
    score[rng.random(n_rows) < 0.15] = np.nan
    days = rng.integers(0, 900 + 10 * age)
    city = rng.choice(["Rome", "Oslo", "Lima"], n_rows, p=[0.6, 0.3, 0.1]).astype(
        object
    )
    city[rng.random(n_rows) < 0.1 * slope] = None
    return pd.DataFrame(
        {
            "age": age,
            "income": income,
            "score": score,
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
            "city": city,
            "grade": rng.integers(1, 2 + age // 16),
            "member": rng.random(n_rows) < slope * 0.5,
        }
    )


def main() -> None:
    """Write the two tables and what SDMetrics says of them."""
    # Here, so that whoever collects the tests can import this module without it.
    import sdmetrics
    from sdmetrics.reports.single_table import QualityReport

    folder = Path(__file__).parent
    tables = {
        "train": make_table(0, 150, slope=1.0),
        "synthetic": make_table(1, 120, slope=0.7),
    }
    for role, table in tables.items():
        table.to_csv(folder / f"{role}.csv", index=False)
    report = QualityReport()
    report.generate(tables["train"], tables["synthetic"], METADATA, verbose=False)
    shapes = report.get_details("Column Shapes")
    trends = report.get_details("Column Pair Trends")
    facts = {
        "sdmetrics": sdmetrics.__version__,
        "pandas": pd.__version__,
        "shapes": dict(zip(shapes["Column"], shapes["Score"], strict=True)),
        "trends": _list_trends(trends),
    }
    name = "sdmetrics.json"
    if "Meets Threshold?" in trends:  # since 0.27
        name = "sdmetrics_associated.json"
        trends = trends[trends["Meets Threshold?"]]
        facts["trends"] = _list_trends(trends)
    (folder / name).write_text(json.dumps(facts, indent=1) + "\n")


def _list_trends(trends: pd.DataFrame) -> list[list[object]]:
    return trends[["Column 1", "Column 2", "Score"]].to_numpy().tolist()


if __name__ == "__main__":
    main()

"""`Evaluation`: what `evaluate` found, as a frame, a dict, a picture or a page."""

from __future__ import annotations

import html
import importlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgan.evaluation.displays import (
    AssociationDisplay,
    AttackDisplay,
    ColumnShapesDisplay,
    ModelScoresDisplay,
)
from synthgan.evaluation.facts import (
    BOOTSTRAP_COPY,
    INDEPENDENT_COLUMNS,
    REAL_HOLDOUT,
    NotJudged,
    Run,
    Score,
)
from synthgan.evaluation.privacy import AttackResult
from synthgan.evaluation.verdicts import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_REFERENCES = (REAL_HOLDOUT, BOOTSTRAP_COPY, INDEPENDENT_COLUMNS)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What `evaluate` found; it holds figures only, no row of any table.

    Parameters
    ----------
    verdicts : tuple of Verdict
        Whether the table is useful, private, faithful: the headline.
    scores : tuple of Score
        Fidelity and utility.
    attacks : tuple of AttackResult
        What attacks on the table found.
    attack_references : dict of attack name to dict of str to float
        The same attacks' figures on the reference tables.
    leaks : tuple of str
        The attacks that count as leaks.
    disclosures : DataFrame
        Rare levels, nearly unique strings and extreme values that the synthetic table
        repeats; see `disclosure_check`.
    not_judged : tuple of NotJudged
        What nothing is said about, and why.
    columns : ColumnShapesDisplay
        The columns side by side.
    associations : AssociationDisplay
        The relations side by side.
    run : Run
        Sizes, seed, versions.
    """

    verdicts: tuple[Verdict, ...]
    scores: tuple[Score, ...]
    attacks: tuple[AttackResult, ...]
    attack_references: Mapping[str, Mapping[str, float]]
    leaks: tuple[str, ...]
    disclosures: pd.DataFrame
    not_judged: tuple[NotJudged, ...]
    columns: ColumnShapesDisplay
    associations: AssociationDisplay
    run: Run

    def to_frame(self) -> pd.DataFrame:
        """Return all figures as a tidy frame, one row each.

        Returns
        -------
        DataFrame
            `section` ("fidelity", "utility", "privacy"), `name`, `value`, `low` and
            `high` (95 % interval), then the same figure of the references:
            `real_holdout` (what rows as good as real score; for a figure that is tested
            on the holdout, the training table's; for an attack, what an innocent table
            scores), `bootstrap_copy` (what copying scores), `independent_columns` (what
            ignoring every relation scores); `higher_is_better`; for attacks `p_value`
            and `leaks`; `reason` where a figure is missing.
        """
        rows = [_score_row(score) for score in self.scores]
        rows += [self._attack_row(result) for result in self.attacks]
        return pd.DataFrame(rows, columns=_COLUMNS).astype({"leaks": "boolean"})

    def _attack_row(self, result: AttackResult) -> dict[str, Any]:
        references = {
            REAL_HOLDOUT: result.innocent if np.isfinite(result.figure) else np.nan,
            **self.attack_references.get(result.name, {}),
        }
        return {
            "section": "privacy",
            "name": result.name,
            "value": result.figure,
            **_ends(result.interval),
            **_reference_cells(references),
            "higher_is_better": False,
            "p_value": result.p_value,
            "leaks": result.name in self.leaks if result.is_judged else None,
            "reason": result.reason,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the pictures, ready for JSON.

        Returns
        -------
        dict
            `verdicts` by question, each with `passed` (true, false, or null where it
            cannot be judged), `sentence` and `rule`; `figures`, the rows of `to_frame`;
            `leaks`; `disclosures`; `not_judged`; `run`. A missing number is null.
        """
        return _plain(
            {
                "verdicts": {
                    verdict.question: {
                        "passed": verdict.passed,
                        "sentence": verdict.sentence,
                        "rule": verdict.rule,
                    }
                    for verdict in self.verdicts
                },
                "figures": self.to_frame().to_dict(orient="records"),
                "leaks": self.leaks,
                "disclosures": self.disclosures.to_dict(orient="records"),
                "not_judged": [asdict(item) for item in self.not_judged],
                "run": asdict(self.run),
            }
        )

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Write a report for the table's owner: one file that needs no network.

        Parameters
        ----------
        path : str or path
            The file; it is overwritten.
        """
        # The report is a layer above: it is looked up when it is asked for.
        importlib.import_module("synthgan.reporting").write_report(self, path)

    def plot(self, figure: Figure | None = None) -> Figure:
        """Draw model scores beside attacks.

        Parameters
        ----------
        figure : matplotlib Figure, optional
            Where to draw; by default a new one.

        Returns
        -------
        matplotlib Figure
            `columns.plot()` and `associations.plot()` draw the rest.
        """
        if figure is None:
            import matplotlib.pyplot as plt

            figure = plt.figure(figsize=(11, 4), layout="constrained")
        left, right = figure.subplots(1, 2)
        ModelScoresDisplay.from_scores(self.scores).plot(left)
        left.set_title("Models tested on real rows")
        left.legend(frameon=False, loc="best")
        AttackDisplay.from_results(self.attacks, self.leaks).plot(right)
        right.set_title("Attacks: points beyond innocence")
        return figure

    def __repr__(self) -> str:
        lines = [f"{verdict.word}. {verdict.sentence}" for verdict in self.verdicts]
        frame = self._readable_frame()
        table = frame.to_string(index=False, na_rep="-", float_format="{:.3f}".format)
        missing = [
            f"not judged: {item.what} ({item.reason})" for item in self.not_judged
        ]
        return "\n".join([*lines, "", table, *missing])

    def _repr_html_(self) -> str:
        lines = "".join(
            f"<p><b>{verdict.word}.</b> {html.escape(verdict.sentence)}</p>"
            for verdict in self.verdicts
        )
        table = self._readable_frame().to_html(
            index=False, na_rep="–", float_format="{:.3f}".format, border=0
        )
        missing = "".join(
            f"<li>{html.escape(item.what)}: {html.escape(item.reason)}</li>"
            for item in self.not_judged
        )
        return f"{lines}{table}<p>Not judged:</p><ul>{missing}</ul>"

    def _readable_frame(self) -> pd.DataFrame:
        """Return the judged figures without the columns that programs read."""
        frame = self.to_frame()
        frame = frame[frame["value"].notna()]
        return frame.drop(columns=["higher_is_better", "reason", "leaks"]).rename(
            columns=lambda name: name.replace("_", " ")
        )


_COLUMNS = [
    "section",
    "name",
    "value",
    "low",
    "high",
    *(name.replace(" ", "_") for name in _REFERENCES),
    "higher_is_better",
    "p_value",
    "leaks",
    "reason",
]


def _score_row(score: Score) -> dict[str, Any]:
    return {
        "section": score.section,
        "name": score.name,
        "value": score.value,
        **_ends(score.interval),
        **_reference_cells(score.references),
        "higher_is_better": score.higher_is_better,
        "p_value": np.nan,
        "leaks": None,
        "reason": score.reason,
    }


def _ends(interval: tuple[float, float] | None) -> dict[str, float]:
    low, high = interval or (np.nan, np.nan)
    return {"low": low, "high": high}


def _reference_cells(references: Mapping[str, float]) -> dict[str, float]:
    return {
        name.replace(" ", "_"): references.get(name, np.nan) for name in _REFERENCES
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; what is not a finite number becomes None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)

"""What the page says, as plain values: the template only lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from synthgan.evaluation.displays import (
    AttackDisplay,
    ColumnDisplay,
    ModelScoresDisplay,
)
from synthgan.evaluation.displays.attacks import attack_label
from synthgan.evaluation.facts import (
    BOOTSTRAP_COPY,
    INDEPENDENT_COLUMNS,
    REAL_HOLDOUT,
    Score,
)
from synthgan.evaluation.privacy import ATTACKS, AttackResult
from synthgan.evaluation.result import Evaluation
from synthgan.reporting.pictures import draw
from synthgan.reporting.wording import headline, note_of, number, p_value, title_of

_REFERENCES = (REAL_HOLDOUT, BOOTSTRAP_COPY, INDEPENDENT_COLUMNS)
#: Columns beyond these have no picture; their figures still count.
_MAX_PICTURES = 60

#: Variants of attacks whose name does not speak for itself.
_VARIANTS = {"tpr": "the share of members found at 1 % false alarms"}

#: Figures that differ by less of the largest are drawn on no line: it would magnify
#: what is nothing.
_LEAST_SPREAD = 0.005

Facts = dict[str, Any]


def collect_facts(evaluation: Evaluation) -> Facts:
    """Return all that the template needs."""
    run = evaluation.run
    return {
        "headline": _headline(evaluation),
        "verdicts": [
            {
                "word": verdict.word,
                "passed": verdict.passed,
                "rule": verdict.rule,
                "sentence": _with_titles(verdict.sentence, evaluation.leaks),
            }
            for verdict in evaluation.verdicts
        ],
        "run": run,
        "minutes": f"{run.seconds / 60:.1f} minutes"
        if run.seconds > 90
        else f"{run.seconds:.0f} seconds",
        "utility": [_score(score) for score in _section(evaluation, "utility")],
        "fidelity": [_score(score) for score in _section(evaluation, "fidelity")],
        "models": _draw_models(evaluation),
        **_attacks(evaluation),
        "disclosures": evaluation.disclosures.astype(object).to_numpy().tolist(),
        **_columns(evaluation),
        "associations": _draw_associations(evaluation),
        "largest": _largest(evaluation),
        "not_judged": [
            (_plain_name(item.what), item.reason) for item in evaluation.not_judged
        ],
    }


def _headline(evaluation: Evaluation) -> str:
    groups: dict[bool | None, list[str]] = {True: [], False: [], None: []}
    for verdict in evaluation.verdicts:
        groups[verdict.passed].append(verdict.question)
    return headline(groups[True], groups[False], groups[None])


def _with_titles(sentence: str, leaks: tuple[str, ...]) -> str:
    """Put attacks' titles in the place of their names."""
    for name in sorted(leaks, key=len, reverse=True):
        sentence = sentence.replace(name, f"“{attack_label(name)}”")
    return sentence


def _plain_name(what: str) -> str:
    """Name what was not judged as the tables would."""
    base = what.partition("[")[0]
    if what.startswith("column "):
        return what
    return ATTACKS[base].title if base in ATTACKS else title_of(what)


def _section(evaluation: Evaluation, section: str) -> list[Score]:
    return [
        score
        for score in evaluation.scores
        if score.section == section and np.isfinite(score.value)
    ]


def _score(score: Score) -> Facts:
    return {
        "title": title_of(score.name),
        "note": note_of(score.name),
        "better": "higher is better" if score.higher_is_better else "lower is better",
        "value": number(score.value, score.name),
        "interval": _interval(score.interval, score.name),
        "references": {
            name: number(score.references.get(name, np.nan), score.name)
            for name in _REFERENCES
        },
        "strip": _strip(score),
    }


def _interval(interval: tuple[float, float] | None, name: str = "") -> str:
    if interval is None or not np.isfinite(interval).all():
        return ""
    low, high = (number(end, name).removesuffix(" %") for end in interval)
    return f"{low} to {high}"


def _strip(score: Score) -> Mapping[str, float]:
    """Return the places of a figure and its references on a line from 0 to 100."""
    values = {"synthetic": score.value, **score.references}
    values = {name: value for name, value in values.items() if np.isfinite(value)}
    low, high = min(values.values()), max(values.values())
    if high - low <= _LEAST_SPREAD * max(abs(low), abs(high)):
        return {}
    return {
        name.replace(" ", "-"): round(float(100 * (value - low) / (high - low)), 1)
        for name, value in values.items()
    }


def _attacks(evaluation: Evaluation) -> Facts:
    """Group the variants of each attack; the worst of them stands for it."""
    judged = [result for result in evaluation.attacks if result.is_judged]
    groups: dict[str, list[AttackResult]] = {}
    for result in judged:
        groups.setdefault(result.name.partition("[")[0], []).append(result)
    worst = {
        name: min(group, key=lambda result: result.p_value)
        for name, group in groups.items()
    }
    return {
        "attacks": [
            _attack(
                result,
                evaluation,
                title=ATTACKS[name].title,
                note=_story(name),
                n_variants=len(groups[name]),
            )
            for name, result in worst.items()
        ],
        "variants": [
            _attack(result, evaluation, title=result.name.replace("_", " "))
            for result in judged
        ],
        "attack_picture": _draw_attacks(list(worst.values()), evaluation),
    }


def _story(name: str) -> str:
    """Return the attacker's story, the first paragraph of the attack's docstring."""
    first = (ATTACKS[name].__doc__ or "").partition("\n\n")[0]
    return " ".join(first.split())


def _attack(
    result: AttackResult,
    evaluation: Evaluation,
    title: str,
    note: str = "",
    n_variants: int = 1,
) -> Facts:
    copied = evaluation.attack_references.get(result.name, {})
    variant = result.name.partition("[")[2].removesuffix("]")
    variant = _VARIANTS.get(variant, variant)
    if n_variants > 1:
        note += f" The worst of {n_variants} is shown{f': {variant}' * bool(variant)}."
    return {
        "title": title,
        "note": note,
        "leaks": result.name in evaluation.leaks,
        "figure": number(result.figure),
        "innocent": number(result.innocent),
        "interval": _interval(result.interval),
        "p_value": p_value(result.p_value),
        "detectable": number(result.detectable),
        "copied": number(copied.get(BOOTSTRAP_COPY, np.nan)),
        "n_attacks": f"{result.n_attacks:,}",
    }


def _draw_models(evaluation: Evaluation) -> Any:
    display = ModelScoresDisplay.from_scores(evaluation.scores)
    if not display.scores:
        return ""
    height = 0.6 + 0.34 * len(display.scores)
    return draw(display.plot, 4.2, height, "Scores of models on real rows")


def _draw_attacks(results: list[AttackResult], evaluation: Evaluation) -> Any:
    display = AttackDisplay.from_results(results, evaluation.leaks)
    if not display.results:
        return ""
    height = 0.5 + 0.24 * len(display.results)
    return draw(display.plot, 4.2, height, "Effects of attacks with intervals")


def _columns(evaluation: Evaluation) -> Facts:
    columns = evaluation.columns.columns
    worst_first = sorted(columns, key=lambda column: -column.error)
    shown = columns
    if len(columns) > _MAX_PICTURES:
        shown = tuple(worst_first[:_MAX_PICTURES])
    return {
        "columns": [_column(column) for column in shown],
        "n_hidden": len(columns) - len(shown),
    }


def _column(column: ColumnDisplay) -> Facts:
    real, made = column.missing
    missing = ""
    if real or made:
        missing = f"missing: {100 * real:.1f} % real, {100 * made:.1f} % synthetic"
    title = f"Column {column.name}: real and synthetic distribution"
    return {
        "name": str(column.name),
        "error": f"{100 * column.error:.1f} %",
        "missing": missing,
        "picture": draw(column.plot, 2.5, 1.45, title),
    }


def _draw_associations(evaluation: Evaluation) -> list[Facts]:
    display = evaluation.associations
    if len(display.real) < 2:
        return []

    def picture(number: int, title: str) -> Any:
        return draw(lambda ax: display.plot_matrix(ax, number), 3.4, 2.8, title)

    return [
        {"title": title, "picture": picture(i, f"Association matrix, {title}")}
        for i, title in enumerate(display.TITLES)
    ]


def _largest(evaluation: Evaluation) -> str:
    largest = evaluation.associations.largest
    if largest is None:
        return ""
    first, second, gap = largest
    return (
        f"The largest difference is between {first} and {second}: "
        f"{number(gap)} (synthetic minus real)."
    )

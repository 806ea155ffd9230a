"""What figures are called on the page, and how numbers are written."""

from __future__ import annotations

import math

#: Title and explanation of the figures that have more than a name.
FIGURES: dict[str, tuple[str, str]] = {
    "shape_error_percent": (
        "Single columns",
        "mean distance of each column's distribution",
    ),
    "trend_all_error_percent": (
        "Pairs of columns, published variant",
        "as other projects print it: each table's own bins",
    ),
    "trend_common_error_percent": (
        "Pairs of columns",
        "mean distance of each pair's relation",
    ),
    "trend_associated_error_percent": (
        "Related pairs of columns",
        "only those that hang together in the real table",
    ),
    "association_difference": (
        "Strength of relations",
        "mean difference between the association matrices",
    ),
    "missing_rate_error_percent": (
        "Missing cells",
        "mean difference of the columns' missing rates",
    ),
    "missing_pair_error_percent": (
        "Missing together",
        "mean difference of the pairs' joint missing rates",
    ),
    "validity": (
        "Valid rows",
        "share without an unknown level, a value out of range or of another form",
    ),
    "text_form_error_percent": (
        "Form of texts",
        "lengths and kinds of characters; what texts say is not judged",
    ),
    "two_sample_auc": (
        "Told apart by a classifier",
        "AUC of boosted trees on all columns; 0.5 is guessing",
    ),
    "two_sample_score": (
        "Two-sample score",
        "the same, from 0 (always told apart) to 1 (never)",
    ),
    "two_sample_holdout_auc": (
        "Told apart from held-out rows",
        "the same classifier on the holdout",
    ),
    "two_sample_holdout_score": ("Two-sample score, holdout", "from 0 to 1"),
    "two_sample_strict_auc": (
        "Told apart by a stricter classifier",
        "more trees, slower learning",
    ),
    "two_sample_strict_score": ("Two-sample score, strict", "from 0 to 1"),
    "two_sample_logistic_auc": (
        "Told apart by logistic regression",
        "a check of sanity: columns without relations pass it",
    ),
    "two_sample_logistic_score": ("Two-sample score, logistic", "from 0 to 1"),
    "alpha_precision": (
        "Alpha-precision",
        "share of synthetic rows where real rows are typical",
    ),
    "beta_recall": (
        "Beta-recall",
        "share of real rows that are covered; far above the holdout's means copying",
    ),
    "tstr_auc": ("Prediction, AUC", "boosted trees"),
    "tstr_macro_auc": ("Prediction, mean AUC", "boosted trees, mean over the classes"),
    "tstr_r2": ("Prediction, R²", "boosted trees"),
    "tstr_mean": (
        "Prediction, mean of several models",
        "linear, forest, boosted trees",
    ),
    "tstr_ratio": ("Ratio to real rows", "the same beside models trained on real rows"),
    "model_ranking_agreement": (
        "Ranking of models",
        "rank correlation: does the same model win?",
    ),
    "importance_agreement": (
        "Importance of columns",
        "rank correlation: do models look at the same columns?",
    ),
    "global_utility": (
        "Every column as target",
        "mean ratio to models trained on real rows",
    ),
    "trts_auc": ("Real to synthetic, AUC", "trained on real, tested on synthetic rows"),
    "trts_macro_auc": (
        "Real to synthetic, mean AUC",
        "trained on real, tested on synthetic rows",
    ),
    "trts_r2": ("Real to synthetic, R²", "trained on real, tested on synthetic rows"),
}


def title_of(name: str) -> str:
    """Return a figure's title.

    Examples
    --------
    >>> title_of("two_sample_auc"), title_of("dcr_share")
    ('Told apart by a classifier', 'Dcr share')
    """
    if name in FIGURES:
        return FIGURES[name][0]
    words = name.replace("_percent", "").replace("_", " ")
    return words[:1].upper() + words[1:]


def note_of(name: str) -> str:
    """Return a figure's explanation, if it needs one."""
    return FIGURES.get(name, ("", ""))[1]


def number(value: float, name: str = "") -> str:
    """Write a figure with the digits that mean something.

    Examples
    --------
    >>> number(1.634, "shape_error_percent"), number(0.5704, "two_sample_auc")
    ('1.63 %', '0.570')
    >>> number(float("nan"))
    '–'
    """
    if not math.isfinite(value):
        return "–"
    if name.endswith("_percent"):
        return f"{value:.2f} %" if abs(value) < 10 else f"{value:.1f} %"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    # A minus sign, as typeset; and no minus zero.
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
    return "0.000" if text == "-0.000" else text.replace("-", "\N{MINUS SIGN}")


def p_value(value: float) -> str:
    """Write a p-value.

    Examples
    --------
    >>> p_value(0.2), p_value(0.0042), p_value(1e-9)
    ('0.20', '0.004', '< 0.001')
    """
    if not math.isfinite(value):
        return "–"
    if value < 0.001:
        return "< 0.001"
    return f"{value:.3f}" if value < 0.01 else f"{value:.2f}"


def join_words(words: list[str]) -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> join_words(["useful", "private", "faithful"])
    'useful, private and faithful'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def headline(passed: list[str], failed: list[str], open_: list[str]) -> str:
    """Say in a few words what was found.

    Examples
    --------
    >>> headline(["useful", "faithful"], ["private"], [])
    'Useful and faithful, but not private'
    >>> headline(["faithful"], [], ["useful", "private"])
    'Faithful; useful and private were not judged'
    >>> headline([], [], ["useful", "private", "faithful"])
    'Nothing could be judged'
    >>> headline([], ["useful", "private", "faithful"], [])
    'Neither useful nor private nor faithful'
    """
    if not passed and not failed:
        return "Nothing could be judged"
    text = join_words(passed)
    if failed:
        negation = "neither " if len(failed) > 1 else "not "
        denied = negation + " nor ".join(failed)
        text = f"{text}, but {denied}" if passed else denied
    if open_:
        verb = "was" if len(open_) == 1 else "were"
        text += f"; {join_words(open_)} {verb} not judged"
    return text[:1].upper() + text[1:]

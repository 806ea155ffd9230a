"""From facts to the page; the template escapes all that it is given."""

from __future__ import annotations

import os
from pathlib import Path

from synthgan.evaluation.result import Evaluation
from synthgan.reporting.facts import collect_facts


def render_report(evaluation: Evaluation) -> str:
    """Return the report as one HTML document that loads nothing.

    Parameters
    ----------
    evaluation : Evaluation
        What to report.

    Returns
    -------
    str

    Examples
    --------
    >>> import pandas as pd
    >>> from synthgan import evaluate
    >>> table = pd.DataFrame({"x": [1.5, 2.5] * 20, "y": ["a", "b"] * 20})
    >>> evaluation = evaluate(table, table, metrics="column_shapes", verbose=False)
    >>> page = render_report(evaluation)
    >>> page.startswith("<!DOCTYPE html>")
    True
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("synthgan.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("report.html.jinja")
    return template.render(collect_facts(evaluation))


def write_report(evaluation: Evaluation, path: str | os.PathLike[str]) -> None:
    """Write the report to a file, which is overwritten."""
    Path(path).write_text(render_report(evaluation), encoding="utf-8")

"""The report of an evaluation for the table's owner: one HTML page without a network.

`facts` turns an `Evaluation` into plain values, `pictures` its displays into inline
SVG, `page` fills the template. Nothing is computed here that is not in the evaluation.
"""

from synthgan.reporting.page import render_report, write_report

__all__ = ["render_report", "write_report"]

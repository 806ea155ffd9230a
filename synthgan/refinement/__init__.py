"""Choosing each row among several candidates, so that the table is nearer to the real.

A classifier that tells real rows from made ones estimates how much too often the
generator makes a row like this one; candidates are chosen by that. Needs Keras; only
`Refinement`, what is kept of it, does not.
"""

from synthgan.refinement.state import Refinement

__all__ = ["Refinement"]

"""Moving rows, and choosing each among several, so that a table is more like the real.

A network that tells real rows from made ones knows in which direction a row would look
more real, and rows move there (`flow`); it also estimates how much too often a row like
this one is made, and candidates are chosen by that (`fit`, `refiner`). Needs Keras;
only `Refinement`, what is kept of it, does not.
"""

from synthgan.refinement.state import Refinement

__all__ = ["Refinement"]

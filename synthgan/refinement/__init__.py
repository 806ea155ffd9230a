"""Moving rows, and keeping some of them, so that a table is more like the real one.

A network that tells real rows from made ones knows in which direction a row would look
more real, and rows move there (`flow`); it also estimates how much too often a row like
this one is made, and candidates are kept by that (`fit`, `refiner`). Needs Keras;
only `Refinement`, what is kept of it, does not.
"""

from synthgan.refinement.state import Refinement

__all__ = ["Refinement"]

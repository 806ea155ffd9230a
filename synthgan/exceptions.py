"""Everything that synthgan raises or warns with, in one place.

Errors name the column or parameter, what was expected, what was got and what to do.
"""

from __future__ import annotations


class SynthGANError(Exception):
    """Base class of the errors that are particular to synthgan."""


class InputError(SynthGANError, ValueError):
    """A frame or a cell in it cannot be used; the message names the column."""


class SchemaError(SynthGANError, ValueError):
    """A schema does not fit the table it is given with."""


class ParameterError(SynthGANError, ValueError):
    """A parameter is out of its range or of the wrong type."""


class ArchiveError(SynthGANError, ValueError):
    """A saved file is damaged, too new, or not a synthgan file at all."""


class BackendError(SynthGANError, RuntimeError):
    """Keras runs on a backend for which synthgan has no engine."""


class DivergenceError(SynthGANError, ArithmeticError):
    """Training produced a loss that is not finite.

    Attributes
    ----------
    step : int
        Training step at which the loss was last known to be finite, plus one call.
    """

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step

    def __reduce__(self) -> tuple[type[DivergenceError], tuple[str, int]]:
        return type(self), (str(self.args[0]), self.step)


class InferenceWarning(UserWarning):
    """A column's kind was guessed, and the user may want to know how."""


class AugmentationWarning(UserWarning):
    """No synthetic rows were added, since they were not found to help."""

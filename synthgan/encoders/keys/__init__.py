"""Keys: fresh, unique values of the same form, none of them real."""

from synthgan.encoders.keys.form import KeyForm

__all__ = ["KeyForm"]

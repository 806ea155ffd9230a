"""Fitted synthesizers as bytes, without pickle."""

from synthgan.persistence.archive import (
    FORMAT_VERSION,
    FittedState,
    read_archive,
    write_archive,
)

__all__ = ["FORMAT_VERSION", "FittedState", "read_archive", "write_archive"]

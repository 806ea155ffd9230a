"""Whatever a damaged file makes go wrong, as one error."""

from __future__ import annotations

import contextlib
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator

from synthgan.exceptions import ArchiveError, BackendError

#: What zip, JSON, numpy and pandas raise on bytes that make no sense to them. Errors of
#: the machine, such as MemoryError and OSError, are not among them.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


@contextlib.contextmanager
def damage_as_archive_error() -> Iterator[None]:
    """Raise `ArchiveError` for anything that the file's content makes go wrong."""
    try:
        yield
    except (ArchiveError, BackendError):
        raise
    except _DAMAGE as error:
        msg = (
            "not a readable synthgan archive, or a damaged one "
            f"({type(error).__name__}: {error})"
        )
        raise ArchiveError(msg) from error

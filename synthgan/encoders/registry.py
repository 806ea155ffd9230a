"""Which encoder serves which kind of column."""

from __future__ import annotations

from synthgan.encoders.base import ColumnEncoder
from synthgan.encoders.categorical import CategoricalEncoder
from synthgan.encoders.constant import ConstantEncoder
from synthgan.encoders.identifier import IdentifierEncoder
from synthgan.encoders.numeric import NumericEncoder
from synthgan.encoders.text import TextEncoder
from synthgan.schema import Kind

#: Every encoder under its name, as a saved file calls it.
ENCODERS: dict[str, type[ColumnEncoder]] = {
    encoder.name: encoder
    for encoder in (
        CategoricalEncoder,
        ConstantEncoder,
        IdentifierEncoder,
        NumericEncoder,
        TextEncoder,
    )
}

_NAMES = {
    Kind.CONSTANT: "constant",
    Kind.IDENTIFIER: "identifier",
    Kind.TEXT: "text",
}


def encoder_for(kind: Kind) -> str:
    """Return the name of the encoder that serves a kind.

    Examples
    --------
    >>> encoder_for(Kind.DATETIME), encoder_for(Kind.BOOLEAN)
    ('numeric', 'categorical')
    """
    return _NAMES.get(kind, "numeric" if kind.is_numeric else "categorical")

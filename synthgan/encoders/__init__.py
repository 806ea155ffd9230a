"""Columns and tables as codes and ranks, and back."""

from synthgan.encoders.base import ColumnEncoder, EncoderState
from synthgan.encoders.dependencies import Dependency
from synthgan.encoders.encoded import EncodedTable
from synthgan.encoders.registry import ENCODERS
from synthgan.encoders.table import TableEncoder

__all__ = [
    "ENCODERS",
    "ColumnEncoder",
    "Dependency",
    "EncodedTable",
    "EncoderState",
    "TableEncoder",
]

"""What the columns of a table mean, and how they are stored."""

from synthgan.schema.column import ColumnSchema, TableSchema
from synthgan.schema.inference import common_step, infer_schema
from synthgan.schema.kinds import Kind
from synthgan.schema.storage import Element, Storage
from synthgan.schema.values import present_numbers

__all__ = [
    "ColumnSchema",
    "Element",
    "Kind",
    "Storage",
    "TableSchema",
    "common_step",
    "infer_schema",
    "present_numbers",
]

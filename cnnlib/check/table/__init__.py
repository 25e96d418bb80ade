"""The reader's own table of wires, told by probes; no list of mistakes is needed for it."""

from cnnlib.check.table.read import read_table
from cnnlib.check.table.table import Table

__all__ = ["Table", "read_table"]

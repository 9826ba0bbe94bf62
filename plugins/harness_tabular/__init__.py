"""Rows of a table as a kind of input, what may befall them, and an attack on models of them."""

from harness_tabular.kind import ROW
from harness_tabular.row import Column, Row

__all__ = ["ROW", "Column", "Row"]

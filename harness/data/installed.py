"""Rows of an installed data component, for one that reads a table of its own and knows nobody else's code."""

from __future__ import annotations

from typing import Any

from harness.data.table import Table
from harness.suite import components
from harness.suite.file import Spec


def read_rows(use: str, **parameters: Any) -> Table:
    """The rows of the data called `use`, as `read_rows("files", path=path)`; raises UserError as a suite's data do."""
    rows = components.resolve("data", Spec.model_validate({"use": use, **parameters})).call()
    return rows if isinstance(rows, Table) else Table(rows)

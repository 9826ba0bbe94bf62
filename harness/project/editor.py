"""What an editor knows a suite by: the JSON Schema in a file beside it, and the line that names the file."""

from __future__ import annotations

import json
from pathlib import Path

from harness.errors import UserError
from harness.files import replace_file
from harness.suite.schema import suite_schema

SCHEMA_FILE = ".harness-schema.json"
"""Where `harness init` writes the schema."""

EDITORS_LINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
"""The line of a suite that editors with the YAML language server read."""


def schema_text() -> str:
    """The schema of a suite file with all that is installed."""
    return json.dumps(suite_schema(), indent=1) + "\n"


def write_schema(path: Path) -> None:
    """Replace a file with the schema; raises UserError where it cannot be written."""
    text = schema_text()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lambda aside: aside.write_text(text, encoding="utf-8"))
    except OSError as error:
        raise UserError(f"cannot write the schema to {path}: {error.strerror}") from None

"""The help of a command with many options: in groups, by what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

GROUPS = {
    "Suite": ("set_", "limit", "seed", "sample_seed", "baseline", "first", "against", "untrusted", "file_only"),
    "Model and data": ("model", "data", "device", "budget", "cache", "timeout", "batch_timeout"),
    "Output": ("out", "runs", "resume", "undecided", "junit", "markdown", "json_", "quiet", "verbose"),
}
"""The groups, by the names of the options' parameters; any other one stands at the end."""


def write_groups(parameters: Sequence[Any], context: Any, formatter: Any) -> None:
    """Write the arguments and options of a command with typer's formatter."""
    groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], **{title: [] for title in GROUPS}, "Options": []}
    for each in parameters:
        title = next((title for title, names in GROUPS.items() if each.name in names), "Options")
        if record := each.get_help_record(context):
            groups["Arguments" if each.param_type_name == "argument" else title].append(record)
    for title, records in groups.items():
        if records:
            with formatter.section(title):
                formatter.write_dl(records)

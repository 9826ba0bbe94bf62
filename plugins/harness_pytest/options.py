"""The options of the plugin: each on the command line and, as `harness_…`, in pytest's ini file or pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

POLICIES = ("fail", "pass", "warn", "point")

HELP = {
    "limit": ("N", "Use at most this many samples per data set."),
    "device": ("DEVICE", "Device of the models: cpu, cuda or mps."),
    "undecided": (
        "POLICY",
        (
            "How to treat an undecided gate, whose interval contains the bound: "
            "fail, pass, warn or point (default: fail; warn only warns)."
        ),
    ),
    "baseline": ("FILE|RUN", "What drop and rise gates compare with, in place of the suites' baseline."),
    "report": ("PATH", "Copy the last report to this file, or all to this folder."),
    "markdown": ("FILE", "Write a Markdown summary of every suite to this file."),
}
"""The options with a value: its name, and what it does."""

PATHS = ("baseline", "report", "markdown")
"""Those whose value in an ini file is a path from the file's folder."""


def add(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("harness", "model-harness")
    for name, (value, words) in HELP.items():
        group.addoption(f"--harness-{name}", metavar=value, help=words)
        parser.addini(f"harness_{name}", f"--harness-{name}: {words}", default="")
    skip = "Skip what runs a model, but for suites and files of failures named on the command line."
    group.addoption("--harness-skip", action="store_true", default=None, help=skip)
    parser.addini("harness_skip", f"--harness-skip: {skip}", default="")
    group.addoption(
        "--harness-accept",
        action="store_true",
        help="Where a suite's run passed, keep it as the baseline file of the suite.",
    )


def complete(config: pytest.Config) -> None:
    """Take from the ini file what the command line leaves open; raises UsageError for a value that is none."""
    for name in (*HELP, "skip"):
        if config.getoption(f"harness_{name}") is None and (written := str(config.getini(f"harness_{name}")).strip()):
            setattr(config.option, f"harness_{name}", _from_file(config, written) if name in PATHS else written)
    option = config.option
    option.harness_limit = _number(option.harness_limit)
    option.harness_skip = _switch(option.harness_skip)
    if option.harness_undecided not in (None, *POLICIES):
        raise pytest.UsageError(
            f"--harness-undecided: expected fail, pass, warn or point, but got {option.harness_undecided!r}"
        )
    if option.harness_markdown and Path(option.harness_markdown).is_dir():
        raise pytest.UsageError(f"--harness-markdown: expected a file, but {option.harness_markdown} is a folder")
    if option.harness_accept and option.harness_limit is not None:
        raise pytest.UsageError("--harness-accept keeps whole runs as baselines: leave --harness-limit away")


def policy(config: pytest.Config) -> Any:
    """How to treat an undecided gate: as the option says, or as `[tool.harness]` says."""
    from harness.reports import settings_of  # a session without a suite imports nothing

    return config.getoption("--harness-undecided") or settings_of(config.rootpath, "gate").get("undecided", "fail")


def _from_file(config: pytest.Config, written: str) -> str:
    """A path of the ini file's, from wherever pytest was called."""
    folder = config.inipath.parent if config.inipath else config.rootpath
    return str(folder / written)


def _number(given: object) -> int | None:
    if given is None or isinstance(given, int):
        return given
    if not str(given).isdecimal() or not int(str(given)):
        raise pytest.UsageError(f"--harness-limit: expected a whole number of samples, 1 or more, but got {given!r}")
    return int(str(given))


def _switch(given: object) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
    if given is None or isinstance(given, bool):
        return bool(given)
    if (word := str(given).lower()) not in words:
        raise pytest.UsageError(f"harness_skip: expected true or false, but got {given!r}")
    return words[word]

"""The help of commands: short with `-h`, in groups where there are many options, with the choices."""

from __future__ import annotations

import re

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from harness.cli.main import app
from harness.project.help import GROUPS


def shown(*argv: str) -> str:
    ended = CliRunner().invoke(app, argv)
    assert ended.exit_code == 0
    return ended.output


@pytest.mark.parametrize("command", [[], ["run"], ["gate"], ["replay"]])
def test_h_is_help(command: list[str]) -> None:
    assert shown(*command, "-h") == shown(*command, "--help")


@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_many_options_stand_in_groups_each_once(command: str) -> None:
    text = shown(command, "-h")
    assert re.findall(r"^(\w.*):$", text, re.MULTILINE) == ["Arguments", *GROUPS, "Options"]
    parameters = get_command(app).commands[command].params  # type: ignore[attr-defined]
    given = [each.opts[0] for each in parameters if each.param_type_name == "option"]
    listed = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", text, re.MULTILINE)
    assert sorted(listed) == sorted([*given, "--help"])


@pytest.mark.parametrize(("command", "choices"), [("run", "fail|pass|warn|point"), ("init", "github|gitlab|none")])
def test_choices_are_shown(command: str, choices: str) -> None:
    assert f"<{choices}>" in shown(command, "-h")

"""The suite of a call that names none: the only one in the folder."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UserError, listed

ENDINGS = (".harness.yaml", ".harness.yml")
"""How the files of suites end that are found by themselves."""


def only_suite(folder: Path) -> str:
    """The name of the one suite file in a folder; raises UserError where there is none, and where there are several."""
    found = sorted(path.name for path in folder.iterdir() if path.name.endswith(ENDINGS) and path.is_file())
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(
            f"expected a suite, and this folder has several, {listed(found)}: name one, or set `suite` "
            "under [tool.harness] in pyproject.toml"
        )
    raise UserError(
        "expected a suite, and this folder has no *.harness.yaml: name a file or an installed suite "
        "(harness list suites), or write a first one with harness init"
    )

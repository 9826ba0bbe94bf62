"""`--verbose`: what libraries log is shown on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

LOGGING = """
import logging
logging.getLogger("some.library").info("loading some weights")
"""


@pytest.mark.parametrize(("options", "shown"), [([], False), (["-v"], True), (["--verbose"], True)])
def test_logs_of_libraries_are_shown_on_request(project: Project, options: list[str], shown: bool) -> None:
    toy = (project.folder / "toy.py").read_text("utf-8")
    project.write("toy.py", toy + LOGGING)
    process = project.start("run", "quick.yaml", "--out", "out", *options)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert ("some.library: loading some weights" in err) == shown
    assert "loading some weights" not in out

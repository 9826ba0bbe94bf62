"""The README as a package index shows it: apart from the repository, where no relative link leads anywhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = "https://github.com/model-harness/model-harness"


@cache
def described() -> str:
    """The long description in the metadata of a wheel."""
    pytest.importorskip("hatch_fancy_pypi_readme")
    metadata = pytest.importorskip("hatchling.metadata.core")
    plugins = pytest.importorskip("hatchling.plugin.manager")
    return str(metadata.ProjectMetadata(str(ROOT), plugins.PluginManager()).core.readme)


def links(text: str) -> list[str]:
    """Where every link and picture of a Markdown text leads."""
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_every_link_and_picture_has_its_whole_address() -> None:
    found = links(described())
    assert len(found) == len(links((ROOT / "README.md").read_text("utf-8"))) > 30
    assert [link for link in found if not link.startswith("https://")] == []
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", described())
    assert pictures == [f"{HOME}/raw/main/docs/report.png", f"{HOME}/raw/main/docs/sample.png"]


def test_every_file_that_is_linked_exists() -> None:
    files = re.findall(rf"{HOME}/(?:blob|raw)/main/([^)#\s]+)", described())
    assert [name for name in files if not (ROOT / name).exists()] == []
    assert {"docs/suites.md", "constraints.txt"} <= {*files}


def test_nothing_else_differs_from_the_readme() -> None:
    bare = [re.sub(r"\]\([^)]*\)", "]()", text) for text in (described(), (ROOT / "README.md").read_text("utf-8"))]
    assert bare[0] == bare[1]

"""A model and data from the command line: paths are those of the working directory, also of an installed suite."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import UserError
from harness.project.keys import model_or_data
from harness.suite.overrides import MAIN

if TYPE_CHECKING:
    from conftest import Project


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("files:none.jsonl", "data", "{here}/none.jsonl"),
        ("files:some/*.jsonl", "data", "{here}/some/*.jsonl"),
        ("transformers:./none", "model", "{here}/none"),
        ("transformers:owner/name", "model", "owner/name"),
        ("python:module:predict", "model", "module:predict"),
        ("nothing:of-it", "model", "of-it"),
    ],
)
def test_what_can_be_nothing_but_a_path_is_one_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, key: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    use = text.partition(":")[0]
    assert model_or_data(text, key) == {"use": use, MAIN: value.format(here=tmp_path.resolve())}


@pytest.mark.parametrize(
    ("text", "key", "like"),
    [
        ("./ckpt", "model", "model: expected USE:VALUE, like transformers:./ckpt, but got './ckpt'"),
        ("dev.jsonl", "data", "data: expected USE:VALUE, like files:dev.jsonl, but got 'dev.jsonl'"),
        ("a.skops", "model", "like sklearn:a.skops, but"),
    ],
)
def test_a_path_alone_is_answered_with_the_component_it_is_for(text: str, key: str, like: str) -> None:
    with pytest.raises(UserError, match=like):
        model_or_data(text, key)


def test_a_pattern_finds_the_files_of_the_working_directory_for_an_installed_suite(project: Project) -> None:
    project.write("more-1.jsonl", (project.folder / "dev.jsonl").read_text(encoding="utf-8"))
    called = project.harness("check", "quick", "--model", "python:toy:predict", "--data", "files:more-*.jsonl")
    assert (called.code, "quick: valid" in called.out) == (0, True), called.err

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


def test_an_inline_mapping_is_read_with_its_paths_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert model_or_data("{use: python, object: 'm:f', labels: [n, p]}") == {
        "use": "python",
        "object": "m:f",
        "labels": ["n", "p"],
    }
    data = model_or_data("{use: files, path: [a.csv, b.csv], columns: {label: y}}", "data")
    assert data["path"] == [str(tmp_path.resolve() / name) for name in ("a.csv", "b.csv")]
    assert data["columns"] == {"label": "y"}
    assert model_or_data("{use: python, object: 'm:f', labels: names.txt}")["labels"] == str(tmp_path / "names.txt")


def test_a_suite_gives_its_own_model_and_data_with_paths_of_its_folder(project: Project) -> None:
    model = "{use: sklearn, path: some.skops}"
    project.write("there/own.yaml", f"model: {model}\ndata: [files:a.csv, files:b.csv]\ntasks: [classification]\n")
    there = project.folder.resolve() / "there"
    assert model_or_data("there/own.yaml") == {"use": "sklearn", "path": str(there / "some.skops")}
    assert [each["path"] for each in model_or_data("there/own.yaml", "data")] == [
        str(there / name) for name in ("a.csv", "b.csv")
    ]


def test_an_installed_suite_gives_its_model() -> None:
    assert model_or_data("quickstart")["use"] == "transformers"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{path: a.skops}", "model: expected a mapping like"),
        ("{use: [", "--model:1: not valid YAML"),
        ("none.yaml", "none.yaml: expected a suite file"),
        ("bare.yaml", "model: the suite bare.yaml has no model"),
    ],
)
def test_what_is_neither_mapping_nor_suite_is_refused(project: Project, text: str, message: str) -> None:
    project.write("bare.yaml", "tasks: [classification]\n")
    with pytest.raises(UserError, match=message):
        model_or_data(text)


def test_every_command_takes_a_mapping_and_a_suite(project: Project) -> None:
    project.write("bare.yaml", "tasks: [classification]\n")
    project.write("there/own.yaml", "model: python:toy:predict\ndata: files:../dev.jsonl\ntasks: [classification]\n")
    mapping = "{use: python, object: 'toy:predict'}"
    called = project.harness("check", "bare.yaml", "--model", mapping, "--data", "there/own.yaml")
    assert (called.code, "bare: valid, 20 samples" in called.out) == (0, True), called.err
    called = project.harness("run", "bare.yaml", "--model", "there/own.yaml", "--data", "files:dev.jsonl", "--quiet")
    assert called.code == 0, called.err
    called = project.harness("init", "new", "--model", mapping, "--data", "there/own.yaml", "--ci", "none")
    assert called.code == 0, called.err
    suite = (project.folder / "new/release.harness.yaml").read_text(encoding="utf-8")
    assert '  use: python\n  object: "toy:predict"\n' in suite
    assert "  path: ../dev.jsonl\n" in suite

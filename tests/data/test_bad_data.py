"""Bad data are refused before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

if TYPE_CHECKING:
    from conftest import Project

DATA = {
    "missing file": ("nowhere.jsonl", None, "data 'files': there is no file nowhere.jsonl"),
    "a folder": (".", None, "data 'files': there is no file ."),
    "empty": ("a.jsonl", "", "data 'files': a.jsonl is empty"),
    "header only": ("a.csv", "text,label\n", "data 'files' has no rows: expected at least one"),
    "unknown format": ("a.xlsx", "x", "cannot recognise the format of a.xlsx: expected one of csv, tsv, json, jsonl"),
    "ragged": ("a.csv", "text,label\nfine,positive\nbad,b,c\n", "a.csv could not be read as csv: "),
    "broken line": ("a.jsonl", '{"text": "a"}\n{oops', "a.jsonl could not be read as jsonl: "),
    "missing column": ("a.csv", "txt,label\na,positive\n", "the data has no column 'text' for the input: its columns"),
    "nearest column": ("a.csv", "txt,label\na,positive\n", "(name it with `columns: {input: ...}` in `data`); did y"),
    "null input": ("a.jsonl", '{"text": "a", "label": "positive"}\n{"text": null, "label": "positive"}\n', "row 2 of "),
    "null label": ("a.jsonl", '{"text": "a", "label": null}\n', "row 1 of the data has no label in column 'label'"),
    "unknown label": ("a.csv", "text,label\na,neutral\n", "the model does not know the label 'neutral' of the data"),
    "integers": ("a.csv", "text,label\na,0\nb,1\n", "labels: {0: negative, 1: positive}"),
    "ids twice": (
        "a.csv, columns: {id: key}",
        "text,label,key\na,positive,7\nb,positive,7\n",
        "'key' contains '7' 2 times: expected distinct ids",
    ),
    "unknown meaning": ("dev.jsonl, columns: {inptu: x}", None, "columns.inptu: expected 'input', 'label', 'id' or 'g"),
    "limit 0": ("dev.jsonl, limit: 0", None, "data.limit: expected greater than 0, but got 0"),
    "format": ("dev.jsonl, format: josn", None, "format: expected 'auto', 'csv', 'tsv', 'json', "),
}  # fmt: skip


SEEN = [name for name in DATA if name not in {"unknown label", "integers"}]
"""What `check` sees as well, which knows no labels but those of the suite."""


@pytest.mark.parametrize(("name", "command"), [*((name, "run") for name in DATA), *((name, "check") for name in SEEN)])
def test_bad_data_is_refused_before_anything_is_written(project: Project, name: str, command: str) -> None:
    keys, content, message = DATA[name]
    if content is not None:
        project.write(keys.partition(",")[0], content)
    project.edit("quick.yaml", "dev.jsonl", keys)
    refused(project.harness(command, "quick.yaml"), "harness: quick.yaml:2: ", message)
    assert not Path("runs").exists()


@pytest.mark.parametrize("name", ["unknown label", "integers"])
def test_check_compares_labels_with_those_of_the_suite(project: Project, name: str) -> None:
    keys, content, message = DATA[name]
    project.write(keys, content or "")
    project.edit("quick.yaml", "dev.jsonl", keys)
    assert project.harness("check", "quick.yaml").code == 0
    called = project.harness("check", "quick.yaml", "--set", "model.labels=[negative, positive]")
    refused(called, "harness: quick.yaml:2: ", message)


def test_labels_of_another_case_are_no_mistake(project: Project) -> None:
    project.write("dev.csv", "text,label\na good film,POSITIVE\na bad film, Negative \n")
    project.edit("quick.yaml", "dev.jsonl", "dev.csv")
    assert project.harness("run", "quick.yaml", "--json").json["scores"]["classification/accuracy"]["value"] == 1

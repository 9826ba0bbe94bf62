"""Whatever data, labels and files are called: on the terminal and in a CI's log it is words, and no command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import legible, listed
from harness.files import legible_lines
from harness.scores.address import local_address

if TYPE_CHECKING:
    from conftest import Called, Project

HOSTILE = "::error file=a::pwn\x1b]0;owned\x07\x1b[31m\n::stop-commands::x\r\n##[error]y\u202eevil\u2066\x9b"


def _harmless(text: str) -> bool:
    lines = text.split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
    return not commands and all(each.isprintable() or each in "\u200c\u200d\xa0\u3000" for each in "".join(lines))


def _told(called: Called) -> str:
    assert "pwn" in called.out + called.err
    assert _harmless(called.out)
    assert _harmless(called.err)
    return called.out + called.err


@given(st.text())
def test_a_legible_text_is_one_printable_line_and_no_command(text: str) -> None:
    shown = legible(text)
    assert "\n" not in shown
    assert not shown.lstrip().startswith("::")
    assert "##[" not in shown
    assert legible(shown) == shown


@pytest.mark.parametrize(
    "text", ["", "a film: good", "c10::Half", "日本語\u3000テスト", "été\xa0!", "می\u200cروم", "\\n", "# [x]"]
)
def test_words_of_any_language_stay_as_they_are(text: str) -> None:
    assert legible(text) == text


def test_names_in_a_message_are_legible() -> None:
    assert listed(["a", "b\n::error::c", 3]) == r"a, b\n::error::c, 3"
    assert legible_lines("one\n::two\x1b") == "one\n\\x3a:two\\x1b"


def _with(project: Project, key: str) -> None:
    """Rows whose id, label or column is hostile."""
    rows = [{"text": f"a good film {at}", "label": "negative", "id": str(at)} for at in range(6)]
    for at, row in enumerate(rows):
        if key == "column":
            row[HOSTILE] = row.pop("label")
        else:
            row[key] = f"{HOSTILE}{at if key == 'id' else ''}"
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.edit("quick.yaml", "path: dev.jsonl", "path: dev.jsonl, columns: {id: id}")


def test_ids_of_the_worst_samples_command_nothing(project: Project) -> None:
    _with(project, "id")
    assert "worst samples" in _told(project.harness("run", "quick.yaml"))


@pytest.mark.parametrize("command", ["run", "check"])
def test_columns_in_an_error_command_nothing(project: Project, command: str) -> None:
    _with(project, "column")
    assert "the data has no column 'label'" in _told(project.harness(command, "quick.yaml"))


def test_labels_in_an_error_command_nothing(project: Project) -> None:
    _with(project, "label")
    assert "the model does not know the label " in _told(project.harness("run", "quick.yaml"))


@pytest.mark.parametrize("columns", [40, 41, 42, 43, 120])
def test_labels_of_a_model_command_nothing_however_a_table_is_folded(
    project: Project, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    label = f"{'x' * columns}{HOSTILE}"
    project.write("toy.py", (project.folder / "toy.py").read_text() + f"\npredict.labels = [{label!r}, 'positive']\n")
    project.edit("quick.yaml", "path: dev.jsonl", f"path: dev.jsonl, labels: {{negative: {json.dumps(label)}}}")
    gate = json.dumps(local_address("recall", {"class": label}))
    project.edit("quick.yaml", "accuracy: {min: 0.5}", f"{gate}: {{min: 1}}")
    assert "verdict: " in _told(project.harness("run", "quick.yaml"))


def test_an_error_of_a_model_commands_nothing(project: Project) -> None:
    text = (project.folder / "toy.py").read_text()
    raising = text.replace("    asked.extend(texts)\n", f"    raise ValueError({HOSTILE!r})\n", 1)
    assert raising != text
    project.write("toy.py", raising)
    called = project.harness("run", "quick.yaml")
    assert called.code == 3
    assert "ValueError" in _told(called)

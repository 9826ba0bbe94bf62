"""What `check` says of a model that is a prompt, before anything is loaded: its fields, its labels, its text."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import harness
from harness import UserError
from harness.cli.main import app
from harness.runs.load import check, load
from harness.suite.file import load_suite

TEXTS = [{"text": f"film {at}", "label": ["n", "p"][at % 2], "id": str(at)} for at in range(8)]
PAIRS = [{"premise": f"film {at}", "hypothesis": "good", "label": ["n", "p"][at % 2]} for at in range(8)]
LOCAL = {"use": "causal_lm", "path": "lm", "template": "Review: {text}\nSentiment:", "labels": ["n", "p"]}
SERVER = {"use": "openai", "url": "http://127.0.0.1:9/v1", "model_id": "m", "prompt": "{input}?", "labels": ["n", "p"]}


def _suite(folder: Path, model: dict[str, Any], rows: Any = TEXTS, **more: Any) -> Path:
    (folder / "dev.jsonl").write_text("\n".join(map(json.dumps, rows)))
    file = folder / "suite.yaml"
    data: dict[str, Any] = {"use": "files", "path": "dev.jsonl"}
    if rows is PAIRS:
        data["columns"] = {"input": ["premise", "hypothesis"]}
    file.write_text(json.dumps({"model": model, "data": data, "tasks": ["classification"], **more}))
    return file


def _checked(file: Path, *options: str) -> Any:
    return CliRunner().invoke(app, ["check", str(file), *options], catch_exceptions=True)


@pytest.mark.parametrize(
    ("model", "rows", "words"),
    [
        (
            {**LOCAL, "template": "{premise}?"},
            TEXTS,
            r"the fields of the inputs, text or input, but it has \{premise\}",
        ),
        (LOCAL, PAIRS, r"the fields of the inputs, premise or hypothesis, but it has \{text\}"),
        ({**LOCAL, "template": "?"}, TEXTS, r"template: expected \{text\} in it"),
        ({**SERVER, "prompt": "{text}"}, TEXTS, r"an input has no \{text\}: expected \{input\}"),
        (SERVER, PAIRS, r"an input has no \{input\}: expected \{premise\}, \{hypothesis\}"),
        ({**SERVER, "prompt": "?"}, TEXTS, r"prompt: expected \{input\} in it"),
    ],
)
def test_a_field_that_the_data_have_not_is_found_before_anything_is_loaded(
    model: Any, rows: Any, words: str, tmp_path: Path
) -> None:
    found = _checked(_suite(tmp_path, model, rows))
    with pytest.raises(UserError, match=f"suite.yaml.*{words}"):
        raise found.exception
    with pytest.raises(UserError, match=words):
        harness.run(str(tmp_path / "suite.yaml"), out=tmp_path / "run", progress=False)


def test_a_field_of_a_further_model_is_looked_at_too(tmp_path: Path) -> None:
    found = _checked(_suite(tmp_path, SERVER, models={"other": {**SERVER, "prompt": "{premise}"}}))
    with pytest.raises(UserError, match=r"an input has no \{premise\}"):
        raise found.exception


def test_the_prompt_of_the_first_sample_is_printed_with_its_shots(tmp_path: Path) -> None:
    model = {**LOCAL, "train": "train.jsonl", "shots": {"n": 2}}
    (tmp_path / "train.jsonl").write_text(
        "\n".join(map(json.dumps, [{"text": f"old {at}", "label": at} for at in (0, 1)]))
    )
    file = _suite(tmp_path, model)
    prompt = json.loads(_checked(file, "--json").stdout)["prompt"]
    assert prompt.count("Review: old") == 2
    assert prompt.rpartition("Review: ")[2] in {f"film {at}\nSentiment:" for at in range(8)}
    printed = _checked(file, "-v").stdout
    assert all(f"  {line}\n" in printed for line in prompt.split("\n") if line)
    assert "Review" not in _checked(file).stdout


def test_a_servers_prompt_begins_with_what_the_system_says(tmp_path: Path) -> None:
    found = json.loads(_checked(_suite(tmp_path, {**SERVER, "system": "Be brief."}), "--json").stdout)["prompt"]
    assert found.startswith("Be brief.\n\nfilm ")


def test_no_other_model_has_a_prompt(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def answer(texts):\n    return [[0.5, 0.5]] * len(texts)\n")
    model = {"use": "python", "object": "own:answer", "labels": ["n", "p"]}
    found = _checked(_suite(tmp_path, model), "--json")
    assert "prompt" not in json.loads(found.stdout)


@pytest.mark.parametrize(("model", "key"), [(LOCAL, "words"), (SERVER, "words")])
def test_labels_with_their_words_are_a_mapping(model: Any, key: str, tmp_path: Path) -> None:
    file = _suite(tmp_path, {**model, "labels": {"n": " bad", "p": " good"}})
    checked = check(load_suite(file))
    assert checked.suite.model is not None
    assert (checked.suite.model.labels, checked.model.parameters[key]) == (["n", "p"], [" bad", " good"])


def test_a_mapping_is_refused_for_a_model_without_words(tmp_path: Path) -> None:
    file = _suite(tmp_path, {"use": "sklearn", "path": "m.skops", "labels": {"a": "n", "b": "p"}})
    with pytest.raises(
        UserError, match=r"has no parameter 'words': expected .*; a mapping of `labels` gives each its word"
    ):
        check(load_suite(file))


def test_a_server_is_loaded_with_words_and_labels_of_its_own(tmp_path: Path) -> None:
    pytest.importorskip("aiohttp")
    file = _suite(tmp_path, {**SERVER, "labels": {"n": "bad", "p": "good"}})
    loaded = load(check(load_suite(file)))
    adapter = loaded.models[""].adapter
    assert list(loaded.labels) == ["n", "p"]
    assert [adapter.ask.__self__.read(said) for said in ("Good.", "it is BAD")] == [1, 0]


def test_the_pages_command_prints_what_it_shows(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/language_models.md").read_text("utf-8")
    [shown] = re.findall(r"```console\n\$ harness check -v suite.yaml\n(.*?)```", page, re.DOTALL)
    found = _checked(_suite(tmp_path, LOCAL, [{"text": "A fine film.", "label": "p"}]), "-v").stdout
    assert found.replace("valid, 1 samples", "valid, 872 samples") == shown

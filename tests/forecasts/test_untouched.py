"""Before a run it is said which parts will leave the texts as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.forecasts.untouched import about, untouched
from harness.runs.load import check
from harness.suite.file import suite_of

CHINESE = "\u5916\u5356\u9001\u5f97\u592a\u6162"


def lines(folder: Path, texts: list[str], tasks: list[object], **data: object) -> list[str]:
    path = folder / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text, "label": 0}) + "\n" for text in texts), encoding="utf-8")
    model = {"use": "python", "object": "fake_models:constant", "labels": ["no", "yes"]}
    source = {"use": "files", "path": str(path), "labels": {0: "no", 1: "yes"}, **data}
    return list(untouched(check(suite_of({"model": model, "data": source, "tasks": tasks}, "s"))))


def test_latin_perturbations_of_chinese_texts_are_said_to_change_nothing(tmp_path: Path) -> None:
    [line] = lines(tmp_path, [CHINESE] * 4, [{"use": "stress", "perturbations": ["ocr", "change_case"]}])
    assert line == ("stress: perturbation 'ocr' will leave all 4 texts as they are: made for texts in latin letters")


def test_an_attack_too_and_the_defaults_of_a_task(tmp_path: Path) -> None:
    found = lines(tmp_path, [CHINESE] * 4, ["stress", {"use": "attack", "attacks": ["deepwordbug"]}])
    assert any("keyboard_typos" in line for line in found)
    assert any(line.startswith("attack: attack 'deepwordbug' will leave all 4 texts") for line in found)


def test_most_is_said_and_few_is_not(tmp_path: Path) -> None:
    tasks: list[object] = [{"use": "stress", "perturbations": ["ocr"]}]
    assert "3 of 4 texts" in lines(tmp_path, [CHINESE] * 3 + ["a film"], tasks)[0]
    assert lines(tmp_path, [CHINESE] + ["a film"] * 3, tasks) == []


def test_a_language_that_the_data_say_counts(tmp_path: Path) -> None:
    tasks: list[object] = [{"use": "stress", "perturbations": ["slang"]}]
    assert lines(tmp_path, ["ein Film"], tasks) == []
    assert len(lines(tmp_path, ["ein Film"], tasks, language="de")) == 1


def test_a_file_that_cannot_be_checked_is_nobodys_business(tmp_path: Path) -> None:
    assert about(tmp_path / "none.yaml") == []


@pytest.mark.parametrize("name", ["chinese_homophones", "chinese_variants"])
def test_what_is_made_for_chinese_leaves_english_alone(tmp_path: Path, name: str) -> None:
    tasks: list[object] = [{"use": "stress", "perturbations": [name]}]
    assert lines(tmp_path, [CHINESE], tasks, language="zh") == []
    assert "made for zh in cjk letters" in lines(tmp_path, ["a film"], tasks)[0]

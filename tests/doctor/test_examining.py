"""What a model is asked by the doctor, what it is told of it, and what makes the call itself wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from harness import UserError
from harness.doctor.examining import Asking, Loading, Patient, Wishes, Word, examine
from harness.testing.problems import Problem

if TYPE_CHECKING:
    from conftest import Project

MODEL = """
asked = []


def fair(inputs):
    asked.extend(inputs)
    return [[0.5, 0.5]] * len(inputs)


def pads(texts):
    longest = max(map(len, texts))
    return [[0.5, 0.5] if longest % 2 else [0.25, 0.75] for text in texts]


def pair(pairs):
    asked.extend(pairs)
    return [[0.5, 0.5] if pair["premise"] < pair["hypothesis"] else [0, 1] for pair in pairs]


def rows(rows):
    return [[0.5, 0.5] if row["age"] > 30 else [0, 1] for row in rows]
"""
PAIRS = "premise,hypothesis,label\na film,a good film,yes\nno film,a bad film,no\n"


def words_of(project: Project, name: str, data: str | None = None) -> list[Word]:
    project.write("mine.py", MODEL)
    words: list[Word] = []
    examine(f"{{use: python, object: 'mine:{name}', labels: [no, yes]}}", data, words.append)
    assert words[:2] == [Loading("the data"), Loading("model 'python'")]
    return words[2:]


def problems(words: list[Word]) -> list[Problem]:
    return [each for each in words if isinstance(each, Problem)]


def asked() -> list[Any]:
    found: list[Any] = sys.modules["mine"].asked
    return found


def test_without_data_hostile_texts_are_asked_never_an_empty_batch(project: Project) -> None:
    first, *others = words_of(project, "fair")
    assert isinstance(first, Patient)
    assert (first.model, first.labels, first.inputs, first.kind) == ("fair", ("no", "yes"), 68, "texts")
    assert {"", "e" + "\u0301" * 400, "fine \ud800 film \udfff"} <= set(asked())
    assert max(map(len, asked())) > 40_000
    assert {each.when for each in others if isinstance(each, Asking)} >= {"in a batch of 64", "in another thread"}
    assert problems(others) == []


def test_texts_of_the_data_are_asked_beside_hostile_ones(project: Project) -> None:
    first = words_of(project, "fair", "files:dev.jsonl")[0]
    assert isinstance(first, Patient)
    assert first.inputs == 20 + 20
    assert "" in asked()
    assert "a good film, number 0" in asked()


def test_hostile_texts_stand_in_the_fields_of_pairs(project: Project) -> None:
    project.write("pairs.csv", PAIRS)
    data = "{use: files, path: pairs.csv, columns: {input: [premise, hypothesis]}}"
    assert problems(words_of(project, "pair", data)) == []
    assert {"premise": "", "hypothesis": "a good film"} in asked()


def test_rows_are_asked_as_they_are(project: Project) -> None:
    project.write("rows.csv", "age,job,label\n20,cook,yes\n40,nurse,no\n")
    first, *others = words_of(project, "rows", "{use: files, path: rows.csv, kind: row}")
    assert isinstance(first, Patient)
    assert (first.inputs, problems(others)) == (2, [])


def test_a_model_of_other_inputs_is_told_to_have_its_own(project: Project) -> None:
    [found] = problems(words_of(project, "rows"))
    assert "it answers none of these 68: if they are not what it takes, give it inputs of its own" in found.fix


def test_a_model_that_pads_is_found_in_the_model_of_a_suite(project: Project) -> None:
    project.write("mine.py", MODEL)
    model = "{use: python, object: 'mine:pads', labels: [no, yes]}"
    project.write("own.yaml", f"model: {model}\ndata: files:dev.jsonl\ntasks: [classification]\n")
    words: list[Word] = []
    examine("own.yaml", None, words.append)
    [found] = problems(words)
    assert (found.check, "mask the padding" in found.fix) == ("batches", True)


@pytest.mark.parametrize(
    ("model", "data", "message"),
    [
        ("pythn:toy:predict", None, "no model is called 'pythn'.*did you mean 'python'"),
        ("python:toy:predit", None, "toy has no 'predit'; did you mean 'predict'"),
        ("python:toy:predict", "files:none.jsonl", "there is no file"),
        ("{use: python, objct: 'toy:predict'}", None, "no parameter 'objct'.*did you mean 'object'"),
        ("none.yaml", None, "none.yaml: expected a suite file"),
        ("bare.yaml", None, "bare.yaml:1: the suite has no model"),
    ],
)
def test_what_cannot_be_loaded_is_an_error_of_the_call(
    project: Project, model: str, data: str | None, message: str
) -> None:
    project.write("bare.yaml", "tasks: [classification]\n")
    with pytest.raises(UserError, match=message):
        examine(model, data, print)


def test_an_adapter_that_raises_anything_while_it_loads_is_an_error_of_the_call(project: Project) -> None:
    project.install("models", "odd", "odd:odd", "def odd():\n    raise SystemExit(0)\n")
    with pytest.raises(UserError, match="model 'odd' could not be loaded: SystemExit: 0"):
        examine("odd", None, print)


def test_the_device_of_the_call_is_the_models(project: Project) -> None:
    project.write("mine.py", MODEL)
    with pytest.raises(UserError, match="device"):
        examine("{use: python, object: 'mine:fair', labels: [no, yes]}", None, print, Wishes(device="cuda:7"))


@pytest.mark.parametrize("model", ["python:mine:fair", "mine.harness.yaml"])
def test_code_of_their_own_is_refused_where_the_call_says_so(project: Project, model: str) -> None:
    project.write("mine.py", "raise SystemExit('it ran')")
    project.write("mine.harness.yaml", "model: python:mine:fair\ntasks: [classification]\n")
    with pytest.raises(UserError, match="'python' runs code of the suite's, which --untrusted refuses"):
        examine(model, None, print, Wishes(untrusted=True))

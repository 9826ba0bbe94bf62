"""Bad input gets a clear error and loses nothing: the right exit code, what is wrong and where, never a traceback."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.records.folder import RunFolder
from harness.suite import components

if TYPE_CHECKING:
    from conftest import Called, Project


def refused(called: Called, *fragments: str, code: int = 2) -> None:
    """The call failed with this code and said this, on stderr only."""
    for fragment in fragments:
        assert fragment in called.err
    assert (called.code, called.out) == (code, "")
    assert "Traceback" not in called.err


# The suite. Line 1 is the model, 2 the data, 3 the seed, 5 and 8 begin the tasks, 10 is the last.

SUITES = {
    "unknown key": ("seed: 7", "sede: 7", ":3: unknown key 'sede': expected one of model, ", "did you mean 'seed'?"),
    "unknown model": ("use: python", "use: pyton", ":1: no model is called 'pyton': ", "did you mean 'python'?"),
    "unknown data": ("use: files", "use: file", ":2: no data is called 'file': ", "did you mean 'files'?"),
    "unknown task": ("use: attack", "use: atack", ":8: no task is called 'atack': ", "did you mean 'attack'?"),
    "unknown attack": ("[deepwordbug]", "[deepwordbg]", ":9: no attack is called 'deepwordbg'", "'deepwordbug'?"),
    "unknown metric": ("[ece]", "[eec]", ":6: no metric is called 'eec': installed are ", "did you mean 'ece'?"),
    "unknown key of a task": ("limit: 6", "limt: 6", ":10: task 'attack' has no parameter 'limt'", "'limit'?"),
    "gates misspelt": ("gates:", "gate:", ":7: task 'classification' has no parameter 'gate'", "mean 'gates'?"),
    "unknown key of the data": ("path:", "pth:", ":2: data 'files' has no parameter 'pth'", "did you mean 'path'?"),
    "unknown key of the model": ("object:", "objct:", ":1: model 'python' has no parameter", "did you mean 'object'?"),
    "unknown parameter of an attack": (
        "[deepwordbug]", "\n      - {use: deepwordbug, edit_distanc: 3}",
        ":10: attack 'deepwordbug' has no parameter 'edit_distanc'", "did you mean 'edit_distance'?",
    ),
    "parameter of a wrong type": (
        "[deepwordbug]", "[{use: deepwordbug, edit_distance: far}]",
        ":9: attack 'deepwordbug': edit_distance: expected a whole number", "but got 'far'",
    ),
    "not a list": ("[deepwordbug]", "deepwordbug", ":9: task 'attack': attacks: expected a list, but got 'deepwordbug"),
    "empty list": ("[deepwordbug]", "[]", ":8: attacks: expected at least one"),
    "part twice": ("[deepwordbug]", "[deepwordbug, deepwordbug]", ":8: attacks: two parts are called 'deepwordbug'"),
    "parameter missing": ("    attacks: [deepwordbug]\n", "", ":8: task 'attack' needs the parameter 'attacks'"),
    "negative limit": ("limit: 6", "limit: -1", ":10: tasks.1.limit: expected greater than 0, but got -1"),
    "limit in words": ("limit: 6", "limit: many", ":10: tasks.1.limit: expected a whole number, but got 'many'"),
    "limit true": ("limit: 6", "limit: true", ":10: tasks.1.limit: expected a whole number, but got True"),
    "no limit": ("limit: 6", "limit: 0.5", ":10: tasks.1.limit: expected a whole number, but got 0.5"),
    "seed in words": ("seed: 7", "seed: lucky", ":3: seed: expected a whole number, but got 'lucky'"),
    "confidence in percent": ("seed: 7", "confidence: 95", ":3: confidence: expected less than 1, but got 95"),
    "negative errors": ("seed: 7", "max_errors: -1", ":3: max_errors: expected greater than or equal to 0"),
    "gate without bounds": ("{min: 0.5}", "{}", ":7: tasks.0.gates: gate 'accuracy' has no bound: expected `min` or"),
    "gate of unknown kind": ("min:", "mn:", ":7: tasks.0.gates.accuracy.mn: expected 'min' or 'max'", "mean 'min'?"),
    "gate as a number": ("{min: 0.5}", "0.5", ":7: tasks.0.gates.accuracy: expected a mapping, but got 0.5"),
    "bound in words": ("min: 0.5", "min: high", ":7: tasks.0.gates.accuracy.min: expected a number, but got 'high'"),
    "bound that is none": ("min: 0.5", "min: .nan", ":7: tasks.0.gates.accuracy.min: expected a finite number"),
    "bound true": ("min: 0.5", "min: true", ":7: tasks.0.gates.accuracy.min: expected a number, but got True"),
    "malformed address": ("accuracy:", '"recall[class":', ":7: tasks.0.gates: 'recall[class' is not the address of a"),
    "unknown key of an address": ("accuracy:", '"recall[clas=a]":', ":7: ", "expected `score` or `score[data=..,"),
    "task without use": ("- use: attack", "- name: attack", ":8: key 'use' is missing in tasks.1"),
    "task twice": ("- use: attack\n", "- use: attack\n    name: classification\n", ":4: tasks: two tasks are called"),
    "task named oddly": ("- use: attack\n", "- use: attack\n    name: My Task\n", ":8: ", "but got 'My Task'"),
    "model as a list": ('{use: python, object: "toy:predict"}', "[python]", ":1: model: expected a mapping"),
    "key twice": ("seed: 7", "seed: 7\nseed: 8", ":4: key 'seed' stands twice (first in line 3)"),
    "tab": ("  - use: attack", "\t- use: attack", ":8: not valid YAML: found character '\\t'"),
    "syntax error": ("seed: 7", "seed: [7", ":4: not valid YAML: "),
    "alias": ("seed: 7", "seed: &s 7\nmax_errors: *s", ":4: aliases (*s) are not allowed"),
    "tag": ("seed: 7", "seed: !!python/name:os.sep ''", ":3: tags (tag:yaml.org,2002:python/name:os.sep) are not"),
}  # fmt: skip


@pytest.mark.parametrize("name", SUITES)
def test_a_bad_suite_is_refused_with_its_line(project: Project, name: str) -> None:
    old, new, *fragments = SUITES[name]
    project.edit("quick.yaml", old, new)
    called = project.harness("run", "quick.yaml", "--out", "out")
    refused(called, f"harness: quick.yaml{fragments[0]}", *fragments[1:])
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"",
            "quick.yaml: expected a mapping with the keys model, models, data, seed, confidence, max_errors, ex",
        ),
        (b"- a\n- b\n", "but got a list"),
        (b"hello\n", "but got a str"),
        (b"tasks:\n", "quick.yaml:1: tasks: expected a list, but got None"),
        (b"seed: 1\n", "quick.yaml:1: key 'tasks' is missing"),
        (b"tasks: [classification]\n", "quick.yaml:1: the suite has no model: add `model:` or give --model USE:VALUE"),
        (b"model: python:toy:predict\ntasks: [classification]\n", "the suite has no data: add `data:` or give --data"),
        (b"model: \xff\xfe\n", "quick.yaml: expected a suite file, but it could not be read: 'utf-8' codec"),
        (b"\x89PNG\r\n\x1a\n", "quick.yaml: expected a suite file, but it could not be read"),
    ],
)
def test_what_is_no_suite_is_refused(project: Project, content: bytes, message: str) -> None:
    project.write("quick.yaml", content)
    refused(project.harness("run", "quick.yaml"), message)


# The data

DATA = {
    "missing file": ("nowhere.jsonl", None, "data 'files': there is no file nowhere.jsonl"),
    "a folder": (".", None, "data 'files': there is no file ."),
    "empty": ("a.jsonl", "", "data 'files': a.jsonl is empty"),
    "header only": ("a.csv", "text,label\n", "data 'files' has no rows: expected at least one"),
    "unknown format": ("a.xlsx", "x", "cannot tell the format of a.xlsx: expected one of csv, tsv, json, jsonl"),
    "ragged": ("a.csv", "text,label\nfine,positive\nbad,b,c\n", "a.csv could not be read as csv: "),
    "broken line": ("a.jsonl", '{"text": "a"}\n{oops', "a.jsonl could not be read as jsonl: "),
    "missing column": ("a.csv", "txt,label\na,positive\n", "the data has no column 'text' for the input: its columns"),
    "nearest column": ("a.csv", "txt,label\na,positive\n", "(say which with `columns: {input: ...}` in `data`); did y"),
    "null input": ("a.jsonl", '{"text": "a", "label": "positive"}\n{"text": null, "label": "positive"}\n', "row 2 of "),
    "null label": ("a.jsonl", '{"text": "a", "label": null}\n', "row 1 of the data has no label in column 'label'"),
    "unknown label": ("a.csv", "text,label\na,neutral\n", "the model lacks the label 'neutral' of the data"),
    "integers": ("a.csv", "text,label\na,0\nb,1\n", "labels: {0: negative, 1: positive}"),
    "ids twice": ("a.csv, columns: {id: key}", "text,label,key\na,positive,7\nb,positive,7\n", "'key' holds '7' 2 tim"),
    "unknown meaning": ("dev.jsonl, columns: {inptu: x}", None, "data.columns.inptu: expected 'input', 'label' or 'id"),
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


# The model

MODELS = {
    "no colon": ("toy", "", "object: expected module:object, like my_model:predict, but got 'toy'"),
    "no object": ("toy:", "", "object: expected module:object, like my_model:predict, but got 'toy:'"),
    "not importable": ("nowhere:predict", "", "cannot import 'nowhere': No module named 'nowhere'; searched "),
    "import missing": ("broken:predict", "import nowhere\n", "No module named 'nowhere' ("),
    "syntax error": ("broken:predict", "def (:\n", "cannot import 'broken': SyntaxError: invalid syntax (broken.py, l"),
    "raises": ("broken:predict", "\n1 / 0\n", "broken.py:2)"),
    "exits": ("broken:predict", "raise SystemExit(0)\n", "cannot import 'broken': SystemExit: 0"),
    "unknown attribute": ("toy:predct", "", "toy has no 'predct'; did you mean 'predict'?"),
    "not callable": ("broken:it", "it = 3\n", "expected a callable (inputs) -> probabilities, but got 3"),
    "a class": ("broken:It", "class It:\n    labels = ['a', 'b']\n", "broken:It is a class: expected a callable"),
    "no labels": ("broken:it", "def it(texts): ...\n", "does not say what its answers mean: add `labels: [..]`"),
    "labels twice": ("broken:it", "def it(texts): ...\nit.labels = ['a', ' A']\n", "labels of a model must differ, by"),
    "labels as a word": ('toy:predict", labels: "abc', "", "model.labels: expected a list, but got 'abc'"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["no colon", "no object"])
def test_check_sees_what_can_be_no_object(project: Project, name: str) -> None:
    project.edit("quick.yaml", "toy:predict", MODELS[name][0])
    refused(project.harness("check", "quick.yaml"), "harness: quick.yaml:1: ", MODELS[name][2])


@pytest.mark.parametrize("name", MODELS)
def test_a_bad_model_is_refused_before_anything_is_written(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    what, source, message = MODELS[name]
    project.write("broken.py", source)
    project.edit("quick.yaml", "toy:predict", what)
    refused(project.harness("run", "quick.yaml"), "harness: quick.yaml:1: ", message)
    assert not Path("runs").exists()


def test_labels_of_the_suite_have_to_be_as_many_as_the_models(project: Project) -> None:
    project.edit("quick.yaml", '"toy:predict"', '"toy:predict", labels: [a, b, c]')
    message = "quick.yaml:1: the suite names 3 labels (a, b, c), but the model has 2 (negative, positive)"
    refused(project.harness("run", "quick.yaml"), message)


ANSWERS = {
    "nan": ("[[float('nan'), 1.0] for _ in texts]", "answered [nan, 1.0] for 'a ", "expected probabilities, each in 0"),
    "logits": ("[[-3.0, 5.0] for _ in texts]", "answered [-3.0, 5.0] for 'a ", "(if these are logits, give their soft"),
    "too few rows": ("[[0.5, 0.5] for _ in texts][1:]", "answers, one for each input, but got "),
    "too few classes": ("[[1.0] for _ in texts]", "answered 1 probabilities", "expected 2, one for each label (negati"),
    "too many classes": ("[[0.2, 0.3, 0.5] for _ in texts]", "answered 3 probabilities", "expected 2"),
    "one number a row": ("[0.5 for _ in texts]", "expected rows of numbers, (n, classes)"),
    "words": ("[['a', 'b'] for _ in texts]", "expected rows of numbers, (n, classes)"),
    "nothing": ("None", "answers, one for each input, but got None"),
    "an error": ("1 / 0", "ZeroDivisionError: division by zero"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_model_that_never_answers_stops_the_run(project: Project, name: str) -> None:
    answer, *fragments = ANSWERS[name]
    project.write("broken.py", f"def it(texts):\n    return {answer}\n\n\nit.labels = ['negative', 'positive']\n")
    called = project.harness("run", "quick.yaml", "--model", "python:broken:it", "--out", "out", "--quiet")
    refused(called, "the run stopped: every case failed, with:\n", "model 'it' ", *fragments, code=3)
    assert "by: harness run quick.yaml --resume --out out" in called.err
    assert project.read("out/run.json")["state"] == "stopped"


def test_a_run_that_only_fails_gives_up_early(project: Project) -> None:
    project.write("many.csv", "text,label\n" + "".join(f"film {at},positive\n" for at in range(300)))
    project.write("broken.py", "def it(texts): ...\n\n\nit.labels = ['negative', 'positive']\n")
    called = project.harness(
        "run", "quick.yaml", "--model", "python:broken:it", "--data", "files:many.csv", "--out", "o"
    )
    refused(called, "the last 100 cases all failed", code=3)
    lines = [line for path in Path("o/records").iterdir() for line in path.read_text(encoding="ascii").splitlines()]
    assert len(lines) == 100


PICKY = """
import toy


def it(texts):
    if any("number 7" in text for text in texts):
        raise RuntimeError("seven!")
    return toy.predict(texts)


it.labels = toy.predict.labels
"""


def test_a_case_that_fails_leaves_the_others(project: Project) -> None:
    project.write("picky.py", PICKY)
    called = project.harness("run", "quick.yaml", "--model", "python:picky:it", "--out", "out")
    assert called.code == 1
    assert (
        "classification: 1 of 20 cases errored; see the report\n  the first: harness.errors.AnswerError: " in called.out
    )
    assert "error  1 of 20 cases errored; max_errors is 0" in called.out
    assert project.read("out/scores.json")["classification/accuracy"]["n"] == 19
    assert project.read("out/run.json")["tasks"]["classification"]["errors"] == 1


def test_errors_that_are_allowed_leave_a_verdict(project: Project) -> None:
    project.write("picky.py", PICKY)
    called = project.harness("run", "quick.yaml", "--model", "python:picky:it", "--set", "max_errors=2", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")


@pytest.mark.parametrize("what", ["raise ValueError('no')", "raise SystemExit(0)", "return None", "return 1 / 0"])
def test_a_procedure_that_raises_is_an_error_of_its_cases(project: Project, what: str) -> None:
    project.install("attacks", "rough", "rough:rough", f"def rough(sample: str, rng):\n    yield from ()\n    {what}\n")
    called = project.harness("run", "quick.yaml", "--set", "tasks.attack.attacks=[rough]", "--json")
    assert (called.code, called.json["verdict"]) == (1, "error")
    assert called.json["scores"]["classification/accuracy"]["n"] == 20
    assert "Traceback" not in called.err


# The call

CALLS: dict[str, tuple[list[str], str]] = {
    "no suite": (["run"], "Missing argument"),
    "unknown command": (["rnu", "quick.yaml"], "No such command 'rnu'"),
    "unknown option": (["run", "quick.yaml", "--lmit", "3"], "No such option: --lmit"),
    "unknown suite": (["run", "quick.yml"], "there is no suite file 'quick.yml', nor an installed suite of that name"),
    "nearest suite": (["run", "quickstrt"], "did you mean 'quickstart'?"),
    "a folder as suite": (["run", "."], "there is no suite file '.'"),
    "limit 0": (["run", "quick.yaml", "--limit", "0"], "'--limit'"),
    "limit in words": (["run", "quick.yaml", "--limit", "few"], "'--limit'"),
    "seed in words": (["run", "quick.yaml", "--seed", "few"], "'--seed'"),
    "policy": (["run", "quick.yaml", "--undecided", "maybe"], "expected fail, pass, warn or point, but got 'maybe'"),
    "policy of gate": (["gate", ".", "--undecided", "maybe"], "expected fail, pass, warn or point, but got 'maybe'"),
    "device": (["run", "quick.yaml", "--device", "cuda:9"], "with model.device as it was set: model 'python' "),
    "set without value": (["run", "quick.yaml", "--set", "seed"], "--set seed: expected KEY=VALUE, like data.limit=50"),
    "set without key": (["run", "quick.yaml", "--set", "=3"], "--set =3: expected KEY=VALUE"),
    "set unknown": (["run", "quick.yaml", "--set", "sede=3"], "quick.yaml, with sede as it was set: unknown k"),
    "set unknown task": (["run", "quick.yaml", "--set", "tasks.atack.limit=3"], "no task is called 'atack': expected "),
    "set bad value": (["run", "quick.yaml", "--set", "data.limit=-3"], "with data.limit as it was set: data.l"),
    "set bad yaml": (["run", "quick.yaml", "--set", "seed=["], "--set seed:1: not valid YAML"),
    "model": (["run", "quick.yaml", "--model", "pyton:x"], "with model as it was set: no model is called 'pyt"),
    "model empty": (["run", "quick.yaml", "--model", ""], "no model is called ''"),
    "data": (["run", "quick.yaml", "--data", "files:no.csv"], "with data as it was set: data 'files': there i"),
    "resume nothing": (["run", "quick.yaml", "--resume"], "there is no run of 'quick' in runs/ to resume: name it wit"),
    "resume nowhere": (["run", "quick.yaml", "--resume", "--out", "no"], "no: expected a run directory, but it has no"),
    "out is a file": (["run", "quick.yaml", "--out", "toy.py"], "cannot make the run directory toy.py"),
    "out under a file": (["run", "quick.yaml", "--out", "toy.py/x"], "cannot make the run directory toy.py/x"),
    "gate nowhere": (["gate", "no"], "no: expected a run directory, but it has no run.json"),
    "gate of a file": (["gate", "toy.py"], "toy.py: expected a run directory, but it has no run.json"),
    "report nowhere": (["report", "no"], "no: expected a run directory, but it has no run.json"),
    "unknown kind": (["list", "atacks"], "there is no kind 'atacks': expected one of models, data, "),
    "nearest kind": (["list", "atacks"], "did you mean 'attacks'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_is_refused(project: Project, name: str) -> None:
    argv, message = CALLS[name]
    refused(project.harness(*argv), message)
    assert not Path("runs").exists()


def test_a_missing_extra_is_answered_with_its_pip_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "missing", lambda point: ["textattack"] if point.name == "textattack" else [])
    project.edit("quick.yaml", "[deepwordbug]", "[textattack:pwws]")
    refused(project.harness("run", "quick.yaml"), "needs textattack: pip install 'model-harness[textattack]'")


# The run directory


@pytest.fixture
def finished(project: Project) -> Project:
    """A project with a finished run in `out`."""
    project.finish("out")
    return project


def test_a_folder_that_holds_a_run_is_not_overwritten(finished: Project) -> None:
    before = finished.read("out/run.json")
    called = finished.harness("run", "quick.yaml", "--out", "out")
    refused(called, "out already holds a run: continue it with --resume, or choose another --out")
    assert finished.read("out/run.json") == before


def test_a_run_that_appeared_meanwhile_is_not_overwritten(finished: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.cli.commands.folder_for", lambda name, out, resume: out)
    refused(finished.harness("run", "quick.yaml", "--out", "out"), "out already holds a run: continue it with --resume")


def test_two_processes_cannot_write_one_run(finished: Project) -> None:
    with RunFolder(Path("out")):
        called = finished.harness("run", "quick.yaml", "--out", "out", "--resume")
    refused(called, "out: another process is writing this run: wait for it, or choose another --out")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unwritable for root")
def test_a_folder_that_cannot_be_written_is_refused(project: Project) -> None:
    Path("locked").mkdir(mode=0o500)
    refused(project.harness("run", "quick.yaml", "--out", "locked/out"), "cannot make the run directory locked/out")


RUNS: dict[str, tuple[str, str | None, str]] = {
    "no json": ("run.json", "", "run.json: cannot be read"),
    "truncated": ("run.json", '{"format": 1, "name": "qu', "run.json: cannot be read"),
    "foreign": ("run.json", "{}", "out: expected a run of format 2, but got None"),
    "another format": ("run.json", '{"format": 99}', "out: expected a run of format 2, but got 99"),
    "a list": ("run.json", "[1]", "run.json: not a run's: the whole file: expected a mapping"),
    "gone": ("run.json", None, "out: expected a run directory, but it has no run.json"),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize(
    "argv",
    [["gate", "out"], ["report", "out"], ["run", "quick.yaml", "--resume", "--out", "out"]],
    ids=lambda argv: argv[0],
)
def test_a_run_that_is_none_is_refused(project: Project, name: str, argv: list[str]) -> None:
    file, content, message = RUNS[name]
    project.write("out/scores.json", "{}")
    if content is not None:
        project.write(f"out/{file}", content)
    refused(project.harness(*argv), message)
    left = {"scores.json"} if content is None else {"scores.json", file}
    assert {path.name for path in Path("out").iterdir()} == left


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gates.json", "{}", "gates.json: not a run's: the whole file: expected a list"),
        ("gates.json", '[{"address"', "gates.json: cannot be read"),
        ("gates.json", '[{"address": "a"}]', "gates.json: not a run's: 0.kind: Field required; the run's files were"),
        ("scores.json", '{"a": 3}', "scores.json: not a run's: a: expected a mapping, but got 3"),
    ],
)
def test_results_that_were_changed_decide_no_gate(finished: Project, name: str, content: str, message: str) -> None:
    finished.write(f"out/{name}", content)
    refused(finished.harness("gate", "out", "--json"), message)


def test_an_unfinished_run_has_no_verdict(finished: Project) -> None:
    finished.edit("out/run.json", '"state": "finished"', '"state": "interrupted"')
    for command in ("gate", "report"):
        message = "out did not finish (interrupted): go on with harness run … --resume --out out"
        refused(finished.harness(command, "out"), message)


def test_records_that_were_changed_are_not_resumed(finished: Project) -> None:
    finished.write("out/records/attack.parquet", "garbage")
    called = finished.harness("run", "quick.yaml", "--resume", "--out", "out")
    refused(called, "out/records/attack.parquet: not the records of this task: ", "the run's files were changed")


def test_a_broken_line_of_records_is_named(finished: Project) -> None:
    Path("out/records/attack.parquet").unlink()
    finished.write("out/records/attack.jsonl", '{"task": 1}\n')
    called = finished.harness("run", "quick.yaml", "--resume", "--out", "out")
    refused(called, "out/records/attack.jsonl:1: not a record of this task: ", "the run's files were changed")


def test_an_unknown_report_is_refused(finished: Project) -> None:
    refused(finished.harness("report", "out", "--as", "htlm"), "no report is called 'htlm': ", "did you mean 'html'?")


@pytest.mark.parametrize("where", ["nowhere/report.html", "."])
def test_a_report_that_cannot_be_written_is_refused(finished: Project, where: str) -> None:
    refused(finished.harness("report", "out", "--out", where), f"cannot write the report to {where}: ")


# The disk, and what nobody foresaw


def test_a_full_disk_stops_the_run_and_resuming_completes_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.harness("run", "quick.yaml", "--out", "whole").code == 0
    with monkeypatch.context() as patch:
        flush, calls = RunFolder.flush, iter(range(100))

        def sometimes(run: RunFolder) -> None:
            if next(calls) == 2:
                raise run._disk(OSError(errno.ENOSPC, "No space left on device"))
            flush(run)

        patch.setattr(RunFolder, "flush", sometimes)
        called = project.harness("run", "quick.yaml", "--out", "out", "--quiet")
    refused(called, "No space left on device", "--resume --out out", code=3)
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0
    assert project.read("out/scores.json") == project.read("whole/scores.json")


def test_what_nobody_foresaw_is_no_failed_gate(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("harness.runs.job.score_task", broken)
        called = project.harness("run", "quick.yaml", "--out", "out")
    assert (called.code, called.out) == (3, "")
    assert "ZeroDivisionError: a bug\nharness: internal error (please report it); finished cases are kept" in called.err
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0


def test_a_broken_plugin_does_not_hide_the_others(project: Project) -> None:
    project.install("attacks", "rotten", "json:no_such_thing")
    called = project.harness("list", "attacks", "--json")
    rows = {row["name"]: row for row in called.json}
    assert rows["rotten"]["available"] is False
    assert rows["rotten"]["missing"] == ["AttributeError: module 'json' has no attribute 'no_such_thing'"]
    assert rows["deepwordbug"]["available"] is True
    assert "missing: AttributeError" in project.harness("list", "attacks").out


def test_a_broken_plugin_that_is_named_is_refused(project: Project) -> None:
    project.install("attacks", "rotten", "json:no_such_thing")
    project.edit("quick.yaml", "[deepwordbug]", "[rotten]")
    refused(project.harness("run", "quick.yaml"), "attack 'rotten' (json:no_such_thing) could not be loaded: ")


def test_a_refused_call_does_not_stand_in_the_way_of_the_next(project: Project) -> None:
    shutil.move("toy.py", "gone.py")
    refused(project.harness("run", "quick.yaml", "--out", "out"), "cannot import 'toy'")
    shutil.move("gone.py", "toy.py")
    assert project.harness("run", "quick.yaml", "--out", "out").code == 0

"""A suite out of a pull request: data alone, from its own folder, or every key that is not is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

import harness
from harness import UserError
from harness.own.locate import locate, no_own_objects
from harness.suite.file import load_suite
from harness.suite.untrusted import require_data_only

if TYPE_CHECKING:
    from conftest import Called, Project

PLAIN = """\
model: {use: transformers, path: ./model}
data: {use: files, path: dev.jsonl, labels: {a: "b:c"}, filter: {path: /etc/passwd}}
tasks:
  - use: stress
    perturbations: [ocr, {use: change_case, to: lower}]
    gates: {worst_accuracy: {min: 0.1}}
  - use: attack
    attacks: [deepwordbug, "textattack:pwws"]
"""

REFUSED = {
    "python": ("{use: transformers, path: ./model}", "python:toy:predict", ":1: 'python' runs code of the suite's"),
    "torch": ("{use: transformers, path: ./model}", "{use: torch, module: a}", ":1: 'torch' runs code of the suite's"),
    "http": (
        "{use: transformers, path: ./model}",
        "{use: http, url: 'evil.example', headers: {X: $HOME}}",
        ":1: 'http' sends inputs and keys to an address of the suite's",
    ),
    "pickle": ("./model}", "./model, allow_pickle: true}", ":1: allow_pickle lets a file run code"),
    "trusted": ("{use: transformers,", "{use: sklearn, trusted: [os.system],", ":1: trusted lets a file run code"),
    "attack": ('"textattack:pwws"', '"textattack:my_attacks:build"', ":8: 'my_attacks:build' names an object"),
    "recipe": ('"textattack:pwws"', '{use: textattack, recipe: "a.b:c"}', ":8: 'a.b:c' names an object, module:object"),
    "any": ("to: lower", 'to: "os:abort"', ":5: 'os:abort' names an object"),
    "absolute": ("path: dev.jsonl", "path: /etc/hosts", ":2: '/etc/hosts' leads out of the suite's folder"),
    "above": ("path: dev.jsonl", "path: ../dev.jsonl", ":2: '../dev.jsonl' leads out"),
    "above below": ("path: dev.jsonl", "path: a/../../dev.jsonl", ":2: 'a/../../dev.jsonl' leads out"),
    "home": ("path: ./model", "path: ~/model", ":1: '~/model' leads out"),
    "drive": ("path: dev.jsonl", "path: 'C:\\\\data.csv'", ":2: 'C:"),
    "list": ("path: dev.jsonl", "path: [dev.jsonl, ../b.jsonl]", ":2: '../b.jsonl' leads out"),
    "short": ("{use: files, path: dev.jsonl,", "{use: files, path: '/**/*.csv',", ":2: '/**/*.csv' leads out"),
    "link": ("path: dev.jsonl", "path: link.jsonl", ":2: 'link.jsonl' leads out"),
    "glob of links": ("path: dev.jsonl", "path: 'li*.jsonl'", ":2: 'li*.jsonl' leads out"),
    "folder with a link": ("./model}", "./linked}", ":1: './linked' leads out"),
    "working directory": ("path: dev.jsonl", "path: elsewhere.jsonl", ":2: 'elsewhere.jsonl' leads out"),
    "saved dataset": (
        "{use: files, path: dev.jsonl,",
        "{use: datasets, path: model,",
        ":2: the files of the folder 'm",
    ),
    "paths in data": ("path: dev.jsonl,", "path: dev.jsonl, kind: image,", ":2: a column of images may name files"),
    "models": ("tasks:", "models: {m: {use: python, object: 'a:b'}}\ntasks:", ":3: 'python' runs code of the suite's"),
    "executor": ("tasks:", "executor: {use: far, run: 'a:b'}\ntasks:", ":3: 'a:b' names an object"),
}


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plain suite in a folder of its own, with links out of it, and another working directory."""
    folder = tmp_path / "pull"
    for name in ("pull/model", "pull/linked", "work"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("pull/dev.jsonl", "pull/model/config.json", "outside.jsonl", "work/elsewhere.jsonl"):
        (tmp_path / name).write_text("{}")
    (folder / "link.jsonl").symlink_to(tmp_path / "outside.jsonl")
    (folder / "linked" / "model.safetensors").symlink_to(tmp_path / "outside.jsonl")
    (folder / "inside.jsonl").symlink_to(folder / "dev.jsonl")
    monkeypatch.chdir(tmp_path / "work")
    (folder / "suite.yaml").write_text(PLAIN)
    return folder / "suite.yaml"


def _refusal(suite: Path) -> str:
    from harness import UserError

    with pytest.raises(UserError) as caught:
        require_data_only(load_suite(suite))
    return str(caught.value)


@pytest.mark.parametrize("path", ["dev.jsonl", "inside.jsonl", "*.none", "hub/dataset"])
def test_a_suite_of_data_alone_is_taken(suite: Path, path: str) -> None:
    suite.write_text(PLAIN.replace("path: dev.jsonl", f"path: '{path}'"))
    require_data_only(load_suite(suite))


@pytest.mark.parametrize("name", REFUSED)
def test_what_runs_code_or_leads_out_is_refused_with_its_line(suite: Path, name: str) -> None:
    old, new, message = REFUSED[name]
    assert PLAIN.count(old) == 1
    suite.write_text(PLAIN.replace(old, new))
    assert f"{suite}{message}" in _refusal(suite)


@pytest.mark.parametrize(
    "path", ["../outside.jsonl", "/etc/tests.yaml", "~/tests.yaml", "link.jsonl", "elsewhere.jsonl"]
)
@pytest.mark.parametrize("form", ["{{use: behaviour, suite: {}}}", "'behaviour:{}'"])
def test_behavioural_tests_from_elsewhere_are_refused(suite: Path, path: str, form: str) -> None:
    suite.write_text(f"model: {{use: transformers, path: ./model}}\ntasks: [{form.format(path)}]\n")
    assert f"{suite}:2: {path!r} leads out of the suite's folder" in _refusal(suite)


@pytest.mark.parametrize("named", ["sentiment", "dev.jsonl"])
def test_behavioural_tests_that_ship_or_lie_beside_the_suite_are_taken(suite: Path, named: str) -> None:
    suite.write_text(f"model: {{use: transformers, path: ./model}}\ntasks: ['behaviour:{named}']\n")
    require_data_only(load_suite(suite))


def test_every_key_that_is_refused_has_a_line(suite: Path) -> None:
    text = PLAIN.replace("./model}", "/model, allow_pickle: true}").replace('"textattack:pwws"', "'textattack:a:b'")
    suite.write_text(text.replace("path: dev.jsonl", "path: ../x"))
    assert [line.split(": ")[0].rpartition(":")[2] for line in _refusal(suite).splitlines()] == ["1", "1", "2", "8"]


def test_paths_of_the_command_line_may_lie_anywhere_but_code_may_not(suite: Path) -> None:
    outside = str(suite.parent.parent / "outside.jsonl")
    require_data_only(load_suite(suite, {"data": {"use": "files", "=": outside}, "model.path": "/models/mine"}))
    suite.write_text(PLAIN.replace("{use: transformers, path: ./model}", "python:evil:run"))
    require_data_only(load_suite(suite, {"model": {"use": "transformers", "path": "/models/mine"}}))


@pytest.mark.parametrize("command", ["run", "check", "plan"])
def test_the_commands_refuse_it_before_anything_is_imported(project: Project, command: str) -> None:
    project.write("toy.py", "open('ran', 'w')\n")

    def called(*more: str) -> Called:
        return project.harness(command, "quick.yaml", "--untrusted", *more)

    refused(called(), "quick.yaml:1: 'python' runs code of the suite's", "'toy:predict' names an object")
    refused(called("--model", "python:toy:predict"), "'toy:predict' names an object")
    assert not Path("ran").exists()


def test_a_suite_of_data_alone_is_checked_and_run(project: Project) -> None:
    project.install("models", "toy", "toy_model:model", "from toy import predict\n\ndef model():\n    return predict\n")
    project.edit("quick.yaml", '{use: python, object: "toy:predict"}', "toy")
    assert project.harness("check", "quick.yaml", "--untrusted").code == 0
    assert project.harness("run", "quick.yaml", "--untrusted").code == 0


def test_a_component_that_looks_for_an_object_all_the_same_finds_none() -> None:
    from harness import UserError

    with no_own_objects(), pytest.raises(UserError, match="it would run code of its own, which is refused here"):
        locate("os:getcwd")


def test_from_python_a_suite_that_runs_code_is_refused_too(project: Project) -> None:
    with pytest.raises(UserError, match="'python' runs code of the suite's, which --untrusted refuses"):
        harness.run("quick.yaml", untrusted=True, progress=False)
    assert harness.run("quick.yaml", progress=False).verdict == "pass"


def test_from_python_a_model_in_memory_is_the_callers_own(project: Project) -> None:
    def model(texts: list[str]) -> list[list[float]]:
        return [[0.2, 0.8]] * len(texts)

    model.labels = ["negative", "positive"]  # type: ignore[attr-defined]  # as a user writes it
    project.edit("quick.yaml", '{use: python, object: "toy:predict"}', "{use: transformers, path: ./model}")
    assert harness.run("quick.yaml", model=model, untrusted=True, progress=False).samples
    project.edit("quick.yaml", "{use: files, path: dev.jsonl}", "{use: files, path: ../dev.jsonl}")
    with pytest.raises(UserError, match="leads out of the suite's folder"):
        harness.run("quick.yaml", model=model, untrusted=True, progress=False)

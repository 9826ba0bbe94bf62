"""A model that ends, keeps or floods its process: what it is found to do, and that nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

MODEL = """
import ctypes, os, re, sys, time

labels = ["no", "yes"]


def answers(texts):
    return [[0.25, 0.75] if len(text) % 2 else [0.5, 0.5] for text in texts]


def of(trouble):
    def predict(texts):
        if len(texts) == 7:
            trouble()
        return answers(texts)

    predict.labels = labels
    return predict


leaves = of(lambda: os._exit(0))
crashes = of(lambda: ctypes.string_at(0))
ends = of(lambda: sys.exit(0))
hangs = of(lambda: time.sleep(600))
keeps = of(lambda: re.match("(a+)+$", "a" * 40 + "b"))  # and Python's lock with it


def prints(texts):
    print("a word on stdout")
    os.write(1, b"and one below Python\\n")
    os.chdir("/")
    return answers(texts)


prints.labels = labels
"""


def findings(project: Project, name: str, *argv: str) -> list[dict[str, Any]]:
    project.write("mine.py", MODEL)
    called = project.harness("doctor", "--model", name if argv else f"python:mine:{name}", *argv, "--json")
    assert "Traceback" not in called.err
    assert called.code == int(bool(called.json["findings"])), called.err
    found: list[dict[str, Any]] = called.json["findings"]
    return found


@pytest.mark.parametrize(
    ("name", "check", "what"),
    [
        ("leaves", "process", "its process was ended with exit code 0 in a batch of 7"),
        ("crashes", "process", "its process was ended by SIGSEGV in a batch of 7"),
        ("ends", "failures", "in a batch of 7: SystemExit: 0"),
    ],
)
def test_a_model_that_ends_its_process_is_a_finding(project: Project, name: str, check: str, what: str) -> None:
    [found] = findings(project, name)
    assert (found["check"], found["found"]) == (check, what)
    assert found["fix"]


@pytest.mark.parametrize("name", ["hangs", "keeps"])
def test_a_model_that_never_answers_is_a_finding_after_the_timeout_of_the_suite(project: Project, name: str) -> None:
    suite = f"model: python:mine:{name}\ntimeout: {{batch: 0.5}}\ntasks: [classification]\n"
    project.write("late.harness.yaml", suite)
    [found] = findings(project, "late.harness.yaml", "--json")
    assert (found["check"], found["found"]) == ("time", "no answer within 0.5 s in a batch of 7")


def test_the_call_sets_the_seconds_of_a_batch(project: Project) -> None:
    [found] = findings(project, "python:mine:hangs", "--batch-timeout", "0.5")
    assert (found["check"], found["found"]) == ("time", "no answer within 0.5 s in a batch of 7")


@pytest.mark.parametrize("code", ["import time; time.sleep(600)", "import re; re.match('(a+)+$', 'a' * 40 + 'b')"])
def test_a_model_that_hangs_while_it_loads_is_named_after_its_time(project: Project, code: str) -> None:
    project.write("late.py", f"{code}\ndef predict(texts): ...\npredict.labels = ['no', 'yes']\n")
    called = project.harness("doctor", "--model", "python:late:predict", "--timeout", "3")
    assert (called.code, called.out) == (2, "")
    assert "harness: loading model 'python' took more than 3 s: look for what it waits for" in called.err


def test_what_a_model_prints_and_where_it_goes_changes_nothing(project: Project) -> None:
    assert findings(project, "prints") == []


def test_an_untrusted_model_is_not_loaded(project: Project) -> None:
    project.write("own.py", "raise SystemExit('it ran')\n")
    called = ("doctor", "--model", "{use: python, object: 'own:predict', labels: [a, b]}", "--untrusted")
    found = project.harness(*called)
    assert found.code == 2
    assert "it ran" not in found.err
    assert "python" in found.err


def test_a_device_that_is_not_there_is_refused(project: Project) -> None:
    project.write(
        "module.py",
        "import torch\nmodel = torch.nn.Linear(2, 2)\ndef collate(texts): return torch.ones(len(texts), 2)\n",
    )
    spec = "{use: torch, module: 'module:model', collate: 'module:collate', labels: [a, b]}"
    found = project.harness("doctor", "--model", spec, "--device", "cuda:7")
    assert found.code == 2
    assert "device" in found.err

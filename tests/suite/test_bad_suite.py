"""A bad suite is refused with its line, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

if TYPE_CHECKING:
    from conftest import Project

# Line 1 is the model, 2 the data, 3 the seed, 5 and 8 begin the tasks, 10 is the last.
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
    "negative limit": ("limit: 6", "limit: -1", ":10: tasks.1.limit: expected greater than 0, but got -1"),
    "limit in words": ("limit: 6", "limit: many", ":10: tasks.1.limit: expected a whole number, but got 'many'"),
    "limit true": ("limit: 6", "limit: true", ":10: tasks.1.limit: expected a whole number, but got True"),
    "no limit": ("limit: 6", "limit: 0.5", ":10: tasks.1.limit: expected a whole number, but got 0.5"),
    "seed in words": ("seed: 7", "seed: lucky", ":3: seed: expected a whole number, but got 'lucky'"),
    "confidence in percent": ("seed: 7", "confidence: 95", ":3: confidence: expected less than 1, but got 95"),
    "few resamples": ("resamples: 20", "resamples: 19", ":11: resamples: expected greater than or equal to 20"),
    "negative errors": ("seed: 7", "max_errors: -1", ":3: max_errors: expected greater than or equal to 0"),
    "gate without bounds": ("{min: 0.5}", "{}", ":7: tasks.0.gates.accuracy: the gate has no bound: expected one or "),
    "gate of a tier only": ("min: 0.5", "tier: advisory", ":7: tasks.0.gates.accuracy: the gate has no bound"),
    "unknown tier": ("min: 0.5", "min: 0.5, tier: soft", ":7: tasks.0.gates.accuracy.tier: expected 'blocking' or"),
    "tier in another type": ("min: 0.5", "min: 0.5, tier: 1", ":7: tasks.0.gates.accuracy.tier: expected 'blocking'"),
    "gate without a value": ("{min: 0.5}", "", ":7: tasks.0.gates.accuracy: expected a mapping, but got None"),
    "gate of unknown kind": ("min:", "mn:", ":7: unknown key 'mn': expected one of min, max,", "mean 'min'?"),
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
            "quick.yaml: expected a mapping with the keys model, models, variants, data, seed, sample_seed, confidence",
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


def test_of_many_problems_some_are_listed_and_the_others_counted(project: Project) -> None:
    project.edit("quick.yaml", "seed: 7", "\n".join(f"k{at}: 1" for at in range(3000)))
    called = project.harness("check", "quick.yaml")
    refused(called, "unknown key 'k0'", "and 2950 more like these")
    assert len(called.err) < 20_000

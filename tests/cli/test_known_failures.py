"""`harness freeze` and `harness replay`: what they print and what they exit with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from known import BETTER, failure, found, kept

from harness.failures.known import read_failures

if TYPE_CHECKING:
    from conftest import Project

WRONG, RIGHT = failure("an odd film", "negative"), failure("a good film")


def test_freezing_says_what_is_kept_and_where(project: Project) -> None:
    project.finish("out")
    called = project.harness("freeze", "out")
    count = len(read_failures(project.folder / "quick.failures").failures)
    assert (called.code, called.out) == (0, "quick.failures\n")
    assert called.err.splitlines()[0] == f"{count} new known failures, {count} in all"
    called = project.harness("freeze", "out", "--task", "attack", "--limit", "1", "--to", "one.failures")
    assert called.err.splitlines()[0] == "1 new known failures, 1 in all"


def test_a_known_failure_that_fails_is_1_and_mended_or_waived_is_0(project: Project) -> None:
    path = kept(project.folder / "it.failures", WRONG, RIGHT)
    called = project.harness("replay", "it.failures")
    assert called.code == 1
    first = "it.failures: 1 of 2 known failures still fool python:toy:predict [0.025, 0.975]: 1 fail, 1 mended"
    assert called.out.splitlines()[0] == first
    assert WRONG.key in called.out
    assert RIGHT.key not in called.out
    waived = project.harness("freeze", str(path), "--waive", WRONG.key, "--reason", "known", "--until", "2999-12-31")
    assert (waived.code, Path(waived.out.strip()).name) == (0, "it.waivers.yaml")
    called = project.harness("replay", "it.failures")
    assert (called.code, "negative taken for positive; waived until 2999-12-31: known" in called.out) == (0, True)
    project.write("better.py", BETTER)
    called = project.harness("replay", "it.failures", "--model", "python:better:predict")
    assert called.code == 0
    assert "0 of 2 known failures also fool python:better:predict [0.000, 0.776]: 2 mended" in called.out
    assert "mended: its waiver is no longer needed" in called.out


def test_an_expired_waiver_fails_and_says_so(project: Project) -> None:
    kept(project.folder / "it.failures", WRONG)
    project.write("it.waivers.yaml", f"{WRONG.key}: {{reason: soon mended, until: 2020-01-31}}")
    called = project.harness("replay", "it.failures")
    assert called.code == 1
    assert "1 fail with an expired waiver" in called.out
    assert "its waiver expired on 2020-01-31: soon mended" in " ".join(called.out.split())


def test_json_has_all_of_it(project: Project) -> None:
    kept(project.folder / "it.failures", WRONG, RIGHT)
    project.write("it.waivers.yaml", f"{RIGHT.key}: {{reason: why, until: 2999-12-31}}")
    called = project.harness("replay", "it.failures", "--json")
    found = called.json
    assert (called.code, found["passed"], found["counts"]) == (1, False, {"fails": 1, "mended": 1})
    assert found["wrong"]["n"] == 2
    wrong, mended = found["replayed"]
    assert (wrong["key"], wrong["status"], wrong["then"], wrong["now"]) == (WRONG.key, "fails", "negative", "positive")
    assert mended["waiver"] == {"reason": "why", "until": "2999-12-31", "needed": False}


def test_a_failure_is_forgotten_once_nobody_waives_it(project: Project) -> None:
    path = kept(project.folder / "it.failures", WRONG, RIGHT)
    waivers = project.write("it.waivers.yaml", f"{WRONG.key}: {{reason: why, until: 2999-12-31}}")
    called = project.harness("freeze", "it.failures", "--forget", WRONG.key)
    assert (called.code, "take its waiver away first" in called.err) == (2, True)
    waivers.unlink()
    assert project.harness("freeze", "it.failures", "--forget", WRONG.key).code == 0
    assert list(read_failures(path).failures) == [RIGHT.key]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("replay nowhere", "nowhere: cannot be read: No such file or directory"),
        ("replay dev.jsonl", "expected a file of known failures"),
        ("replay .", "expected a run directory, but it has no run.json"),
        ("replay it.failures --model toy", "no model is called 'toy'"),
        ("replay it.failures --model python:toy:nothing", "toy has no 'nothing'"),
        ("replay it.failures --suite nothing", "there is no suite file 'nothing'"),
        ("replay it.failures --within 1", "--within is for a run"),
        ("replay it.failures --untrusted", "runs code of the suite's"),
        ("replay it.failures --device nothing", "device"),
        ("freeze nowhere", "expected a run directory"),
        ("freeze out --task nothing", "has no task 'nothing'"),
        ("freeze out --within 1", "--within is for models that answer numbers"),
        ("freeze out --to nowhere/it.failures", "cannot write the failures to nowhere/it.failures"),
        ("freeze out --limit 0", "--limit"),
        ("freeze it.failures --waive x --reason y", "a waiver has a key, a reason and a date"),
        ("freeze it.failures --reason y --until 2999-12-31", "a waiver has a key, a reason and a date"),
        ("freeze it.failures --waive x --reason y --until 2999-12-31", "'x' is the key of no failure here"),
        ("freeze it.failures --forget x", "'x' is the key of no failure here"),
        ("freeze it.failures --forget x --task y", "they are for a file, the other options for a run"),
    ],
)
def test_a_bad_call_is_2_and_a_sentence(project: Project, argv: str, words: str) -> None:
    project.finish("out")
    kept(project.folder / "it.failures", WRONG)
    called = project.harness(*argv.split())
    assert (called.code, called.out) == (2, "")
    assert words in " ".join(called.err.replace("│", " ").split())
    assert "Traceback" not in called.err


def test_hostile_words_write_on_no_line_of_their_own(project: Project) -> None:
    hostile = "::error::pwned\n\x1b[31m \u2028 odd"
    kept(project.folder / "it.failures", failure(hostile, "negative", why=hostile, answered=hostile))
    called = project.harness("replay", "it.failures")
    assert called.code == 1
    assert not [line for line in called.out.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b" not in called.out
    assert json.loads(project.harness("replay", "it.failures", "--json").out)["replayed"][0]["input"] == hostile


def test_a_model_cannot_end_the_process_with_a_pass(project: Project) -> None:
    import subprocess

    project.write(
        "leaver.py", "import os\n\ndef predict(texts):\n    os._exit(0)\n\npredict.labels = ['negative', 'positive']\n"
    )
    kept(project.folder / "it.failures", WRONG)
    command = [
        str(Path(sys.executable).with_name("harness")),
        "replay",
        "it.failures",
        "--model",
        "python:leaver:predict",
    ]
    ended = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert "there is no verdict" in ended.stderr


def test_the_failures_of_a_suite_of_the_command_line_are_asked_of_its_model(project: Project) -> None:
    project.write("better.py", BETTER)
    path = found(project)
    assert project.harness("replay", str(path), "--model", "python:better:predict", "--json").json["transfer"] is True
    assert project.harness("replay", "out", "--json").json["counts"].keys() == {"fails"}

"""What is printed where: results on stdout, all else on stderr."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from harness import Run
from harness.console import verdict
from harness.reports import Counters, Seconds

if TYPE_CHECKING:
    from conftest import Project

ACCURACY = "classification/accuracy"


def test_the_verdict_is_printed_with_every_gate(project: Project) -> None:
    out = project.harness("run", "quick.yaml", "--out", "out").out.splitlines()
    assert re.match(r"classification/accuracy +≥ 0\.5 +0\.900 +\[0\.7\d\d, 0\.9\d\d\] +20 +pass", out[2])
    assert out[3] == "verdict: pass (1 pass)"
    assert out[-1] == f"report: {Path('out/report.html')}"
    assert "\x1b" not in "".join(out)


def test_what_decides_no_gate_stands_at_the_head(project: Project) -> None:
    head = project.harness("run", "quick.yaml").out.splitlines()[0]
    why = "the attack could edit 5 of 6 samples, and a gate needs 30"
    assert head == f"attack: no gate is decided on robust_accuracy, deepwordbug: {why}"


def test_a_long_path_is_printed_in_one_piece(project: Project) -> None:
    out = "a" * 100 + " " + "b" * 100
    assert f"report: {Path(out, 'report.html')}\n" in project.harness("run", "quick.yaml", "--out", out).out


def test_without_gates_the_headlines_are_printed(project: Project) -> None:
    project.edit("quick.yaml", "    gates: {accuracy: {min: 0.5}}\n", "")
    out = project.harness("run", "quick.yaml").out
    addresses = [line.split()[0] for line in out.splitlines()[2:6]]
    assert addresses == [ACCURACY, "classification/ece", "attack/robust_accuracy", "attack/clean_accuracy"]
    assert "verdict: no gates: nothing was demanded\n" in out


CHATTY = "print('imported!')\nimport toy\n\n\ndef predict(texts):\n    print('asked!')\n    return toy.predict(texts)\n"


@pytest.mark.parametrize("json_", [[], ["--json"]])
def test_what_a_model_prints_is_no_result(project: Project, json_: list[str]) -> None:
    project.write("chatty.py", CHATTY)
    argv = ("--model", "python:chatty:predict", "--set", "model.labels=[negative, positive]", *json_)
    called = project.harness("run", "quick.yaml", *argv)
    assert "asked!" not in called.out
    assert {"imported!", "asked!"} <= set(called.err.splitlines())
    assert not json_ or called.json["verdict"] == "pass"


def test_what_a_model_prints_is_no_result_in_a_process_either(project: Project) -> None:
    project.write("chatty.py", CHATTY)
    argv = ("--model", "python:chatty:predict", "--set", "model.labels=[negative, positive]")
    out, err = project.start("run", "quick.yaml", "--json", *argv).communicate()
    assert json.loads(out)["verdict"] == "pass"
    assert "asked!\n" in err


def test_what_a_plugin_prints_is_no_result(project: Project) -> None:
    source = "print('hello')\n\n\ndef loud(sample, rng):\n    '''Shouts.'''\n"
    project.install("attacks", "loud", "loud:loud", source)
    called = project.harness("list", "attacks", "--json")
    assert {"name": "loud", "summary": "Shouts.", "available": True, "missing": []} in called.json
    assert "hello" in called.err


def test_progress_is_told_in_plain_lines(project: Project) -> None:
    err = project.harness("run", "quick.yaml").err.splitlines()
    assert err[:2] == ["loading the model, the data and what the tasks need", "26 cases"]
    assert re.fullmatch(r"26/26 cases in \d+\.\d s, \d+\.\d/s", err[-1])


def test_quiet_tells_the_verdict_only(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out", "--quiet")
    assert (called.err, called.out) == ("", f"verdict: pass (1 pass); report: {Path('out/report.html')}\n")


def test_a_terminal_without_the_signs_still_gets_the_verdict(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert project.harness("run", "quick.yaml").code == 0
    sys.stdout.flush()
    assert re.search(rb"accuracy +\? 0\.5 +0\.900", written.getvalue())


def test_the_terminal_counts_what_all_models_were_asked() -> None:
    victim = Counters(asked=10, unique=8, tokens=90, padding=10, seconds=1.0)
    encoder = Counters(asked=1, unique=1, seconds=2.0)

    def line(wall: float, **engine: Counters) -> str:
        info = SimpleNamespace(engine={"": victim, **engine}, seconds=Seconds(run=wall), cached=0)
        return verdict._engine_line(cast("Run", SimpleNamespace(info=info)))

    one = line(4.0)
    assert one.startswith("10 questions, 8 unique, padding 10.0% of tokens; 4.0 s, model busy 25% of the time")
    two = line(4.0, encoder=encoder)
    assert two.startswith("11 questions, 9 unique, padding 10.0% of tokens; 4.0 s, models busy 75% of the time")
    assert "models busy 100% of" in line(2.0, encoder=encoder)
    assert line(0.0, encoder=encoder).endswith("tokens; 0.0 s")
    assert "tokens, 2 batches failed and were asked again in halves; 4.0 s" in line(4.0, other=Counters(failed=2))


def test_slices_that_are_clearly_worse_have_a_line_each_and_none_is_printed_quietly(project: Project) -> None:
    lines = [
        {"text": "good", "label": ["negative", "positive"][at % 2 or at < 60], "where": ["north", "south"][at >= 60]}
        for at in range(120)
    ]
    project.write("rows.jsonl", "\n".join(json.dumps(each) for each in lines))
    project.write(
        "sliced.yaml",
        "model: {use: python, object: 'toy:predict', labels: [negative, positive]}\n"
        "data: {use: files, path: rows.jsonl, slices: {where: {column: where}}}\ntasks: [classification]\n",
    )
    out = project.harness("run", "sliced.yaml", "--out", "sliced").out
    start = "classification: where:south is worse: accuracy[slice=where:south] 0.500 [0.3"
    assert [line.startswith(start) for line in out.splitlines() if " is worse: " in line] == [True]
    assert " is worse: " not in project.harness("run", "sliced.yaml", "--out", "quiet", "-q").out
    assert start in project.harness("gate", "sliced").out

"""Variants run together come to what each comes to alone, whatever ends the run; the first is the reference."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from two_models import SUITE, results, with_variants

from harness import Run, Variants

if TYPE_CHECKING:
    from conftest import Project

MARKED = """
import numpy
import other
import toy


class Marked:
    labels = toy.predict.labels

    def __init__(self, call, fingerprint):
        self.call, self.fingerprint = call, fingerprint

    def __call__(self, texts):
        return numpy.array(self.call(texts))


one, two = Marked(toy.predict, "one"), Marked(other.strict, "two")
"""

RUN = ("run", "both.yaml", "--out", "both", "--quiet")
IN_FULL = RUN[:-1]


@pytest.fixture
def both(project: Project) -> Project:
    return with_variants(project)


@pytest.fixture
def alone(both: Project) -> Project:
    """Also with the run of each variant alone, the second one's with the first one's as its baseline."""
    suite = SUITE.replace("variants:\n  lax: {}\n", "").replace('  strict: {object: "other:strict"}\n', "")
    both.write("strict.yaml", suite.replace("toy:predict", "other:strict"))
    both.write("lax.yaml", suite)
    assert both.harness("run", "lax.yaml", "--out", "lax", "--quiet", "--first").code == 0
    assert both.harness("run", "strict.yaml", "--out", "strict", "--quiet", "--baseline", "lax").code in {0, 1}
    return both


def test_each_variant_has_the_results_of_a_run_of_its_own(alone: Project) -> None:
    assert alone.harness(*RUN).code == 1
    for name in ("lax", "strict"):
        assert results(f"both/{name}") == results(name)
        one, other = alone.read(f"both/{name}/run.json"), alone.read(f"{name}/run.json")
        assert one["engine"][""]["asked"] == other["engine"][""]["asked"]
        assert one["engine"][""]["unique"] == other["engine"][""]["unique"]
        assert [one["tasks"][task]["engine"][""]["asked"] for task in one["tasks"]] == [
            other["tasks"][task]["engine"][""]["asked"] for task in other["tasks"]
        ]
        assert one["fingerprints"]["data"] == other["fingerprints"]["data"]
        assert one["fingerprints"]["model"] == other["fingerprints"]["model"]
    assert alone.read("both/lax/run.json")["fingerprints"] == alone.read("lax/run.json")["fingerprints"]


def test_gates_on_changes_are_decided_against_the_first_which_has_none(both: Project) -> None:
    found = both.harness(*RUN, "--json").json
    decided = {(gate["address"], gate["kind"]): gate["verdict"] for gate in found["gates"]}
    assert decided == {
        ("lax:classification/accuracy", "min"): "pass",
        ("strict:classification/accuracy", "min"): decided["strict:classification/accuracy", "min"],
        ("strict:classification/accuracy", "drop"): "undecided",
        ("strict:attack/robust_accuracy", "drop"): "undecided",
    }
    assert found["variants"]["lax"] == {"run": "both/lax", "verdict": "pass"}
    assert found["verdict"] == found["variants"]["strict"]["verdict"] == "undecided"


def test_a_later_variant_says_what_it_was_compared_with_wherever_the_folder_goes(both: Project) -> None:
    both.harness(*RUN)
    shutil.move("both", "elsewhere")
    assert both.read("elsewhere/strict/baseline") == {"run": "../lax"}
    assert not Path("elsewhere/lax/baseline").exists()
    again = both.harness("gate", "elsewhere", "--json")
    assert (again.code, again.json["verdict"]) == (1, "undecided")
    assert both.harness("gate", "elsewhere/strict").code == 1
    assert both.harness("gate", "elsewhere/lax").code == 0


def test_with_a_baseline_the_reference_is_compared_with_it_and_the_others_with_the_reference(both: Project) -> None:
    both.harness(*RUN)
    assert both.harness("accept", "both/lax", "--to", "released").code == 0
    found = both.harness("run", "both.yaml", "--out", "b", "--quiet", "--json", "--baseline", "released").json
    assert [gate["address"] for gate in found["gates"] if gate["kind"] == "drop"] == [
        f"{name}:{address}"
        for name in ("lax", "strict")
        for address in ("classification/accuracy", "attack/robust_accuracy")
    ]
    assert both.read("b/strict/baseline") == {"run": "../lax"}
    assert Path("b/lax/baseline").read_bytes() == Path("released").read_bytes()


BACKWARDS = """
from harness import run_locally


def backwards():
    def run(work):
        records = [record for batch in run_locally(work) for record in batch][::-1]
        for at in range(0, len(records), 7):
            yield records[at : at + 7]

    return run
"""


def test_an_executor_of_somebody_else_gets_one_work_of_all(alone: Project) -> None:
    alone.install("executors", "backwards", "elsewhere:backwards", BACKWARDS)
    alone.harness(*RUN, "--set", "executor=backwards")
    for name in ("lax", "strict"):
        assert results(f"both/{name}") == results(name)


def test_a_gate_that_only_informs_decides_no_verdict(both: Project) -> None:
    both.edit("both.yaml", "{min: 0.5, drop: 0.2}", "{min: 0.3, drop: 0, tier: advisory}")
    both.edit("both.yaml", "    gates: {robust_accuracy: {drop: 0.9}}\n", "")
    found = both.harness(*IN_FULL)
    assert (found.code, "(lax pass, strict pass)" in found.out) == (0, True), found.out
    assert "undecided (advisory)" in found.out


# What ends a run


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_run_that_was_ended_goes_on(alone: Project, number: signal.Signals, code: int) -> None:
    process = alone.start("run", "both.yaml", "--out", "both", before=f"signalled({number:d}, 3, 0)")
    _, err = process.communicate()
    assert process.returncode == code
    if code == 130:
        assert "resume with the same options: harness run both.yaml --resume --out both\n" in err
        assert {alone.read(f"both/{name}/run.json")["state"] for name in ("lax", "strict")} == {"interrupted"}
    assert "running" in alone.harness("gate", "both").err or code == 130
    assert alone.harness(*RUN, "--resume").code == 1
    for name in ("lax", "strict"):
        assert results(f"both/{name}") == results(name)


def test_only_what_is_missing_is_asked_again(alone: Project) -> None:
    alone.harness(*RUN)
    shutil.rmtree("both/strict")
    called = alone.harness("run", "both.yaml", "--out", "both", "--resume")
    assert called.code == 1
    assert "252 cases, 126 of them finished before" in called.err
    assert results("both/strict") == results("strict")


def test_a_run_of_other_variants_is_not_resumed(both: Project) -> None:
    both.harness(*RUN)
    before = both.read("both/lax/run.json")
    both.edit("both.yaml", "  strict: {object", "  stricter: {object")
    refused = both.harness(*RUN, "--resume")
    assert (refused.code, "it began with the variants lax, strict, now lax, stricter" in refused.err) == (2, True)
    both.edit("both.yaml", '  stricter: {object: "other:strict"}', '  strict: {object: "other:broken"}')
    refused = both.harness(*RUN, "--resume")
    assert (refused.code, "both/strict cannot be resumed: its suite and model changed" in refused.err) == (2, True)
    assert both.read("both/lax/run.json") == before


def test_the_newest_run_of_variants_is_the_one_that_goes_on(both: Project) -> None:
    both.harness("run", "both.yaml", "--quiet")
    called = both.harness("run", "both.yaml", "--quiet", "--resume")
    assert (called.code, len(list(Path("runs").iterdir()))) == (1, 1)


def test_errors_of_one_variant_are_that_ones(both: Project) -> None:
    both.edit("other.py", "FAILS = []", 'FAILS = ["number 3"]')
    found = both.harness(*IN_FULL)
    assert "strict: classification: 1 of 20 cases errored" in found.out
    assert both.read("both/lax/run.json")["tasks"]["classification"]["errors"] == 0
    error = Run(Path("both/strict")).records("classification")[3].error
    assert any("variant strict" in (each.error or "") for each in Run(Path("both/strict")).records("classification")), (
        error
    )
    assert [run.verdict for run in Variants(Path("both")).variants.values()] == ["pass", "error"]


def test_a_variant_that_always_fails_stops_all_and_is_named(both: Project) -> None:
    both.edit("both.yaml", "other:strict", "other:broken")
    stopped = both.harness(*RUN)
    assert stopped.code == 3
    assert "variant 'strict': the run stopped: the last 100 cases all failed" in stopped.err
    assert both.read("both/strict/run.json")["why"].startswith("variant 'strict': the run stopped")
    assert both.read("both/lax/run.json")["state"] == "stopped"


def test_a_limit_of_time_is_that_of_all(both: Project) -> None:
    both.edit("other.py", "def strict(texts):\n", "def strict(texts):\n    import time\n    time.sleep(0.4)\n")
    stopped = both.harness(*RUN, "--timeout", "0.2")
    assert (stopped.code, "was not finished within 0.2 s" in stopped.err) == (3, True)
    assert {both.read(f"both/{name}/run.json")["state"] for name in ("lax", "strict")} == {"stopped"}


# What does not load, and what does not compare


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("other:mirrored", "'strict' has the labels positive, negative, 'lax' has negative, positive"),
        ("nowhere:predict", "variant 'strict': both.yaml:4: "),
        ("toy:asked", "variant 'strict': both.yaml:4: "),
    ],
)
def test_what_does_not_fit_is_named_before_anything_runs(both: Project, model: str, said: str) -> None:
    both.edit("both.yaml", "other:strict", model)
    refused = both.harness(*RUN)
    assert (refused.code, said in refused.err) == (2, True), refused.err
    assert not Path("both").exists()


def test_a_gate_the_way_that_is_better_is_refused(both: Project) -> None:
    both.edit("both.yaml", "min: 0.5, drop: 0.2", "rise: 0.2")
    for command in (RUN, ("check", "both.yaml")):
        refused = both.harness(*command)
        assert (refused.code, "expected `drop`, but got `rise`" in refused.err) == (2, True)


def test_answers_of_one_variant_in_a_cache_are_no_others(both: Project) -> None:
    both.write("marked.py", MARKED)
    both.edit("both.yaml", "toy:predict", "marked:one")
    both.edit("both.yaml", "other:strict", "marked:two")
    both.harness("run", "both.yaml", "--out", "cold", "--quiet", "--cache", "kept")
    both.harness("run", "both.yaml", "--out", "warm", "--quiet", "--cache", "kept")
    for name in ("lax", "strict"):
        assert results(f"warm/{name}") == results(f"cold/{name}")
        info = both.read(f"warm/{name}/run.json")
        assert info["engine"][""]["batches"] == 0
        assert info["cached"] >= both.read(f"cold/{name}/run.json")["engine"][""]["unique"]
    assert json.dumps(results("warm/lax")[0]) != json.dumps(results("warm/strict")[0])

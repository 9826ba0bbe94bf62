"""What `run`, `check`, `plan` and `show` say of variants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from two_models import SUITE, with_variants

if TYPE_CHECKING:
    from conftest import Project


def test_gates_stand_beside_each_other_and_the_verdict_is_the_worst(project: Project) -> None:
    called = with_variants(project).harness("run", "both.yaml", "--out", "r")
    lines = [re.sub(r" {2,}", " | ", line.strip()) for line in called.out.splitlines()]
    assert lines[0].startswith("lax: stress: no gate is decided on worst_accuracy")
    assert "gate | demand | lax | strict" in lines
    assert "classification/accuracy | ≥ 0.5 | 0.900 pass | 0.750 pass" in lines
    assert "classification/accuracy | drop ≤ 0.2 | \u2013 | 0.150 undecided" in lines
    assert any(line.startswith("strict:classification/accuracy undecided: 0.150 [") for line in lines)
    assert "verdict: undecided, which counts as fail (lax pass, strict undecided)" in lines
    assert lines[-1] == "report: r/report.html"
    assert called.code == 1


def test_without_gates_scores_stand_beside_each_other(project: Project) -> None:
    both = with_variants(project, re.sub(r"    gates: .*\n", "", SUITE))
    called = both.harness("run", "both.yaml", "--out", "r")
    assert re.search(r"^classification/accuracy +0\.900 +0\.750", called.out, re.MULTILINE)
    assert "verdict: no gates: nothing was demanded" in called.out
    assert called.code == 0


def test_an_error_of_a_variant_is_on_the_first_screen(project: Project) -> None:
    both = with_variants(project)
    both.edit("other.py", "FAILS = []", 'FAILS = ["number 3"]')
    out = both.harness("run", "both.yaml", "--out", "r").out
    assert "strict: classification: 1 of 20 cases errored; see r/strict/report.html" in out
    assert "(lax pass, strict error)" in out


def test_check_says_how_often_each_case_runs_and_how_often_all_fail_by_chance(project: Project) -> None:
    both = with_variants(project)
    called = both.harness("check", "both.yaml")
    assert called.out.startswith("both: valid, 20 samples, each for 2 variants: lax (the reference), strict\n")
    assert "at most 15 % of runs fail by chance" in called.out
    found = both.harness("check", "both.yaml", "--json").json
    assert (found["variants"], found["notes"]) == (["lax", "strict"], [])
    assert [gate["kind"] for gate in found["gates"]] == ["min", "drop", "drop"]
    assert "with the variants lax, strict" in both.harness("check", "both.yaml", "--file-only").out
    same = both.harness("check", "both.yaml", "--set", "variants.strict={}").out
    assert "the variants 'lax' and 'strict' are the same model" in same


def test_plan_counts_every_variant(project: Project) -> None:
    both = with_variants(project)
    found = both.harness("plan", "both.yaml", "--json").json
    tasks = [task["task"] for task in found["tasks"]]
    assert tasks == [f"{name}:{task}" for name in ("lax", "strict") for task in
                     ("classification", "stress", "attack", "explain")]  # fmt: skip
    assert found["seconds"] == sum(task["seconds"] for task in found["tasks"])
    assert "lax:classification" in both.harness("plan", "both.yaml").out


def test_show_names_the_variants_of_a_suite(project: Project) -> None:
    with_variants(project)
    source = "from pathlib import Path\n\ndef path():\n    return Path(__file__).with_name('both.yaml')\n"
    project.install("suites", "shipped", "shipped_suite:path", source)
    assert "model python, variants lax, strict, data dev" in project.harness("show", "shipped").out

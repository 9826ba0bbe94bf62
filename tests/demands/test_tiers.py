"""Advisory gates: decided and shown everywhere, and no verdict, exit code or correction depends on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from finished_run import GATE, written
from harness_report.junit import junit
from harness_report.markdown import markdown

import harness
from harness import Score
from harness.ci.github import annotation
from harness.demands.gate import Gate, Tier
from harness.scores.gates import NO_SUCH_SCORE, Decision, TaskScores, decide
from harness.suite.file import Suite
from harness.verdicts.deciding import by_chance, decisions_of, family, family_error
from harness.verdicts.scoring import verdicts_of

if TYPE_CHECKING:
    from conftest import Project

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {min: 0.99, tier: advisory}, ece: {max: 0.9}}
"""
HARSH = SUITE.replace("max: 0.9", "max: 0.001")


def gates(*tiers: Tier) -> list[Gate]:
    return [Gate(f"t/s{at}", "rise", 0.0, tier=tier) for at, tier in enumerate(tiers)]


def test_an_advisory_gate_is_decided_and_changes_no_verdict() -> None:
    scored = {"t": TaskScores({"s": Score("s", 0.5, 0.4, 0.6, 50), "u": Score("u", None, None, None, 0)}, cases=50)}
    bounds = [Gate("t/s", "min", 0.3), *(Gate(f"t/{name}", "min", 0.9, tier="advisory") for name in "su")]
    decisions = [decide(gate, scored["t"], 0) for gate in bounds]
    found = verdicts_of(decisions, scored, 0, "fail")
    assert [each.word for each in found.decisions] == ["pass", "fail (advisory)", "error (advisory)"]
    assert (found.verdict, found.counts_as) == ("pass", "pass")


def test_a_misspelt_score_is_a_mistake_in_the_suite_whatever_the_tier() -> None:
    scored = {"t": TaskScores({"s": Score("s", 0.5, 0.4, 0.6, 50)}, cases=50)}
    decision = decide(Gate("t/z", "min", 0.3, tier="advisory"), scored["t"], 0)
    assert decision.note.startswith(NO_SUCH_SCORE)
    assert verdicts_of([decision], scored, 0, "fail").verdict == "error"


def test_each_tier_is_a_family_of_its_own() -> None:
    suite = Suite.model_validate({"tasks": [{"use": "classification"}]})
    both = gates("blocking", "advisory", "blocking", "advisory", "advisory")
    assert (family(suite, both), family(suite, both, "advisory")) == ({0, 2}, {1, 3, 4})
    plain = [Gate("t/a", "min", 0.5), Gate("t/b", "min", 0.5, tier="advisory")]
    assert family_error(suite, plain) == pytest.approx(0.05)
    assert by_chance(suite, plain, "fail") == []


def test_holms_correction_counts_the_gates_of_a_tier_only() -> None:
    suite = Suite.model_validate({"tasks": [{"use": "classification"}]})
    rise, flat = Score("s", 0.03, 0.001, 0.06, 500), Score("s", 0.0, -0.03, 0.03, 500)

    def decided(*tiers: Tier) -> list[str]:
        names = [f"s{at}" for at in range(len(tiers))]
        found = TaskScores({}, cases=500, changes=dict.fromkeys(names, flat) | {"s0": rise})
        wider = TaskScores({}, cases=500, changes=dict.fromkeys(names, Score("s", 0.03, -0.01, 0.07, 500)))
        every = decisions_of(suite, {"t": gates(*tiers)}, {"t": found}, lambda *_: wider)
        return [each.verdict for each in every]

    assert decided("blocking", "advisory", "advisory")[0] == "fail"
    assert decided("blocking", "blocking", "advisory")[0] == "undecided"
    assert decided("advisory", "blocking", "blocking")[0] == "fail"
    assert decided("advisory", "advisory", "blocking")[0] == "undecided"


def test_a_run_shows_it_with_its_tier_and_passes(project: Project) -> None:
    project.write("tiers.yaml", SUITE)
    ran = project.harness("run", "tiers.yaml", "--out", "out")
    assert ran.code == 0
    assert "fail (advisory)" in ran.out
    assert "verdict: pass (1 pass); advisory: 1 fail" in ran.out
    rows = json.loads((project.folder / "out/gates.json").read_text(encoding="utf-8"))
    assert [(row["address"], row["tier"]) for row in rows] == [
        ("classification/accuracy", "advisory"), ("classification/ece", "blocking"),
    ]  # fmt: skip
    assert project.harness("gate", "out").code == 0
    assert project.harness("run", "tiers.yaml", "--set", "tasks.classification.gates.ece.max=0.001").code == 1
    checked = project.harness("check", "tiers.yaml")
    assert "≥ 0.99 (advisory)" in checked.out
    page = (project.folder / "out/report.html").read_text(encoding="utf-8")
    assert '<span class="note">advisory</span>' in page
    assert "1 advisory gate fails." in page
    assert "fail (advisory)" in harness.Run(project.folder / "out")._repr_html_()


def test_a_failed_advisory_gate_does_not_hide_a_failed_blocking_one(project: Project) -> None:
    project.write("tiers.yaml", HARSH)
    assert project.harness("run", "tiers.yaml", "--out", "out").code == 1


def test_a_misspelt_address_of_an_advisory_gate_ends_before_the_run(project: Project) -> None:
    project.write("tiers.yaml", SUITE.replace("accuracy:", "acuracy:"))
    called = project.harness("run", "tiers.yaml")
    assert called.code == 2
    assert "did you mean 'accuracy'?" in called.err


def test_an_advisory_gate_on_a_change_needs_a_baseline_too(project: Project) -> None:
    project.write("tiers.yaml", SUITE.replace("min: 0.99", "drop: 0.01"))
    called = project.harness("run", "tiers.yaml")
    assert called.code == 2
    assert "baseline" in called.err


def test_gates_of_a_run_from_before_there_were_tiers_are_blocking(tmp_path: Path) -> None:
    [decision] = written(tmp_path, [{**GATE, "verdict": "fail"}]).gates
    assert (decision.tier, decision.blocks) == ("blocking", True)


def test_reports_show_its_tier_and_count_it_nowhere(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{**GATE, "verdict": "fail", "tier": "advisory"}, {**GATE, "verdict": "pass"}]
    run = written(tmp_path, rows, verdict="pass")
    suite = ET.fromstring(junit(run))[0]
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "1")
    [skipped] = suite.iter("skipped")
    assert (skipped.get("message") or "").startswith("fail: advisory: 0.500")
    assert "✕ fail (advisory)" in markdown(run)
    assert markdown(run).startswith("## reviews: ✓ pass")


@pytest.mark.parametrize(("tier", "level"), [("advisory", "warning"), ("blocking", "error")])
def test_a_workflow_command_of_an_advisory_gate_is_a_warning(tier: Tier, level: str) -> None:
    gate = Decision("t/s", "min", 0.9, 0.1, 0.0, 0.2, 9, "fail", tier=tier)
    assert annotation(gate, "fail").startswith(f"::{level} title={'advisory ' * (tier == 'advisory')}gate t/s fails::")

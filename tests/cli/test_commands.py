"""The command line: what each command and option does, and what it prints where."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import __version__

if TYPE_CHECKING:
    from conftest import Project


ACCURACY = "classification/accuracy"


# run


def test_a_run_leaves_everything_in_its_directory(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert called.code == 0
    assert {path.relative_to("out").as_posix() for path in Path("out").rglob("*")} == {
        "run.json", "samples.parquet", "scores.json", "gates.json", "report.html", "run.lock",
        "records", "records/classification.parquet", "records/attack.parquet",
    }  # fmt: skip


def test_json_is_one_document(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "out", "--json")
    assert list(called.json) == ["run", "verdict", "gates", "scores"]
    assert (called.json["run"], called.json["verdict"]) == ("out", "pass")
    assert called.json["gates"] == project.read("out/gates.json")
    assert called.json["scores"] == project.read("out/scores.json")


def test_scores_and_gates_are_written_as_documented(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out")
    score = project.read("out/scores.json")[ACCURACY]
    assert (list(score), score["value"], score["n"]) == (["value", "low", "high", "n"], 0.9, 20)
    [gate] = project.read("out/gates.json")
    assert gate == {"address": ACCURACY, "kind": "min", "bound": 0.5, **score, "verdict": "pass", "tier": "blocking"}


def test_the_run_says_what_it_was_a_run_of(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out", "--limit", "10")
    info = project.read("out/run.json")
    assert (info["format"], info["name"], info["state"], info["verdict"]) == (2, "quick", "finished", "pass")
    assert (info["seed"], info["samples"], info["suite"]["data"]["limit"]) == (7, 10, 10)
    assert info["versions"]["model-harness"] == __version__
    attack = info["tasks"]["attack"]
    counted = attack.pop("engine")
    assert attack.pop("payload") == "harness.tasks.attack:Attacked"
    expected = {"use": "attack", "parts": ["deepwordbug"], "samples": 6, "planned": None, "cases": 6, "errors": 0,
                "lower_is_better": {}}  # fmt: skip
    assert attack == expected
    assert counted[""]["asked"] == info["engine"][""]["asked"] - 10
    assert set(info["fingerprints"]) == {"suite", "model", "data"}
    assert info["engine"][""]["asked"] == info["engine"][""]["unique"] + info["engine"][""]["remembered"]


@pytest.mark.parametrize(
    ("bound", "policy", "code", "verdict"),
    [
        (0.5, "fail", 0, "pass"), (0.99, "pass", 1, "fail"), (0.85, "fail", 1, "undecided"),
        (0.85, "pass", 0, "undecided"), (0.85, "warn", 0, "undecided"), (0.85, "point", 0, "undecided"),
        (0.95, "point", 1, "undecided"),
    ],
)  # fmt: skip
def test_the_exit_code_is_the_verdict_under_the_policy(
    project: Project, bound: float, policy: str, code: int, verdict: str
) -> None:
    project.edit("quick.yaml", "min: 0.5", f"min: {bound}")
    called = project.harness("run", "quick.yaml", "--out", "out", "--undecided", policy, "--json")
    assert (called.code, called.json["verdict"]) == (code, verdict)
    again = project.harness("gate", "out", "--undecided", policy)
    counts_as = {0: "pass", 1: "fail"}[code]
    changed = f", which counts as {counts_as}" if verdict == "undecided" and policy != "warn" else ""
    assert (again.code, f"verdict: {verdict} (1 {verdict}){changed}\n" in again.out) == (code, True)


def test_undecided_fails_unless_one_says_otherwise(project: Project) -> None:
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    assert project.harness("run", "quick.yaml").code == 1


def test_a_run_goes_into_a_new_folder_of_runs(project: Project) -> None:
    folders = {project.harness("run", "quick.yaml", "--json", "--quiet").json["run"] for _ in range(3)}
    assert len(folders) == 3
    assert all(re.fullmatch(r"runs.quick-\d{8}-\d{6}(-\d)?", folder) for folder in folders)


# check


def test_check_runs_no_model(project: Project) -> None:
    Path("toy.py").unlink()
    called = project.harness("check", "quick.yaml")
    assert (called.code, called.out.splitlines()[0], called.err) == (0, "quick: valid, 20 samples", "")
    assert "toy" not in sys.modules
    assert not Path("runs").exists()


def test_check_says_what_the_gates_can_resolve(project: Project) -> None:
    gates = '    gates: {robust_accuracy: {min: 0.5}, "queries[part=deepwordbug]": {max: 9}}\n'
    project.edit("quick.yaml", "    limit: 6\n", f"    limit: 6\n{gates}")
    called = project.harness("check", "quick.yaml", "--json")
    assert (called.json["suite"], called.json["samples"]) == ("quick", 20)
    rows = [(row["address"], row["kind"], row["bound"], row["n"]) for row in called.json["gates"]]
    assert rows == [
        (ACCURACY, "min", 0.5, 20),
        ("attack/robust_accuracy", "min", 0.5, 6),
        ("attack/queries[part=deepwordbug]", "max", 9, 6),
    ]
    ends = [(row["passes"], row["fails"], row["exact"]) for row in called.json["gates"]]
    assert ends == [(0.75, 0.25, True), (1.0, 0.0, True), (None, None, False)]
    truths = [row["power_80"] for row in called.json["gates"]]
    assert truths == [pytest.approx(0.7987, abs=1e-4), pytest.approx(0.8 ** (1 / 6), abs=1e-9), None]
    out = project.harness("check", "quick.yaml").out
    assert re.search(r"classification/accuracy +≥ 0\.5 +20 +≥ 0\.750 +≤ 0\.250 +0\.799", out)
    assert "queries[part=deepwordbug]: depends on how much it varies between samples" in out
    assert "with every score's truth at its bound, at most 15 % of runs fail by chance" in out


def test_a_failing_run_says_its_family_error_and_holm_corrects_it(project: Project) -> None:
    gates = "    gates: {edited: {max: 0.4}, clean_accuracy: {min: 0.1}}\n"
    project.edit("quick.yaml", "    limit: 6\n", f"    limit: 6\n{gates}")
    plain = project.harness("run", "quick.yaml", "--out", "plain")
    assert "of 3 gates, were every score's truth at its bound, one fails by chance in at most 15 % of runs" in plain.out
    project.harness("run", "quick.yaml", "--out", "holm", "--set", "correction=holm")
    found = {name: project.read(f"{name}/gates.json")[1] for name in ("plain", "holm")}
    assert [(each["value"], each["verdict"]) for each in found.values()] == [(5 / 6, "fail"), (5 / 6, "undecided")]
    assert found["holm"]["note"] == "it fails alone, but not as one of 3 gates (Holm's correction)"
    assert project.read("plain/run.json")["family_error"] == pytest.approx(0.15)
    assert project.read("holm/run.json")["family_error"] == pytest.approx(0.05)
    again = project.harness("gate", "holm", "--json").json["gates"]
    assert again == project.read("holm/gates.json")


# gate and report


def test_gate_decides_from_the_files_alone(project: Project) -> None:
    ran = project.harness("run", "quick.yaml", "--out", "out", "--json")
    for name in ("toy.py", "quick.yaml", "dev.jsonl", "out/report.html"):
        Path(name).unlink()
    called = project.harness("gate", "out", "--json")
    assert (called.code, called.json, called.err) == (0, ran.json, "")


def test_gate_fails_a_run_with_more_errors_than_allowed(project: Project) -> None:
    source = "import toy\n\n\ndef it(texts):\n    assert 'number 2' not in str(texts)\n    return toy.predict(texts)\n"
    project.write("picky.py", source)
    settings = ("--set", "model.labels=[negative, positive]", "--set", "tasks.classification.gates={}")
    assert project.harness("run", "quick.yaml", "--out", "out", "--model", "python:picky:it", *settings).code == 1
    assert project.harness("gate", "out", "--undecided", "pass").code == 1


def test_report_writes_it_anew_and_prints_where(project: Project) -> None:
    project.harness("run", "quick.yaml", "--out", "out")
    written = Path("out/report.html").read_bytes()
    Path("out/report.html").unlink()
    called = project.harness("report", "out")
    assert (called.code, called.out, called.err) == (0, f"{Path('out/report.html')}\n", "")
    assert Path("out/report.html").read_bytes() == written
    assert project.harness("report", "out", "--as", "html", "--out", "there.html").out == "there.html\n"
    assert Path("there.html").read_bytes() == written


def test_a_report_of_ones_own(project: Project) -> None:
    source = "def short(run):\n    print('writing')\n    return f'{run.name}: {len(run.scores)} ≥ 0'\n"
    project.install("reports", "short", "mine:short", source)
    project.harness("run", "quick.yaml", "--out", "out")
    assert project.harness("report", "out", "--as", "short").out == f"{Path('out/report.short')}\n"
    assert Path("out/report.short").read_text(encoding="utf-8").startswith("quick: ")


# list, help


def test_list_shows_every_kind_that_has_components(project: Project) -> None:
    called = project.harness("list", "--json")
    assert {"models", "data", "metrics", "attacks", "explainers", "tasks", "suites", "reports"} <= set(called.json)
    assert {row["name"] for row in called.json["tasks"]} >= {"classification", "attack", "explain"}
    assert "deepwordbug" in project.harness("list").out


def test_every_component_of_ours_says_what_it_is(project: Project) -> None:
    for kind in ("models", "data", "metrics", "tasks"):
        for row in project.harness("list", kind, "--json").json:
            assert list(row) == ["name", "summary", "available", "missing"]
            assert row["summary"].endswith("."), row["name"]


def test_list_says_what_is_missing(project: Project) -> None:
    project.install("data", "cells", "harness_sheets:cells", needs="absent")
    called = project.harness("list", "data", "--json")
    [row] = [row for row in called.json if row["name"] == "cells"]
    assert (row["available"], row["missing"]) == (False, ["absent"])
    assert re.search(r"cells .* missing: absent", project.harness("list", "data").out)


@pytest.mark.parametrize("command", ["run", "check", "gate", "report", "list"])
def test_every_command_explains_itself(project: Project, command: str) -> None:
    called = project.harness(command, "--help")
    assert (called.code, called.err) == (0, "")
    assert f"Usage: harness {command} " in called.out


def test_the_version_is_printed(project: Project) -> None:
    assert project.harness("--version").out == f"model-harness {__version__}\n"


def test_without_a_command_the_commands_are_listed(project: Project) -> None:
    called = project.harness()
    assert (called.code, called.out) == (2, "")
    assert "Commands:" in called.err


def test_a_finished_run_that_lost_its_records_is_refused(project: Project) -> None:
    project.finish("out")
    (project.folder / "out" / "records" / "attack.parquet").unlink()
    called = project.harness("report", "out")
    assert (called.code, called.out) == (2, "")
    assert "attack.parquet: cannot be read: No such file or directory" in called.err

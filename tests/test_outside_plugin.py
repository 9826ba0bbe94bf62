"""A stranger's package, built on the public names only: every kind of component, found and run."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from harness.cli.main import app
from harness.suite import components
from harness.testing import check

stranger = pytest.importorskip("stranger", reason="install tests/outside_plugin (make test does)")


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments), standalone_mode=True)
    return int(ended.value.code or 0)


def test_the_strangers_suite_runs_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("run", "strange", "--out", str(tmp_path / "run"), "--json") == 0
    result = json.loads(capsys.readouterr().out)
    assert result["verdict"] == "pass"
    assert result["scores"]["classification/error_rate"]["value"] == pytest.approx(2 / 6)
    assert result["scores"]["attack/attack_success_rate[part=shout]"]["value"] == pytest.approx(1 / 4)
    assert result["scores"]["length/confidence"]["n"] == 6
    parts = {address for address in result["scores"] if address.startswith("stress/flip_rate")}
    assert parts == {f"stress/flip_rate[part={part}]" for part in ("stretched/1", "stretched/2", "backwards")}
    assert "stress/accuracy[part=backwards]" not in result["scores"]


def test_the_strangers_report_is_written(tmp_path: Path) -> None:
    assert _run("run", "strange", "--out", str(tmp_path / "run"), "--quiet") == 0
    assert _run("report", str(tmp_path / "run"), "--as", "text") == 0
    assert "length/confidence 0.6" in (tmp_path / "run" / "report.text").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("attacks", "shout"), ("explainers", "first_word"), ("metrics", "error_rate"), ("models", "keywords"),
     ("metrics", "worst_miss"), ("perturbations", "stretched"), ("perturbations", "backwards"),
     ("data", "lines"), ("tasks", "length"), ("suites", "strange"), ("reports", "text")],
)  # fmt: skip
def test_the_strangers_components_are_listed(kind: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list", kind, "--json") == 0
    [row] = [row for row in json.loads(capsys.readouterr().out) if row["name"] == name]
    assert row == {"name": name, "summary": row["summary"], "available": True, "missing": []}
    assert row["summary"].endswith(".")


def test_the_strangers_attack_has_ten_lines() -> None:
    code = inspect.getsource(components.load("attacks", "shout"))
    assert len([line for line in code.splitlines() if line.strip()]) <= 10


@pytest.mark.parametrize("name", ["shout", "first_word", "stretched", "backwards", "error_rate", "worst_miss"])
def test_the_strangers_components_pass_what_the_projects_own_pass(name: str) -> None:
    check(getattr(stranger, name))


def test_the_strangers_attack_is_checked_with_its_parameter() -> None:
    check(stranger.shout, parameters={"marks": 3})


def test_the_strangers_model_passes_what_the_projects_own_pass() -> None:
    check(stranger.keywords, kind="model", parameters={"good": ["good"], "bad": ["bad"]}, labels=["no", "yes"])

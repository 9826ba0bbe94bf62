"""The page of a history: a drawing per score, a row per run, nothing of a stranger's is markup."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from harness_report import history as module
from harness_report import html
from harness_report.wording import MISSING
from past_runs import past

from harness.history.history import history_of
from harness.reports import History


def history(folder: Path, count: int, **info: Any) -> History:
    for at in range(count):
        verdict = ("pass", "fail", "undecided")[at % 3]
        when = f"2026-{at // 28 + 1:02}-{at % 28 + 1:02}T00:00:00+00:00"
        past(
            folder,
            f"run-{at:03}",
            accuracy=0.5 + at / 1000,
            verdict=verdict,
            when=when,
            versions={"numpy": str(at // 2)},
            **info,
        )
    return history_of(folder)


@pytest.mark.parametrize("count", [1, 3, 200])
def test_every_run_has_a_row_and_every_score_a_drawing(tmp_path: Path, count: int) -> None:
    page = html(history(tmp_path, count))
    assert page.count('<tr><th scope="row">') == count
    assert page.count("<figure>") == page.count("<svg ") == 1
    assert "≥ 0.4</span>" in page
    assert page.index(f"run-{count - 1:03}") < page.index("run-000") or count == 1
    assert "<script" not in page
    assert "style=" not in page.replace("style-src", "")


def test_without_the_extra_a_score_has_its_last_value_and_the_runs_their_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    page = html(history(tmp_path, 3))
    assert (page.count("<svg "), page.count("<figure>"), page.count('<tr><th scope="row">')) == (0, 1, 3)
    assert page.count("<code>pip install 'model-harness[charts]'</code>") == 1
    assert "In a drawing" not in page


def test_the_last_run_is_the_head_and_what_changed_stands_in_its_row(tmp_path: Path) -> None:
    page = html(history(tmp_path, 3))
    assert 'class="top undecided"' in page
    assert "3 runs of python:toy:predict, 1 January 2026" in page
    assert "<dt>numpy</dt><dd><bdi>1</bdi>" in page
    rows = page.split("<tr>")
    assert ["numpy 0 → 1" in row for row in rows if "run-00" in row] == [True, False, False]
    [drawing] = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert "numpy 0 → 1" in drawing
    assert drawing.count("var(--fail)") == 1


def test_of_several_suites_there_is_a_table_and_what_is_left_out_has_its_reason(tmp_path: Path) -> None:
    history(tmp_path, 2)
    past(tmp_path, "x", suite="another")
    past(tmp_path, "old", format=1)
    page = html(history_of(tmp_path))
    assert re.findall(r'<a href="#(suite-\d)">', page) == ["suite-0", "suite-1"]
    assert "is left out: " in page
    assert "expected a run of format 2" in page


def test_only_so_many_rows_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    page = html(history(tmp_path, 5))
    assert (page.count('<tr><th scope="row">'), "3 older runs without a row" in page) == (2, True)


def test_a_score_without_a_value_and_a_run_without_scores_are_dashes(tmp_path: Path) -> None:
    past(tmp_path, "a", accuracy=None, verdict="error")
    past(tmp_path, "b", state="stopped", verdict=None, finished=None, why="the disk is full")
    page = html(history_of(tmp_path))
    assert ("<figure>" in page, "the disk is full" in page, page.count(f"<b>{MISSING}</b>")) == (False, True, 2)


def test_nothing_of_strangers_is_markup(tmp_path: Path) -> None:
    hostile = "<script>x</script>\u202e{{ 7 * 7 }}'] + evil"
    address = "task/recall[class=<script>alert(1)</script>]"
    score = {"value": 0.5, "low": 0.1, "high": 0.9, "n": 3}
    gate = {"address": address, "kind": "min", "bound": 0.4, **score, "verdict": "undecided"}
    files: dict[str, Any] = {"scores.json": {address: score}, "gates.json": [gate]}
    own: dict[str, Any] = {"suite": hostile, "labels": [hostile, "b"], "files": files}
    past(tmp_path, "a", when=hostile, versions={"numpy": "1"}, **own)
    past(tmp_path, "b", when="2026-01-01T00:00:00", versions={hostile: hostile}, **own)
    page = html(history_of(tmp_path))
    assert "<script" not in page
    assert "\u202e" not in page
    assert page.count("<figure>") == page.count("<svg ") == 1

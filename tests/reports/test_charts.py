"""The numbers under the charts: against scikit-learn, or counted by hand."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import harness_report
import pytest
from finished_run import run_of
from harness_report import html, rendering
from harness_report.cases import Cases
from harness_report.charts import Chart, budgets, reliability
from harness_report.drawing import drawing, named
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness import Run
from harness.records.folder import RunFolder
from harness.records.info import info_json
from harness.reports import Attacked, Classified


def only(charts: list[Chart]) -> Chart:
    [chart] = charts
    return chart


def test_reliability_is_scikit_learns_calibration_curve(tmp_path: Path) -> None:
    calibration = pytest.importorskip("sklearn.calibration")
    sure = [0.5 + 0.5 * ((at * 37) % 101) / 101 for at in range(200)]
    right = [(at * 13) % 7 > 2 for at in range(200)]
    rows = [("", int(hit), Classified("yes", [1 - p, p])) for p, hit in zip(sure, right, strict=True)]
    chart = only(reliability(Cases(run_of(tmp_path, "classification", Classified, rows), "classification"), 0.95))
    shares, means = calibration.calibration_curve(right, sure, n_bins=10)
    assert [float(row[0]) for row in chart.rows] == pytest.approx(means, abs=5e-4)
    assert [float(row[1].split()[0]) for row in chart.rows] == pytest.approx(shares, abs=5e-4)
    assert sum(int(row[2]) for row in chart.rows) == 200


def test_robust_accuracy_falls_with_the_budget(tmp_path: Path) -> None:
    outcomes = [("succeeded", 3), ("succeeded", 30), ("failed", 80), ("skipped", 0), ("succeeded", 3)]
    rows = [("bug", 1, Attacked(cast("Any", outcome), "t", [0, 1], [1, 0], n)) for outcome, n in outcomes]
    chart = only(budgets(Cases(run_of(tmp_path, "attack", Attacked, rows), "attack")))
    told = {row[0]: row[1] for row in chart.rows}
    assert told == {"1": "80 %", "2": "80 %", "5": "40 %", "10": "40 %", "20": "40 %", "30": "20 %"}


def test_a_sample_a_task_never_saw_breaks_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path, "classification", Classified, [("", 1, Classified("yes", [0.0, 1.0]))])
    (tmp_path / "samples.parquet").unlink()
    assert "s0" in html(run)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60))
@example("000000000000\u00c6\u00c6\u00c6\u00c6\u00c6\U0001d4f6\U0001d4fe\U0001d500")
def test_a_name_in_a_drawing_is_text(name: str) -> None:
    y, x = {"field": "name", "type": "nominal"}, {"field": "v", "type": "quantitative"}
    values = {"values": [{"name": named(name), "v": 1}]}
    spec = {"data": values, "mark": "bar", "encoding": {"x": x, "y": y}}
    made = drawing(spec, f"<script>{name}")
    assert "<script" not in made
    assert " on" not in made.partition("<title>")[0]
    assert "style=" not in made.replace(name, "")
    made.encode("utf-8")


def test_a_page_of_a_large_run_says_what_it_was_made_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("", 1, Classified("no", [0.9, 0.1])) for _ in range(7)]
    run = run_of(tmp_path, "classification", Classified, rows)
    task = replace(run.info.tasks["classification"], samples=7, errors=2)
    with RunFolder(tmp_path) as made:
        made.write_info(info_json(replace(run.info, samples=7, tasks={"classification": task})))
    for module in (harness_report, harness_report.cases):
        monkeypatch.setattr(module, "MAX_SAMPLES_READ", 3)
    page = html(Run(tmp_path))
    assert "7 samples; 2 cases errored; pictures and samples are of 3 of them, chosen by hash" in page
    assert "These are 3 of 7; all are in samples.parquet and records/." in page


def test_a_renderer_that_aborts_costs_its_drawings_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = rendering.Renderer("import os; os.abort()")
    monkeypatch.setattr(harness_report.drawing, "renderer", lambda: broken)
    for _ in range(2):
        assert drawing({"mark": "bar"}, "<b>up</b>") == "<p>Not drawn on this machine: &lt;b&gt;up&lt;/b&gt;</p>"


def test_without_the_extra_each_chart_is_its_table_and_one_sentence_says_what_draws_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(tmp_path, "attack", Attacked, [("bug", 1, Attacked("succeeded", "t", [0, 1], [1, 0], 3))])
    drawn = html(run)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    tables = html(run)
    assert (drawn.count("The same in numbers"), drawn.count("pip install")) == (1, 0)
    assert (tables.count("The same in numbers"), tables.count('class="drawings"')) == (0, 0)
    assert tables.count("<code>pip install 'model-harness[charts]'</code>") == 1
    table = drawn.partition('<table class="numbers">')[2].partition("</table>")[0]
    assert len(table) > 100
    assert tables.count(table) == 1


def test_a_module_in_the_working_directory_is_not_run_by_the_renderer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("open('run', 'w')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    assert rendering.Renderer().svg({"mark": "bar", "data": {"values": []}})
    assert not (tmp_path / "run").exists()

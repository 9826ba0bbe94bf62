"""What the page draws of a task of calibration: beside scikit-learn, and counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from finished_run import run_of
from harness_report.abstaining import abstaining, by_coverage
from harness_report.cases import Cases
from harness_report.charts import reliability
from harness_report.sections import sections

import harness
from harness import Run, at_temperature
from harness.reports import Classified

LABELS = ["a", "b"]
SURE = [0.5 + 0.5 * ((at * 37) % 101) / 101 for at in range(200)]
RIGHT = [(at * 13) % 7 > 2 for at in range(200)]


def _model(texts: list[str]) -> list[list[float]]:
    return [[1 - SURE[int(text)], SURE[int(text)]] for text in texts]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data = [{"text": str(at), "label": LABELS[right]} for at, right in enumerate(RIGHT)]
    tasks = [{"use": "calibration", "coverages": [0.5], "ood": {"class": "a"}}]
    out = tmp_path_factory.mktemp("abstaining") / "run"
    return harness.evaluate(_model, data, tasks, labels=LABELS, out=out, progress=False)


def test_accuracy_by_coverage_is_that_of_the_surest(run: Run) -> None:
    [chart] = by_coverage(Cases(run, "calibration"), run, {})
    order = sorted(range(200), key=lambda at: -SURE[at])
    half = [row for row in chart.rows if row[0] == "50 %"]
    assert half[0][1] == f"{SURE[order[99]]:.3f}"
    assert float(half[0][2].split()[0]) == pytest.approx(np.mean([RIGHT[at] for at in order[:100]]), abs=5e-3)
    assert half[0][3] == "100"
    assert chart.rows[-1][0] == "100 %"


def test_the_section_has_a_chart_of_each_thing(run: Run) -> None:
    [section] = sections(run, [Cases(run, "calibration")])
    titles = [chart.title for chart in section.content.charts]
    assert titles[0] == "Right as often as sure?"
    assert titles[-3:] == ["Right among the surest", "Sets of classes", "Out of scope"]
    assert section.content.groups[0].title == "Wrong predictions"


def test_what_is_out_of_scope_is_listed_by_what_it_is_taken_for(run: Run) -> None:
    chart = abstaining(Cases(run, "calibration"), run)[-1]
    outside = [at for at in range(200) if not RIGHT[at]]
    accepted = np.mean([SURE[at] > 0.5 for at in outside])
    assert [row[0] for row in chart.rows] == ["b", "a"]
    assert float(chart.rows[0][1].split()[0]) == pytest.approx(accepted, abs=5e-4)


def test_a_temperature_is_what_the_task_makes_of_it(tmp_path: Path) -> None:
    rows = [("", int(hit), Classified("yes", [1 - p, p])) for p, hit in zip(SURE, RIGHT, strict=True)]
    cases = Cases(run_of(tmp_path, "classification", Classified, rows), "classification")
    mended = at_temperature(np.array(_model([str(at) for at in range(200)])), 2.0).max(axis=1)
    [chart] = reliability(cases, 0.95, 2.0)
    bins = np.minimum(np.ceil(mended * 10).astype(int) - 1, 9)
    assert [float(row[0]) for row in chart.rows] == pytest.approx(
        [mended[bins == each].mean() for each in np.unique(bins)], abs=5e-4
    )


def test_a_model_equally_sure_of_all_has_no_curve(tmp_path: Path) -> None:
    rows = [("", at % 2, Classified("yes", [0.4, 0.6])) for at in range(20)]
    run = run_of(tmp_path, "classification", Classified, rows)
    assert by_coverage(Cases(run, "classification"), run, {}) == []

"""A task that times calls: latency by rows in a call, its table by length, the slowest calls first."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from harness_report import html
from harness_report.cases import Cases
from harness_report.markdown import markdown
from harness_report.speed import is_timed, latencies

import harness
from harness import Run

ROWS = [{"text": " ".join(["word"] * (at % 6 + 1)), "label": at % 2, "id": str(at)} for at in range(66)]


def waits(texts: list[str]) -> Any:
    time.sleep(0.02 if len(texts) == 2 and texts[0] == ROWS[5]["text"] else 0.001)
    return [[0.5, 0.5]] * len(texts)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    task = {"use": "performance", "batch_sizes": [1, 2], "starts": 0, "gates": {"latency_p99[batch=1]": {"max": 9}}}
    out = tmp_path_factory.mktemp("timed") / "run"
    tasks: list[Any] = [task, "classification"]
    return harness.evaluate(waits, ROWS, tasks, labels=["no", "yes"], out=out, progress=False)


def test_the_table_has_a_row_for_each_number_of_rows_and_length(run: Run) -> None:
    [chart] = latencies(Cases(run, "performance"), run)
    assert [row[:2] for row in chart.rows[:4]] == [["1", "any"], ["1", "short"], ["1", "medium"], ["1", "long"]]
    assert chart.rows[4][:2] == ["2", "any"]
    assert all(len(row) == len(chart.columns) for row in chart.rows)
    median = run.scores["performance/latency_p50[batch=2]"]
    assert chart.rows[4][2].startswith(f"{median:.3f}")
    assert "1 rows: " in chart.drawings[0][1]


def test_only_a_task_with_calls_is_drawn_so(run: Run) -> None:
    assert is_timed(run, "performance")
    assert not is_timed(run, "classification")
    assert latencies(Cases(run, "classification"), run) == []


def test_the_page_has_units_the_slowest_call_first_and_why_a_gate_is_undecided(run: Run) -> None:
    page = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", html(run).replace("<wbr>", ""), flags=re.DOTALL)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "latency_p50[batch=1] in ms" in words
    assert "[batch=1,length=short]" not in words
    assert "299 calls bound it from above, there are 66" in words
    slowest = float(re.findall(r"the slowest first, in ms\..*?latency ([\d.]+)", words)[0])
    assert slowest == pytest.approx(max((each.payload or {})["latency"] for each in run.records("performance")), 0.01)
    assert slowest >= 20


def test_a_comment_has_latency_by_rows_but_not_by_length(run: Run, tmp_path: Path) -> None:
    ungated = harness.evaluate(
        waits, ROWS, [{"use": "performance", "batch_sizes": [1], "starts": 0}],
        labels=["no", "yes"], out=tmp_path / "run", progress=False,
    )  # fmt: skip
    text = markdown(ungated).replace("\\", "")
    assert "latency_p95[batch=1]" in text
    assert "length" not in text

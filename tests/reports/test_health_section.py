"""What the page shows of a task of health."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness_report.cases import Cases
from harness_report.health import confidences
from harness_report.sections import sections

import harness
from harness import Run

LABELS = ["no", "yes"]


def _model(texts: list[str]) -> list[list[float]]:
    """Sure of all, wrong of every fourth, and of other answers among others."""
    chances = [0.95 - 0.01 * (len(texts) > 2 and at == 0) for at, _ in enumerate(texts)]
    return [[1 - each, each] for each in chances]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data = [{"text": f"text {at}", "label": LABELS[at % 4 > 0]} for at in range(40)]
    out: Path = tmp_path_factory.mktemp("health") / "run"
    return harness.evaluate(_model, data, [{"use": "health", "asked": 5}], labels=LABELS, out=out, progress=False)


def test_confidences_are_counted_where_right_and_where_wrong(run: Run) -> None:
    [chart] = confidences(Cases(run, "health"))
    assert [row[1:] for row in chart.rows if row[0] == "0.900 to 1.000"] == [["30 (100 %)", "10 (100 %)"]]


def test_samples_that_changed_and_sure_errors_have_groups_of_their_own(run: Run) -> None:
    [section] = sections(run, [Cases(run, "health")])
    changed, sure = section.content.groups
    assert changed.lead == "5 samples of 5 that were asked in every way, the furthest apart first."
    assert sure.lead == "10 samples, the surest first."
    assert len(changed.cards) == len(sure.cards) == 3

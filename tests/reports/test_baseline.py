"""The report of a run with a baseline: the comparison comes first, drawn, with margins and the samples that turned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import harness

if TYPE_CHECKING:
    from conftest import Project

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
baseline: toy.baseline
resamples: 100
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {drop: 0.05}, ece: {rise: 0.1, tier: advisory}}
"""
WORSE = """\
import toy

def predict(texts):
    return [row[::-1] if len(text) % 2 else row for row, text in zip(toy.predict(texts), texts)]

predict.labels = toy.predict.labels
"""


@pytest.fixture
def worse(project: Project) -> Project:
    """A project with a run of a worse model than its baseline's."""
    project.write("drop.yaml", SUITE)
    project.write("worse.py", WORSE)
    assert project.harness("run", "drop.yaml", "--first", "--out", "first").code == 0
    assert project.harness("accept", "first", "--to", "toy.baseline").code == 0
    assert project.harness("run", "drop.yaml", "--model", "python:worse:predict", "--out", "worse").code == 1
    return project


def test_the_comparison_with_the_baseline_comes_first(worse: Project) -> None:
    page = (worse.folder / "worse/report.html").read_text(encoding="utf-8").replace("<wbr>", "")
    assert page.index('<section id="baseline">') < page.index('<section id="gates">')
    section = page[page.index('<section id="baseline">') : page.index('<section id="gates">')]
    assert "toy.baseline" in section
    assert "newly wrong" in section
    row = section[section.index("classification/accuracy</bdi>") :].partition("</tr>")[0]
    assert len(re.findall('class="bound"', row)) == 2, "zero and the margin"
    other = section[section.index("classification/recall[class=negative]</bdi>") :].partition("</tr>")[0]
    assert len(re.findall('class="bound"', other)) == 1


def test_a_run_without_a_baseline_or_whose_baseline_is_gone_has_a_report_too(worse: Project) -> None:
    page = (worse.folder / "first/report.html").read_text(encoding="utf-8")
    assert 'id="baseline"' not in page
    assert worse.harness("run", "drop.yaml", "--baseline", "first", "--out", "against").code == 1
    (worse.folder / "first").rename(worse.folder / "moved")
    assert worse.harness("report", "against").code == 0
    page = (worse.folder / "against/report.html").read_text(encoding="utf-8")
    assert "It is not compared with its baseline" in page
    assert "is no more there" in page


def test_a_notebook_says_how_the_gates_on_changes_went(worse: Project) -> None:
    view = harness.Run(worse.folder / "worse")._repr_html_()
    assert re.search(r"against [^<]*toy\.baseline: 1 fail, 1 \w+ \(advisory\)", view)

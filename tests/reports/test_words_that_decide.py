"""The words that decide: of many, only those whose weight is surely not zero."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from finished_run import run_of
from harness_report.cases import Cases
from harness_report.charts import Chart
from harness_report.deciding import deciding

from harness.reports import Explained

Weights = Sequence[float]


def explained(units: list[str], weights: list[float], label: str = "yes") -> tuple[str, int, Explained]:
    return "loo", 1, Explained(units, weights, label, 0.9, 0.1, 0.1)


def chart_of(folder: Path, rows: list[tuple[str, int, Explained]]) -> Chart:
    return deciding(Cases(run_of(folder, "explain", Explained, rows), "explain"), "loo", 0.95)


def drawn(chart: Chart) -> dict[str, list[str]]:
    """The words that are drawn, by class."""
    return {label: [row.address for row in table.rows] for label, table in chart.strips}


def test_words_are_weighed_by_the_class_they_explain(tmp_path: Path) -> None:
    sure = [
        explained(["Good, ", "film ", "\u300cbad\u3002"], [0.5 + step, 0.0, -0.25 + step]) for step in (0.0, 0.01, 0.02)
    ]
    other = [explained(["good ", "thing"], [0.1, 0.4], "no")] * 2
    chart = chart_of(tmp_path, sure + other)
    assert drawn(chart) == {"yes": ["good", "bad"]}
    [(_, table)] = chart.strips
    assert [(row.value, row.n) for row in table.rows] == [("0.510", 3), ("\N{MINUS SIGN}0.240", 3)]


def test_the_interval_is_scipys_for_all_words_together(tmp_path: Path) -> None:
    stats = pytest.importorskip("scipy.stats")
    weights = [0.30, 0.42, 0.25, 0.37, 0.31]
    rows = [explained(["good ", "film"], [weight, weight / 100 - 0.003]) for weight in weights]
    [(_, table)] = chart_of(tmp_path, rows).strips
    mean, error = sum(weights) / 5, stats.sem(weights)
    low, high = stats.t.interval(1 - 0.05 / 2, 4, loc=mean, scale=error)  # two words were tried
    assert table.rows[0].interval == f"[{low:.3f}, {high:.3f}]"


def test_noise_is_not_drawn_and_the_page_says_so(tmp_path: Path) -> None:
    chance = random.Random(3)
    words = [f"word{at} " for at in range(60)]
    rows = [explained(words, [chance.gauss(0, 0.1) for _ in words]) for _ in range(8)]
    chart = chart_of(tmp_path, rows)
    assert chart.strips == []
    assert chart.about.startswith("Of the 60 words that stand in 3 or more samples explained for a class, none surely")


def test_the_surest_word_comes_first_not_the_heaviest(tmp_path: Path) -> None:
    rows = [explained(["steady ", "wild"], [0.20 + step / 100, 0.60 + step / 10]) for step in (-1, 0, 1, 0)]
    assert drawn(chart_of(tmp_path, rows)) == {"yes": ["steady", "wild"]}


def test_a_word_that_a_sample_has_twice_counts_once(tmp_path: Path) -> None:
    rows = [explained(["good ", "good ", "film"], [0.5 + step, 0.3 + step, 0.0]) for step in (0.0, 0.01, 0.02)]
    [(_, table)] = chart_of(tmp_path, rows).strips
    assert [(row.address, row.value, row.n) for row in table.rows] == [("good", "0.410", 3)]


def test_too_few_explanations_say_so(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, [explained(["good"], [0.5])] * 2)
    assert chart.about == (
        "No word stands in 3 or more samples explained for a class: explain more samples to see which words decide."
    )

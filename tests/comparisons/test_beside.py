"""Speed and size stand beside what says how good a model is: a line of their own, and no part of its verdict."""

from __future__ import annotations

from typing import Any

import pytest

from harness import compare
from harness.baselines.differences import Changed
from harness.baselines.units import UNITS
from harness.comparisons.beside import apart, is_beside, lines
from harness.comparisons.comparison import Moved, Outcome, Pair
from harness.comparisons.summary import headlines, overall
from harness.reports import lower_is_better
from harness.scores.address import parse_local
from harness.scores.score import Score

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks:
  - {use: classification, metrics: [log_loss]}
  - {use: performance, batch_sizes: [1, 2], starts: 0}
"""
SLOW = """
import time, toy

def predict(texts):
    time.sleep(0.01)
    return toy.predict(texts)

predict.labels = toy.predict.labels
"""


def moved(local: str, old: float, new: float, outcome: Outcome = "undecided", doubt: str = "") -> Moved:
    name, keys = parse_local(local)
    score = Score(name, new, None, None, 9, keys, doubt=doubt)
    return Moved("task", local, Changed(score, old, new, new - old, None, None, 9, 0, 0, 0.01), outcome, 0.01)


def pair(*every: Moved) -> Any:
    return Pair(None, None, every, {})  # type: ignore[arg-type]  # its sides say nothing here


def test_every_score_of_the_task_is_beside_and_has_a_direction_and_a_unit() -> None:
    from harness_performance import performance

    from harness import ScoringContext

    names = {score.name for score in performance().score([], ScoringContext([], {}))}
    assert names == set(UNITS)
    assert all(is_beside(name) and lower_is_better(name) is not None for name in names)


def test_the_line_has_the_tail_of_latency_throughput_and_size_with_units_and_ratios() -> None:
    every = [
        moved("latency_p50[batch=1]", 5, 6),
        moved("latency_p95[batch=1]", 10, 12, "worse"),
        moved("latency_p95[batch=1,length=long]", 20, 22),
        moved("throughput[batch=8]", 100, 90),
        moved("size", 400, 100, "better"),
    ]
    [line] = lines(every)
    assert line == (
        "speed and size: latency_p95[batch=1] 10 to 12 ms (1.20x, worse), size 400 to 100 MB (0.25x, better), "
        "throughput[batch=8] 100 to 90 rows/s (0.90x, undecided)"
    )


def test_many_are_cut_and_those_that_moved_come_first() -> None:
    every = [moved(f"latency_p95[batch={rows}]", 1, 1) for rows in range(1, 9)]
    [line] = lines([*every, moved("startup", 0, 2, "worse")])
    assert line.startswith("speed and size: startup 0 to 2 s (worse), ")
    assert line.endswith(", and 3 more")


def test_why_times_do_not_compare_is_said_once() -> None:
    why = "times do not compare: the old one was measured on a machine that nobody knows"
    every = [moved(f"latency_p95[batch={rows}]", 1, 2, doubt=why) for rows in (1, 8)]
    assert list(lines(every))[1:] == [why]


def test_speed_has_no_say_in_how_good_a_model_is_where_anything_else_has() -> None:
    slower, better = moved("latency_p95[batch=1]", 1, 2, "worse"), moved("accuracy", 0.8, 0.9, "better")
    assert overall(pair(slower, better), 0.05) == "better"
    assert overall(pair(slower), 0.05) == "worse"
    assert pair(slower, better).counts == {"better": 1}
    assert pair(slower, better).tests == 1
    assert apart([slower]) == ([slower], [], [])
    assert [line.partition(":")[0] for line in headlines(pair(slower, better), 0.05)] == ["better", "speed and size"]
    assert [line.partition(":")[0] for line in headlines(pair(slower), 0.05)] == ["worse"]


@pytest.fixture
def two(project: Any) -> Any:
    """The runs `old` and `slow` of a project: one answers, the other answers the same 10 ms later."""
    project.write("suite.yaml", SUITE)
    project.write("slow.py", SLOW)
    for name, model in (("old", "toy"), ("slow", "slow")):
        called = project.harness("run", "suite.yaml", "--out", name, "--set", f"model.object={model}:predict")
        assert called.code == 0
        [line] = [each for each in called.out.splitlines() if "latency_p50[batch=2]" in each]
        assert (float(line.split()[1]) > 10) is (name == "slow")
        assert line.split()[2] == "ms"
    return project


def test_a_slower_model_that_answers_alike_is_no_worse_one(two: Any) -> None:
    out = two.harness("compare", "old", "slow").out
    assert out.startswith("slow against old: undecided\n")
    [line] = [each for each in out.splitlines() if "speed and size" in each]
    assert "throughput[batch=1]" in line
    assert "rows/s" in line
    assert "worse" in line
    two.harness("compare", "old", "slow", "--markdown", "c.md", "--html", "c.html")
    assert all("speed and size: " in (two.folder / name).read_text(encoding="utf-8") for name in ("c.md", "c.html"))


def test_tests_of_speed_are_corrected_among_themselves(two: Any) -> None:
    [both] = compare(two.folder / "old", two.folder / "slow").pairs
    names = {each.change.score.name for each in both.moved} - UNITS.keys()
    [alone] = compare(two.folder / "old", two.folder / "slow", scores=sorted(names)).pairs
    assert both.tests == alone.tests
    found = {each.address: each.p_holm for each in both.moved}
    assert {each.address: each.p_holm for each in alone.moved}.items() <= found.items()


def test_a_percentile_of_too_few_calls_has_no_interval_of_its_difference(two: Any) -> None:
    [both] = compare(two.folder / "old", two.folder / "slow").pairs
    found = {each.local: each for each in both.moved}
    tail, middle = found["latency_p99[batch=1]"], found["latency_p50[batch=1]"]
    assert (tail.change.low, tail.change.high, tail.outcome) == (None, None, "undecided")
    assert middle.outcome == "worse"

"""The attacks on images and rows move a number as far as arithmetic says, and ask no more than they may."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import numpy as np
import pytest
from harness_tabular.row import Column, Row

from harness import Sample, Session
from harness.attacked.attacking import Terms
from harness.attacked.goals import Moved
from harness.kinds.inputs import kind_of
from harness.suite.components import load
from harness.tasks.attack import Attacked, under_attack
from harness.types import Answers

GREY = np.full((8, 8, 1), 100, dtype=np.uint8)
SEEN = tuple(range(0, 101, 10))
ROW = Row({"a": 50, "b": 50, "c": 50}, {name: Column(50, SEEN, 30.0) for name in "abc"})
WEIGHTS = {"a": 1.0, "b": -3.0, "c": 2.0}


def driven(session: Session[Any], model: Any) -> tuple[Attacked, int]:
    """What became of an attack on a number, and the rows it asked beside those of the task."""
    asked = []
    try:
        question = next(session)
        while True:
            asked.append(len(question.inputs))
            question = session.send(Answers([[model(each)] for each in question.inputs], "m", ["value"], "value"))
    except StopIteration as stop:
        return stop.value, sum(asked) - 2


def brightness(image: Any) -> float:
    return float(image.astype(np.float64).sum())


def linear(row: Row) -> float:
    return float(sum(weight * row[name] for name, weight in WEIGHTS.items()))


@pytest.mark.parametrize("steps", [1, 3, 9])
def test_simba_moves_the_sum_of_pixels_by_a_square_a_step(steps: int) -> None:
    simba = load("attacks", "simba")

    def attack(sample: Sample[Any], rng: Random) -> Session[Any]:
        return (yield from simba(sample, rng, epsilon=0.2, steps=steps, size=2))

    result, asked = driven(under_attack(attack, Sample("1", GREY, 0.0), Random(3), None, Terms(Moved(1e6))), brightness)
    assert result.outcome == "failed"
    assert abs(result.after[0] - result.before[0]) == steps * 4 * round(255 * 0.2)
    assert asked == result.queries == 1 + 2 * steps


@pytest.mark.parametrize("cells", [1, 2, 3])
def test_greedy_cells_changes_the_cells_that_count_most(cells: int) -> None:
    greedy = load("attacks", "greedy_cells")

    def attack(sample: Sample[Any], rng: Random) -> Session[Any]:
        return (yield from greedy(sample, rng, cells=cells, values=len(SEEN)))

    result, _ = driven(under_attack(attack, Sample("1", ROW, 0.0), Random(0), None, Terms(Moved(1e6))), linear)
    # the first, b, goes to its end, either way; then c and a away from where it stands by now
    assert abs(result.after[0] - result.before[0]) == [150, 250, 300][cells - 1]
    changed = [name for name, cell in json.loads(result.perturbed)["cells"].items() if cell != 50]
    assert changed == [["b"], ["b", "c"], ["a", "b", "c"]][cells - 1]


@pytest.mark.parametrize("most", [1, 2, 7, 30, 31, 40, 100])
@pytest.mark.parametrize(("name", "value", "model"), [("simba", GREY, brightness), ("greedy_cells", ROW, linear)])
def test_they_ask_no_more_than_they_may_and_keep_their_best(name: str, value: Any, model: Any, most: int) -> None:
    terms = Terms(Moved(1e6), max_queries=most)
    result, asked = driven(under_attack(load("attacks", name), Sample("1", value, 0.0), Random(0), None, terms), model)
    assert asked == result.queries <= most
    found = kind_of(value).parse(result.perturbed)
    assert model(found) == pytest.approx(result.after[0])
    assert abs(result.after[0] - result.before[0]) > 0 or most < 31

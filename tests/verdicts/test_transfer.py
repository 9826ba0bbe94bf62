"""Several data sets in one suite: scores of each, and what is lost from the first to the others."""

from __future__ import annotations

import pytest

from harness import Score
from harness.demands.gate import Gate
from harness.scores.gates import TaskScores, decide
from harness.statistics.intervals import difference_bounds, wilson
from harness.verdicts.transfer import drop, with_drops


def shares(name: str, successes: int, n: int, **keys: str) -> dict[str, Score]:
    low, high = wilson(successes, n)
    score = Score(name, successes / n, low, high, n, keys)
    return {score.local: score}


def test_one_set_needs_no_name() -> None:
    only = TaskScores(shares("accuracy", 8, 10))
    assert with_drops([only], [""]) is only


def test_the_first_set_speaks_for_the_task_and_the_others_for_themselves() -> None:
    found = with_drops(
        [TaskScores(shares("accuracy", 90, 100)), TaskScores(shares("accuracy", 70, 100))], ["films", "hotels"]
    )
    values = {address: score.value for address, score in found.scores.items()}
    assert values == {
        "accuracy": 0.9,
        "accuracy[data=hotels]": 0.7,
        "accuracy_drop[data=hotels]": pytest.approx(0.2),
    }


def test_a_class_of_another_set_has_no_drop() -> None:
    sets = [
        TaskScores(shares("recall", 9, 10, **{"class": "a"})),
        TaskScores(shares("recall", 7, 10, **{"class": "a"})),
    ]
    assert list(with_drops(sets, ["x", "y"]).scores) == ["recall[class=a]", "recall[data=y,class=a]"]


def test_a_drop_of_shares_has_newcombes_interval() -> None:
    """The example of Newcombe (1998, Statistics in Medicine 17, 873-890, table II): 56/70 and 48/80, 95 %."""
    first, second = wilson(56, 70, 0.975), wilson(48, 80, 0.975)
    assert difference_bounds((56 / 70, *first), (48 / 80, *second)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference_bounds((0.9, *wilson(9, 10, 0.975)), (0.3, *wilson(3, 10, 0.975))) == pytest.approx(
        (0.1705, 0.8090), abs=5e-5
    )


def test_a_drop_without_an_interval_has_none() -> None:
    first, other = Score("f1", 0.8, None, None, 5), Score("f1", 0.5, 0.4, 0.6, 5)
    assert drop(first, other, "b").low is None
    assert drop(first, Score("f1", None, None, None, 0, note="no case"), "b").note == "no case"


def test_a_drop_with_errors_in_one_set_is_decided_at_its_extremes() -> None:
    best, worst = shares("accuracy", 91, 100), shares("accuracy", 30, 100)
    first = TaskScores(shares("accuracy", 90, 99), [best, worst], errors=1, cases=100)
    found = with_drops([first, TaskScores(shares("accuracy", 89, 100), cases=100)], ["a", "b"])
    assert (found.errors, found.cases, len(found.extremes)) == (1, 200, 2)
    gate = Gate("t/accuracy[data=b]", "min", 0.8)
    assert decide(gate, found, max_errors=5).verdict == "pass"  # the other set's error is not its own
    assert decide(Gate("t/accuracy", "min", 0.8), found, max_errors=5).verdict == "undecided"

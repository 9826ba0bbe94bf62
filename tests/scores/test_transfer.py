"""Several sets of data in one suite: scores of each, and what is lost from the first to the others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness import Score
from harness.scores.gates import Gate, TaskScores, decide
from harness.scores.intervals import difference_bounds, paired_difference, wilson
from harness.scores.transfer import drop, with_drops


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


def test_paired_differences_without_correlation_are_those_of_independent_shares() -> None:
    both, first, second, neither = 25, 25, 25, 25
    low, high = wilson(50, 100)
    expected = difference_bounds((0.5, low, high), (0.5, low, high))
    assert paired_difference(both, first, second, neither) == pytest.approx(expected)


def test_pairs_that_agree_are_known_better_than_independent_shares() -> None:
    low, high = paired_difference(45, 5, 0, 50)
    independent = difference_bounds((0.5, *wilson(50, 100)), (0.45, *wilson(45, 100)))
    assert independent is not None
    assert independent[0] < low < 0.05 < high < independent[1]
    assert paired_difference(5, 0, 5, 0) == tuple(-each for each in reversed(paired_difference(5, 5, 0, 0)))


def test_each_end_of_a_paired_difference_is_a_bound_at_the_confidence() -> None:
    """Over all outcomes of 40 pairs of one distribution, the exact chance that the lower bound holds is about 0.95."""
    from scipy.stats import multinomial

    n, chances = 40, (0.6, 0.2, 0.1, 0.1)
    truth, held = chances[1] - chances[2], 0.0
    for both in range(n + 1):
        for first in range(n + 1 - both):
            for second in range(n + 1 - both - first):
                counts = (both, first, second, n - both - first - second)
                if paired_difference(*counts)[0] <= truth:
                    held += multinomial.pmf(counts, n, chances)
    assert held == pytest.approx(0.95, abs=0.02)


SUITE = """\
model: {use: python, object: "toy:predict"}
data:
  - {use: files, path: dev.jsonl}
  - {use: files, path: hotels.jsonl, name: hotels, limit: 4}
tasks:
  - use: classification
    metrics: []
    gates: {accuracy: {min: 0.5}, "accuracy[data=hotels]": {min: 0.9}, "accuracy_drop[data=hotels]": {max: 0.2}}
"""


@pytest.fixture
def transfer(project: Any) -> Any:
    rows = [{"text": f"a bad room {at}", "label": "positive"} for at in range(6)]
    project.write("hotels.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("transfer.yaml", SUITE)
    return project


def test_a_run_on_two_sets_gates_each_and_the_drop(transfer: Any) -> None:
    called = transfer.harness("run", "transfer.yaml", "--out", "out", "--json")
    assert called.code == 1
    assert [(gate["address"], gate["verdict"], gate["n"]) for gate in called.json["gates"]] == [
        ("classification/accuracy", "pass", 20),
        ("classification/accuracy[data=hotels]", "fail", 4),
        ("classification/accuracy_drop[data=hotels]", "fail", 4),
    ]
    info = transfer.read("out/run.json")
    assert info["data"] == [
        {"name": "dev", "kind": "text", "samples": 20, "cut": 0},
        {"name": "hotels", "kind": "text", "samples": 4, "cut": 0},
    ]
    assert (info["samples"], info["tasks"]["classification"]["cases"]) == (24, 24)


def test_a_limit_on_the_command_line_is_every_sets(transfer: Any) -> None:
    called = transfer.harness("check", "transfer.yaml", "--limit", "3", "--json")
    assert called.json["samples"] == 6
    assert [row["n"] for row in called.json["gates"]] == [3, 3, 3]


def test_a_key_of_one_set_is_set_by_its_name(transfer: Any) -> None:
    called = transfer.harness("check", "transfer.yaml", "--json", "--set", "data.dev.limit=7")
    assert [row["n"] for row in called.json["gates"]] == [7, 4, 4]
    called = transfer.harness("check", "transfer.yaml", "--set", "data.hotels.limit=0")
    assert "transfer.yaml, with data.hotels.limit as it was set: data.1.limit: expected greater than 0" in called.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: hotels", "name: dev", "transfer.yaml:2: data: two sets are called 'dev': give one of them another `na"),
        ("path: hotels.jsonl", "path: nowhere.jsonl", "transfer.yaml:4: data 'files': there is no file"),
        ("limit: 4", "limit: 0", "transfer.yaml:4: data.1.limit: expected greater than 0, but got 0"),
        ("limit: 4", "limt: 4", "transfer.yaml:4: data 'files' has no parameter 'limt'"),
        ("name: hotels", "filter: {stars: 5}", "the data has no column 'stars' for the filter"),
        ("name: hotels", "filter: {label: sad}", "filter: label keeps none of 6 rows: expected one of its values, pos"),
        (
            "name: hotels",
            "filter: {label: {mn: 3}}",
            ":4: unknown key 'mn': expected one of min, max; did you",
        ),
    ],
)
def test_a_mistake_in_one_set_is_named_with_its_line(transfer: Any, old: str, new: str, message: str) -> None:
    transfer.edit("transfer.yaml", old, new)
    called = transfer.harness("run", "transfer.yaml", "--out", "out")
    assert called.code == 2
    assert message in called.err

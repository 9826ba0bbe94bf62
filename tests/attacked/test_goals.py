"""Goals of attacks on numbers and label sets: what counts as reached, and the same attack against a plain oracle."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from by_hand import context, drive, recorded, scored
from hypothesis import given
from hypothesis import strategies as st

from harness import Context, Sample, ScoringContext, UserError, predict
from harness.attacked.attacking import Terms
from harness.attacked.goals import APART, HOLDS, Change, Goal, Moved, OtherLabels, WrongClass, shown
from harness.records.table import RecordTable
from harness.suite.components import Component, load
from harness.tasks.attack import Attacked, attack, under_attack
from harness.types import Answers, Question

TEXT = "a remarkably gentle little film about nothing in particular"
deepwordbug = load("attacks", "deepwordbug")


def length(text: str) -> float:
    """A number that every edit of a letter moves a little, by which letter it is."""
    return sum(ord(letter) for letter in text) / 100


def letters(text: str) -> list[float]:
    """The probabilities of three labels: how common e, l and all else are."""
    e, other = text.count("e"), text.count("l")
    return [1.4 * e / len(text), 1.3 * other / len(text), 2 * (len(text) - e - other) / len(text)]


def of(**found: Component) -> Context:
    """A context with these components."""
    given = context()
    vars(given)["components"] = lambda kind, specs, *_: found
    return given


@pytest.mark.parametrize(
    ("goal", "before", "truth", "row", "reached", "holds"),
    [
        (WrongClass(), [0.2, 0.8], 1, [0.4, 0.6], False, 0.6),
        (WrongClass(), [0.2, 0.8], 1, [0.6, 0.4], True, 0.4),
        (Moved(2), [1.0], 7.5, [2.9], False, 1 / (1 + 1.9 / 2)),
        (Moved(2), [1.0], 7.5, [3.0], True, 0.5),
        (Moved(2), [1.0], 7.5, [-5.0], True, 0.25),
        (OtherLabels("drop"), [0.9, 0.1, 0.6], (0, 2), [0.8, 0.9, 0.5], False, 0.5),
        (OtherLabels("drop"), [0.9, 0.1, 0.6], (0, 2), [0.8, 0.9, 0.4], True, 0.4),
        (OtherLabels("add"), [0.9, 0.1, 0.6], (0, 2), [0.1, 0.4, 0.1], False, 0.6),
        (OtherLabels("add"), [0.9, 0.1, 0.6], (0, 2), [0.1, 0.5, 0.1], True, 0.5),
        (OtherLabels("change"), [0.9, 0.1, 0.6], (0, 2), [0.7, 0.4, 0.9], False, 0.6),
        (OtherLabels("change"), [0.9, 0.1, 0.6], (0, 2), [0.7, 0.6, 0.9], True, 0.4),
    ],
)
def test_what_is_reached_and_how_far_it_is(
    goal: Goal, before: list[float], truth: Any, row: list[float], reached: bool, holds: float
) -> None:
    aim = goal.on(before, truth)
    assert (aim.is_right, aim.is_open, aim.reached(row)) == (True, True, reached)
    assert aim.holds(row) == pytest.approx(holds)


@pytest.mark.parametrize(
    ("which", "before", "truth", "is_right", "is_open"),
    [
        ("drop", [0.9, 0.9], (0,), True, True), ("add", [0.9, 0.9], (0,), False, True),
        ("change", [0.9, 0.9], (0,), False, True), ("drop", [0.4, 0.9], (0,), False, True),
        ("drop", [0.1, 0.1], (), True, False), ("add", [0.9, 0.9], (0, 1), True, False),
        ("change", [0.1, 0.1], (), True, True),
    ],
)  # fmt: skip
def test_what_there_is_to_lose(
    which: Any, before: list[float], truth: tuple[int, ...], is_right: bool, is_open: bool
) -> None:
    aim = OtherLabels(which).on(before, truth)
    assert (aim.is_right, aim.is_open) == (is_right, is_open)


@given(before=st.floats(-5, 5), row=st.floats(-9, 9), by=st.floats(0.01, 5))
def test_an_attack_is_shown_a_class_that_turns_exactly_when_the_goal_is_reached(
    before: float, row: float, by: float
) -> None:
    aim = Moved(by).on([before], None)
    answers: Any = shown(aim, Question("predict", ("x",)), Answers([[row]], "", ["value"], "value"))
    [(reached, holds)] = answers
    assert answers.output == "probabilities"
    assert (reached > holds) == (abs(row - before) >= by)
    assert reached + holds == pytest.approx(1)
    assert abs(holds - 0.5) >= APART / 2


def greedy(text: str, distance: Any, is_reached: Any, rng: Random, edits: int) -> str:
    """DeepWordBug as its paper has it, on how far an answer is; written without a class."""
    from harness_text import deepwordbug as module
    from harness_text.words import replaced, word_spans

    spans = [span for span in word_spans(text) if span[1] - span[0] > 1]
    far = [distance(replaced(text, span, "[UNK]")) for span in spans]
    order = sorted(range(len(spans)), key=lambda at: (-far[at], at))
    made = {at: module._edits(text[slice(*spans[at])], rng) for at in order}  # the same random letters
    chosen: dict[int, str] = {}
    best = distance(text)
    for at in order:
        tries = [(module._rewritten(text, spans, {**chosen, at: word}), word, cost)
                 for word, cost in made[at] if cost <= edits]  # fmt: skip
        if not tries:
            break
        found, word, cost = max(tries, key=lambda each: distance(each[0]))
        if distance(found) > best:
            best, edits, chosen[at] = distance(found), edits - cost, word
            if is_reached(found):
                break
    return str(module._rewritten(text, spans, chosen))


@pytest.mark.parametrize("by", [0.3, 1.5, 50.0])
def test_deepwordbug_moves_a_number_as_a_greedy_search_for_distance_does(by: float) -> None:
    before = length(TEXT)
    result, _ = drive(
        under_attack(deepwordbug, Sample("1", TEXT, 3.0), Random(4), None, Terms(Moved(by))),
        lambda text: [length(text)],
        "value",
    )
    oracle = greedy(TEXT, lambda text: abs(length(text) - before), lambda text: abs(length(text) - before) >= by,
                    Random(4), 30)  # fmt: skip
    assert result.perturbed == oracle != TEXT  # type: ignore[union-attr]
    assert result.outcome == ("succeeded" if by < 50 else "failed")  # type: ignore[union-attr]


@pytest.mark.parametrize(("which", "truth"), [("drop", (0, 1)), ("add", (0, 1)), ("change", (0, 1))])
def test_deepwordbug_changes_a_set_of_labels_as_a_greedy_search_does(which: Any, truth: tuple[int, ...]) -> None:
    def hold(text: str) -> float:
        row = letters(text)
        kept = [row[at] for at in truth if which != "add"]
        return min([*kept, *(1 - row[at] for at in range(3) if at not in truth and which != "drop")])

    text = " ".join(["elle", "ell", "leel", "lele"] * 3)
    result, _ = drive(
        under_attack(deepwordbug, Sample("1", text, truth), Random(2), None, Terms(OtherLabels(which))),
        letters,
        "labels",
    )
    wrong = {
        "drop": lambda row: min(row[:2]) < 0.5,
        "add": lambda row: row[2] >= 0.5,
        "change": lambda row: min(row[:2]) < 0.5 or row[2] >= 0.5,
    }
    oracle = greedy(text, lambda found: -hold(found), lambda found: wrong[which](letters(found)), Random(2), 30)
    assert result.perturbed == oracle != text  # type: ignore[union-attr]
    assert result.outcome == "succeeded"  # type: ignore[union-attr]


def test_the_scores_of_an_attack_on_a_number_are_those_counted_by_hand() -> None:
    def lengthen(sample: Sample[str], rng: Random) -> Any:
        assert (sample.truth, sample.label) == (HOLDS, HOLDS)
        longer = sample.input + "!" * sample.input.count("a")
        [row] = yield from predict([longer])
        assert len(row) == 2
        return longer

    task = attack(context(longer=lengthen), attacks=[], move=2)
    samples = [Sample(text, text, float(len(text))) for text in ("b", "ab", "aab", "aaab")]
    found = scored(task, samples, lambda texts: [[float(len(text))] for text in texts], ["value"], "value")
    assert {name: score.value for name, score in found.items()} == {
        "robust_share": 2 / 4,
        "edited": 3 / 4,
        "robust_share[part=longer]": 2 / 4,
        "attack_success_rate[part=longer]": 2 / 4,
        "edited[part=longer]": 3 / 4,
        "queries[part=longer]": 1,
        "shift[part=longer]": (0 + 1 + 2 + 3) / 4,
    }


def test_the_scores_of_an_attack_on_label_sets_are_those_counted_by_hand() -> None:
    def blank(sample: Sample[str], rng: Random) -> Any:
        yield from ()
        return sample.input.replace("x", "")

    def model(texts: Sequence[str]) -> list[list[float]]:
        return [[0.9 if "x" in text else 0.1, 0.9 if "y" in text else 0.1] for text in texts]

    samples = [Sample(text, text, truth) for text, truth in
               {"xy": (0, 1), "y": (1,), "x": (0, 1), "-": (), "xx": (0,)}.items()]  # fmt: skip
    values = {}
    goals: tuple[Change, ...] = ("drop", "add", "change")
    for goal in goals:
        task = attack(context(blank=blank), attacks=[], goal=goal)
        found = scored(task, samples, model, ["x", "y"], "labels")
        values[goal] = [found[name].value for name in ("clean_accuracy", "robust_accuracy", "edited")]
    # y of the third is not found; the fourth has nothing to drop; an x is dropped of the first and the last
    # nothing could be added to the first and the third
    assert values == {"drop": [4 / 5, 2 / 5, 2 / 5], "add": [1, 1, 1 / 5], "change": [4 / 5, 2 / 5, 2 / 5]}


def test_one_goal_at_a_time() -> None:
    with pytest.raises(UserError, match=r"`goal` .* or `move` .*, but got both"):
        attack(context(), attacks=[], goal="drop", move=1)
    assert attack(context(), attacks=[], move=1).outputs == {"value"}
    assert attack(context(), attacks=[], goal="add").outputs == {"labels"}


@pytest.mark.parametrize(("model", "task", "way"), [
    ("output: value", "", "add `move: D`, how far an answer is to be moved, or set another `output` in `model`"),
    ("output: labels, labels: [a, b]", "", "add `goal: change`, `drop` or `add`, or set another `output` in `model`"),
    ("labels: null", "regression, ", "'regression' measures value: add `move: D`, how far an answer is to be moved"),
])  # fmt: skip
def test_check_says_what_an_attack_on_other_answers_needs(project: Any, model: str, task: str, way: str) -> None:
    project.write(
        "other.yaml",
        f'model: {{use: python, object: "toy:predict", {model}}}\n'
        "data: {use: files, path: dev.jsonl}\n"
        f"tasks: [{task}{{use: attack, attacks: [deepwordbug]}}]\n",
    )
    called = project.harness("check", "other.yaml")
    assert (called.code, way in called.err) == (2, True), called.err


def test_what_the_scores_of_an_attack_are_the_means_of() -> None:
    def lengthen(sample: Sample[str], rng: Random) -> Any:
        yield from predict([sample.input + "!"])
        return sample.input + "!" * sample.input.count("a")

    component = Component("attacks", "longer", lengthen, own={"max_queries": 1})
    task = attack(of(longer=component), attacks=[], move=2)
    samples = [Sample(text, text, 0.0) for text in ("b", "aab")]
    records = recorded(task, samples, lambda texts: [[float(len(text))] for text in texts], ["value"], "value")
    scoring = ScoringContext(["value"], {}, output="value")
    assert task.outcomes
    found = task.outcomes(RecordTable.of(records, Attacked), scoring)
    scores = {score.local: score.value for score in task.score(records, scoring)}
    assert found["shift[part=longer]"] == {"b": 0, "aab": 2}
    for address, values in found.items():
        assert scores[address] == sum(values.values()) / len(values), address

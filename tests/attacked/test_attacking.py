"""What an attack may ask, which columns it may change, and that it works on what the model reads alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from by_hand import LABELS, SAMPLE, answers, context, drive, recorded, right, scored

from harness import OutOfQueries, Sample, Session, Traits, predict
from harness.attacked.attacking import Terms
from harness.models import connect
from harness.suite.components import Component, load
from harness.suite.specs import AttackSpec
from harness.tasks.attack import Attacked, attack, under_attack

PAIR = {"premise": "it rains", "hypothesis": "so it is wet"}


def made(session: Session[Any], model: Any = right) -> tuple[Attacked, list[list[str]]]:
    result, asked = drive(session, model)
    assert isinstance(result, Attacked)
    return result, asked


def tries(*questions: list[str], found: str = "fone") -> Any:
    """An attack that asks these, and knows nothing of a limit."""

    def session(sample: Sample[str], rng: Random) -> Session[str]:
        for texts in questions:
            yield from predict(texts)
        return found

    return session


def nearer(text: str) -> list[float]:
    """Right, the less sure the more letters are an x."""
    return answers(0.9 - text.count("x") / 10)


@pytest.mark.parametrize(("most", "asked", "outcome"), [
    (5, 5, "succeeded"), (4, 2, "failed"), (2, 2, "failed"), (1, 0, "failed"), (9, 5, "succeeded"),
])  # fmt: skip
def test_a_question_that_would_exceed_is_not_asked(most: int, asked: int, outcome: str) -> None:
    session = tries(["fixe", "xxne"], ["a", "b", "c"], found="xxxxx")
    result, questions = made(under_attack(session, SAMPLE, Random(0), None, Terms(max_queries=most)), nearer)
    assert (result.queries, result.outcome, result.out_of_queries) == (asked, outcome, outcome == "failed")
    assert sum(map(len, questions[1:-1])) == asked <= most


def test_an_attack_that_is_out_of_queries_ends_with_the_nearest_miss() -> None:
    session = tries(["fixe", "xxne", "xxxxxx", "fine"], ["a"])  # the third is wrong, and the attack did not return it
    result, _ = made(under_attack(session, SAMPLE, Random(0), None, Terms(max_queries=4)), nearer)
    assert (result.perturbed, result.edited) == ("xxne", True)
    assert result.after == pytest.approx(answers(0.7))


def test_an_attack_may_say_itself_what_was_best() -> None:
    told = []

    def session(sample: Sample[str], rng: Random) -> Session[str]:
        try:
            yield from predict(["a", "b"])
        except OutOfQueries as error:
            told.append(str(error))
        return "fxne"

    result, _ = made(under_attack(session, SAMPLE, Random(0), None, Terms(max_queries=1)), nearer)
    assert (result.perturbed, result.outcome, result.out_of_queries) == ("fxne", "failed", True)
    assert told == ["max_queries is 1, 0 were asked, and 2 more wanted"]


@pytest.mark.parametrize("most", range(1, 22))
def test_deepwordbug_keeps_its_best_wherever_it_is_stopped(most: int) -> None:
    text = "a remarkably gentle little film"

    def model(found: str) -> list[float]:
        return answers(0.55 + sum(word in text.split() for word in found.split()) / 20)

    session, terms = load("attacks", "deepwordbug"), Terms(max_queries=most)
    result, questions = made(under_attack(session, Sample("1", text, 1), Random(1), None, terms), model)
    assert result.queries == sum(map(len, questions[1:-1])) <= most
    edits = max(0, most - 5) // 4  # the text and four words without them, then four edits of one word after another
    assert (result.out_of_queries, sum(word not in text.split() for word in result.perturbed.split())) == (True, edits)


@pytest.mark.parametrize("most", [1, 2, 6, 10, 20, 40, 100])
def test_deepwordbug_leaves_half_of_its_queries_for_edits(most: int) -> None:
    text = " ".join(f"word{at} long" for at in range(60))

    def attack(sample: Sample[str], rng: Random) -> Session[str]:
        found: str = yield from load("attacks", "deepwordbug")(sample, rng, max_queries=most)
        return found

    terms = Terms(max_queries=most)
    result, questions = made(under_attack(attack, Sample("1", text, 1), Random(1), None, terms), nearer)
    assert most == 1 or len(questions[1]) == max(2, most // 2)
    assert most - 4 < result.queries <= most or most < 6
    assert result.out_of_queries


def test_how_many_ran_out_is_a_score() -> None:
    component = Component("attacks", "a", tries(["a"], ["b"]), own={"max_queries": 1})
    task = attack(context_of(a=component, b=Component("attacks", "b", tries(["a"]))), attacks=[])
    found = scored(task, [SAMPLE, Sample("2", "very fine", 1)], lambda texts: [right(each) for each in texts])
    assert (found["out_of_queries[part=a]"].value, found["queries[part=a]"].value) == (1, 1)
    assert "out_of_queries[part=b]" not in found


def context_of(**found: Component) -> Any:
    given = context()
    vars(given)["components"] = lambda kind, specs, *_: found
    return given


def test_the_limit_of_the_task_is_that_of_attacks_without_one() -> None:
    specs = [AttackSpec(use="deepwordbug"), AttackSpec(use="deepwordbug", name="own", max_queries=3)]
    from harness import Context

    task = attack(Context(), attacks=specs, max_queries=5)
    records: list[Any] = recorded(
        task, [Sample("1", "a good film about nothing", 1)], lambda texts: [answers(0.9)] * len(texts)
    )
    # the sample, and one of its words unknown, are the first question; four edits of that word would be too many
    assert [record.payload.queries for record in records] == [2, 2]
    assert [record.payload.out_of_queries for record in records] == [True, True]


def drop_last(sample: Sample[str], rng: Random) -> Session[str]:
    yield from predict([sample.input])
    return sample.input.rpartition(" ")[0]


def test_only_the_named_columns_are_attacked() -> None:
    pairs: list[Any] = []

    def model(inputs: Sequence[Any]) -> list[list[float]]:
        pairs.extend(inputs)
        return [answers(0.9)] * len(inputs)

    component = Component("attacks", "drop", drop_last, own={"columns": ["premise"]})
    record: Any
    [record] = recorded(attack(context_of(drop=component), attacks=[]), [Sample("1", PAIR, 1)], model)
    assert json.loads(record.payload.perturbed) == {"premise": "it", "hypothesis": "so it is wet"}
    assert all(pair["hypothesis"] == "so it is wet" for pair in pairs)


def wet(pairs: Sequence[dict[str, str]]) -> list[list[float]]:
    return [answers(0.9 if "wet" in each["hypothesis"] else 0.1) for each in pairs]


def test_an_attack_on_pairs_is_given_the_named_columns_alone() -> None:
    @Traits(pairs=True)
    def joint(sample: Sample[dict[str, str]], rng: Random) -> Session[dict[str, str]]:
        assert sample.input == {"hypothesis": "so it is wet"}
        yield from predict([{"hypothesis": "dry"}])
        return {"hypothesis": "dry"}

    component = Component("attacks", "joint", joint, own={"columns": ["hypothesis"]})
    task = attack(context_of(joint=component), attacks=[])
    record: Any
    [record] = recorded(task, [Sample("1", PAIR, 1)], wet)
    assert record.payload.outcome == "succeeded", record.error
    assert json.loads(record.payload.perturbed) == {"premise": "it rains", "hypothesis": "dry"}


def test_an_attack_of_a_field_asks_no_more_than_it_may_over_all_fields() -> None:
    component = Component("attacks", "drop", drop_last, own={"max_queries": 1})
    record: Any
    [record] = recorded(attack(context_of(drop=component), attacks=[]), [Sample("1", PAIR, 1)],
                        lambda pairs: [answers(0.9)] * len(pairs))  # fmt: skip
    assert (record.payload.queries, record.payload.out_of_queries) == (1, True)


class Reads:
    """A model that reads five words, and says so."""

    labels = LABELS

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        return [answers(0.2 if "x" in " ".join(text.split()[:5]) else 0.9) for text in texts]

    def cut(self, texts: Sequence[str]) -> list[int]:
        return [max(0, len(text.split()) - 5) for text in texts]


def test_words_past_the_models_cut_are_left_and_counted() -> None:
    asked: list[str] = []

    def shout(sample: Sample[str], rng: Random) -> Session[str]:
        asked.append(sample.input)
        yield from predict([sample.input.upper()])
        return sample.input.replace("e", "x")

    text = "one two three four five six seven eight"
    model = connect(Reads())
    start = attack(context(shout=shout), attacks=[]).parts["shout"](model)
    result, questions = made(start(Sample("1", text, 1), Random(0)), lambda each: Reads()([each])[0])
    assert asked == ["one two three four five "]
    assert questions[1] == ["ONE TWO THREE FOUR FIVE six seven eight"]
    assert result.perturbed == "onx two thrxx four fivx six seven eight"
    assert (result.outcome, result.unread) == ("succeeded", 3)

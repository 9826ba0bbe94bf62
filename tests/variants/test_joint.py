"""The cases of variants in turn, each asking its own model with its own random numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import harness
from harness import AskOnce, Case, Part, Probabilities, Record, Sample, Score, ScoringContext, Session, Task, predict
from harness.runs.load import Checked, check
from harness.runs.local import Work, run_locally
from harness.suite.components import Component
from harness.suite.file import suite_of
from harness.variants.forms import variants_of
from harness.variants.joint import in_turn, joined
from harness.variants.together import load_all


def session(sample: Sample[str], rng: Random) -> Session[float]:
    yield from predict([sample.input])
    return rng.random()


def named(*titles: str, count: int = 3, session: Any = session) -> list[Iterator[Case]]:
    return [iter([Case(title, "", Sample(str(at), ""), session) for at in range(count)]) for title in titles]


def test_variants_take_turns_and_another_one_begins_each_round() -> None:
    found = [(case.task, case.sample.id) for case in in_turn(named("a", "b"))]
    assert found == [("a", "0"), ("b", "0"), ("b", "1"), ("a", "1"), ("a", "2"), ("b", "2")]
    three = [case.task for case in in_turn(named("a", "b", "c"))]
    assert three == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]


def test_cases_that_ask_once_take_turns_by_many() -> None:
    cases = list(in_turn(named("a", "b", count=100, session=AskOnce(list))))
    assert [case.task for case in cases] == ["a"] * 64 + ["b"] * 64 + ["b"] * 36 + ["a"] * 36
    assert len({case.key for case in cases}) == 200


def test_no_cases_are_no_turns() -> None:
    assert list(in_turn([iter(()), iter(())])) == list(in_turn([])) == []


class Model:
    """Remembers in a shared list who was asked what, a batch after another."""

    labels = ("no", "yes")
    budget = 4

    def __init__(self, name: str, asked: list[tuple[str, list[str]]]) -> None:
        self.name, self._asked = name, asked

    def __call__(self, texts: list[str]) -> list[list[float]]:
        self._asked.append((self.name, list(texts)))
        return [[0.5, 0.5] for _ in texts]


def answers(found: Probabilities) -> list[float]:
    return [row[0] for row in found]


def score(records: Sequence[Record[Any]], scoring: ScoringContext) -> list[Score]:
    return []


@harness.attack(exclusive=True)
def timed(sample: Sample[str], rng: Random) -> Session[float]:
    yield from predict([f"{sample.input} timed {rng.random()}"])
    yield from predict([sample.input], model="helper")
    return rng.random()


def checked(model: Model) -> dict[str, Checked]:
    parts: dict[str, Any] = {
        "once": lambda _: AskOnce(answers),
        "timed": Part(lambda _: timed, models={"helper": Model("helper", [])}),
    }
    made: Task[Any] = Task(parts=parts, payload=float, score=score)
    file = suite_of({"model": {"use": "given"}, "data": {"use": "given"}, "tasks": ["classification"], "seed": 3,
                     "variants": {"a": {"use": "given"}, "b": {"use": "given"}}}, "s")  # fmt: skip
    rows = [{"text": f"text {at}", "label": "no"} for at in range(3)]
    found = {}
    for name, each in variants_of(file).items():
        victim = Model(name, model._asked)
        given = {"model": Component("models", "given", lambda victim=victim: victim),
                 "data": Component("data", "given", lambda: rows)}  # fmt: skip
        one = check(each, given)
        found[name] = Checked(one.file, one.model, one.models, one.sets, {"classification": made}, one.executor)
    return found


def test_each_variant_asks_its_own_model_in_rounds_with_the_numbers_it_would_have_alone() -> None:
    asked: list[tuple[str, list[str]]] = []
    loaded, _ = load_all(checked(Model("", asked)))
    joint = joined(loaded)
    records = [record for batch in run_locally(Work(joint)) for record in batch]
    assert {name for name, _ in asked} == {"a", "b"}
    rounds = [name for name, texts in asked if "timed" in texts[0]]
    assert rounds in (["a", "b", "b", "a", "a", "b"], ["b", "a", "a", "b", "b", "a"])
    alone = {}
    for name, each in loaded.items():
        for record in (record for batch in run_locally(Work(each)) for record in batch):
            alone[f"{name}:{record.task}", record.part, record.sample] = record.payload
    assert {(record.task, record.part, record.sample): record.payload for record in records} == alone


def test_data_are_loaded_once_and_models_that_a_part_brings_are_each_variants_own() -> None:
    loaded, seconds = load_all(checked(Model("", [])))
    assert loaded["a"].sets is loaded["b"].sets
    assert list(seconds) == ["a", "b"]
    assert sorted(joined(loaded).models) == ["", "helper", "variant b", "variant b: helper"]

"""Attacks and explainers of one text on text pairs, field by field."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from by_hand import answers, context, recorded

from harness import Attribution, Sample, Session, Traits, predict
from harness.parts.fields import on_field
from harness.tasks.attack import attack
from harness.tasks.explain import explain
from harness.tasks.leave_one_out import leave_one_out

PAIR = {"premise": "it rains ", "hypothesis": "so it is wet"}


def entails(pairs: list[dict[str, str]]) -> list[list[float]]:
    """Speaks of the words both texts hold."""
    return [answers(0.9 if "rains" in pair["premise"] and "wet" in pair["hypothesis"] else 0.2) for pair in pairs]


def drop_last(sample: Sample[str], rng: Random) -> Session[str]:
    """An attack on one text."""
    yield from predict([sample.input])
    return sample.input.rpartition(" ")[0]


def test_a_session_on_one_text_asks_about_the_whole_pair() -> None:
    session = on_field(drop_last(Sample("1", "so it is wet", 1), Random(0)), PAIR, "hypothesis")
    assert next(session).inputs == (PAIR,)
    with pytest.raises(StopIteration) as stop:
        session.send([[0.5, 0.5]])
    assert stop.value.value == "so it is"


def test_an_attack_of_one_text_changes_the_last_first_and_stops_when_the_model_is_wrong() -> None:
    record: Any
    [record] = recorded(attack(context(drop=drop_last), attacks=[]), [Sample("1", PAIR, 1)], entails)
    assert record.payload.outcome == "succeeded"
    assert json.loads(record.payload.perturbed) == {"premise": "it rains ", "hypothesis": "so it is"}


def test_an_attack_goes_on_with_the_other_text() -> None:
    def only_premise(pairs: list[dict[str, str]]) -> list[list[float]]:
        return [answers(0.9 if "rains" in pair["premise"] else 0.2) for pair in pairs]

    record: Any
    [record] = recorded(attack(context(drop=drop_last), attacks=[]), [Sample("1", PAIR, 1)], only_premise)
    assert json.loads(record.payload.perturbed) == {"premise": "it rains", "hypothesis": "so it is"}
    assert record.payload.outcome == "failed"


def test_an_attack_that_takes_pairs_is_given_the_pair() -> None:
    @Traits(pairs=True)
    def joint(sample: Sample[dict[str, str]], rng: Random) -> Session[dict[str, str]]:
        yield from predict([sample.input])
        return {**sample.input, "premise": "sun"}

    record: Any
    [record] = recorded(attack(context(joint=joint), attacks=[]), [Sample("1", PAIR, 1)], entails)
    assert json.loads(record.payload.perturbed) == {"premise": "sun", "hypothesis": "so it is wet"}


def test_both_texts_are_explained_and_erased() -> None:
    record: Any
    [record] = recorded(explain(context(loo=leave_one_out), explainers=[]), [Sample("1", PAIR, 1)], entails)
    found = record.payload
    assert (record.error, found.units) == (None, ["it ", "rains ", "so ", "it ", "is ", "wet"])
    assert found.weights == pytest.approx([0, 0.7, 0, 0, 0, 0.7])
    assert found.comprehensiveness == pytest.approx(0.7)
    assert found.sufficiency == pytest.approx(3 / 5 * 0.7)  # of six words one is kept at 1, 5 and 10 %, then two


def test_units_that_cross_from_one_text_to_the_other_are_refused() -> None:
    @Traits(pairs=True)
    def crossing(sample: Sample[Any], rng: Random) -> Session[Attribution]:
        yield from predict([sample.input])
        return Attribution(["it rains so", " it is wet"], [1.0, 0.0], 1)

    record: Any
    [record] = recorded(explain(context(x=crossing), explainers=[]), [Sample("1", PAIR, 1)], entails)
    assert "expected units that join to {'premise'" in (record.error or "")

"""Text pairs through every task: attacks and explainers of one text, the quality of an explanation, perturbations."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest
from by_hand import answers, context, recorded
from hypothesis import given
from hypothesis import strategies as st

from harness import Attribution, Sample, Session, Traits, predict
from harness.kinds.inputs import PAIRS, kind_of
from harness.tasks.attack import attack
from harness.tasks.explain import explain
from harness.tasks.fields import on_field
from harness.tasks.leave_one_out import leave_one_out

PAIR = {"premise": "it rains ", "hypothesis": "so it is wet"}
texts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text(max_size=12), min_size=1)


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


@given(texts)
def test_keeping_every_unit_is_the_input(value: dict[str, str]) -> None:
    units = [letter for text in value.values() for letter in text]
    assert PAIRS.keep(value, units, set(range(len(units)))) == value
    assert PAIRS.keep(value, units, set()) == dict.fromkeys(value, "")


@given(texts, st.integers(0, 40))
def test_erasing_a_unit_takes_it_from_its_own_text(value: dict[str, str], at: int) -> None:
    units = [letter for text in value.values() for letter in text]
    found = PAIRS.keep(value, units, set(range(len(units))) - {at})
    assert "".join(found.values()) == "".join(unit for number, unit in enumerate(units) if number != at)
    assert sum(found[column] != value[column] for column in value) == (at < len(units))


@pytest.mark.parametrize("wrong", [3, None, ["a"], {"a": None}, {}])
def test_what_is_no_text_has_none(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"expected (an input|a mapping of columns to texts).*, but got"):
        kind_of(wrong).fields(wrong)


SUITE = """\
model: {use: python, object: "nli:entails", labels: [no, yes]}
data: {use: files, path: nli.jsonl, columns: {input: [premise, hypothesis]}}
tasks:
  - use: classification
  - {use: stress, perturbations: [{use: delete_letters, severity: 5}]}
  - {use: attack, attacks: [deepwordbug]}
  - {use: explain, explainers: [leave_one_out]}
"""

NLI = """
def entails(pairs):
    words = [[set(text.split()) for text in pair.values()] for pair in pairs]
    return [[0.1, 0.9] if premise & hypothesis else [0.8, 0.2] for premise, hypothesis in words]
"""


def test_a_suite_runs_pairs_through_every_task(project: Any) -> None:
    rows = [{"premise": f"a cat sits {at}", "hypothesis": "cat", "label": "yes"} for at in range(4)]
    project.write("nli.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("nli.py", NLI)
    project.write("nli.yaml", SUITE)
    called = project.harness("run", "nli.yaml", "--out", "out", "--json")
    assert (called.code, called.json["scores"]["classification/accuracy"]["value"]) == (0, 1.0)
    assert called.json["scores"]["attack/robust_accuracy"]["value"] < 1
    assert called.json["scores"]["explain/comprehensiveness"]["n"] == 4
    assert "cat" in (project.folder / "out/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("[premise, hypotesis]", "no column 'hypotesis' for the input: .*; did you mean 'hypothesis'"),
        ("[]", "data.columns.input"),
        ("[premise, 3]", "data.columns.input"),
    ],
)
def test_a_mistake_in_the_columns_of_a_pair_is_named(project: Any, columns: str, message: str) -> None:
    project.write("nli.jsonl", '{"premise": "a", "hypothesis": "b", "label": "yes"}\n')
    project.write("nli.py", NLI)
    project.write("nli.yaml", SUITE.replace("[premise, hypothesis]", columns))
    called = project.harness("run", "nli.yaml", "--out", "out")
    assert called.code == 2

    assert re.search(message, called.err)

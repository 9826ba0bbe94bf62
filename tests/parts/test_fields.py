"""Attacks and explainers of one text on text pairs, field by field."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from by_hand import answers, context, recorded
from harness_tabular.row import Column, Row

from harness import Attribution, Context, Sample, Session, Traits, predict
from harness.parts.fields import in_place, of_columns, on_field
from harness.parts.leave_one_out import leave_one_out
from harness.suite.components import Component
from harness.tasks.attack import attack
from harness.tasks.explain import explain
from harness.tasks.stress import stress

PAIR = {"premise": "it rains ", "hypothesis": "so it is wet"}


def entails(pairs: list[dict[str, str]]) -> list[list[float]]:
    """Speaks of the words both texts hold."""
    return [answers(0.9 if "rains" in pair["premise"] and "wet" in pair["hypothesis"] else 0.2) for pair in pairs]


def of(**found: Component) -> Context:
    """A context with these components."""
    given = context()
    vars(given)["components"] = lambda kind, specs, *_: found
    return given


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


ONLY = {"columns": ["hypothesis"]}
SEEN = {"age": Column(40, (20, 40, 60), 9.0), "sum": Column(90, (50, 90), 9.0)}
ROW = Row({"age": 31, "sum": 100, "sex": "f"}, SEEN)


def test_only_the_named_columns_are_perturbed() -> None:
    def shout(text: str, rng: Random) -> str:
        return text.upper()

    component = Component("perturbations", "shout", shout, own=ONLY)
    record: Any
    [record] = recorded(stress(of(shout=component), perturbations=[]), [Sample("1", PAIR, 1)], entails)
    assert record.error is None
    assert [json.loads(each) for each in record.payload.perturbed] == [{**PAIR, "hypothesis": "SO IT IS WET"}]


def test_only_the_named_columns_are_explained_while_the_others_stay() -> None:
    asked: list[Any] = []

    def model(pairs: list[dict[str, str]]) -> list[list[float]]:
        asked.extend(pairs)
        return entails(pairs)

    component = Component("explainers", "loo", leave_one_out, own=ONLY)
    record: Any
    [record] = recorded(explain(of(loo=component), explainers=[]), [Sample("1", PAIR, 1)], model)
    found = record.payload
    assert (record.error, found.units, found.columns) == (None, ["so ", "it ", "is ", "wet"], ["hypothesis"])
    assert (found.weights, found.comprehensiveness) == (pytest.approx([0, 0, 0, 0.7]), pytest.approx(0.7))
    assert {each["premise"] for each in asked} == {PAIR["premise"]}


@pytest.mark.parametrize("columns", [["sum"], ["sum", "sex"]])
def test_only_the_named_cells_of_a_row_are_changed_and_explained(columns: list[str]) -> None:
    found = of_columns(ROW, columns)
    assert (dict(found), found.columns) == ({name: ROW[name] for name in columns}, ROW.columns)
    assert in_place(ROW, columns)(found | {"sum": 7}) == {**ROW, "sum": 7}
    component = Component("explainers", "loo", leave_one_out, own={"columns": columns})
    record: Any
    [record] = recorded(explain(of(loo=component), explainers=[]), [Sample("1", ROW, 1)],
                        lambda rows: [answers(row["sum"] / 200) for row in rows])  # fmt: skip
    assert (record.error, record.payload.units) == (None, columns)


def test_an_input_without_fields_is_always_whole() -> None:
    assert of_columns("a text", ["text"]) == in_place("a text", ["text"])("a text") == "a text"


@pytest.mark.parametrize(("column", "task"), [
    ("hypotesis", "{use: stress, columns: [COLUMN], perturbations: [ocr]}"),
    ("hypotesis", "{use: stress, perturbations: [{use: ocr, columns: [COLUMN]}]}"),
    ("hypotesis", "{use: attack, attacks: [{use: deepwordbug, columns: [COLUMN]}]}"),
    ("hypotesis", "{use: explain, explainers: [{use: leave_one_out, columns: [COLUMN]}]}"),
])  # fmt: skip
def test_a_column_that_is_not_there_is_refused_before_a_run(project: Any, column: str, task: str) -> None:
    rows = [{**PAIR, "label": "positive"}] * 3
    project.write("pairs.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("pairs.yaml", 'model: {use: python, object: "toy:predict"}\n'
                  "data: {use: files, path: pairs.jsonl, columns: {input: [premise, hypothesis]}}\n"
                  f"tasks:\n  - {task.replace('COLUMN', column)}\n")  # fmt: skip
    called = project.harness("check", "pairs.yaml")
    assert called.code == 2
    assert "columns: the input has no column 'hypotesis': expected some of premise, hypothesis" in called.err
    assert "pairs.yaml:4" in called.err
    project.edit("pairs.yaml", column, "hypothesis")
    assert project.harness("check", "pairs.yaml").code == 0

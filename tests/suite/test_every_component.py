"""What holds for every installed component: its parameters are checked, and hostile texts neither crash nor fool it."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Sequence
from hashlib import blake2b
from types import UnionType
from typing import Any, Literal

import pytest
from by_hand import recorded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import Sample, UserError
from harness.suite import components
from harness.suite.file import PartSpec, Spec
from harness.tasks.attack import attack
from harness.tasks.explain import explain
from harness.tasks.stress import stress
from harness.tasks.task import Context

INSTALLED = [
    (kind, name)
    for kind in ("models", "data", "metrics", "perturbations", "attacks", "explainers", "tasks")
    for name in components.find(kind)
]
WRONG = {int: "far", float: "far", bool: "perhaps", str: ["a", "list"], list: "one", dict: "one"}


def parameters() -> list[tuple[str, str, str]]:
    """Every parameter of every component whose type says what it cannot be."""
    return [
        (kind, name, parameter)
        for kind, name in INSTALLED
        for parameter in components.parameters_of(components.load(kind, name))
    ]


def plain_type(hint: Any) -> Any:
    """The type behind annotations, unions and parameters: the first that is not None."""
    if typing.get_origin(hint) in (typing.Union, UnionType, typing.Annotated):
        return plain_type(next(each for each in typing.get_args(hint) if each is not type(None)))
    return typing.get_origin(hint) or hint


def wrong_for(hint: Any) -> Any:
    """Something a parameter of this type cannot be."""
    plain = plain_type(hint)
    return "none of these" if plain is Literal else WRONG.get(plain, {"a": ["mapping"]})


def right_for(hint: Any) -> Any:
    """Something of the type."""
    if typing.get_origin(hint) is Literal:
        return typing.get_args(hint)[0]
    return {list: [], Sequence: [], int: 1, float: 1.0, bool: True, dict: {}}.get(plain_type(hint), "x")


def needed(kind: str, name: str) -> dict[str, Any]:
    """What a component needs, with something of the type of each."""
    function = components.load(kind, name)
    parameters = components.parameters_of(function)
    lacking = {name: each for name, each in parameters.items() if each.default is inspect.Parameter.empty}
    return {name: right_for(components.hint_of(function, each)) for name, each in lacking.items()}


@pytest.mark.parametrize(("kind", "name"), INSTALLED)
def test_a_key_it_does_not_have_is_refused(kind: str, name: str) -> None:
    with pytest.raises(UserError, match="has no parameter 'zzz': expected"):
        components.resolve(kind, Spec.model_validate({"use": name, "zzz": 1}))


@pytest.mark.parametrize(("kind", "name"), INSTALLED)
def test_what_it_needs_has_to_be_given(kind: str, name: str) -> None:
    if names := list(needed(kind, name)):
        with pytest.raises(UserError, match=f"{name!r} needs the parameter {names[0]!r}"):
            components.resolve(kind, Spec(use=name))
    else:
        assert components.resolve(kind, Spec(use=name)).name == name


@pytest.mark.parametrize(("kind", "name", "parameter"), parameters())
def test_a_value_of_a_wrong_type_is_refused(kind: str, name: str, parameter: str) -> None:
    function = components.load(kind, name)
    hint = components.hint_of(function, components.parameters_of(function)[parameter])
    given = {"use": name, **needed(kind, name), parameter: wrong_for(hint)}
    with pytest.raises(UserError, match=rf"{name!r}: {parameter}.*expected"):
        components.resolve(kind, Spec.model_validate(given))


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("metrics", {"use": "top_k", "k": 0}, "k: expected greater than 0, but got 0"),
        ("metrics", {"use": "ece", "bins": -1}, "bins: expected greater than 0, but got -1"),
        ("attacks", {"use": "deepwordbug", "edit_distance": 0}, "edit_distance: expected greater than 0, but got 0"),
        ("attacks", {"use": "textattack", "recipe": "pwws", "query_budget": 0}, "query_budget of 1 or more, but got 0"),
        ("explainers", {"use": "lime", "num_samples": 0}, "expected num_samples of 2 or more, but got 0"),
        ("tasks", {"use": "stress", "perturbations": ["ocr"], "severities": [6]}, "less than or equal to 5, but got 6"),
        ("tasks", {"use": "stress", "perturbations": ["ocr"], "severities": []}, "severities: "),
    ],
)
def test_a_number_out_of_range_is_refused(kind: str, spec: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        components.resolve(kind, Spec.model_validate(spec)).session(None)


@pytest.mark.parametrize("severity", [0, 6])
def test_a_severity_of_ones_own_is_one_to_five(severity: int) -> None:
    spec = PartSpec.model_validate({"use": "ocr", "severity": severity})
    with pytest.raises(UserError, match=f"severity: expected (greater|less) than or equal to ., but got {severity}"):
        stress(Context(), perturbations=[spec])


# Hostile texts

HOSTILE = {
    "empty": "",
    "blank": " \t\n\u00a0\u3000 ",
    "lone surrogates": "fine \ud800 film \udfff",
    "right to left": "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 film",
    "combining marks": "Z\u0351\u036ba\u0301\u0327lgo g\u0308o\u0308o\u0308d film",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 great \U0001f44d\U0001f3fd film \u2764\ufe0f",
    "control characters": "a\x00b \x07 \x1b[31mred\x1b[0m \x7f film",
    "markup": "<script>alert('x')</script> {{ 7 * 7 }} ${HOME} & \"quoted\" %s {0}",
    "one character": "\u0130",
    "ligatures": "\ufb01lm \u00df \u01c5 \u1e9e \u0149",
    "no words": "!!! ... ??? --- ***",
    "numbers": "1.5 -3 1,000,000 \u0661\u0662\u0663 10^9 0x1F",
}
texts = st.one_of(
    st.sampled_from(sorted(HOSTILE.values())),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.text("ab \u0301\u200d\ud800\u202e.,'1\n", max_size=40),
)
quickly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def undecided_model(inputs: list[str]) -> list[list[float]]:
    """Answers by a hash of the text, so that anything may turn its decision."""
    shares = [blake2b(text.encode("utf-8", "surrogatepass")).digest()[0] / 255 for text in inputs]
    return [[1 - share, share] for share in shares]


def case(task: Any, text: str) -> Any:
    [record] = recorded(task, [Sample("1", text, int(undecided_model([text])[0][1] > 0.5))], undecided_model)
    return record


def stressed(name: str, text: str) -> Any:
    return case(stress(Context(), perturbations=[PartSpec(use=name)], severities=[4]), text)


PERTURBATIONS = [
    name
    for name in sorted(components.find("perturbations"))
    if str in (components.resolve("perturbations", Spec(use=name)).takes or {str})
]
"""Those of texts."""


@pytest.mark.parametrize("name", PERTURBATIONS)
@quickly
@given(texts)
def test_a_perturbation_changes_a_text_or_says_that_it_did_not(name: str, text: str) -> None:
    record = stressed(name, text)
    assert record.error is None
    assert all(each == text for each in record.payload.perturbed) == (record.status == "skipped")


@quickly
@given(texts)
def test_an_attack_that_claims_success_turned_the_model(text: str) -> None:
    record = case(attack(Context(), attacks=[PartSpec(use="deepwordbug")]), text)
    assert record.error is None
    turned = undecided_model([record.payload.perturbed])[0][1] > 0.5
    assert (record.payload.outcome == "succeeded") == (turned != (undecided_model([text])[0][1] > 0.5))


@pytest.mark.parametrize("name", ["leave_one_out", "lime"])
@quickly
@given(texts)
def test_an_explainers_units_are_the_text(name: str, text: str) -> None:
    options = {"num_samples": 20} if name == "lime" else {}
    record = case(explain(Context(), explainers=[PartSpec.model_validate({"use": name, **options})]), text)
    assert record.error is None
    assert "".join(record.payload.units) == text
    assert len(record.payload.weights) == len(record.payload.units)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_shap_explains_hostile_texts(text: str) -> None:
    record = case(explain(Context(), explainers=[PartSpec.model_validate({"use": "shap", "max_evals": 50})]), text)
    assert (record.error, "".join(record.payload.units)) == (None, text)


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("recipe", ["deepwordbug", "pwws"])
def test_textattack_attacks_hostile_texts_or_says_why_not(recipe: str, text: str) -> None:
    spec = PartSpec.model_validate({"use": "textattack", "recipe": recipe, "query_budget": 200})
    record = case(attack(Context(), attacks=[spec]), text)
    assert record.error is not None or record.payload.outcome in {"succeeded", "failed"}


@pytest.mark.parametrize("name", [*PERTURBATIONS, "deepwordbug", "leave_one_out"])
def test_ten_thousand_words_are_a_text_like_any(name: str) -> None:
    text = "a great little film " * 2500
    if name == "deepwordbug":  # one letter is soon spent
        spec = PartSpec.model_validate({"use": name, "edit_distance": 1})
        record = case(attack(Context(), attacks=[spec]), text)
    elif name == "leave_one_out":
        record = case(explain(Context(), explainers=[PartSpec(use=name)]), text[:20000])
    else:
        record = stressed(name, text)
    assert record.error is None


def test_a_run_accounts_for_every_hostile_text(project: Any) -> None:
    rows = [{"id": name, "text": text, "label": "positive"} for name, text in HOSTILE.items()]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write(
        "hostile.yaml",
        'model: {use: python, object: "toy:predict"}\n'
        "data: {use: files, path: dev.jsonl, columns: {id: id}}\n"
        f"tasks:\n  - classification\n  - {{use: stress, perturbations: [{', '.join(PERTURBATIONS)}]}}\n"
        "  - {use: attack, attacks: [deepwordbug]}\n  - {use: explain, explainers: [leave_one_out]}\n",
    )
    called = project.harness("run", "hostile.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    tasks = project.read("out/run.json")["tasks"]
    assert {name: task["errors"] for name, task in tasks.items()} == dict.fromkeys(tasks, 0)
    assert called.json["scores"]["classification/accuracy"]["n"] == len(HOSTILE)

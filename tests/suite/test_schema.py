"""The JSON Schema of a suite: it takes what the harness takes, and refuses what people get wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from harness.cli.show import facts_of
from harness.suite import components, reading
from harness.suite.schema import inline, readable, suite_schema
from harness.suite.specs import SPECS

if TYPE_CHECKING:
    from conftest import Project


if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    path
    for folder in ("suites/harness_suites", "examples", "tests/outside_plugin/src/stranger")
    for path in (ROOT / folder).glob("*.harness.yaml")
    if "stranger" not in folder or "strange" in components.find("suites")
)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(json.dumps(suite_schema(), allow_nan=False)))


def complaints(validator: Draft202012Validator, text: str) -> list[tuple[str, str]]:
    """Where the schema finds something wrong, and what; the document as an editor sees it, all keys texts."""
    document = json.loads(json.dumps(reading.parse(text, "suite")[0]))
    return [(error.json_path, error.message) for error in validator.iter_errors(document)]


def test_the_schema_is_one(validator: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(validator.schema)
    assert validator.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_suite_is_accepted(validator: Draft202012Validator, path: Path) -> None:
    assert complaints(validator, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "kind_and_name", [(kind, name) for kind in SPECS for name in components.find(kind)], ids="/".join
)
def test_every_example_is_accepted(validator: Draft202012Validator, kind_and_name: tuple[str, str]) -> None:
    kind, name = kind_and_name
    example = facts_of(kind, components.find(kind)[name])["example"]
    assert complaints(validator, example if "tasks:" in example else f"{example}\ntasks: [classification]") == []


@pytest.mark.parametrize(
    "text",
    [
        "tasks: [classification]",
        "model: transformers:./checkpoint\ndata: files:dev.csv\ntasks: [{use: classification, limit: 5}]",
        "data: [files:a.csv, {use: files, path: [b.csv, c.csv], name: other}]\ntasks: [classification]",
        "data: {use: files, path: a.csv, labels: {0: no}, filter: {year: {min: 2000}}}\ntasks: [classification]",
        "models: {small: {use: python, object: 'a:b', labels: [x, y]}}\ntasks: [classification]",
        "tasks: [{use: classification, metrics: ['top_k:3', ece, {use: ece, bins: 5, name: fine}]}]",
        "tasks: [{use: attack, attacks: ['textattack:pwws'], gates: {'robust_accuracy[part=a]': {min: 0.1}}}]",
    ],
)
def test_what_the_harness_takes_is_accepted(validator: Draft202012Validator, text: str) -> None:
    assert complaints(validator, text) == []


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("modle: x\ntasks: [classification]", "$", "'modle' was unexpected"),
        ("seed: 1", "$", "'tasks' is a required property"),
        ("tasks: []", "$.tasks", "[] should be non-empty"),
        ("tasks: [atack]", "$.tasks[0]", "'atack' is not valid"),
        ("tasks: [{use: atack}]", "$.tasks[0].use", "'atack' is not one of"),
        ("tasks: [{use: attack, attacks: [{use: textattack}]}]", "$.tasks[0].attacks[0]", "'recipe' is a required"),
        ("tasks: [{use: attack, attacks: [ocr]}]", "$.tasks[0].attacks[0]", "'ocr' is not valid"),
        ("tasks: [{use: stress, perturbations: [ocr], severities: [6]}]", "$.tasks[0].severities[0]", "maximum of 5"),
        ("tasks: [{use: attack, attacks: [{use: deepwordbug, edits: 3}]}]", "$.tasks[0].attacks[0]", "('edits' was"),
        (
            "tasks: [{use: attack, attacks: [{use: deepwordbug, edit_distance: few}]}]",
            "$.tasks[0].attacks[0].edit_distance",
            "'few' is not of type 'integer'",
        ),
        ("tasks: [{use: classification, gates: {ece: {below: 1}}}]", "$.tasks[0].gates.ece", "'below' was unexpected"),
        (
            "tasks: [{use: classification, gates: {ece: {max: 1, tier: soft}}}]",
            "$.tasks[0].gates.ece.tier",
            "'soft' is",
        ),
        (
            "tasks: [{use: classification, gates: {ece: {max: low}}}]",
            "$.tasks[0].gates.ece.max",
            "not of type 'number'",
        ),
        ("confidence: 95\ntasks: [classification]", "$.confidence", "greater than or equal to the maximum of 1"),
    ],
)
def test_mistakes_are_found_where_they_stand(validator: Draft202012Validator, text: str, where: str, told: str) -> None:
    [(path, message)] = complaints(validator, text)
    assert (path, told in message) == (where, True), message


def test_a_model_without_what_it_needs_is_refused(validator: Draft202012Validator) -> None:
    assert complaints(validator, "model: transformers\ntasks: [classification]")
    assert complaints(validator, "model: {use: transformers, device: cpu}\ntasks: [classification]")


def test_a_components_first_line_explains_it(validator: Draft202012Validator) -> None:
    known = {
        each["if"]["properties"]["use"]["const"]: each["then"]
        for each in validator.schema["$defs"]["attacks"]["else"]["allOf"]
    }
    assert known["deepwordbug"]["description"].startswith("Swap, substitute, delete or insert a letter")
    assert known["deepwordbug"]["properties"]["edit_distance"] == {
        "type": "integer",
        "exclusiveMinimum": 0,
        "default": 30,
    }


def test_a_plugin_with_types_of_its_own_is_described(project: Project) -> None:
    source = (
        "from pydantic import BaseModel\n\nclass Window(BaseModel):\n    size: int\n\n"
        "def slow(text, rng, *, window: Window, speed=1): ...\n"
    )
    project.install("perturbations", "slow", "slowing:slow", source)
    validator = Draft202012Validator(suite_schema())
    suite = "tasks: [{{use: stress, perturbations: [{{use: slow, window: {{size: {}}}}}]}}]"
    assert complaints(validator, suite.format(3)) == []
    assert complaints(validator, suite.format("wide"))


def test_a_broken_plugin_hides_no_other(project: Project) -> None:
    project.install("attacks", "broken", "nowhere_to_be_found:attack")
    validator = Draft202012Validator(suite_schema())
    assert complaints(validator, "tasks: [{use: attack, attacks: [{use: broken, any: 1}, deepwordbug]}]") == []


def test_the_command_prints_the_schema(project: Project) -> None:
    printed: Any = project.harness("schema").json
    assert printed["title"] == "A suite of model-harness"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"enum": ["auto", "csv"]}, "auto | csv"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, "whole number ≥ 1 | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "list of (text | null)"),
        ({}, "anything"),
    ],
)  # fmt: skip
def test_types_are_put_in_words(found: dict[str, Any], words: str) -> None:
    assert readable(found) == words


@pytest.mark.parametrize("value", ["yes: no", "1", "true", "a:b", r"\W+", "", "ünï", [1, None, "x"], {"a": ["b", 0.5]}])
def test_examples_are_yaml(value: object) -> None:
    assert reading.parse(inline(value), "it")[0] == value


def test_perturbations_may_go_one_after_the_other() -> None:
    validator = Draft202012Validator(suite_schema())
    suite = {
        "model": "python:m:f",
        "data": "files:a.csv",
        "tasks": [{"use": "stress", "perturbations": [["ocr", "casing"]]}],
    }
    assert list(validator.iter_errors(suite)) == []
    suite["tasks"] = [{"use": "stress", "perturbations": [["ocr", "ocrr"]]}]
    assert list(validator.iter_errors(suite)) != []

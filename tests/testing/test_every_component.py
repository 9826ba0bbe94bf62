"""One table of all installed components, and the one conformance test that each of them passes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from by_hand import recorded
from explained import Bag
from harness_text import perturbations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import Sample, UserError
from harness.sources.context import Context
from harness.suite import components
from harness.suite.file import Spec
from harness.suite.specs import AttackSpec, InputPartSpec
from harness.tasks.attack import attack
from harness.tasks.explain import explain
from harness.tasks.stress import stress
from harness.testing import problems
from harness.testing.parameters import parameter_problems, required
from harness.testing.specimens import HOSTILE, LONG, undecided

INSTALLED = [(kind, name) for kind in components.KINDS if kind != "inputs" for name in components.find(kind)]
"""All components that are functions; a kind of input is an object without parameters (`tests/trials`)."""
TIED = ["a good film with a bad end " * 8, "good bad " * 24]
"""Texts of which only the random numbers of SHAP say which words go first."""

EXPLAINERS: dict[str, tuple[str, dict[str, Any]]] = {
    "leave_one_out": ("leave_one_out", {}),
    "lime": ("lime", {"parameters": {"num_samples": 20}}),
    "lime, place by place": ("lime", {"parameters": {"num_samples": 20, "bow": False}}),
    "lime, at spaces": ("lime", {"parameters": {"num_samples": 20, "split_expression": " "}}),
    "lime_library": ("lime_library", {"parameters": {"num_samples": 20}}),
    "shap": ("shap", {"parameters": {"max_evals": 50}}),
    "shap of ties": ("shap", {"inputs": TIED, "model": Bag()}),
    "shap of ties, in few questions": ("shap", {"inputs": TIED, "model": Bag(), "parameters": {"max_evals": 300}}),
}
LIGHTER: dict[str, dict[str, Any]] = {"simba": {"parameters": {"steps": 20}}}
"""Options of components that take long with their defaults."""

ELSEWHERE = {
    "textattack": "test_textattack_attacks_hostile_texts_or_says_why_not",
    **dict.fromkeys(["masked_words", "inserted_words", "paraphrase", "back_translation"], "plugins/test_rewriting.py"),
    **dict.fromkeys(["synonyms", "antonyms"], "plugins/test_wordnet.py"),
    **dict.fromkeys(["bae", "textfooler"], "plugins/test_text_attacks.py"),
}
"""Components that may refuse a text, ask another model or need what may not be here, and the test of what they do."""

DEFAULTS = {"keyboard_typos", "ocr", "change_case", "punctuation"}
SEARCHED_ELSEWHERE = set(perturbations.__all__) - DEFAULTS
"""Perturbations that `plugins/test_perturbations.py` tries on as many texts; here are those of texts by default."""

OF_TEXTS = [
    name
    for name in components.find("perturbations")
    if name not in {*ELSEWHERE, *SEARCHED_ELSEWHERE}
    and str in (components.resolve("perturbations", Spec(use=name)).takes or {str})
]

COMPONENTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    **{
        f"{kind}: {name}": (kind, name, LIGHTER.get(name, {}))
        for kind, name in INSTALLED
        if kind in {"perturbations", "attacks", "metrics"} and name not in ELSEWHERE
    },
    **{f"explainers: {title}": ("explainers", name, options) for title, (name, options) in EXPLAINERS.items()},
}


@pytest.mark.parametrize(("kind", "name", "options"), COMPONENTS.values(), ids=COMPONENTS)
def test_a_component_conforms(kind: str, name: str, options: dict[str, Any]) -> None:
    assert problems(_loaded(kind, name), **options) == []


def test_every_explainer_that_ships_stands_in_the_table() -> None:
    points = components.find("explainers").values()
    shipped = {each.name for each in points if each.dist and each.dist.name == "model-harness"}
    assert shipped == {name for name, _ in EXPLAINERS.values()}


@pytest.mark.parametrize(("kind", "name"), INSTALLED)
def test_parameters_have_types_that_refuse_others(kind: str, name: str) -> None:
    assert list(parameter_problems(kind, name, _loaded(kind, name))) == []


@pytest.mark.parametrize(("kind", "name"), INSTALLED)
def test_a_key_it_does_not_have_and_one_that_is_missing_are_refused(kind: str, name: str) -> None:
    with pytest.raises(UserError, match="has no parameter 'zzz': expected"):
        components.resolve(kind, Spec.model_validate({"use": name, "zzz": 1}))
    for needed in list(required(_loaded(kind, name)))[:1]:
        with pytest.raises(UserError, match=f"{name!r} needs the parameter {needed!r}"):
            components.resolve(kind, Spec(use=name))


def _loaded(kind: str, name: str) -> Any:
    if needed := components.missing(components.find(kind)[name]):
        pytest.skip(f"{name} needs {', '.join(needed)}")
    return components.load(kind, name)


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("metrics", {"use": "top_k", "k": 0}, "k: expected greater than 0, but got 0"),
        ("metrics", {"use": "ece", "bins": -1}, "bins: expected greater than 0, but got -1"),
        ("attacks", {"use": "deepwordbug", "edit_distance": 0}, "edit_distance: expected greater than 0, but got 0"),
        ("attacks", {"use": "textattack", "recipe": "pwws", "max_queries": 0}, "max_queries: expected greater than 0"),
        (
            "explainers",
            {"use": "lime", "num_samples": 0},
            "num_samples: expected greater than or equal to 2, but got 0",
        ),
        ("tasks", {"use": "stress", "perturbations": ["ocr"], "severities": [6]}, "less than or equal to 5, but got 6"),
        ("tasks", {"use": "stress", "perturbations": ["ocr"], "severities": []}, "severities: "),
    ],
)
def test_a_number_out_of_range_is_refused(kind: str, spec: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        components.resolve(kind, Spec.model_validate(spec)).session(None)


@pytest.mark.parametrize("severity", [0, 6])
def test_a_severity_of_ones_own_is_one_to_five(severity: int) -> None:
    spec = InputPartSpec.model_validate({"use": "ocr", "severity": severity})
    with pytest.raises(UserError, match=f"severity: expected (greater|less) than or equal to ., but got {severity}"):
        stress(Context(), perturbations=[spec])


# More texts than the conformance test has

texts = st.one_of(
    st.sampled_from(sorted(HOSTILE.values())),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.text("ab \u0301\u200d\ud800\u202e.,'1\n", max_size=40),
)
quickly = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SEARCHED = [("perturbations", name) for name in OF_TEXTS] + [
    ("attacks", "deepwordbug"),
    ("explainers", "leave_one_out"),
]


@pytest.mark.parametrize(("kind", "name"), SEARCHED)
@quickly
@given(st.lists(texts, min_size=1, max_size=4))
def test_a_component_conforms_on_any_texts(kind: str, name: str, some: list[str]) -> None:
    assert problems(components.load(kind, name), inputs=some) == []


def case(task: Any, text: str) -> Any:
    [record] = recorded(task, [Sample("1", text, int(undecided([text])[0][1] > 0.5))], undecided)
    return record


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["ocr", "backwards", "contractions"])
def test_a_case_is_skipped_where_a_perturbation_changes_nothing(name: str, text: str) -> None:
    record = case(stress(Context(), perturbations=[InputPartSpec(use=name)], severities=[4]), text)
    assert all(each == text for each in record.payload.perturbed) == (record.status == "skipped")


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("recipe", ["deepwordbug", "pwws"])
def test_textattack_attacks_hostile_texts_or_says_why_not(recipe: str, text: str) -> None:
    spec = AttackSpec.model_validate({"use": "textattack", "recipe": recipe, "max_queries": 200})
    record = case(attack(Context(), attacks=[spec]), text)
    assert record.error is not None or record.payload.outcome in {"succeeded", "failed"}


def test_ten_thousand_words_are_attacked_and_explained() -> None:
    spec = AttackSpec.model_validate({"use": "deepwordbug", "edit_distance": 1})  # one letter is soon spent
    assert case(attack(Context(), attacks=[spec]), LONG).error is None
    assert case(explain(Context(), explainers=[InputPartSpec(use="leave_one_out")]), LONG[:20000]).error is None


def test_a_run_accounts_for_every_hostile_text(project: Any) -> None:
    rows = [{"id": name, "text": text, "label": "positive"} for name, text in HOSTILE.items()]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write(
        "hostile.yaml",
        'model: {use: python, object: "toy:predict"}\n'
        "data: {use: files, path: dev.jsonl, columns: {id: id}}\n"
        f"tasks:\n  - classification\n  - {{use: stress, perturbations: [{', '.join(OF_TEXTS)}]}}\n"
        "  - {use: attack, attacks: [deepwordbug]}\n  - {use: explain, explainers: [leave_one_out]}\n",
    )
    called = project.harness("run", "hostile.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    tasks = project.read("out/run.json")["tasks"]
    assert {name: task["errors"] for name, task in tasks.items()} == dict.fromkeys(tasks, 0)
    assert called.json["scores"]["classification/accuracy"]["n"] == len(HOSTILE)

"""`harness show NAME --try` of everything installed: it runs, or says what to set, and shows what the kind is about."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from harness.cli.show_try import TRIALS
from harness.kinds.inputs import input_kinds
from harness.suite import components
from harness.suite.takes import how

if TYPE_CHECKING:
    from conftest import Project

INSTALLED = [(kind, name) for kind in components.KINDS for name in components.find(kind)]
NUMBER = r"-?\d+\.\d{3}"
Lines = list[dict[str, str]]
SLOW = {"textattack", "shap"}


def tried(project: Project, kind: str, name: str, *more: str) -> Lines:
    called = project.harness("show", f"{kind}/{name}", "--try", "--json", *more)
    assert called.code == 0, called.err
    [lines] = called.json.values()
    return list(lines)


def of(kind: str) -> list[Any]:
    """The components of a kind; those whose library takes seconds to import are slow."""
    return [pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW)) for name in components.find(kind)]


def made_for(kind: str, name: str) -> str:
    """The first kind of input that a part takes whole."""
    taken = components.Component(kind, name, components.load(kind, name)).takes
    kinds = [each.name for each in input_kinds().values() if how(taken, each) == "whole"]
    return "text" if "text" in kinds else kinds[0]


def test_every_kind_of_component_has_a_trial() -> None:
    assert set(TRIALS) == set(components.KINDS)


ASKING = {"back_translation", "inserted_words", "masked_words", "paraphrase"}
"""Perturbations that need a model or a function of the suite's."""

FETCHED = {"antonyms", "synonyms"}
"""Perturbations whose words are fetched."""


@pytest.mark.parametrize("name", sorted(ASKING | FETCHED))
def test_a_perturbation_that_needs_something_says_so(embedded: Project, name: str) -> None:
    called = embedded.harness("show", f"perturbations/{name}", "--try")
    assert called.code == 2 or (name in FETCHED and called.code == 0), called.err
    assert "internal error" not in called.err


def _by_itself(param: Any) -> bool:
    return not {*param.values} & (ASKING | FETCHED)


@pytest.mark.parametrize("name", filter(_by_itself, of("perturbations")))
def test_a_perturbation_shows_what_it_changes_at_each_severity(embedded: Project, name: str) -> None:
    given, model, *rest = tried(embedded, "perturbations", name)
    after = [each["text"] for each in rest if each["what"]]
    if model["text"] == "it changed none of 3 texts":
        assert made_for("perturbations", name) == "text"
        return
    assert re.fullmatch(rf"[a-z]+ {NUMBER}", model["text"])
    assert any(text != given["text"] for text in after)
    expected = {"image": rf"a change of {NUMBER}.* per pixel, .* at most", "row": r"\w+ \S.* → .*"}
    if (kind := made_for("perturbations", name)) in expected:
        assert given["what"].startswith(f"{kind} (")
        assert [text for text in after if not re.fullmatch(expected[kind], text)] == []


@pytest.mark.parametrize("name", ["bae", "textfooler"])
def test_an_attack_that_needs_something_says_so(embedded: Project, name: str) -> None:
    called = embedded.harness("show", f"attacks/{name}", "--try")
    assert called.code == 2, called.out
    assert re.search("add `models: {mlm: |neighbours: there is no file ", called.err), called.err


@pytest.mark.parametrize("name", [each for each in of("attacks") if each.values[0] not in {"bae", "textfooler"}])
def test_an_attack_shows_how_it_ended_and_its_input(embedded: Project, name: str) -> None:
    called = embedded.harness("show", f"attacks/{name}", "--try", "--json")
    if name == "textattack" and called.code:
        assert re.search("python -m nltk.downloader|harness doctor", called.err), called.err
        pytest.skip("the resources of textattack are not on this machine")
    [lines] = called.json.values()
    words = {each["what"]: each["text"] for each in lines}
    assert re.match(r"(succeeded|failed|skipped), having asked \d+ rows", words["the attack"])
    assert words[f"its {made_for('attacks', name)}"]


@pytest.mark.parametrize("name", of("explainers"))
def test_an_explainer_shows_the_weights_of_units(embedded: Project, name: str) -> None:
    given, explained, *rest = tried(embedded, "explainers", name)
    weights = {each["text"]: float(each["what"]) for each in rest if re.fullmatch(r"[+-]\d+\.\d{3}", each["what"])}
    assert re.fullmatch(rf"[a-z]+ {NUMBER}", explained["text"])
    assert "".join(weights) == given["text"]
    assert {"comprehensiveness", "sufficiency"} <= {each["what"] for each in rest}
    assert any(weights.values())


@pytest.mark.parametrize("name", of("metrics"))
def test_a_metric_shows_its_value_and_what_of(embedded: Project, name: str) -> None:
    value, what = tried(embedded, "metrics", name)
    assert np.isfinite(float(value["text"].split()[0]))
    assert what["text"].startswith("3 embedded predictions")


NEEDY = {"learning", "members", "prompts"}
"""Tasks that need a suite of their own."""


def test_a_task_for_models_made_of_models_says_so(embedded: Project) -> None:
    called = embedded.harness("show", "members", "--try")
    assert (called.code, "measures models made of models" in called.err) == (2, True)


def test_a_task_that_fits_models_says_what_it_needs(embedded: Project) -> None:
    called = embedded.harness("show", "learning", "--try")
    assert (called.code, "set `cross_validation: 5`" in called.err) == (2, True)


@pytest.mark.parametrize("name", [each for each in of("tasks") if each.values[0] not in NEEDY])
def test_a_task_shows_its_scores(embedded: Project, name: str) -> None:
    cases, *scores = tried(embedded, "tasks", name)
    assert re.fullmatch(r"[1-9]\d* cases on (3 reviews|[1-9]\d* samples of its own), 0 errored", cases["text"])
    assert any(re.match(NUMBER, each["text"]) for each in scores)


@pytest.mark.parametrize("name", of("inputs"))
def test_a_kind_of_input_shows_an_input_that_can_be_read_back(embedded: Project, name: str) -> None:
    found = {each["what"]: each["text"] for each in tried(embedded, "inputs", name)}
    assert re.match(r"[1-9]\d*, the first ['\"]", found["units"])
    assert found["read back"] == "the same"
    assert found["without it"] != next(iter(found.values()))


@pytest.mark.parametrize("name", of("reports"))
def test_a_report_shows_its_beginning(embedded: Project, name: str) -> None:
    size, begins, command = tried(embedded, "reports", name)
    assert int(size["text"].split()[0]) > 0
    assert begins["text"] != "''"
    assert command["text"].endswith(f"harness report RUN --as {name}")


@pytest.mark.parametrize("name", of("suites"))
def test_a_suite_shows_its_tasks(embedded: Project, name: str) -> None:
    lines = tried(embedded, "suites", name)
    assert {"classification", "stress", "attack", "explain"} & {each["what"] for each in lines}
    assert f"harness run {name} --limit 20" in lines[-1]["text"]


@pytest.mark.parametrize("name", of("executors"))
def test_an_executor_shows_how_many_cases_it_ran(embedded: Project, name: str) -> None:
    [cases] = tried(embedded, "executors", name)
    assert cases["text"] == "3 of 3 cases, 0 errored"


@pytest.mark.parametrize(("kind", "name"), [each for each in INSTALLED if each[0] in {"models", "data"}])
def test_models_and_data_show_an_answer_or_say_what_to_set(embedded: Project, kind: str, name: str) -> None:
    parameters = components.parameters_of(components.load(kind, name))
    required = [key for key, each in parameters.items() if each.default is inspect.Parameter.empty]
    called = embedded.harness("show", f"{kind}/{name}", "--try")
    if called.code and required:
        assert f"add {' '.join(f'--set {key}=…' for key in required)}" in called.err
    else:
        assert (called.code, bool(called.out)) == (0, True), called.err


def test_a_kind_of_input_without_a_trial_is_told_what_to_give(
    embedded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent: Callable[[], None] = lambda: None  # noqa: E731
    monkeypatch.setattr(input_kinds()["row"], "trial", silent)
    called = embedded.harness("show", "missing_cells", "--try")
    assert (called.code, called.out) == (2, "")
    assert "expected `trial()` of a kind of input to give some rows of cells" in called.err

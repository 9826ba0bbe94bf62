"""Perturbations one after the other as one part: what it is called, at which severity, and what it is made for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import UserError
from harness.parts.languages import made_for
from harness.parts.perturbing import in_turn
from harness.sources.context import Context
from harness.suite.components import Component, load
from harness.suite.file import suite_of
from harness.suite.specs import InputPartSpec
from harness.tasks.stress import keeps_label, stress
from harness.tasks.task import Task


def task(*perturbations: object, **parameters: Any) -> Task[Any]:
    spec = {"use": "stress", "perturbations": list(perturbations), **parameters}
    suite = suite_of({"model": "python:m:f", "data": "files:a.csv", "tasks": [spec]}, "s").suite
    from pydantic import TypeAdapter

    from harness.suite.specs import InputParts

    parts = TypeAdapter(InputParts).validate_python(suite.tasks[0].parameters["perturbations"])
    return stress(Context(Path()), perturbations=parts, **parameters)


def composed(*names: str, **own: Any) -> Component:
    parts = [Component("perturbations", name, load("perturbations", name)) for name in names]
    return in_turn(InputPartSpec.model_validate({"use": "in_turn", "of": list(names), **own}), parts)


def run(component: Component, text: str) -> list[str]:
    import random

    session = component.call(text, random.Random(0))
    try:
        next(session)
    except StopIteration as stop:
        return list(stop.value)
    raise AssertionError


def test_a_list_is_one_part_at_every_severity() -> None:
    assert list(task(["typos", "casing"], severities=[1, 5]).parts) == ["typos+casing/1", "typos+casing/5"]
    named = task(["typos", {"use": "casing", "severity": 2}], severities=[3])
    assert list(named.parts) == ["typos+casing/3"]


def test_one_comes_after_the_other() -> None:
    [found] = run(composed("title_case", "change_case").having(severity=5), "a wonderful film")
    assert found == "A WONDERFUL FILM"
    [both] = run(composed("typos", "casing").having(severity=5), "wonderful films everywhere")
    assert both.isupper()
    assert both != "WONDERFUL FILMS EVERYWHERE"


def test_what_is_made_for_both_counts_and_the_label_is_kept_by_all() -> None:
    known = made_for(composed("slang", "ocr"))
    assert (set(known.scripts), set(known.languages)) == ({"latin"}, {"en"})
    assert keeps_label(composed("slang", "ocr"))
    assert not keeps_label(composed("slang", "negation"))
    assert set(composed("slang", "ocr").takes or ()) == {str}


def test_no_text_for_both_is_said() -> None:
    with pytest.raises(UserError, match="no text is what all of these are made for: latin and cjk"):
        composed("ocr", "chinese_shapes")


def test_a_list_of_one_or_of_what_is_unknown_is_refused() -> None:
    with pytest.raises(Exception, match="at least 2 items"):
        task(["ocr"])
    with pytest.raises(UserError, match="no perturbation is called 'ocrr'"):
        task(["ocrr", "typos"])


def test_explainers_do_not_go_one_after_the_other() -> None:
    spec = InputPartSpec.model_validate({"use": "in_turn", "of": ["lime", "shap"]})
    with pytest.raises(UserError, match="only perturbations and attacks go one after the other"):
        Context(Path()).components("explainers", [spec])


def test_a_whole_run_of_a_composition(tmp_path: Path) -> None:
    import harness

    texts = ["a wonderful film", "a bad film", "the good one", "a poor thing"] * 10
    found = harness.evaluate(
        lambda some: [[0.1, 0.9] if "good" in each or "wonderful" in each else [0.8, 0.2] for each in some],
        (texts, [1, 0] * 20),
        [{"use": "stress", "perturbations": [["typos", "casing"]], "severities": [3]}],
        labels=["no", "yes"],
        out=tmp_path / "run",
    )
    assert found["stress"]["changed[part=typos+casing/3]"].value == 1

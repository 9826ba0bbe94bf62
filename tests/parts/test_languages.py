"""Texts of another script or language than a component is made for stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from by_hand import LABELS, answers, recorded, scored

from harness import Context, Sample, Task, perturbation
from harness.parts.languages import made_for
from harness.suite.components import Component
from harness.suite.specs import AttackSpec, InputPartSpec
from harness.tasks.attack import attack
from harness.tasks.stress import stress

HINDI = "यह होटल बहुत सुंदर है और सबको पसंद आया"
CHINESE = "四星的酒店,虽然房间有点小,但是服务很好,wifi 100"
ARABIC = "كان الفندق جميلا جدا وكانت الغرفة نظيفة"
GERMAN = "Das Hotel war sehr sauber und das Personal immer freundlich"
ENGLISH = "The hotel was very clean, and it is always worth the 20 euros"


def changed(use: str, text: str, language: str = "", **parameters: Any) -> bool:
    task = stress(Context(), perturbations=[InputPartSpec.model_validate({"use": use, "severity": 5, **parameters})])
    record = one(task, Sample("a", text, 1, language=language))
    assert record.error is None
    return bool(record.status != "skipped")


def one(task: Task[Any], sample: Sample[Any], model: Callable[[list[Any]], Any] | None = None) -> Any:
    [record] = recorded(task, [sample], model or sure)
    return record


def sure(texts: list[Any]) -> list[list[float]]:
    return [answers(0.9)] * len(texts)


@pytest.mark.parametrize("use", [
    "filler_words", "contractions", "keyboard_typos", "ocr", "leetspeak", "homoglyphs", "punctuation",
])  # fmt: skip
def test_what_is_made_for_latin_letters_stays_out_of_other_texts(use: str) -> None:
    assert changed(use, ENGLISH)
    assert [changed(use, text) for text in (HINDI, CHINESE, ARABIC)] == [False] * 3


@pytest.mark.parametrize("use", ["filler_words", "contractions", "keyboard_typos"])
def test_what_is_made_for_english_stays_out_of_texts_of_another_language(use: str) -> None:
    assert changed(use, ENGLISH, "en")
    assert changed(use, ENGLISH, "en-GB")
    assert not changed(use, GERMAN, "de")


def test_parameters_make_a_perturbation_for_another_language() -> None:
    assert changed("keyboard_typos", GERMAN, "de", layout="qwertz")
    assert not changed("keyboard_typos", ENGLISH, "en", layout="qwertz")
    assert changed("filler_words", GERMAN, "de", words=["halt", "eben"])


def test_letters_may_be_swapped_in_any_language() -> None:
    assert changed("swap_letters", GERMAN, "de")
    assert changed("swap_letters", ARABIC, "ar")


def test_of_a_pair_each_text_is_looked_at_by_itself() -> None:
    task = stress(Context(), perturbations=[InputPartSpec.model_validate({"use": "keyboard_typos", "severity": 5})])
    record = one(task, Sample("a", {"premise": ENGLISH, "hypothesis": HINDI}, 1))
    assert (ENGLISH in record.payload.perturbed[0], HINDI in record.payload.perturbed[0]) == (False, True)


@pytest.mark.parametrize("text", [HINDI, CHINESE, ARABIC])
def test_an_attack_puts_no_latin_letters_into_another_script(text: str) -> None:
    task = attack(Context(), attacks=[AttackSpec(use="deepwordbug")])
    record = one(task, Sample("a", text, 1), lambda texts: [answers(0.9 if t == text else 0.1) for t in texts])
    assert (record.payload.perturbed, record.payload.outcome) == (text, "failed")
    assert (record.payload.edited, record.payload.queries) == (False, 0)


def test_a_part_that_is_made_for_other_texts_says_so() -> None:
    task = stress(Context(), perturbations=[InputPartSpec.model_validate({"use": "filler_words", "severity": 3})])
    found = scored(task, [Sample("a", GERMAN, 1, language="de")], sure, LABELS)["accuracy[part=filler_words/3]"]
    assert (found.value, found.n) == (None, 0)
    why = "it changed 0 of 1 samples, and a gate needs 30; it is made for en in latin letters"
    assert (found.note, found.doubt) == (why, why)


def test_a_component_may_be_made_for_any_text() -> None:
    @perturbation(languages=("de", "fr"))
    def mine(text: str) -> str:
        return text

    assert str(made_for(Component("perturbations", "mine", mine))) == "made for de or fr"
    assert str(made_for(Component("perturbations", "any", str.upper))) == ""

"""Perturbations that ask a masked language model, and such as the user's own functions are."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from harness_text.perturbations.rewriting import back_translation, inserted_words, masked_words, paraphrase

import harness
from harness import Filling, Session, UserError

TEXT = "The wonderful director never made another film that everybody liked so much"


def answered(session: Session[str], words: list[str]) -> tuple[str, list[str]]:
    """The text that comes of a session when every mask gets these words, and what was asked."""
    asked: list[str] = []
    try:
        question = next(session)
        while True:
            asked += map(str, question.inputs)
            import numpy as np

            from harness.types import Answers

            rows = [np.array([range(len(words)), [-1.0] * len(words)])] * len(question.inputs)
            question = session.send(Answers(rows, "mlm", words))
    except StopIteration as stop:
        return str(stop.value), asked


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_masked_words_become_others_that_the_model_names(severity: int) -> None:
    found, asked = answered(masked_words(TEXT, Random(0), severity=severity), ["great", "Film", "film"])
    assert all(each.count(Filling.MASK) == 1 for each in asked)
    changed = [(a, b) for a, b in zip(TEXT.split(), found.split(), strict=True) if a != b]
    assert len(changed) == len(asked) >= 1
    assert {b.lower() for _, b in changed} <= {"great", "film"}
    assert "never" in found


def test_words_are_put_between_words() -> None:
    found, asked = answered(inserted_words(TEXT, Random(0), severity=5), ["very"])
    assert found.split().count("very") == len(asked) >= 2
    assert [each for each in found.split() if each != "very"] == TEXT.split()


@pytest.mark.parametrize("text", ["", " \n", "\ud800 a", "\u4f60\u597d"])
def test_texts_without_a_place_are_not_asked_about(text: str) -> None:
    assert answered(masked_words(text, Random(0)), ["x"]) == (text, [])
    assert answered(inserted_words(text, Random(0)), ["x"]) == (text, [])


OWN = """
def shorter(text):
    return [text[:5], text[:3]]

def german(text):
    return text.replace("film", "Film")

def english(text):
    return text.replace("Film", "movie")
"""


def test_functions_of_ones_own_say_it_in_other_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_words.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def model(texts: list[str]) -> list[list[float]]:
        return [[0.1, 0.9] if "film" in each else [0.8, 0.2] for each in texts]

    perturbations: list[Any] = [
        {"use": "paraphrase", "object": "own_words:shorter"},
        {"use": "back_translation", "there": "own_words:german", "back": "own_words:english"},
    ]
    texts = [f"film {at}" for at in range(40)]
    tasks = [{"use": "stress", "perturbations": perturbations}]
    run = harness.evaluate(model, (texts, [1] * 40), tasks, labels=["no", "yes"])
    assert run["stress"]["accuracy[part=back_translation]"].value == 0
    assert run["stress"]["accuracy[part=paraphrase]"].value == 0  # "film " holds, "fil" does not


def test_a_function_that_is_not_there_is_said() -> None:
    with pytest.raises(UserError, match="no_such"):
        paraphrase("a", Random(0), object="no_such:thing")
    with pytest.raises(UserError, match="there"):
        back_translation("a", Random(0), there="no_such:thing", back="json:loads")

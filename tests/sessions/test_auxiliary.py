"""Questions to other models than the victim: embeddings, and words for a mask."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from harness import AnswerError, Case, Engine, Filling, Sample, Session, embed, fill

MASK = Filling.MASK
WORDS = ["", "fine", "dull", "odd"]


class Lengths:
    """An encoder whose embedding is the numbers of words and of letters."""

    def embed(self, texts: list[str]) -> Any:
        return [[float(len(text.split())), float(len(text))] for text in texts]


class Three:
    """A masked model that knows three words, and likes them in their order."""

    labels = WORDS

    def fill(self, texts: list[str], top: int) -> Any:
        return [[[1, 2, 3][:top], np.log([0.5, 0.25, 0.125][:top])] for _ in texts]


def asked(session: Session[Any], **models: object) -> Any:
    """What a session on these models returns; its error otherwise."""
    [outcome] = Engine({"": Lengths(), **models}).run([Case("t", "", Sample("1", "x"), lambda *_: session)])
    return outcome.error or outcome.value


def test_embeddings_are_rows() -> None:
    found = asked(embed(["a b", "c"], "encoder"), encoder=Lengths())
    assert found.tolist() == [[2, 3], [1, 1]]


def test_a_filling_has_words_and_their_log_probabilities() -> None:
    [one, other] = asked(fill([f"a {MASK} film", f"so {MASK}"], "mlm", 2), mlm=Three())
    assert one == other == Filling(["fine", "dull"], np.log([0.5, 0.25]).tolist())


def test_no_text_is_no_question() -> None:
    assert asked(embed([], "encoder"), encoder=Lengths()).size == 0
    assert asked(fill([], "mlm"), mlm=Three()) == []


def test_each_number_of_words_is_a_question_of_its_own() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[list[int]]:
        found = []
        for top in (1, 3, 1):
            [filling] = yield from fill([f"a {MASK} film"], "mlm", top)
            found.append(len(filling.words))
        return found

    engine = Engine({"": Lengths(), "mlm": Three()})
    [outcome] = engine.run([Case("t", "", Sample("1", "x"), session)])
    assert outcome.value == [1, 3, 1]
    assert (engine.ledger.of_model("mlm").asked, engine.ledger.of_model("mlm").unique) == (3, 2)


class Wrong:
    """Answers whatever it is told to."""

    labels = WORDS

    def __init__(self, answer: Any) -> None:
        self.embed = lambda texts: answer
        self.fill = lambda texts, top: answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([[1.0, float("nan")]], "expected finite numbers, (n, d) (not all of them are finite)"),
        ([1.0], "expected finite numbers, (n, d) (shape (1,) for 1 texts)"),
        ([["a", "b"]], "expected finite numbers, (n, d) (could not convert"),
    ],
)
def test_an_embedding_that_is_none_is_refused(answer: Any, message: str) -> None:
    error = asked(embed(["a"], "encoder"), encoder=Wrong(answer))
    assert f"AnswerError: model 'encoder' answered {answer}: {message}" in error


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([[1.0, 2.0]], "(shape (1, 2) for 1 texts)"),
        ([[[9], [-1.0]]], "(shape (1, 2, 1), the model has 4 labels)"),
        ([[[-1], [-1.0]]], "(shape (1, 2, 1), the model has 4 labels)"),
        ([[[1, 2]]], "(shape (1, 1, 2), the model has 4 labels)"),
        ([[[1], [float("nan")]]], "(not all of them are finite)"),
    ],
)
def test_a_filling_that_is_none_is_refused(answer: Any, message: str) -> None:
    error = asked(fill([MASK], "mlm", 1), mlm=Wrong(answer))
    assert f"AnswerError: model 'mlm' answered {answer}: expected places of words and log prob" in error
    assert message in error


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        (lambda: embed("text", "encoder"), TypeError, r"embed expects a list of texts, but got 'text': write embed\("),
        (lambda: fill("text", "mlm"), TypeError, r"fill expects a list of texts"),
        (lambda: fill(["text"], "mlm"), ValueError, r"fill expects one \[MASK\] in each text, but got 0 in 'text'"),
        (lambda: fill([MASK * 2], "mlm"), ValueError, r"but got 2 in"),
        (lambda: fill([MASK], "mlm", 0), ValueError, r"fill expects to ask for one word or more, but got top=0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_at_once(question: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        next(question())


def test_an_answer_without_the_engine_has_no_labels() -> None:
    session = fill([MASK], "mlm", 1)
    next(session)
    with pytest.raises(AnswerError, match=r"model 'mlm' answered .* the model has 0 labels\)"):
        session.send([[[1], [-1.0]]])

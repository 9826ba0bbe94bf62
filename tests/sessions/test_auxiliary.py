"""Questions to other models than the victim: embeddings, words for a mask, and a run that asks for both."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from harness import AnswerError, Case, Engine, Filling, Run, Sample, Session, embed, fill
from harness.cli import terminal

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
    assert (engine.counters["mlm"].asked, engine.counters["mlm"].unique) == (3, 2)


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


ATTACK = """
from harness import Filling, Sample, embed, fill, predict


def swapped(sample: Sample[str], rng, *, top: int = 3):
    '''The word that hurts most where a masked model would have it, and an encoder hardly sees the difference.'''
    words = sample.input.split()
    masked = [" ".join([*words[:at], Filling.MASK, *words[at + 1 :]]) for at in range(len(words))]
    fillings = yield from fill(masked, "mlm", top)
    tries = [text.replace(Filling.MASK, word) for text, found in zip(masked, fillings) for word in found.words]
    [own, *others] = yield from embed([sample.input, *tries], "encoder")
    near = [text for text, row in zip(tries, others) if abs(row - own).max() <= 2] or [sample.input]
    rows = yield from predict(near)
    return min(zip(rows, near), key=lambda pair: pair[0][sample.label])[1]


class Encoder:
    def embed(self, texts):
        return [[float(len(text))] for text in texts]


class Masked:
    labels = ["good", "bad", "film"]

    def fill(self, texts, top):
        return [[[0, 1, 2][:top], [-1.0, -2.0, -3.0][:top]] for _ in texts]


encoder, masked = Encoder(), Masked()
"""

SUITE = """\
model: {use: python, object: "toy:predict"}
models:
  encoder: {use: python, object: "swapping:encoder"}
  mlm: {use: python, object: "swapping:masked"}
data: {use: files, path: dev.jsonl}
tasks:
  - {use: attack, attacks: [swapped], gates: {robust_accuracy: {max: 0.5}}}
"""


def test_a_run_asks_all_of_a_suites_models(project: Any) -> None:
    project.install("attacks", "swapped", "swapping:swapped", ATTACK)
    project.write("three.yaml", SUITE)
    called = project.harness("run", "three.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    counted = project.read("out/run.json")["engine"]
    assert set(counted) == {"", "encoder", "mlm"}
    assert all(0 < each["unique"] <= each["asked"] for each in counted.values())
    planned = project.harness("plan", "three.yaml", "--json").json
    assert planned["tasks"][0]["questions"] == sum(each["asked"] for each in counted.values())


def test_a_model_that_the_suite_lacks_is_named(project: Any) -> None:
    project.install("attacks", "swapped", "swapping:swapped", ATTACK)
    project.write("three.yaml", SUITE.replace("  mlm:", "  mlms:"))
    called = project.harness("run", "three.yaml", "--out", "out")
    assert called.code == 1
    assert "the suite has no model 'mlm' (models: encoder, mlms); did you mean 'mlms'?" in called.out


def test_the_terminal_counts_what_all_models_were_asked() -> None:
    victim = {"asked": 10, "unique": 8, "tokens": 90, "padding": 10, "seconds": 1.0}
    encoder = {"asked": 1, "unique": 1, "tokens": 0, "padding": 0, "seconds": 2.0}
    info: dict[str, Any] = {"engine": {"": victim}, "seconds": {"run": 4.0}}
    line = terminal._engine_line(cast("Run", SimpleNamespace(info=info)))
    assert line.startswith("10 questions, 8 unique, padding 10.0% of tokens; 4.0 s, model busy 25% of the time")
    info["engine"]["encoder"] = encoder
    line = terminal._engine_line(cast("Run", SimpleNamespace(info=info)))
    assert line.startswith("11 questions, 9 unique, padding 10.0% of tokens; 4.0 s, models busy 75% of the time")
    encoder["seconds"] = 4.0
    assert "models busy 100% of" in terminal._engine_line(cast("Run", SimpleNamespace(info=info)))
    info["seconds"]["run"] = 0
    assert terminal._engine_line(cast("Run", SimpleNamespace(info=info))).endswith("tokens; 0.0 s")

"""The typed questions a session asks with `yield from`, and the checks of their answers."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, NoReturn, TypeVar

import numpy as np

from harness.errors import AnswerError, listed
from harness.kinds.outputs import OutputKind, output_kind
from harness.types import Answers, Array, Probabilities, Question, Sample, Session

T = TypeVar("T")


def predict(inputs: Sequence[object], model: str = "") -> Session[Probabilities]:
    """Ask for the class probabilities of each input: `(n, classes)`, rows in 0..1 that sum to 1.

    A model whose output is a value answers `(n, 1)` of any finite number; one whose output is labels `(n, labels)`,
    each in 0..1. Raises AnswerError when the model answers NaN, rows of different lengths or anything that its
    output cannot be; the error names the model, the input and the value. A single text is a TypeError: its
    letters would be asked one by one.
    """
    if isinstance(inputs, str):
        raise TypeError(f"predict expects a list of inputs, but got {reprlib.repr(inputs)}: write predict([text])")
    asked = tuple(inputs)
    answers = yield Question("predict", asked, model)
    if not isinstance(answers, Answers):
        answers = Answers(answers, model or "model")
    return probabilities(answers, asked)


@dataclass(frozen=True, slots=True)
class AskOnce(Generic[T]):
    """The session function of a part that asks the model about the sample, once, and nothing else.

    `results` makes of the answers to some samples the result of each, in their order; of one sample's it must make
    what it makes of it among others. It runs as any session function does, but the engine knows what it will ask
    and need not start a session for each of a million samples. `model` is asked, by its name; the victim has none.
    """

    results: Callable[[Probabilities], Sequence[T]]
    model: str = ""

    def question(self, samples: Sequence[Sample[Any]]) -> Question:
        """What is asked about some samples: a row for each, in their order."""
        return Question("predict", tuple([sample.input for sample in samples]), self.model)

    def __call__(self, sample: Sample[Any], _: Random, /) -> Session[T]:
        answers = yield from predict([sample.input], self.model)
        [result] = self.results(answers)
        return result


def relayed(
    session: Session[T],
    change: Callable[[Question], Question],
    seen: Callable[[Question, Any], Any] = lambda _, answer: answer,
) -> Session[T]:
    """The same session with every question changed on its way, and every answer as `seen(question, answer)` gives it.

    Errors reach the session as they come, those of the two functions too.
    """
    try:
        question = next(session)
        while True:
            try:
                if isinstance(question, Question):
                    asked = change(question)
                    answer = seen(asked, (yield asked))
                else:
                    answer = yield question
            except Exception as error:  # noqa: BLE001  # the session may know what to do about it
                question = session.throw(error)
            else:
                question = session.send(answer)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]  # the result of a Session[T]
    finally:
        session.close()


def probabilities(answers: Answers, inputs: Sequence[object]) -> Probabilities:
    """The answers to a `predict` question as `(n, classes)`; raises AnswerError as `predict` does."""
    model, labels, kind = answers.model, answers.labels, output_kind(answers.output)
    if len(answers) != len(inputs):
        raise AnswerError(f"model {model!r} gave {len(answers)} answers to {len(inputs)} inputs: expected one each")
    if not inputs:
        return Probabilities(np.empty((0, len(labels))))
    array = _as_rows(answers, inputs, kind)
    if labels and array.shape[1] != len(labels):
        raise AnswerError(
            f"model {model!r} answered {array.shape[1]} {kind.columns} for {reprlib.repr(inputs[0])}: expected "
            f"{len(labels)}, one for each label ({listed(labels)})"
        )
    if not kind.holds(array):
        _refuse(array, inputs, answers, kind)
    return Probabilities(array)


def real(answers: Answers) -> Answers:
    """The same; raises TypeError for complex numbers, whose imaginary part numpy would leave out."""
    if np.iscomplexobj(answers[0]):  # type: ignore[arg-type]  # of anything else it says no
        raise TypeError("complex numbers")
    return answers


def _as_rows(answers: Answers, inputs: Sequence[object], kind: OutputKind) -> Array:
    try:
        return kind.rows(real(answers), answers.labels)
    except (ValueError, TypeError, RuntimeError) as error:  # the last is a tensor that requires grad
        raise AnswerError(
            f"model {answers.model!r} answered {reprlib.repr(list(answers))} for {reprlib.repr(list(inputs))}: "
            f"expected {kind.shape} ({error})"
        ) from None


def _refuse(array: Array, inputs: Sequence[object], answers: Answers, kind: OutputKind) -> NoReturn:
    row = next(at for at in range(len(array)) if not kind.holds(array[at : at + 1]))
    hint = "" if np.isnan(array[row]).any() else kind.hint
    raise AnswerError(
        f"model {answers.model!r} answered {array[row].tolist()} for {reprlib.repr(inputs[row])}: "
        f"expected {kind.expected}{hint}"
    )

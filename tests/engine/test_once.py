"""Cases that ask once end as they would in sessions of their own, whatever happens to them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import AnswerError, AskOnce, Case, Engine, Probabilities, Sample, Session, predict
from harness.engine.memory import Memory

texts = st.lists(st.sampled_from(["a", "bb", "ccc", "bad", "nan", "odd", "huge"]), max_size=12)


def reader(inputs: Sequence[Any]) -> list[list[float]]:
    if "bad" in inputs:
        raise LookupError("bad")
    if len(inputs) > 3:
        raise MemoryError
    return [[float("nan"), 1.0] if text == "nan" else [1 / len(text), 1 - 1 / len(text)] for text in inputs]


def first(answers: Probabilities) -> list[float]:
    """Fails on the text of three letters, as a task may fail on an answer."""
    if (answers.array[:, 0] == 1 / 3).any():
        raise ArithmeticError("a third")
    return [float(share) for share in answers.array[:, 0]]


ONCE = AskOnce(first)


def in_a_session(sample: Sample[Any], rng: Random) -> Session[float]:
    return ONCE(sample, rng)


def outcomes(session: Any, inputs: Sequence[str], **way: Any) -> dict[str, Any]:
    engine = Engine({"": reader}, **way)
    cases = [Case("t", "", Sample(str(at), text), session) for at, text in enumerate(inputs)]
    found = {outcome.case.sample.id: outcome[1:] for outcome in engine.run(cases)}
    assert len(found) == len(inputs)
    return found


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(1, 9), st.sampled_from([0, 10**6]))
def test_a_case_that_asks_once_ends_as_a_session_does(inputs: list[str], window: int, limit: int) -> None:
    plainly = outcomes(in_a_session, inputs, window=window, memory=Memory(limit))
    assert outcomes(ONCE, inputs, window=window, memory=Memory(limit)) == plainly


def test_an_error_is_told_from_where_it_was_met() -> None:
    found = outcomes(ONCE, ["a", "bad", "nan", "odd"])
    assert found["0"] == (1.0, None, 1)
    assert "model 'reader' failed on 'bad': LookupError: bad" in found["1"][1]
    assert "model 'reader' answered [nan, 1.0] for 'nan'" in found["2"][1]
    assert found["3"][1].endswith("ArithmeticError: a third")


def test_it_shares_its_question_with_sessions_and_with_memory() -> None:
    asked: list[str] = []

    def counting(inputs: Sequence[str]) -> list[list[float]]:
        asked.extend(inputs)
        return [[0.5, 0.5] for _ in inputs]

    engine = Engine({"": counting})
    sample = Sample("1", "fine")
    cases = [Case("t", str(at), sample, ONCE if at % 2 else lambda each, _: predict([each.input])) for at in range(6)]
    assert len(list(engine.run(cases))) == 6
    assert [outcome.value for outcome in engine.run([Case("u", "", sample, ONCE)])] == [0.5]
    assert asked == ["fine"]
    counters = engine.ledger.of("", "t")
    assert (counters.asked, counters.unique, engine.ledger.of("", "u").remembered) == (6, 1, 1)


def test_a_model_that_cannot_be_asked_is_an_error_of_each_case() -> None:
    engine = Engine({"": object()})
    found = list(engine.run([Case("t", "", Sample(str(at), "a"), ONCE) for at in range(3)]))
    assert all("cannot answer 'predict' questions" in str(outcome.error) for outcome in found)


def test_leaving_early_forgets_the_cases_that_wait() -> None:
    engine = Engine({"": reader}, window=4)
    cases = [Case("t", "", Sample(str(at), "x" * at), ONCE) for at in range(1, 9)]
    for _ in engine.run(cases):
        break
    assert len(list(engine.run(cases))) == 8


def test_as_a_session_it_is_driven_by_hand() -> None:
    session = ONCE(Sample("1", "fine"), Random(0))
    assert next(session).inputs == ("fine",)
    with pytest.raises(StopIteration) as end:
        session.send([[0.25, 0.75]])
    assert end.value.value == 0.25
    session = ONCE(Sample("1", "fine"), Random(0))
    next(session)
    with pytest.raises(AnswerError):
        session.send([[0.25, 0.25]])

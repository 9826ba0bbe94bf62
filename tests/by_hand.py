"""Sessions answered by hand, and tasks run through the engine on a model that is a function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from harness import Case, Context, Engine, Record, Sample, Score, ScoringContext, Session, Task, predict
from harness.models import connect
from harness.records.record import record_of
from harness.suite.components import Component
from harness.types import Answers, Output

T = TypeVar("T")
LABELS = ["negative", "positive"]
SAMPLE = Sample("1", "fine", 1)


def answers(share: float) -> list[float]:
    return [1 - share, share]


def drive(
    session: Session[T], model: Callable[[str], list[float]], output: Output = "probabilities"
) -> tuple[T, list[list[str]]]:
    """Answer a session's questions by hand; its result, and every question it asked."""
    asked = []
    try:
        question = next(session)
        while True:
            asked.append([str(each) for each in question.inputs])
            question = session.send(Answers([model(str(each)) for each in question.inputs], "model", (), output))
    except StopIteration as stop:
        return stop.value, asked


def asked(adapter: Any, inputs: Sequence[Any]) -> Any:
    """An adapter's answers `(n, columns)` to all inputs at once, through the engine."""

    def session(sample: Sample[Any], rng: object) -> Session[Any]:
        return (yield from predict(sample.input)).array

    [outcome] = Engine({"": adapter}).run([Case("t", "", Sample("1", list(inputs)), session)])
    assert outcome.error is None, outcome.error
    return outcome.value


def by_address(scores: Sequence[Score]) -> dict[str, Score]:
    return {score.local: score for score in scores}


def context(**functions: Any) -> Context:
    """A context in which these functions are the installed components."""
    found = {name: Component("parts", name, function) for name, function in functions.items()}
    return cast("Context", SimpleNamespace(components=lambda kind, specs, *_: found))


def ran(task: Task[Any], texts: Mapping[str, int], model: Callable[[list[str]], Any]) -> dict[str, Score]:
    """The scores of a task on texts with their labels, through the engine."""
    return scored(task, [Sample(text, text, label) for text, label in texts.items()], model)


def scored(
    task: Task[Any],
    samples: Sequence[Sample[Any]],
    model: Callable[[list[Any]], Any],
    labels: Sequence[str] = LABELS,
    output: Output = "probabilities",
) -> dict[str, Score]:
    """The scores of a task on samples, through the engine; no case errors."""
    records = recorded(task, samples, model, labels, output)
    assert [record.error for record in records if record.error] == []
    return by_address(
        task.score(records, ScoringContext(labels, {each.id: each.truth for each in samples}, output=output))
    )


def recorded(
    task: Task[Any],
    samples: Sequence[Sample[Any]],
    model: Callable[[list[Any]], Any],
    labels: Sequence[str] = LABELS,
    output: Output = "probabilities",
) -> list[Record[Any]]:
    """The records of a task on samples, part by part."""
    victim = connect(model, labels=labels, output=output)
    cases = [Case("task", part, sample, prepare(victim)) for part, prepare in task.parts.items() for sample in samples]
    done = {outcome.case.key: record_of(outcome) for outcome in Engine({"": victim}).run(cases)}
    return [done[case.key] for case in cases]


def right(text: str) -> list[float]:
    """Right about `SAMPLE`, and about one change of it."""
    return answers(0.9 if text in {"fine", "very fine"} else 0.2)


def returning(found: Any, tries: Sequence[str] = ()) -> Callable[[Sample[Any], Random], Session[Any]]:
    """A procedure that asks about some texts, then returns what it was made to."""

    def session(sample: Sample[Any], rng: Random) -> Session[Any]:
        if tries:
            yield from predict(tries)
        return found

    return session

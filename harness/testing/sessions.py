"""Perturbations, attacks and explainers, run by the engine as a task runs them, in every company.

A component is a session per sample. Its result may depend on the sample and its own random numbers alone: not on what
ran before, on what runs beside it, or on the batches its questions were asked in.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any, TypeAlias

import numpy as np

from harness.engine.adapters import Connection
from harness.engine.cases import Case, Outcome
from harness.errors import AnswerError
from harness.kinds.inputs import kind_of
from harness.parts.perturbing import perturbed
from harness.runs.local import outcomes
from harness.sessions.predict import predict, relayed
from harness.sessions.traits import traits_of
from harness.stressed.asking import Stressed, under_stress
from harness.suite.components import Component, parameters_of
from harness.suite.takes import how
from harness.tasks.attack import Attacked, under_attack
from harness.tasks.explain import Explained, explained
from harness.testing.problems import Problem, last_line, line_of, shown
from harness.types import Question, Sample, Session, SessionFunction, Skipped

Key: TypeAlias = tuple[str, str]
"""A part, which for a perturbation is its severity, and a sample's id."""

TOLERANCE = 1e-6
"""How far weights may be apart: what rounding in a batch may do to a model."""

FAILURES = 100
"""How often in a row a model fails before a session that asks on is given up."""

FEW = 3
"""Rows in a small batch."""

REPEATABLE = "draw from the `rng` it is given, and keep nothing from one sample to the next"


@dataclass(frozen=True)
class Subject:
    """A component as parts of a task, the samples it is tried on, and the models that it may ask."""

    component: Component
    parts: Mapping[str, SessionFunction[Any]]
    samples: Sequence[Sample[Any]]
    models: Mapping[str, Connection]

    def cases(self) -> list[Case]:
        """Every part on every sample."""
        return [Case("check", part, sample, start) for part, start in self.parts.items() for sample in self.samples]

    def alone(self) -> dict[Key, Outcome]:
        """What comes of each case in an engine of its own."""
        return {key: each for case in self.cases() for key, each in self.among([case]).items()}

    def among(self, cases: Iterable[Case], rows: int = 0) -> dict[Key, Outcome]:
        """What comes of cases in one engine, in batches of so many rows."""
        models = {name: replace(model, budget=rows or model.budget) for name, model in self.models.items()}
        return {(each.case.part, each.case.sample.id): each for each in outcomes(models, cases)}


def session_problems(
    component: Component, inputs: Mapping[str, Any], models: Mapping[str, Connection]
) -> Iterator[Problem]:
    """What is wrong with a perturbation, an attack or an explainer of which these inputs are made."""
    try:
        samples = right_samples(inputs, models)
    except AnswerError as error:
        yield Problem("model", str(error), "give a `model=` that answers all inputs, or other `inputs=[..]`")
        return
    asked: list[Problem] = []
    try:
        session = None if component.kind == "perturbations" else component.session(models[""])
    except Exception as error:  # noqa: BLE001  # whatever a stranger's component raises
        yield Problem("prepare", line_of(error), "load what it needs, or name what is missing in a UserError")
        return
    parts = _severities(component) if session is None else _watching(component, session, models[""].labels, asked)
    subject = Subject(component, parts, samples, models)
    yield from _of_results(subject, asked)
    if session is not None:
        yield from _left_alone(session, subject)


def _of_results(subject: Subject, asked: Sequence[Problem]) -> Iterator[Problem]:
    """What is wrong with what is made of the samples, alone and in company."""
    before = [_key(sample) for sample in subject.samples]
    found = subject.alone()
    yield from _failed(subject, found)
    yield from asked[:1]
    if changed := [sample for sample, key in zip(subject.samples, before, strict=True) if _key(sample) != key]:
        yield Problem("input", f"{changed[0].id!r} is changed in place", "change a copy of it")
    elif not all(each.error for each in found.values()):
        yield from _in_company(subject, found)
        yield from _claims(subject, found)


def right_samples(inputs: Mapping[str, Any], models: Mapping[str, Connection]) -> list[Sample[Any]]:
    """The inputs as samples that the model gets right; raises AnswerError where it does not answer one."""
    asked = [Case("truth", "", Sample(name, value), _decided) for name, value in inputs.items()]
    found = {each.case.sample.id: each for each in outcomes(models, asked)}
    if failed := [each for each in found.values() if each.error]:
        raise AnswerError(f"it does not answer {failed[0].case.sample.id!r}: {last_line(failed[0].error or '', None)}")
    return [Sample(name, value, found[name].value) for name, value in inputs.items()]


def _decided(sample: Sample[Any], rng: Random) -> Session[int]:
    [row] = yield from predict([sample.input])
    return row.label


# As a task runs them


def _severities(component: Component) -> dict[str, SessionFunction[Any]]:
    """A perturbation at every severity."""
    if "severity" not in parameters_of(component.function) or "severity" in component.parameters:
        return {"": partial(_stressed, component)}
    return {f"severity {at}": partial(_stressed, component.having(severity=at)) for at in range(1, 6)}


def _stressed(component: Component, sample: Sample[Any], rng: Random) -> Session[Any]:
    return under_stress(partial(perturbed, component.call, taken=component.takes), sample, rng)


def _watching(
    component: Component, session: SessionFunction[Any], labels: Sequence[str], asked: list[Problem]
) -> dict[str, SessionFunction[Any]]:
    """An attack or explainer whose questions are looked at."""
    taken, watched = component.takes, partial(_watched, session, asked)

    def start(sample: Sample[Any], rng: Random) -> Session[Any]:
        if component.kind == "attacks":
            return under_attack(watched, sample, rng, taken)
        return explained(watched, sample, rng, labels, taken)

    return {"": traits_of(session)(start)}


def _watched(session: SessionFunction[Any], asked: list[Problem], sample: Sample[Any], rng: Random) -> Session[Any]:
    """The session, with a problem for each question whose inputs the model cannot be asked."""
    kind = kind_of(sample.input)

    def look(question: Question) -> Question:
        odd = [value for value in question.inputs if not question.model and not kind.holds(value)]
        if odd:
            found = f"on {sample.id!r} the model is asked {shown(odd[0])}"
            asked.append(Problem("questions", found, f"ask it {kind.plural}, as the sample has"))
        return question

    started = session(sample, rng)
    if not isinstance(started, Generator):
        raise TypeError(f"expected a session (a generator), but got {shown(started)}: does it `yield from`?")
    return relayed(started, look)


# What came of it


def _failed(subject: Subject, found: Mapping[Key, Outcome]) -> Iterator[Problem]:
    failed = [(key, each.error) for key, each in found.items() if each.error]
    for (part, name), error in failed[:1]:
        where = f"{name!r} at {part}" if part else repr(name)
        line = last_line(error, subject.component.function)
        yield Problem("hostile inputs", f"it fails on {where}, and on {len(failed) - 1} more: {line}",
                      "return something for every input; one with nothing to change, as it is")  # fmt: skip


def _in_company(subject: Subject, found: Mapping[Key, Outcome]) -> Iterator[Problem]:
    """The first company in which a result is another."""
    cases = [case for case in subject.cases() if not found[case.part, case.sample.id].error]
    companies: list[tuple[str, str, Callable[[], Mapping[Key, Outcome]]]] = [
        ("deterministic", "run again", subject.alone),
        ("interleaved", "run among others", lambda: subject.among(cases[::-1])),
        ("batches", f"asked in batches of {FEW} rows", lambda: subject.among(cases, FEW)),
    ]
    for check, company, run in companies:
        others = run()
        for case in cases:
            one, other = found[case.part, case.sample.id], others[case.part, case.sample.id]
            if not _alike(one, other):
                yield Problem(check, f"{case.sample.id!r} gives another result when it is {company}", REPEATABLE)
                return


def _alike(one: Outcome, other: Outcome) -> bool:
    first, second = _payload(one), _payload(other)
    if isinstance(first, Explained) and isinstance(second, Explained):
        same = (first.units, first.explained) == (second.units, second.explained)
        return same and np.allclose(first.weights, second.weights, atol=TOLERANCE)
    return _made(first) == _made(second)


def _made(payload: object) -> object:
    """What the component itself has made, without the model's answers."""
    if isinstance(payload, Attacked):
        return (payload.outcome, payload.perturbed, payload.queries)
    return payload.perturbed if isinstance(payload, Stressed) else payload


def _payload(outcome: Outcome) -> Any:
    return outcome.value.payload if isinstance(outcome.value, Skipped) else outcome.value


def _claims(subject: Subject, found: Mapping[Key, Outcome]) -> Iterator[Problem]:
    """A success is one when the model, asked anew about what a run keeps, decides something else."""
    ended = {each.case.sample.id: each for each in found.values() if isinstance(each.value, Attacked)}
    truth = {name: each.case.sample.truth for name, each in ended.items()}
    read = {name: kind_of(each.case.sample.input).parse(each.value.perturbed) for name, each in ended.items()}
    try:
        anew = right_samples(read, subject.models)
    except AnswerError as error:
        yield Problem("claims", str(error), "return an input that the model answers")
        return
    for sample in anew:
        turned = sample.truth != truth[sample.id]
        if turned != (ended[sample.id].value.outcome == "succeeded"):
            yield Problem("claims", f"on {sample.id!r} the model does not decide as the outcome says",
                          "return the input itself, and change it no more")  # fmt: skip
            return


def _left_alone(start: SessionFunction[Any], subject: Subject) -> Iterator[Problem]:
    """What a session does whose model fails, and one that is closed before it ends."""
    taken = subject.component.takes
    for sample in [each for each in subject.samples if how(taken, kind_of(each.input)) == "whole"][-FEW:]:
        for problem in (_failing(start(sample, Random(0))), _closed(start(sample, Random(0)))):
            if problem:
                yield problem
                return


def _failing(session: Session[Any]) -> Problem | None:
    failure = AnswerError("model '' failed: this one fails whatever it is asked")
    fix = "let the error of `yield from predict(..)` pass; catch none that is not yours"
    try:
        next(session)
        for _ in range(FAILURES):
            session.throw(failure)
    except StopIteration:
        return None
    except Exception as error:  # noqa: BLE001  # whatever a stranger's session raises
        if _is_of(error, failure):
            return None
        return Problem("failing model", f"it ends in {line_of(error)} where the model fails", fix)
    return Problem("failing model", f"it asks on though the model failed {FAILURES} times", fix)


def _is_of(error: BaseException | None, failure: BaseException) -> bool:
    return error is not None and (error is failure or any(_is_of(each, failure) for each in _causes(error)))


def _causes(error: BaseException) -> Iterator[BaseException | None]:
    yield error.__cause__
    yield error.__context__ if error.__context__ is not error.__cause__ else None


def _closed(session: Session[Any]) -> Problem | None:
    try:
        next(session)
        session.close()
    except StopIteration:
        return None
    except Exception as error:  # noqa: BLE001  # as above
        return Problem("closed early", line_of(error), "let GeneratorExit pass: catch Exception, not BaseException")
    return None


def _key(sample: Sample[Any]) -> object:
    return copy.deepcopy(kind_of(sample.input).key(sample.input))

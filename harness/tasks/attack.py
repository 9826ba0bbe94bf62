"""The task `attack`: how many right answers survive somebody who wants them wrong?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

import numpy as np

from harness.engine.adapters import Connection
from harness.kinds.inputs import kind_of
from harness.parts.asking import asking
from harness.parts.fields import attacked_in_turn
from harness.records.record import Finding, Record
from harness.scores.score import Score, mean, share, undefined
from harness.scores.touched import doubt, doubted
from harness.sessions.predict import predict, relayed
from harness.sessions.traits import traits_of
from harness.suite.components import Component
from harness.suite.file import Parts
from harness.suite.languages import MadeFor, made_for, only_on
from harness.suite.takes import Takes, how
from harness.tasks.task import Context, Judged, Part, ScoringContext, Task
from harness.types import Positive, Question, Sample, Session, SessionFunction, Skipped

UNBOUNDED_QUERIES = 10**9
"""The queries of an attack that errored, at worst: more than any gate allows."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """The outcome of an attack on a sample.

    `outcome` is skipped for a sample the model gets wrong untouched. `perturbed` is the input the attack ended
    with, as JSON where it is no text. `queries` counts the rows the attack asked; the probabilities are those of
    the model before and after. `edited` is False where it asked the model about nothing but the sample itself: it
    found nothing to edit.
    """

    outcome: Literal["succeeded", "failed", "skipped"]
    perturbed: str
    before: list[float]
    after: list[float]
    queries: int
    edited: bool = True


def attack(context: Context, *, attacks: Parts, min_changed: Positive | None = None) -> Task[Attacked]:
    """Robust accuracy and attack success rate under each attack, and under all of them.

    Where an attack could edit fewer samples than `min_changed` (30, or a tenth of all if that is more), a gate on what
    it left standing is undecided.
    """
    chosen = context.components("attacks", attacks)
    return Task(
        parts={name: _part(component) for name, component in chosen.items()},
        payload=Attacked,
        addresses_known=True,
        score=lambda records, scoring: attack_scores(records, scoring, chosen, min_changed),
        proportions=frozenset({"robust_accuracy", "clean_accuracy", "attack_success_rate", "edited"}),
        extremes=_impute,
        judge=judge,
        outcomes=lambda records, _: _outcomes(records, list(chosen)),
        outputs=frozenset({"probabilities", "classes"}),
    )


def _part(component: Component) -> Part[Attacked]:
    taken, known = component.takes, made_for(component)

    def prepare(model: Connection) -> SessionFunction[Attacked | Skipped[Attacked]]:
        session = component.session(model)

        def start(sample: Sample[Any], rng: Random) -> Session[Attacked | Skipped[Attacked]]:
            return under_attack(only_on(known, asking(session, component.title)), sample, rng, taken)

        return traits_of(session)(start)

    return Part(prepare, taken, component.title, languages=known.languages)


def under_attack(
    session: SessionFunction[Any], sample: Sample[Any], rng: Random, taken: Takes = None
) -> Session[Attacked | Skipped[Attacked]]:
    """Attack a sample the model gets right, and ask the model itself whether the result is wrong.

    The attack returns the input it found, its best try when it did not succeed; it cannot claim a success.
    """
    kind = kind_of(sample.input)
    [before] = yield from predict([sample.input])
    if before.label != sample.truth:
        return Skipped(Attacked("skipped", kind.write(sample.input), before[:], before[:], 0, edited=False))
    found, queries, tried = yield from _counted(_attacked(session, sample, rng, taken), sample.input)
    if not kind.holds(found):
        raise TypeError(f"expected the attack to return its best input, {kind.singular}, but got {found!r}")
    [after] = yield from predict([found])
    outcome: Literal["succeeded", "failed"] = "succeeded" if after.label != sample.truth else "failed"
    edited = tried or kind.key(found) != kind.key(sample.input)
    return Attacked(outcome, kind.write(found), before[:], after[:], queries, edited)


def _attacked(session: SessionFunction[Any], sample: Sample[Any], rng: Random, taken: Takes) -> Session[Any]:
    if how(taken, kind_of(sample.input)) != "fields":
        return session(sample, rng)

    def is_wrong(found: Any) -> Session[bool]:
        [row] = yield from predict([found])
        return row.label != sample.truth

    return attacked_in_turn(session, sample, rng, is_wrong)


def _counted(session: Session[Any], clean: Any) -> Session[tuple[Any, int, bool]]:
    """Pass a session's questions on; with its result the rows it asked, and whether it predicted any other input."""
    rows, other, kind = 0, False, kind_of(clean)
    own = kind.key(clean)

    def counted(question: Question) -> Question:
        nonlocal rows, other
        rows += len(question.inputs)
        other = other or (question.kind == "predict" and any(kind.key(each) != own for each in question.inputs))
        return question

    found = yield from relayed(session, counted)
    return found, rows, other


def attack_scores(
    records: Sequence[Record[Attacked]],
    scoring: ScoringContext,
    parts: Mapping[str, Component],
    min_changed: int | None = None,
) -> list[Score]:
    """Robust accuracy over all samples (n: those with an outcome under every attack), then each part's scores."""
    records = list(records)  # gone through for every part: as objects once
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    for record in records:
        if record.payload:
            outcomes[record.sample][record.part] = record.payload.outcome
    complete = {sample: by_part for sample, by_part in outcomes.items() if set(by_part) == set(parts)}
    survived = sum(set(by_part.values()) == {"failed"} for by_part in complete.values())
    clean = sum("skipped" not in by_part.values() for by_part in complete.values())
    touched = {record.sample for record in records if record.payload and _is_edited(record.payload)}
    edited = len(touched & complete.keys())
    few = _doubt(edited, len(complete), min_changed)
    headline = [
        doubted(share("robust_accuracy", survived, len(complete), scoring.confidence), few),
        share("clean_accuracy", clean, len(complete), scoring.confidence),
        share("edited", edited, len(complete), scoring.confidence),
    ]
    return headline + [
        score
        for part, component in parts.items()
        for score in _part_scores(records, scoring, part, min_changed, made_for(component))
    ]


def _outcomes(records: Sequence[Record[Attacked]], parts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Of robust and clean accuracy, and of each part robust accuracy, the attack's success rate and its queries."""
    outcomes: dict[str, dict[str, str]] = defaultdict(dict)
    queries: dict[str, dict[str, float]] = defaultdict(dict)
    for record in records:
        if record.payload:
            outcomes[record.sample][record.part] = record.payload.outcome
            queries[record.part][record.sample] = float(record.payload.queries)
    complete = {name: set(by_part.values()) for name, by_part in outcomes.items() if set(by_part) == set(parts)}
    found = {
        "robust_accuracy": {name: float(each == {"failed"}) for name, each in complete.items()},
        "clean_accuracy": {name: float("skipped" not in each) for name, each in complete.items()},
    }
    for part in parts:
        of_part = {name: each[part] for name, each in outcomes.items() if part in each}
        tried = {name: each for name, each in of_part.items() if each != "skipped"}
        found[f"robust_accuracy[part={part}]"] = {name: float(each == "failed") for name, each in of_part.items()}
        found[f"attack_success_rate[part={part}]"] = {name: float(each == "succeeded") for name, each in tried.items()}
        found[f"queries[part={part}]"] = {name: queries[part][name] for name in tried}
    return found


def _is_edited(payload: Attacked) -> bool:
    return payload.edited and payload.outcome != "skipped"


def _doubt(edited: int, n: int, least: int | None, known: object = "") -> str:
    return doubt(edited, n, least, "the attack could edit", known) if n else ""


def _part_scores(
    records: Sequence[Record[Attacked]], scoring: ScoringContext, part: str, least: int | None, known: MadeFor
) -> list[Score]:
    payloads = [record.payload for record in records if record.part == part and record.payload]
    attacked = [payload for payload in payloads if payload.outcome != "skipped"]
    failed = sum(payload.outcome == "failed" for payload in attacked)
    queries = np.array([payload.queries for payload in attacked], dtype=np.float64)
    success = share("attack_success_rate", len(attacked) - failed, len(attacked), scoring.confidence, part=part)
    edited = sum(map(_is_edited, payloads))
    few = _doubt(edited, len(payloads), least, known)
    return [
        doubted(share("robust_accuracy", failed, len(payloads), scoring.confidence, part=part), few),
        doubted(success, few)
        if attacked
        else undefined("attack_success_rate", "the model gets no sample right", part=part),
        share("edited", edited, len(payloads), scoring.confidence, part=part),
        mean("queries", queries, scoring.confidence, scoring.seed, scoring.resamples, part=part),
    ]


def judge(given: Attacked, case: Judged) -> Finding | None:
    """A sample that an attack turned weighs as much as the model is sure of its mistake."""
    if given.outcome != "succeeded":
        return None
    line = case.changed(given.before, given.after, given.perturbed)
    return Finding("turned", max(given.after, default=0.0), line, case.decided(given.after))


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Attacked]:
    """At best the sample survives; at worst it does not, after any number of queries, or was wrong untouched."""
    kind = kind_of(sample.input)
    return [
        Attacked("failed", kind.write(sample.input), [], [], 0),
        Attacked("succeeded", kind.write(sample.input), [], [], UNBOUNDED_QUERIES),
        Attacked("skipped", kind.write(sample.input), [], [], 0),
    ]

"""The task `attack`: how many right answers survive somebody who wants them wrong?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from pydantic import Field, FiniteFloat

from harness.attacked.attacking import Terms
from harness.attacked.attacks import Runner, in_turn, one_after_the_other, require_all_here, runner
from harness.attacked.blunt import over_random, unvarying
from harness.attacked.goals import Change, Goal, Moved, OtherLabels, WrongClass
from harness.attacked.validity import Measure, Validity
from harness.demands.bounds import Bounds
from harness.engine.adapters import Connection
from harness.errors import UserError
from harness.kinds.inputs import kind_of
from harness.kinds.outputs import output_kind
from harness.parts.languages import made_for
from harness.parts.unread import cuts_of
from harness.records.record import Finding, Record
from harness.scores.score import Score, mean, share, undefined
from harness.scores.touched import doubt, doubted
from harness.sessions.predict import predict
from harness.sessions.traits import Traits
from harness.sources.context import Context
from harness.suite.components import Component
from harness.suite.specs import Attacks, Columns
from harness.suite.takes import Takes
from harness.tasks.task import Judged, Part, ScoringContext, Task
from harness.types import Output, Positive, Sample, Session, SessionFunction, Skipped

UNBOUNDED_QUERIES = 10**9
"""The queries of an attack that errored, at worst: more than any gate allows."""

ANY_CLASS = Terms()
"""The goal and the limits of an attack without any: a wrong class, and all that it likes."""

SHARES = frozenset(
    {"robust_accuracy", "robust_share", "clean_accuracy", "attack_success_rate", "edited", "out_of_queries"}
)
"""Scores that are shares of cases."""

OTHERWISE: Mapping[Output, str] = {
    "value": "add `move: D`, how far an answer is to be moved",
    "labels": "add `goal: change`, `drop` or `add`",
}
"""What a suite needs for attacks on other answers than classes."""

Distance: TypeAlias = Annotated[FiniteFloat, Field(gt=0)]
"""How far an answer is to be moved, in its own unit."""


@dataclass(frozen=True, slots=True)
class Attacked:
    """The outcome of an attack on a sample.

    `outcome` is skipped for a sample whose untouched answer is wrong already. `perturbed` is the input the attack ended
    with, as JSON where it is no text. `queries` counts the rows the attack asked; the probabilities are those of
    the model before and after. `edited` is False where it asked the model about nothing but the sample itself: it
    found nothing to edit. `out_of_queries`: it failed since it could ask no more. `unread` counts the words past the
    model's cut, which were left as they are. `by` names the member of a set of attacks that succeeded.
    `edit_share` and `similarity` are those of an input that reached the goal, where they are measured; `invalid` says
    why such an input does not count: the attack has then failed.
    """

    outcome: Literal["succeeded", "failed", "skipped"]
    perturbed: str
    before: list[float]
    after: list[float]
    queries: int
    edited: bool = True
    out_of_queries: bool = False
    unread: int = 0
    by: str = ""
    edit_share: float | None = None
    similarity: float | None = None
    invalid: str = ""


def attack(
    context: Context,
    *,
    attacks: Attacks | None = None,
    goal: Change | None = None,
    move: Distance | None = None,
    columns: Columns | None = None,
    max_queries: Positive | None = None,
    min_changed: Positive | None = None,
    similarity: str | None = None,
    valid: dict[Measure, Bounds] | None = None,
) -> Task[Attacked]:
    """Robust accuracy and attack success rate under each attack, and under all of them.

    Without `attacks` those that the kind of input has by default. A list of attacks in place of one, and a set such as
    `auto`, run one after the other, each on the samples that are left. An attack seeks a wrong class. Of a model that
    answers labels, `goal` says what it seeks: to `drop` a true label, to `add` a wrong one, or either, `change`. Of one
    that answers a number, it seeks to `move` it by so much, either way. `columns` are those of the input that it may
    change, `max_queries` the rows it may ask a sample; an attack's own go first. Where an attack could edit fewer
    samples than `min_changed` (30, or a tenth of all if that is more), a gate on what it left standing is undecided.
    `similarity` names one of the suite's models with `task: embed`, by which found inputs are compared with their
    originals; one that does not keep the bounds of `valid` counts as survived.
    """
    limits = {"columns": columns, "max_queries": max_queries}
    found = context.components("attacks", attacks, in_turn)
    chosen = {name: each.by_default(**limits) for name, each in found.items()}
    for each in chosen.values():
        require_all_here(each)
    sought, validity = _goal(goal, move), Validity(similarity or "", dict(valid or {}))
    if validity.measures:
        validity.require(list(context.models))
    return Task(
        parts={name: _part(component, sought, validity) for name, component in chosen.items()},
        payload=Attacked,
        addresses_known=bool(chosen),
        score=lambda records, scoring: attack_scores(records, scoring, chosen, min_changed, validity),
        proportions=SHARES,
        extremes=_impute,
        judge=judge,
        outcomes=lambda records, scoring: _outcomes(records, scoring, chosen),
        outputs=sought.outputs,
        otherwise=OTHERWISE,
        new_answers=True,
    )


def _goal(goal: Change | None, move: float | None) -> Goal:
    if goal is not None and move is not None:
        raise UserError("expected `goal` (of a model that answers labels) or `move` (of a number), but got both")
    return OtherLabels(goal) if goal else Moved(move) if move else WrongClass()


def _part(component: Component, goal: Goal, validity: Validity) -> Part[Attacked]:
    taken, known = component.takes, made_for(component)
    columns = tuple(component.own.get("columns") or ())

    def prepare(model: Connection) -> SessionFunction[Attacked | Skipped[Attacked]]:
        terms = Terms(goal, columns, None, cuts_of(model), validity)
        runners = [runner(each, model, terms, name) for name, each in (component.turns or {"": component}).items()]

        def start(sample: Sample[Any], rng: Random) -> Session[Attacked | Skipped[Attacked]]:
            return under_attacks(runners, sample, rng)

        return Traits(exclusive=any(each.exclusive for each in runners))(start)

    return Part(prepare, taken, component.title, languages=known.languages, scripts=known.scripts, columns=columns)


def under_attack(
    session: SessionFunction[Any], sample: Sample[Any], rng: Random, taken: Takes = None, terms: Terms = ANY_CLASS
) -> Session[Attacked | Skipped[Attacked]]:
    """One attack on a sample: see `under_attacks`."""
    return (yield from under_attacks([Runner(session, taken, terms)], sample, rng))


def under_attacks(runners: Sequence[Runner], sample: Sample[Any], rng: Random) -> Session[Attacked | Skipped[Attacked]]:
    """Attack a sample the model gets right, and ask the model itself whether the goal is reached.

    An attack returns the input it found, its best try when it did not succeed; it cannot claim a success. All runners
    seek the same goal.
    """
    kind = kind_of(sample.input)
    [before] = yield from predict([sample.input])
    aim = runners[0].terms.goal.on(before[:], sample.truth)
    untouched = kind.write(sample.input), before[:], before[:], 0
    if not aim.is_right:
        return Skipped(Attacked("skipped", *untouched, edited=False))
    if not aim.is_open:
        return Attacked("failed", *untouched, edited=False)
    ended = yield from one_after_the_other(runners, sample, rng, aim)
    made, failed = ended.made, not ended.reached
    outcome: Literal["succeeded", "failed"] = "failed" if failed else "succeeded"
    is_out = failed and (made.is_out or made.queries == runners[0].terms.max_queries)
    written = kind.write(made.found)
    counted = made.queries, made.edited, is_out, made.unread, ended.by
    measured = ended.measured.get("edit_share"), ended.measured.get("similarity"), ended.refusal
    return Attacked(outcome, written, before[:], [*ended.after], *counted, *measured)


def attack_scores(
    records: Sequence[Record[Attacked]],
    scoring: ScoringContext,
    parts: Mapping[str, Component],
    min_changed: int | None = None,
    validity: Validity = ANY_CLASS.validity,
) -> list[Score]:
    """Robust accuracy over all samples (n: those with an outcome under every attack), then each part's scores.

    Of numbers, none of which is right or wrong by itself, the share of samples that no attack moved as far.
    """
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
    alike = unvarying([*{record.sample: record.payload.before for record in records if record.payload}.values()])
    few = _doubt(edited, len(complete), min_changed)
    decides = output_kind(scoring.output).decides
    right = share("clean_accuracy", clean, len(complete), scoring.confidence)
    headline = [
        doubted(share(_robust(scoring), survived, len(complete), scoring.confidence), few),
        *([replace(right, note=alike or right.note)] if decides else []),
        share("edited", edited, len(complete), scoring.confidence),
    ]
    beside = over_random(outcomes, parts, scoring.confidence) if decides else []
    return (
        headline
        + [
            score
            for part, component in parts.items()
            for score in _part_scores(
                [each.payload for each in records if each.part == part and each.payload],
                scoring,
                component,
                part,
                min_changed,
                validity,
            )
        ]
        + beside
    )


def _robust(scoring: ScoringContext) -> str:
    """What the share of samples that withstand is called: nothing is accurate in a number that did not move."""
    return "robust_accuracy" if output_kind(scoring.output).decides else "robust_share"


def _outcomes(
    records: Sequence[Record[Attacked]], scoring: ScoringContext, parts: Mapping[str, Component]
) -> dict[str, dict[str, float]]:
    """Of robust and clean accuracy, and of each part's scores but for the share it could edit."""
    by_sample: dict[str, dict[str, Attacked]] = defaultdict(dict)
    for record in records:
        if record.payload:
            by_sample[record.sample][record.part] = record.payload
    complete = {name: {each.outcome for each in by_part.values()} for name, by_part in by_sample.items()
                if set(by_part) == set(parts)}  # fmt: skip
    robust, decides = _robust(scoring), output_kind(scoring.output).decides
    found = {robust: {name: float(each == {"failed"}) for name, each in complete.items()}}
    if decides:
        found["clean_accuracy"] = {name: float("skipped" not in each) for name, each in complete.items()}
    for part, component in parts.items():
        of_part = {name: by_part[part] for name, by_part in by_sample.items() if part in by_part}
        tried = {name: each for name, each in of_part.items() if each.outcome != "skipped"}
        of_tried: dict[str, Callable[[Attacked], float]] = {
            "attack_success_rate": lambda each: each.outcome == "succeeded",
            "queries": lambda each: each.queries,
            **({"out_of_queries": lambda each: each.out_of_queries} if component.own.get("max_queries") else {}),
            **({} if decides else {"shift": lambda each: abs(each.after[0] - each.before[0])}),
        }
        found[f"{robust}[part={part}]"] = {name: float(each.outcome == "failed") for name, each in of_part.items()}
        for score, value in of_tried.items():
            found[f"{score}[part={part}]"] = {name: float(value(each)) for name, each in tried.items()}
    return found


def _is_edited(payload: Attacked) -> bool:
    return payload.edited and payload.outcome != "skipped"


def _doubt(edited: int, n: int, least: int | None, known: object = "") -> str:
    return doubt(edited, n, least, "the attack could edit", known) if n else ""


def _part_scores(
    payloads: Sequence[Attacked],
    scoring: ScoringContext,
    component: Component,
    part: str,
    least: int | None,
    validity: Validity,
) -> list[Score]:
    attacked = [payload for payload in payloads if payload.outcome != "skipped"]
    failed = sum(payload.outcome == "failed" for payload in attacked)
    success = share("attack_success_rate", len(attacked) - failed, len(attacked), scoring.confidence, part=part)
    edited = sum(map(_is_edited, payloads))
    few = _doubt(edited, len(payloads), least, made_for(component))
    robust = doubted(share(_robust(scoring), failed, len(payloads), scoring.confidence, part=part), few)
    found = [
        replace(robust, note=component.note) if component.note and not robust.note else robust,
        doubted(success, few)
        if attacked
        else undefined("attack_success_rate", "the model gets no sample right", part=part),
        replace(share("edited", edited, len(payloads), scoring.confidence, part=part), note=_left(attacked, scoring)),
        _mean("queries", [payload.queries for payload in attacked], scoring, part),
    ]
    if component.own.get("max_queries"):
        out = sum(payload.out_of_queries for payload in attacked)
        found.append(share("out_of_queries", out, len(attacked), scoring.confidence, part=part))
    for member in component.turns:
        won = sum(payload.by == member for payload in attacked)
        found.append(share("broken_by", won, len(attacked), scoring.confidence, part=part, member=member))
    for name in validity.measures:
        known = [value for each in attacked if (value := getattr(each, name)) is not None]
        found += [_mean(name, known, scoring, part)]
    if validity.bounds:
        refused = sum(bool(payload.invalid) for payload in attacked)
        found.append(share("invalid", refused, len(attacked), scoring.confidence, part=part))
    if not output_kind(scoring.output).decides:
        moves = [abs(payload.after[0] - payload.before[0]) for payload in attacked if payload.after]
        found.append(doubted(_mean("shift", moves, scoring, part), few))
    return found


def _mean(name: str, values: Sequence[float], scoring: ScoringContext, part: str) -> Score:
    return mean(
        name, np.array(values, dtype=np.float64), scoring.confidence, scoring.seed, scoring.resamples, part=part
    )


def _left(attacked: Sequence[Attacked], scoring: ScoringContext) -> str:
    """What an attack left: words that the model does not read, and samples when it was out of queries."""
    unread, n = [payload.unread for payload in attacked if payload.unread], f"{len(attacked):,} {scoring.kind.plural}"
    words = f"{sum(unread):,} words past the model's cut were left, in {len(unread):,} of {n}"
    out = sum(payload.out_of_queries for payload in attacked)
    return "; ".join([*[words] * bool(unread), *[f"it ran out of queries on {out:,} of {n}"] * bool(out)])


def judge(given: Attacked, case: Judged) -> Finding | None:
    """A sample that an attack turned weighs as much as the model is sure of its mistake; a number, how far it moved."""
    if given.outcome != "succeeded":
        return None
    changed = case.changed(given.before, given.after, given.perturbed)
    line = f"{changed} (by {given.by})" if given.by else changed
    weight = case.output.moved(given.before, given.after)
    return Finding("turned" if case.output.decides else "moved", weight, line, case.decided(given.after))


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Attacked]:
    """At best the sample survives; at worst it does not, after any number of queries, or was wrong untouched.

    Nothing bounds how far a number may be moved.
    """
    kind = kind_of(sample.input)
    if not output_kind(scoring.output).decides:
        return []
    return [
        Attacked("failed", kind.write(sample.input), [], [], 0),
        Attacked("succeeded", kind.write(sample.input), [], [], UNBOUNDED_QUERIES, out_of_queries=True),
        Attacked("skipped", kind.write(sample.input), [], [], 0),
    ]

"""The task `stress`: does the model still decide alike when the input says the same in a worse way?"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, Any, get_args

import numpy as np
from pydantic import Field

from harness.engine.adapters import Connection
from harness.engine.strangers import own
from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind, kind_of
from harness.kinds.outputs import output_kind
from harness.records.record import Finding, Record
from harness.scores.intervals import paired_difference
from harness.scores.score import Score, mean, share, undefined
from harness.sessions.predict import predict
from harness.sessions.traits import traits_of
from harness.suite.components import Component, parameters_of
from harness.suite.file import Parts
from harness.suite.takes import Takes, how
from harness.tasks.task import Context, Judged, Part, ScoringContext, Task
from harness.types import Array, Output, Sample, Session, SessionFunction, Severity, Skipped

SEVERITIES = [1, 3, 5]
Perturb = Callable[[Any, Random], Any]


@dataclass(frozen=True, slots=True)
class Stressed:
    """A sample before and after a perturbation, which may give several inputs.

    `perturbed` are the inputs, as JSON where they are no texts; `before` is the answer to the clean input, `after`
    one to each perturbed input.
    """

    perturbed: list[str]
    before: list[float]
    after: list[list[float]]


def stress(
    context: Context, *, perturbations: Parts, severities: Annotated[list[Severity], Field(min_length=1)] = SEVERITIES
) -> Task[Stressed]:
    """Accuracy and flips under perturbations, each at every severity (1 to 5) it knows.

    A part is a perturbation and its severity, `ocr/3`; one whose suite entry sets `severity` runs at that alone.
    """
    parts = _parts(context.components("perturbations", perturbations), severities)
    keeping = [name for name, component in parts.items() if keeps_label(component)]
    return Task(
        parts={name: _part(component) for name, component in parts.items()},
        payload=Stressed,
        addresses_known=True,
        score=lambda records, scoring: stress_scores(records, scoring, list(parts), keeping),
        proportions=frozenset({"accuracy", "worst_accuracy", "clean_accuracy"}),
        extremes=_impute,
        judge=judge,
        outputs=frozenset(get_args(Output)),
    )


def keeps_label(component: Component) -> bool:
    """Whether the perturbed input means what it meant: perturbations do unless they are marked otherwise."""
    return traits_of(component.function).keeps_label


def _parts(chosen: dict[str, Component], severities: Sequence[int]) -> dict[str, Component]:
    found: dict[str, Component] = {}
    for name, component in chosen.items():
        own = component.parameters.get("severity")
        if "severity" not in parameters_of(component.function):
            found[name] = component
            continue
        for severity in dict.fromkeys(severities if own is None else [own]):
            found[f"{name}/{severity}"] = component.having(severity=severity)
    return found


def _part(component: Component) -> Part[Stressed]:
    if inspect.isgeneratorfunction(component.function):
        raise UserError(f"perturbation {component.name!r} is a generator: expected (input, rng) -> input, or a list")

    taken = component.takes

    def prepare(_: Connection) -> SessionFunction[Stressed | Skipped[Stressed]]:
        return lambda sample, rng: under_stress(component.call, sample, rng, taken)

    return Part(prepare, taken, component.title)


def under_stress(
    perturb: Perturb, sample: Sample[Any], rng: Random, taken: Takes = None
) -> Session[Stressed | Skipped[Stressed]]:
    """Ask about the input as it is and as it is perturbed; skipped where the perturbation had nothing to change."""
    kind, inputs = kind_of(sample.input), perturbed(perturb, own(sample.input), rng, taken)
    [before, *after] = yield from predict([sample.input, *inputs])
    result = Stressed([kind.write(each) for each in inputs], before[:], [row[:] for row in after])
    clean = kind.key(sample.input)
    return Skipped(result) if all(kind.key(each) == clean for each in inputs) else result


def perturbed(perturb: Perturb, value: Any, rng: Random, taken: Takes = None) -> list[Any]:
    """The inputs a perturbation makes of one; one for a field, such as the text of a pair, changes every field.

    Raises TypeError when it gives anything but inputs of the kind.
    """
    kind = kind_of(value)
    if how(taken, kind) != "fields":
        return _versions(perturb, value, rng, kind)
    field_kind = input_kind(kind.fields_of)
    versions = {name: _versions(perturb, each, rng, field_kind) for name, each in kind.fields(value).items()}
    count = max(map(len, versions.values()))
    return [
        kind.with_fields(value, {name: each[min(at, len(each) - 1)] for name, each in versions.items()})
        for at in range(count)
    ]


def _versions(perturb: Perturb, value: Any, rng: Random, kind: InputKind) -> list[Any]:
    if not kind.holds(value):
        raise TypeError(f"expected {kind.singular} to perturb, but got {value!r:.200}")
    found = perturb(value, rng)
    several = list(found) if isinstance(found, (list, tuple)) else [found]
    if not several or not all(map(kind.holds, several)):
        raise TypeError(
            f"expected the perturbation to return {kind.singular}, or a list of {kind.plural}, but got {found!r:.200}"
        )
    return several


def stress_scores(
    records: Sequence[Record[Stressed]], scoring: ScoringContext, parts: Sequence[str], keeping: Sequence[str]
) -> list[Score]:
    """The clean score, the worst part's, and every part's; see `_of_decisions` and `_of_values`."""
    records = list(records)  # gone through for every part: as objects once
    of_part = {part: [record for record in records if record.part == part and record.payload] for part in parts}
    measured = _of_decisions if output_kind(scoring.output).decides else _of_values
    return measured(of_part, scoring, set(keeping))


def _of_decisions(
    of_part: dict[str, list[Record[Stressed]]], scoring: ScoringContext, keeping: set[str]
) -> list[Score]:
    """Accuracy, its paired drop from the clean input and the share of decisions that flip, for each part.

    Flips are counted over the samples the perturbation changed, accuracy over all. The worst accuracy and drop are
    the lowest and the highest of the parts that keep the label; their intervals are those of that part, so they
    err on the safe side.
    """
    by_part = {part: _decided(records, scoring) for part, records in of_part.items()}
    accuracies = [_accuracy(part, rows, scoring) for part, rows in by_part.items() if part in keeping]
    drops = [_accuracy_drop(part, rows, scoring) for part, rows in by_part.items() if part in keeping]
    headline = [
        _clean_accuracy(of_part, scoring),
        _worst("worst_accuracy", accuracies, min),
        _worst("worst_accuracy_drop", drops, max),
    ]
    return (
        headline
        + accuracies
        + drops
        + [score for part, rows in by_part.items() for score in _flips(part, rows, scoring)]
    )


@dataclass(frozen=True, slots=True)
class _Decided:
    """One sample: right before, right after (with every version), changed at all, decided otherwise (any version)."""

    right: bool
    still_right: bool
    changed: bool
    flipped: bool


def _decided(records: Sequence[Record[Stressed]], scoring: ScoringContext) -> list[_Decided]:
    decide, found = output_kind(scoring.output).decide, []
    for record in records:
        assert record.payload is not None
        truth = scoring.truth.get(record.sample)
        before = decide(record.payload.before)
        after = [decide(row) for row in record.payload.after]
        found.append(
            _Decided(
                right=before == truth,
                still_right=all(each == truth for each in after),
                changed=record.status != "skipped",
                flipped=any(each != before for each in after),
            )
        )
    return found


def _clean_accuracy(of_part: dict[str, list[Record[Stressed]]], scoring: ScoringContext) -> Score:
    clean: dict[str, bool] = {}
    for records in of_part.values():
        decided = _decided(records, scoring)
        clean |= {record.sample: row.right for record, row in zip(records, decided, strict=True)}
    return share("clean_accuracy", sum(clean.values()), len(clean), scoring.confidence)


def _accuracy(part: str, rows: Sequence[_Decided], scoring: ScoringContext) -> Score:
    return share("accuracy", sum(row.still_right for row in rows), len(rows), scoring.confidence, part=part)


def _accuracy_drop(part: str, rows: Sequence[_Decided], scoring: ScoringContext) -> Score:
    """Clean less perturbed accuracy on the same samples."""
    if not rows:
        return undefined("accuracy_drop", "no case to count", part=part)
    both = sum(row.right and row.still_right for row in rows)
    lost = sum(row.right and not row.still_right for row in rows)
    won = sum(not row.right and row.still_right for row in rows)
    low, high = paired_difference(both, lost, won, len(rows) - both - lost - won, scoring.confidence)
    return Score("accuracy_drop", (lost - won) / len(rows), low, high, len(rows), {"part": part})


def _flips(part: str, rows: Sequence[_Decided], scoring: ScoringContext) -> list[Score]:
    changed = [row for row in rows if row.changed]
    flipped = sum(row.flipped for row in changed)
    return [
        share("flip_rate", flipped, len(changed), scoring.confidence, part=part)
        if changed
        else undefined("flip_rate", "it changed no sample", part=part),
        share("changed", len(changed), len(rows), scoring.confidence, part=part),
    ]


def _of_values(of_part: dict[str, list[Record[Stressed]]], scoring: ScoringContext, keeping: set[str]) -> list[Score]:
    """Mean absolute error, its paired rise from the clean input and the mean shift of the answer, for each part."""
    clean = {record.sample: _error(record, scoring, clean=True) for records in of_part.values() for record in records}
    errors = {part: np.array([_error(record, scoring) for record in records]) for part, records in of_part.items()}
    maes = [_mean("mae", errors[part], scoring, part) for part in of_part if part in keeping]
    found = [_mean("clean_mae", np.array(list(clean.values())), scoring), _worst("worst_mae", maes, max)]
    for part, records in of_part.items():
        if part in keeping:
            before = np.array([clean[record.sample] for record in records])
            found.append(_mean("mae", errors[part], scoring, part))
            found.append(_mean("mae_rise", errors[part] - before, scoring, part))
        found.append(_mean("shift", np.array([_shift(record) for record in records]), scoring, part))
    return found


def _error(record: Record[Stressed], scoring: ScoringContext, *, clean: bool = False) -> float:
    """The largest absolute error over the versions of a sample, or that of the clean input."""
    assert record.payload is not None
    rows = [record.payload.before] if clean else record.payload.after
    return max(abs(row[0] - float(scoring.truth[record.sample])) for row in rows)


def _shift(record: Record[Stressed]) -> float:
    """The largest distance that the answer moves."""
    assert record.payload is not None
    return max(abs(row[0] - record.payload.before[0]) for row in record.payload.after)


def _mean(name: str, values: Array, scoring: ScoringContext, part: str = "") -> Score:
    return mean(name, values, scoring.confidence, scoring.seed, scoring.resamples, **({"part": part} if part else {}))


def _worst(name: str, of_parts: Sequence[Score], worst: Callable[..., Score]) -> Score:
    """The worst part's score under a name of its own; `note` says which part it is."""
    defined = [score for score in of_parts if score.value is not None]
    if not defined:
        return undefined(name, "no perturbation that keeps the label was measured")
    found = worst(defined, key=lambda score: score.value)
    return Score(name, found.value, found.low, found.high, found.n, note=f"of {found.keys['part']}")


def judge(given: Stressed, case: Judged) -> Finding | None:
    """The lightest touch that turns a decision weighs most, then the surest other one; of a value, how far it moves."""
    moves = [case.output.moved(given.before, after) for after in given.after]
    at = max(range(len(moves)), key=moves.__getitem__, default=0)
    if not moves or not moves[at]:
        return None
    line = case.changed(given.before, given.after[at], given.perturbed[at])
    if not case.output.decides:
        return Finding("", moves[at], line)
    severity = case.part.rpartition("/")[2]
    weight = moves[at] - (int(severity) if severity.isdigit() else 0)
    return Finding("flipped", weight, line, case.decided(given.after[at]))


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Stressed]:
    """An errored case may have been right or wrong, before and after; nothing bounds the error of a value."""
    rows = output_kind(scoring.output).extremes(sample.truth, len(scoring.labels))
    return [Stressed([""], before, [after]) for before in rows for after in rows]

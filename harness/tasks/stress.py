"""The task `stress`: does the model still decide alike when the input says the same in a worse way?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, get_args

import numpy as np
from pydantic import Field

from harness.engine.adapters import Connection
from harness.kinds.outputs import output_kind
from harness.parts.languages import MadeFor, made_for
from harness.parts.needed import require_here
from harness.parts.perturbing import in_turn, require_plain, where_it_fits
from harness.records.record import Finding, Record
from harness.scores.score import Score, mean, share, undefined
from harness.scores.touched import doubt, doubted
from harness.scores.worst import worst_score
from harness.sessions.traits import traits_of
from harness.sources.context import Context
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import Bounds, mean_bounds
from harness.stressed.asking import ONCE, Manner, Stressed, under_stress
from harness.stressed.curves import Curves
from harness.stressed.decided import Decided, decided, drop_bounds
from harness.suite.components import Component, parameters_of
from harness.suite.specs import Columns, InputParts
from harness.tasks.task import Judged, Part, ScoringContext, Task
from harness.types import Array, Output, Positive, Sample, SessionFunction, Severity, Skipped

SEVERITIES = [1, 3, 5]


def stress(
    context: Context,
    *,
    perturbations: InputParts | None = None,
    severities: Annotated[list[Severity], Field(min_length=1)] = SEVERITIES,
    columns: Columns | None = None,
    min_changed: Positive | None = None,
    draws: Positive = 1,
    reference: str | None = None,
) -> Task[Stressed]:
    """Accuracy and flips under perturbations, each at every severity (1 to 5) it knows.

    Without `perturbations` those that the kind of input has by default. A part is a perturbation and its severity,
    `ocr/3`; one whose suite entry sets `severity` runs at that alone. Of an input of several columns it changes
    `columns`, or all. Its scores are of the samples it changed; where those are fewer than `min_changed` (30, or a
    tenth of all if that is more), a gate on them is undecided. With `draws` a perturbation is drawn so often: a sample
    is right if it is under every draw (Engstrom et al. 2019), and `mean_accuracy` is that of one draw. `reference`, one
    of the suite's `models`, is asked the same: `relative_error` are the errors over its errors.
    """
    chosen = context.components("perturbations", perturbations, in_turn)
    parts = _parts({name: each.by_default(columns=columns) for name, each in chosen.items()}, severities)
    how = Manner(draws=draws, reference=reference or "")
    keeping = [name for name, component in parts.items() if keeps_label(component)]
    return Task(
        parts={name: _part(component, how) for name, component in parts.items()},
        payload=Stressed,
        addresses_known=bool(chosen),
        score=lambda records, scoring: stress_scores(records, scoring, parts, keeping, min_changed, how),
        proportions=frozenset({"accuracy", "worst_accuracy", "clean_accuracy", "flip_rate", "changed"}),
        extremes=_impute,
        judge=judge,
        outcomes=lambda records, scoring: _outcomes(list(records), scoring, parts, keeping),
        outputs=frozenset[Output](get_args(Output)) - ({"value"} if reference else set()),
        new_answers=True,
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


def _part(component: Component, how: Manner) -> Part[Stressed]:
    require_plain(component)
    taken, known = component.takes, made_for(component)
    columns = tuple(component.own.get("columns") or ())

    def prepare(model: Connection) -> SessionFunction[Stressed | Skipped[Stressed]]:
        require_here(component)
        own = replace(how, columns=columns, labels=model.labels)
        return lambda sample, rng: under_stress(where_it_fits(component, known, sample, taken), sample, rng, own)

    return Part(prepare, taken, component.title, languages=known.languages, scripts=known.scripts, columns=columns)


def stress_scores(
    records: Sequence[Record[Stressed]],
    scoring: ScoringContext,
    parts: Mapping[str, Component],
    keeping: Sequence[str],
    min_changed: int | None = None,
    how: Manner = ONCE,
) -> list[Score]:
    """The clean score, the worst part's, and every part's; see `_of_decisions` and `_of_values`."""
    records = list(records)  # gone through for every part: as objects once
    of_part = {part: [record for record in records if record.part == part and record.payload] for part in parts}
    made = {name: _Part(name, of_part[name], min_changed, made_for(component)) for name, component in parts.items()}
    if not output_kind(scoring.output).decides:
        return _of_values(made, scoring, set(keeping))
    return _of_decisions(made, scoring, set(keeping)) + _of_curves(made, scoring, keeping, how)


class _Part:
    """The records of a part: all of them, those it changed, and why these are too few for a gate."""

    def __init__(self, name: str, records: Sequence[Record[Stressed]], least: int | None, known: MadeFor) -> None:
        self.all = records
        self.changed = [record for record in records if record.status != "skipped"]
        self.doubt = doubt(len(self.changed), len(records), least, "it changed", known) if records else ""
        self.name = name


def _of_curves(parts: Mapping[str, _Part], scoring: ScoringContext, keeping: Sequence[str], how: Manner) -> list[Score]:
    """What severities, draws and a reference show together, of the parts that keep the label."""
    curves = Curves(scoring.confidence, scoring.seed, scoring.resamples)
    rows = {name: decided(parts[name].all, scoring.truth, output_kind(scoring.output)) for name in keeping}
    means = curves.means(rows) if how.draws > 1 else []
    return curves.areas(rows) + means + (curves.relative(rows) if how.reference else [])


def _of_decisions(parts: Mapping[str, _Part], scoring: ScoringContext, keeping: set[str]) -> list[Score]:
    """Accuracy, its paired drop from the clean input and the share of decisions that flip, for each part.

    All three are of the samples the perturbation changed: an untouched one says nothing of it. The worst accuracy and
    drop are the lowest and the highest of the parts that keep the label; see `worst_score` for their intervals.
    """
    every = {name: decided(part.all, scoring.truth, output_kind(scoring.output)) for name, part in parts.items()}
    rows = {name: [each for each in some if each.changed] for name, some in every.items()}
    kept = [part for name, part in parts.items() if name in keeping]
    accuracies = [doubted(_accuracy(part.name, rows[part.name], scoring), part.doubt) for part in kept]
    drops = [doubted(_accuracy_drop(part.name, rows[part.name], scoring), part.doubt) for part in kept]
    headline = [
        _clean_accuracy(parts.values(), scoring),
        _worst_accuracy(accuracies, rows, scoring),
        _worst_drop(drops, rows, scoring),
    ]
    return headline + accuracies + drops + [score for part in parts.values() for score in _flips(part, rows, scoring)]


def _outcomes(
    records: Sequence[Record[Stressed]], scoring: ScoringContext, parts: Mapping[str, Component], keeping: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Of clean accuracy, and of each part accuracy, its drop and the flip rate."""
    if not output_kind(scoring.output).decides:
        return {}
    found: dict[str, dict[str, float]] = {"clean_accuracy": {}}
    for part in parts:
        every = [record for record in records if record.part == part and record.payload]
        rows = decided(every, scoring.truth, output_kind(scoring.output))
        found["clean_accuracy"] |= {row.sample: float(row.right) for row in rows}
        changed = [row for row in rows if row.changed]
        found[f"flip_rate[part={part}]"] = {row.sample: float(row.flipped) for row in changed}
        if part in keeping:
            found[f"accuracy[part={part}]"] = {row.sample: float(row.still_right) for row in changed}
            found[f"accuracy_drop[part={part}]"] = {row.sample: float(row.lost) for row in changed}
    return found


def _clean_accuracy(parts: Iterable[_Part], scoring: ScoringContext) -> Score:
    before = {record.sample: record.payload.before for part in parts for record in part.all if record.payload}
    decide = output_kind(scoring.output).decide
    right = sum(decide(row) == scoring.truth.get(sample) for sample, row in before.items())
    return share("clean_accuracy", right, len(before), scoring.confidence)


def _accuracy(part: str, rows: Sequence[Decided], scoring: ScoringContext) -> Score:
    return share("accuracy", sum(row.still_right for row in rows), len(rows), scoring.confidence, part=part)


def _accuracy_drop(part: str, rows: Sequence[Decided], scoring: ScoringContext) -> Score:
    """Clean less perturbed accuracy on the same samples."""
    if not rows:
        return undefined("accuracy_drop", "no case to count", part=part)
    low, high = drop_bounds(rows, scoring.confidence)
    return Score("accuracy_drop", sum(row.lost for row in rows) / len(rows), low, high, len(rows), {"part": part})


def _worst_accuracy(
    accuracies: Sequence[Score], by_part: Mapping[str, Sequence[Decided]], scoring: ScoringContext
) -> Score:
    right = {part: {row.sample: float(row.still_right) for row in rows} for part, rows in by_part.items()}

    def bounds(part: str, confidence: float) -> Bounds:
        return clopper_pearson(int(sum(right[part].values())), len(right[part]), confidence)

    return worst_score("worst_accuracy", accuracies, right, bounds, scoring.confidence)


def _worst_drop(drops: Sequence[Score], by_part: Mapping[str, Sequence[Decided]], scoring: ScoringContext) -> Score:
    lost = {part: {row.sample: float(row.lost) for row in rows} for part, rows in by_part.items()}

    def bounds(part: str, confidence: float) -> Bounds:
        return drop_bounds(by_part[part], confidence)

    return worst_score("worst_accuracy_drop", drops, lost, bounds, scoring.confidence, most=True)


def _flips(part: _Part, rows: Mapping[str, Sequence[Decided]], scoring: ScoringContext) -> list[Score]:
    changed = rows[part.name]
    flips = share("flip_rate", sum(row.flipped for row in changed), len(changed), scoring.confidence, part=part.name)
    return [
        doubted(flips, part.doubt),
        share("changed", len(changed), len(part.all), scoring.confidence, part=part.name),
    ]


def _of_values(parts: Mapping[str, _Part], scoring: ScoringContext, keeping: set[str]) -> list[Score]:
    """Mean absolute error, its paired rise from the clean input and the mean shift of the answer, for each part.

    All three are of the samples that the perturbation changed.
    """
    clean = {record.sample: _error(record, scoring, clean=True) for part in parts.values() for record in part.all}
    errors = {name: {record.sample: _error(record, scoring) for record in part.changed} for name, part in parts.items()}
    arrays = {name: np.array(list(each.values()), dtype=np.float64) for name, each in errors.items()}
    maes = {name: doubted(_mean("mae", arrays[name], scoring, name), parts[name].doubt) for name in parts}
    kept = [score for name, score in maes.items() if name in keeping]

    def bounds(part: str, confidence: float) -> Bounds | None:
        return mean_bounds(arrays[part], confidence, scoring.seed, scoring.resamples)

    found = [
        _mean("clean_mae", np.array(list(clean.values())), scoring),
        worst_score("worst_mae", kept, errors, bounds, scoring.confidence, most=True),
    ]
    for name, part in parts.items():
        if name in keeping:
            rise = arrays[name] - np.array([clean[record.sample] for record in part.changed])
            found += [maes[name], doubted(_mean("mae_rise", rise, scoring, name), part.doubt)]
        shifts = np.array([_shift(record) for record in part.changed])
        found.append(doubted(_mean("shift", shifts, scoring, name), part.doubt))
        found.append(share("changed", len(part.changed), len(part.all), scoring.confidence, part=name))
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
    right_and_wrong = [rows[0], next(row for row in rows if row != rows[0])] if rows else []
    return [Stressed([""], before, [after]) for before in right_and_wrong for after in right_and_wrong]

"""The task `explain`: which words decide, can that be trusted, and do explainers agree?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, get_args

import numpy as np

from harness.engine.adapters import Connection
from harness.kinds.inputs import kind_of
from harness.parts.asking import asking
from harness.parts.explaining import rationales, require_sound
from harness.parts.fields import completed, explained_in_turn, in_place, of_columns
from harness.records.record import Finding, Record
from harness.scores.score import Score, mean
from harness.scores.touched import doubt, doubted
from harness.sessions.predict import predict
from harness.sessions.traits import traits_of
from harness.sources.context import Context
from harness.suite.components import Component
from harness.suite.specs import Columns, InputParts
from harness.suite.takes import Takes, how
from harness.tasks.agreement import agreement_outcomes, agreement_scores
from harness.tasks.task import Judged, Part, ScoringContext, Task
from harness.types import Attribution, Output, Sample, Session, SessionFunction

MEASURES = ("comprehensiveness", "sufficiency")


@dataclass(frozen=True, slots=True)
class Explained:
    """An attribution and its quality; the latter is None for an input of less than two units: none is the heaviest.

    `explained` is the label whose probability is explained (for a model that answers a value, that value).

    `comprehensiveness` is the fall of the explained class's probability when the heaviest units are erased
    (higher is better), `sufficiency` its fall when only they are kept (lower is better). `columns` are those that the
    units are of, empty for all.
    """

    units: list[str]
    weights: list[float]
    explained: str
    probability: float
    comprehensiveness: float | None
    sufficiency: float | None
    columns: list[str] = field(default_factory=list)


def explain(
    context: Context, *, explainers: InputParts | None = None, columns: Columns | None = None
) -> Task[Explained]:
    """Attributions by each explainer, and how faithful they are to the model.

    Without `explainers` those that the kind of input has by default. Of an input of several columns `columns` are
    explained, or all, while the others stay.
    """
    given = context.components("explainers", explainers)
    chosen = {name: each.by_default(columns=columns) for name, each in given.items()}
    return Task(
        parts={name: _part(component) for name, component in chosen.items()},
        payload=Explained,
        addresses_known=bool(chosen),
        score=lambda records, scoring: explanation_scores(records, scoring, list(chosen)),
        judge=judge,
        outcomes=lambda records, scoring: _outcomes(list(records), scoring, list(chosen)),
        outputs=frozenset(get_args(Output)),
        new_answers=True,
    )


def _part(component: Component) -> Part[Explained]:
    taken, columns = component.takes, tuple(component.own.get("columns") or ())

    def prepare(model: Connection) -> SessionFunction[Explained]:
        session = component.session(model)

        def start(sample: Sample[Any], rng: Random) -> Session[Explained]:
            return explained(asking(session, component.title), sample, rng, model.labels, taken, columns)

        return traits_of(session)(start)

    return Part(prepare, taken, component.title, columns=columns)


def explained(
    session: SessionFunction[Attribution],
    sample: Sample[Any],
    rng: Random,
    labels: Sequence[str],
    taken: Takes = None,
    columns: Sequence[str] = (),
) -> Session[Explained]:
    """Explain a sample, then ask the model what erasing and keeping the heaviest units does; other columns stay."""
    part, put = of_columns(sample.input, columns), in_place(sample.input, columns)
    given = replace(sample, input=part)
    in_turn = how(taken, kind_of(part)) == "fields"
    found = yield from completed(explained_in_turn(session, given, rng) if in_turn else session(given, rng), put)
    require_sound(found, part, labels)
    [whole] = yield from predict([sample.input])
    erased, kept = (list(map(put, each)) for each in rationales(found, part))
    rows = (yield from predict([*erased, *kept])).array[:, found.label] if erased else None
    falls = None if rows is None else whole[found.label] - rows
    return Explained(
        units=list(found.units),
        weights=[float(weight) for weight in found.weights],
        explained=labels[found.label],
        probability=whole[found.label],
        comprehensiveness=None if falls is None else float(falls[: len(erased)].mean()),
        sufficiency=None if falls is None else float(falls[len(erased) :].mean()),
        columns=[] if part is sample.input else list(kind_of(part).fields(part)),
    )


def judge(given: Explained, case: Judged) -> Finding | None:
    """An explanation weighs the more the less erasing its heaviest units changes; none is a mistake by itself."""
    value = given.comprehensiveness
    return None if value is None else Finding("", -value, f"comprehensiveness {value:.2f}")


def explanation_scores(
    records: Sequence[Record[Explained]], scoring: ScoringContext, parts: Sequence[str]
) -> list[Score]:
    """Mean comprehensiveness and sufficiency, over the explainers and of each, and how much each two agree."""
    records = list(records)  # gone through for every part: as objects once
    quality = [_mean(records, name, scoring, part) for name in MEASURES for part in (None, *parts)]
    return quality + agreement_scores(records, scoring, parts)


def _outcomes(
    records: Sequence[Record[Explained]], scoring: ScoringContext, parts: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Of both measures, over the explainers and of each, and of how much explainers agree."""
    places = {f"[part={part}]" if part else "": part for part in (None, *parts)}
    every: dict[str, dict[str, float]] = {
        name + at: _by_sample(records, name, part) for name in MEASURES for at, part in places.items()
    }
    return every | agreement_outcomes(records, scoring, parts)


def _by_sample(records: Sequence[Record[Explained]], name: str, part: str | None) -> dict[str, float]:
    """A measure of each sample, its mean over the explainers."""
    values: dict[str, list[float]] = defaultdict(list)
    for record in records:
        value = getattr(record.payload, name, None)
        if value is not None and part in (None, record.part):
            values[record.sample].append(value)
    return {sample: float(np.mean(each)) for sample, each in values.items()}


def _mean(records: Sequence[Record[Explained]], name: str, scoring: ScoringContext, part: str | None) -> Score:
    explained = {record.sample for record in records if record.payload and part in (None, record.part)}
    means = np.array(list(_by_sample(records, name, part).values()), dtype=np.float64)
    keys = {} if part is None else {"part": part}
    found = mean(name, means, scoring.confidence, scoring.seed, scoring.resamples, **keys)
    return doubted(found, _few(len(means), len(explained)))


def _few(cut: int, n: int) -> str:
    """Why means over the inputs that were cut into units decide no gate: most were left whole, such as Chinese ones."""
    return doubt(cut, n, None, "the explainer found several units in") if cut < n else ""

"""A loaded suite's sessions with their questions sent to the model that was fitted without their sample."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from harness.data.samples import Data
from harness.engine.adapters import Connection
from harness.errors import UserError, listed
from harness.folds.fitting import fitted, require_fit
from harness.folds.splits import folds_of, training_of
from harness.sessions.predict import relayed
from harness.sessions.traits import traits_of
from harness.suite.manner import CrossValidation
from harness.types import Question, Sample, SessionFunction

Sessions = Mapping[str, Mapping[str, SessionFunction[Any]]]


@dataclass(frozen=True)
class Crossed:
    """The sets, each sample once a repeat; the sessions on them; and the models of all folds by their names."""

    sets: Sequence[Data]
    sessions: Sessions
    models: Mapping[str, Connection]


def crossed(
    how: CrossValidation | None, model: Connection, sets: Sequence[Data], sessions: Sessions, seed: int
) -> Crossed:
    """Fit a model for each fold of each repeat, and have every sample's sessions ask the one fitted without it.

    A part whose session has a trait `share` has models of its own, fitted on that share of the others' samples. With
    several repeats a sample occurs once in each, under an id of its own, and its occurrences are one group, so that
    they do not count as several. Raises UserError for what cannot be fitted or split.
    """
    shares = {traits_of(each).share for parts in sessions.values() for each in parts.values()}
    if how is None:
        _require_whole(sessions)
        return Crossed(sets, sessions, {})
    require_fit(model)
    [data] = _only(sets)
    samples = list(data.samples)
    _require_enough(samples, how.folds)
    models: dict[str, Connection] = {}
    fold: dict[str, str] = {}
    repeated: list[Sample[Any]] = []
    for repeat in range(how.repeats):
        places = _places(samples, how, seed + repeat)
        mark = f" of repeat {repeat + 1}" if how.repeats > 1 else ""
        for at in range(how.folds):
            for share in shares:
                some = [samples[each] for each in training_of(places, at, share, seed + repeat)]
                title = _title(f"fold {at + 1}{mark}", share)
                models[title] = fitted(model, some, title)
        again = [_occurrence(sample, repeat) if how.repeats > 1 else sample for sample in samples]
        fold |= {sample.id: f"fold {at + 1}{mark}" for sample, at in zip(again, places, strict=True)}
        repeated += again
    sent = {
        task: {part: _sent(each, fold, traits_of(each).share) for part, each in parts.items()}
        for task, parts in sessions.items()
    }
    return Crossed([replace(data, samples=repeated)], sent, models)


def _require_whole(sessions: Sessions) -> None:
    for task, parts in sessions.items():
        if any(traits_of(each).share < 1 for each in parts.values()):
            raise UserError(f"task {task!r} fits models on shares of the samples: set `cross_validation: 5`")


def _only(sets: Sequence[Data]) -> Iterator[Data]:
    if len(sets) != 1:
        raise UserError(f"cross_validation splits one set of data, but the suite has {listed(d.name for d in sets)}")
    yield sets[0]


def _require_enough(samples: Sequence[Sample[Any]], folds: int) -> None:
    unlabelled = sum(sample.truth is None for sample in samples)
    if unlabelled:
        raise UserError(f"cross_validation fits on labels, but {unlabelled} of {len(samples)} samples have none")
    groups = {sample.group or sample.id for sample in samples}
    if len(groups) < folds:
        what = "groups" if any(sample.group for sample in samples) else "samples"
        raise UserError(f"cross_validation: {folds} folds need as many {what}: there are {len(groups)}")


def _places(samples: Sequence[Sample[Any]], how: CrossValidation, seed: int) -> Any:
    classes = [sample.truth for sample in samples]
    stratified = how.stratified and all(isinstance(each, int) for each in classes)
    groups = [sample.group for sample in samples]
    return folds_of(classes if stratified else None, groups, len(samples), how.folds, seed)


def _occurrence(sample: Sample[Any], repeat: int) -> Sample[Any]:
    return replace(sample, id=f"{sample.id}~{repeat + 1}", group=sample.group or sample.id)


def _title(fold: str, share: float) -> str:
    return fold if share >= 1 else f"{fold} on {100 * share:.3g}%"


def _sent(session: SessionFunction[Any], fold: Mapping[str, str], share: float) -> SessionFunction[Any]:
    """The session with what it asks the victim sent to the model of its sample's fold.

    Samples that a task brings are in none: no model was fitted on them, and the first one answers.
    """
    first = next(iter(fold.values()))

    def start(sample: Sample[Any], rng: Random) -> Any:
        model, started = _title(fold.get(sample.id, first), share), session(sample, rng)

        def change(question: Question) -> Question:
            return question if question.model else replace(question, model=model)

        return relayed(started, change) if isinstance(started, Generator) else started

    return traits_of(session)(start)

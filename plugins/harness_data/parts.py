"""The parts of the task: what each finds out about a sample, from what is known of its set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from harness import AnswerSource, Part, Sample, Session, SessionFunction, Source, embed, predict
from harness.models import Connection
from harness_data.analysis import Analysis, Settings, Tokens, Train, answers_in
from harness_data.copies import written
from harness_data.examined import CONTENT, COPIES, LABELS, TRAIN, Examined
from harness_data.properties import projected
from harness_data.written import texts_of

Found = Callable[[Analysis, int], Examined]


class Sets:
    """The sets that the task runs on, as a run names them; a sample of none of them, in a trial, is a set alone."""

    def __init__(self, settings: Settings, train: Source | None) -> None:
        self._settings, self._train = settings, train
        self._samples: dict[str, Sequence[Sample[Any]]] = {}
        self._known: dict[tuple[str, object], Analysis] = {}
        self._trains: dict[object, Train] = {}

    def samples(self, samples: Sequence[Sample[Any]]) -> Sequence[Sample[Any]]:
        """All of them: they are kept as a set."""
        if len(samples):
            self._samples[samples[0].data] = samples
        return samples

    def analysis(self, sample: Sample[Any], model: Connection) -> Analysis:
        """What is known of the set of a sample."""
        key = (sample.data, (model.labels, model.output))
        found = self._known.get(key)
        if found is None or sample.id not in found.places:
            samples = self._samples.get(sample.data, [sample])
            if all(each.id != sample.id for each in samples):
                samples = [sample]
            found = Analysis(samples, self._settings, self._train_for(model), len(model.labels))
            self._known[key] = found
        return found

    def _train_for(self, model: Connection) -> Train | None:
        if self._train is None:
            return None
        known = (model.labels, model.output)
        return self._trains.setdefault(known, Train(self._train, self._settings, model))


def parts_of(
    settings: Settings, train: Source | None, out_of_fold: AnswerSource | None, encoder: str
) -> dict[str, Part[Examined]]:
    """Every part, by its name."""
    sets = Sets(settings, train)
    labels = _Labels(sets, settings, out_of_fold)
    made: dict[str, Callable[[Connection], SessionFunction[Examined]]] = {
        COPIES: lambda model: _once(sets, model, _copies),
        **({TRAIN: lambda model: _once(sets, model, _in_train)} if train else {}),
        LABELS: labels.prepare,
        CONTENT: lambda model: _Content(sets, model, encoder).session,
    }
    title = "task 'data'"
    return {name: Part(prepare, title=title, samples=sets.samples) for name, prepare in made.items()}


def _once(sets: Sets, model: Connection, found: Found) -> SessionFunction[Examined]:
    """A part that asks nothing."""

    def session(sample: Sample[Any], _: Random) -> Session[Examined]:
        yield from ()
        analysis = sets.analysis(sample, model)
        return found(analysis, analysis.places[sample.id])

    return session


def _copies(analysis: Analysis, at: int) -> Examined:
    copies, name = analysis.copies, analysis.samples[at].data
    if copies.duplicate[at] >= 0:
        return _like(name, analysis.samples[copies.duplicate[at]], 1.0)
    if copies.near is None:
        return Examined(name)
    place = copies.near.of[at]
    return _like(name, analysis.samples[place] if place >= 0 else None, float(copies.near.similarity[at]))


def _in_train(analysis: Analysis, at: int) -> Examined:
    assert analysis.train
    name, train = analysis.samples[at].data, analysis.train
    if _is_of(train, name):
        return Examined(name, own=True)
    equal, near = analysis.overlap
    if equal[at] >= 0:
        return _like(name, train.indexed.samples[equal[at]], 1.0)
    if near is None:
        return Examined(name)
    place = near.of[at]
    return _like(name, train.indexed.samples[place] if place >= 0 else None, float(near.similarity[at]))


def _like(name: str, other: Sample[Any] | None, similarity: float) -> Examined:
    if other is None:
        return Examined(name, similarity=0.0)
    return Examined(name, like=other.id, beside=written(other), similarity=similarity)


def _class(at: int) -> int | None:
    return int(at) if at >= 0 else None


def _is_of(train: Train | None, name: str) -> bool:
    """Whether a set is the train itself."""
    return bool(train and train.set and train.set == name)


class _Labels:
    """Whether a sample's label is in doubt: asks the model about samples that have one."""

    def __init__(self, sets: Sets, settings: Settings, out_of_fold: AnswerSource | None) -> None:
        self._sets, self._settings, self._out_of_fold = sets, settings, out_of_fold

    def prepare(self, model: Connection) -> SessionFunction[Examined]:
        """What asks this model."""
        given = answers_in(self._out_of_fold, model, self._settings.equality) if self._out_of_fold else None
        classes = model.output in {"probabilities", "classes"}

        def session(sample: Sample[Any], _: Random) -> Session[Examined]:
            analysis = self._sets.analysis(sample, model)
            at = analysis.places[sample.id]
            conflict, train = int(analysis.copies.conflict[at]), analysis.train
            other = analysis.samples[conflict] if conflict >= 0 else None
            alike = {"like": other.id, "beside": written(other), "similarity": 1.0} if other else {}
            known: dict[str, Any] = {"own": _is_of(train, sample.data), **alike}
            if not classes or type(sample.truth) is not int:
                return Examined(sample.data, **known)
            [row] = yield from predict([sample.input])
            own = row.array.tolist() if model.output == "probabilities" else []
            common, words = analysis.trivial
            return Examined(
                sample.data,
                **known,
                probabilities=own if given is None else given.get(self._settings.equality.key(sample.input), []),
                predicted=row.label,
                majority=_class(common[at]),
                bag_of_words=_class(words[at]),
                class_share=train.shares.get(sample.truth, 0.0) if train and train.size else None,
                train_size=train.size if train else 0,
            )

        return session


UNKNOWN_THERE: tuple[list[float], list[float], int] = ([], [], 0)
"""Where a value lies in a train that has no such property."""


class _Content:
    """What a sample consists of: its properties, and what the tokenizer of a model makes of it."""

    def __init__(self, sets: Sets, model: Connection, encoder: str) -> None:
        self._sets, self._model, self._encoder = sets, model, encoder
        self._tokens: dict[int, Tokens] = {}

    def session(self, sample: Sample[Any], _: Random) -> Session[Examined]:
        """Asks for the embedding of a text, where there is an encoder."""
        text = " ".join(texts_of(sample.input).values())
        places = projected((yield from embed([text], self._encoder))[0]) if self._encoder and text else {}
        analysis = self._sets.analysis(sample, self._model)
        at = analysis.places[sample.id]
        tokens = self._tokens.get(id(analysis)) or Tokens(self._model, analysis.samples)
        self._tokens[id(analysis)] = tokens
        found, known = {**analysis.properties[at], **places}, analysis.in_train
        there = [known.get(name, UNKNOWN_THERE) for name in found] if known else []
        return Examined(
            sample.data,
            own=_is_of(analysis.train, sample.data),
            names=list(found),
            values=list(found.values()),
            below=[below[at] if count else 0.0 for below, _, count in there],
            upto=[upto[at] if count else 0.0 for _, upto, count in there],
            counts=[count for _, _, count in there],
            unknown=tokens.unknown[at] if tokens.unknown is not None else None,
            cut=tokens.cut[at] if tokens.cut is not None else None,
        )

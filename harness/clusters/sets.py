"""The clusters of each set that a suite wants some of, by a model that embeds its texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from harness.clusters.described import alike
from harness.data.samples import Data
from harness.engine.adapters import Connection
from harness.engine.cases import Case, Outcome
from harness.errors import RunError, UserError, listed
from harness.kinds.inputs import kind_of
from harness.sessions.auxiliary import embed
from harness.slices.atoms import BETWEEN
from harness.slices.spec import SliceSpec
from harness.types import Array, Sample, Session, SessionFunction

TEXT = "text"

Ask: TypeAlias = Callable[[Iterable[Case]], Iterable[Outcome]]
"""Runs cases."""


class Wanted(NamedTuple):
    """Clusters of the set at a place for a slice of at `least` so many samples, and the question for an embedding."""

    at: int
    name: str
    least: int
    session: SessionFunction[Array]


def wanted(
    sets: Sequence[Data], slices: Mapping[str, Mapping[str, SliceSpec]], models: Mapping[str, Connection]
) -> Iterator[Wanted]:
    """The clusters that a suite wants, set by set.

    `slices` are those of each set by its name, `models` the suite's, the judged one's name is empty. Raises UserError
    where none of them embeds, or several do and none is named, and for data without texts.
    """
    for at, data in enumerate(sets):
        for name, spec in slices.get(data.name, {}).items():
            if spec.segments and spec.segments.embeddings:
                encoder = _encoder(name, spec.segments.embeddings, models)
                if TEXT not in {data.kind.name, data.kind.fields_of}:
                    raise UserError(f"slice {name!r}: a model embeds texts, but the data have {data.kind.plural}")
                yield Wanted(at, name, spec.least, partial(_embedded, encoder))


def with_clusters(sets: Sequence[Data], clusters: Iterable[Wanted], ask: Ask) -> Sequence[Data]:
    """The sets, each sample with the clusters it is in among the phrases of those slices that have embeddings.

    Raises RunError where no text could be embedded. A text that could not is in no cluster.
    """
    found = list(sets)
    for each in clusters:
        found[each.at] = _with_clusters(found[each.at], each.name, each.least, each.session, ask)
    return found


def _encoder(name: str, named: str | bool, models: Mapping[str, Connection]) -> str:
    able = [each for each, model in models.items() if model.answers("embed")]
    if named in able:
        return str(named)
    if named is not True:
        raise UserError(f"slice {name!r}: model {named!r} does not embed: give it `task: embed`, or name another")
    if len(able) != 1:
        how = "several of the suite's models embed" if able else "none of the suite's models embeds"
        hint = f"name one: {listed(each or 'model' for each in able)}" if able else "add one to `models`"
        raise UserError(f"slice {name!r}: {how}: {hint}")
    return able[0]


def _with_clusters(data: Data, name: str, least: int, session: SessionFunction[Array], ask: Ask) -> Data:
    texts = [_text(sample) for sample in data.samples]
    cases = [Case(name, "", sample, session) for sample, text in zip(data.samples, texts, strict=True) if text]
    rows, failed = dict[str, Array](), ""
    for outcome in ask(cases):
        if outcome.error is None:
            rows[outcome.case.sample.id] = outcome.value
        failed = outcome.error or failed
    if failed and not rows:
        raise RunError(f"slice {name!r}: no text could be embedded: {failed.strip().splitlines()[-1]}")
    there = [at for at, sample in enumerate(data.samples) if sample.id in rows]
    stated = [sample.slices.get(name, "") for sample in data.samples]
    points = np.array([rows[data.samples[at].id] for at in there])
    phrases = alike([texts[at] for at in there], [stated[at] for at in there], points, least) if there else []
    for at, more in zip(there, phrases, strict=True):
        stated[at] = BETWEEN.join(filter(None, (stated[at], more)))
    samples = [
        replace(sample, slices={**sample.slices, name: each}) if each else sample
        for sample, each in zip(data.samples, stated, strict=True)
    ]
    return replace(data, samples=samples)


def _text(sample: Sample[Any]) -> str:
    return BETWEEN.join(kind_of(sample.input).fields(sample.input).values())


def _embedded(encoder: str, sample: Sample[Any], _: Random) -> Session[Array]:
    rows = yield from embed([_text(sample)], encoder)
    return rows.ravel()

"""The agreement of models in reduced precision with themselves in float32, on the run's own inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, Protocol, TypeAlias

import numpy as np

from harness.engine.adapters import Connection, connect
from harness.engine.cases import Case
from harness.kinds.inputs import kind_of
from harness.kinds.outputs import output_kind
from harness.records.info import Agreement
from harness.runs.local import outcomes
from harness.sessions.auxiliary import Filling, embed, fill
from harness.sessions.predict import predict
from harness.types import Array, Output, Sample, Session

Answer: TypeAlias = tuple[Array, object]
"""The numbers of an answer, and what they decide."""

SAMPLES_COMPARED = 256
"""Samples that are asked of both: enough to see a share of one in a hundred."""

SAMPLES_NAMED = 20
"""Samples with another decision that are named."""

WORDS_BEFORE_CUT = 20
"""Words of a text of which the one in the middle is masked: a model may not see many more."""


class Probe(Protocol):
    """The answer of a model, by its name, to an input."""

    def __call__(self, value: Any, model: str, /) -> Session[Answer]: ...


def agreements(models: Mapping[str, object], samples: Sequence[Sample[Any]]) -> dict[str, Agreement]:
    """The agreement of each of a suite's models with its `reference()`, by name; without those that have none."""
    connections = {name: connect(model, title=name) for name, model in models.items()}
    found = {name: agreement(model, samples, probe_of(name, model)) for name, model in connections.items()}
    return {name: each for name, each in found.items() if each}


def agreement(model: Connection, samples: Sequence[Sample[Any]], probe: Probe) -> Agreement | None:
    """The agreement of a model with its `reference()`; None for one that has none, being its own."""
    reference = model.reference()
    if reference is None:
        return None
    cases = [Case("precision", "", sample, partial(_both, probe)) for sample in samples[:SAMPLES_COMPARED]]
    found = {
        outcome.case.sample.id: outcome.value
        for outcome in outcomes({"": model, "reference": reference}, cases)
        if not outcome.error
    }
    return compared(found, failed=len(cases) - len(found))


def compared(rows: Mapping[str, tuple[Answer, Answer]], failed: int = 0) -> Agreement:
    """The agreement of pairs of answers, by sample."""
    differences = [float(np.abs(np.subtract(one, other)).max()) for (one, _), (other, _) in rows.values()]
    differing = [name for name, ((_, one), (_, other)) in rows.items() if one != other]
    return Agreement(
        len(rows), max(differences, default=0.0), len(rows) - len(differing), sorted(differing)[:SAMPLES_NAMED], failed
    )


def _both(probe: Probe, sample: Sample[Any], rng: Random) -> Session[tuple[Answer, Answer]]:
    one = yield from probe(sample.input, "")
    other = yield from probe(sample.input, "reference")
    return one, other


# What a model is asked about a sample


def probe_of(name: str, model: Connection) -> Probe:
    """The question a model is there for: the victim, which has no name, predicts."""
    if name and model.answers("embed"):
        return embedded
    if name and model.answers("fill"):
        return filled
    return partial(predicted, model.output)


def predicted(output: Output, value: Any, model: str) -> Session[Answer]:
    """The answer of a model to an input."""
    rows = yield from predict([value], model)
    return rows.array[0], output_kind(output).decide(rows.array[0].tolist())


def embedded(value: Any, model: str) -> Session[Answer]:
    """The embeddings of an input's texts, brought to length 1; nothing is decided."""
    rows = yield from embed(list(kind_of(value).fields(value).values()), model)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True).clip(min=np.finfo(float).tiny), None


def filled(value: Any, model: str) -> Session[Answer]:
    """The log probability of the best word for a masked one in each of an input's texts, and which it is."""
    found = yield from fill([masked(text) for text in kind_of(value).fields(value).values()], model, top=1)
    return np.array([each.log_probabilities for each in found]), [each.words for each in found]


def masked(text: str) -> str:
    """A text with a mask for its middle word, if it has no more than twenty; else for the eleventh."""
    words = text.split()
    at = min(len(words), WORDS_BEFORE_CUT) // 2
    return " ".join([*words[:at], Filling.MASK, *words[at + 1 :]])

"""The same input asked again, among others, in another order and beside a long one: never answered from memory.

The questions go to a model of this module's own, whose answer to an errand is what it found. Each errand is its
own key, so that neither memory, cache nor equal inputs answer in place of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from harness import AnswerError, Probabilities, Sample, Session, SessionFunction, Traits, kind_of, predict
from harness.models import Channel, Connection, Errand, Errands
from harness_calibration.checked import WAYS, Checked

Array = npt.NDArray[np.float64]

MODEL = "asked_again"
"""Its name among a suite's models."""

ASKED_AGAIN = Errands(MODEL, "harness_calibration 1")
"""There is one in a process."""

COMPANIONS = 7
"""Other inputs in a batch."""


@dataclass
class Among:
    """The inputs that a sample is asked with: those after it in the run's order, and the longest of all."""

    most: int
    _places: dict[str, tuple[Sequence[Sample[Any]], int]] = field(default_factory=dict)
    _longest: dict[int, Any] = field(default_factory=dict)

    def samples(self, samples: Sequence[Sample[Any]]) -> Sequence[Sample[Any]]:
        """The first ones; what follows them is kept."""
        chosen = samples[: self.most]
        self._places.update({sample.id: (samples, at) for at, sample in enumerate(chosen)})
        return chosen

    def others(self, sample: Sample[Any]) -> list[Any]:
        """The next inputs, after the last the first; the sample's own where nobody knows any."""
        samples, at = self._places.get(sample.id, ([sample], 0))
        return [samples[(at + more) % len(samples)].input for more in range(1, COMPANIONS + 1)]

    def longest(self, sample: Sample[Any]) -> Any:
        """The input of most units among those of its set."""
        samples, _ = self._places.get(sample.id, ([sample], 0))
        if id(samples) not in self._longest:
            cost = kind_of(sample.input).cost
            self._longest[id(samples)] = max((each.input for each in samples), key=cost)
        return self._longest[id(samples)]


def asked_again(model: Connection, among: Among) -> SessionFunction[Checked]:
    """Ask this model about a sample in every way, nothing else running meanwhile."""
    return cast("SessionFunction[Checked]", Traits(exclusive=True)(partial(_session, model, among)))


def _session(model: Connection, among: Among, sample: Sample[Any], _: Random) -> Session[Checked]:
    errand = Errand(lambda: _answers(model, among, sample), f"every way of asking about {sample.id}")
    [found] = yield errand.question(MODEL)
    return _checked(model, cast("list[Array]", found))


def _answers(model: Connection, among: Among, sample: Sample[Any]) -> list[Array]:
    """The answers to one input: alone, again, first and last of a batch, and beside the longest."""
    own, others = sample.input, among.others(sample)
    batches = [[own], [own], [own, *others], [*others[::-1], own], [own, among.longest(sample)]]
    places = [0, 0, 0, -1, 0]
    return [_rows(model, batch)[at] for batch, at in zip(batches, places, strict=True)]


def _rows(model: Connection, inputs: Sequence[Any]) -> Array:
    """The answers as the model gives them, unchecked but for their number and form; in halves beyond its budget."""
    endpoint = model.endpoint("predict")
    if not isinstance(endpoint, Channel):
        return _array(model, endpoint(list(inputs)), len(inputs))
    batch, half = endpoint.prepare(list(inputs)), len(inputs) // 2
    if half and max(row.cost for row in batch) * len(batch) > endpoint.budget:
        return np.concatenate([_rows(model, inputs[:half]), _rows(model, inputs[half:])])
    return _array(model, endpoint.submit(batch).result(), len(inputs))


def _array(model: Connection, answers: Any, count: int) -> Array:
    rows = answers.detach().cpu().numpy() if hasattr(answers, "detach") else answers
    given = list(rows)
    if len(given) != count:
        raise AnswerError(f"model {model.name!r} gave {len(given)} answers to {count} inputs: expected one each")
    return np.array([_row(model, each) for each in given])


def _row(model: Connection, answer: Any) -> Array:
    """An answer as a row: of a class alone 1 there and 0 elsewhere; NaN is kept, since that is looked for."""
    if model.output == "classes":
        at = model.labels.index(answer) if isinstance(answer, str) else int(answer)
        return np.asarray(np.eye(len(model.labels))[at], np.float64)
    return np.array(answer, dtype=np.float64).reshape(len(model.labels))


def _checked(model: Connection, rows: Sequence[Array]) -> Checked:
    alone, *others = rows
    invalid = not all(_is_valid(each) for each in rows)
    apart = [float(np.nan_to_num(np.abs(each - alone), nan=1.0).max()) for each in others]
    turned = any(int(each.argmax()) != int(alone.argmax()) for each in others)
    known = dict(zip(WAYS, apart, strict=True))
    return Checked(model.labels[int(alone.argmax())], alone.tolist(), [], turned=turned, invalid=invalid, **known)


def _is_valid(row: Array) -> bool:
    """Whether a row is a distribution; a run allows as much rounding (see `harness.Probabilities`)."""
    return bool(np.isfinite(row).all() and row.min() >= -1e-6 and abs(row.sum() - 1) <= 1e-2)


def ask_once(model: Connection) -> SessionFunction[Checked]:
    """Ask about a sample once, as every task does, and keep its words where it is a text."""

    def session(sample: Sample[Any], _: Random) -> Session[Checked]:
        answers: Probabilities = yield from predict([sample.input])
        [row] = answers
        return Checked(model.labels[row.label], row.array.tolist(), words_of(sample.input))

    return session


def words_of(value: Any) -> list[str]:
    """The different words of a text, in lower case without marks around them; none of another input."""
    if not isinstance(value, str):
        return []
    found = (word.strip("\"'()[]{}.,;:!?*_-").casefold() for word in value.split())
    return list(dict.fromkeys(word for word in found if word))[:MOST_WORDS]


MOST_WORDS = 500
"""Different words of a text that are kept."""

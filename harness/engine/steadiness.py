"""Whether a model's answer to an input depends on its batch, or changes when it is asked again: a few are tried."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.engine.adapters import Connection
from harness.engine.channels import RunningModel
from harness.engine.strangers import caught
from harness.errors import AnswerError
from harness.sessions.predict import probabilities
from harness.types import Answers, Array, Sample

TOLERANCE = 1e-4
"""How far two answers to an input may be apart, absolutely and relatively: float32 stays below 1e-5 in any batch."""

CHEAP_TOLERANCE = 2e-2
"""The same of a model that computes in a cheaper way: bfloat16 has 8 bits of precision."""

SAMPLES_ASKED = 8
"""Samples that are asked alone, together, and together in another order."""

ANSWER_SECONDS = 60.0
"""Seconds to wait for a batch: a model that hangs has done so in the run, and keeps no verdict here."""


@dataclass(frozen=True)
class Asker:
    """Asks an adapter as the engine does: prepared in the thread that asks, computed in the model's own."""

    model: Connection
    running: RunningModel
    tolerance: float = TOLERANCE
    seconds: float | None = None

    def rows(self, inputs: Sequence[Any]) -> Array:
        """The checked answers, in halves where a batch is beyond the budget; raises AnswerError."""
        channel, half = self.running.channel("predict"), len(inputs) // 2
        batch = channel.prepare(list(inputs))
        if half and max(row.cost for row in batch) * len(batch) > channel.budget:
            return np.concatenate([self.rows(inputs[:half]), self.rows(inputs[half:])])
        return self.checked(channel.submit(batch).result(self.seconds), inputs)

    def checked(self, answers: Any, inputs: Sequence[Any]) -> Array:
        """A copy of the answers as rows; raises AnswerError for a wrong number, shape or range."""
        if not hasattr(answers, "__len__"):
            raise AnswerError(f"expected {len(inputs)} answers, but got {answers!r:.60}")
        named = Answers(list(answers), self.model.name, self.model.labels, self.model.output)
        return probabilities(named, inputs).array.copy()

    def differing(self, name: str, one: Array, other: Array, when: str) -> str:
        """How two answers to an input differ, in words; empty where they are alike."""
        if np.allclose(one, other, rtol=self.tolerance, atol=self.tolerance):
            return ""
        return f"the answer to {name!r} is {np.round(one, 6).tolist()}, but {np.round(other, 6).tolist()} {when}"


def unsteadiness(model: Connection, samples: Sequence[Sample[Any]], tolerance: float = TOLERANCE) -> str:
    """In what the model is not steady, in a sentence; empty where nothing was noticed, or it could not be asked."""
    few, running = {sample.id: sample.input for sample in samples[:SAMPLES_ASKED]}, RunningModel(model)
    try:
        return next(_noticed(Asker(model, running, tolerance, ANSWER_SECONDS), few), "")
    except BaseException as error:  # noqa: BLE001  # what it fails on is an error of the run's cases
        caught(error)
        return ""
    finally:
        running.close(0.0)  # what it has not answered, nobody waits for


def _noticed(ask: Asker, inputs: Mapping[str, Any]) -> Iterator[str]:
    alone = {name: ask.rows([value])[0] for name, value in inputs.items()}
    for name in list(inputs)[:1]:
        if line := ask.differing(name, alone[name], ask.rows([inputs[name]])[0], "when it is asked again"):
            yield f"the model answers differently from time to time: {line}"
    for names in (list(inputs), list(inputs)[::-1]):
        together = ask.rows([inputs[name] for name in names])
        for name, row in zip(names, together, strict=True):
            if line := ask.differing(name, alone[name], row, f"in a batch of {len(names)}"):
                yield f"the model's answers depend on their batch: {line}"

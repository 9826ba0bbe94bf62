"""A model that another model asks: in full batches, as an engine does."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Annotated, Any, NamedTuple, TypeAlias

import numpy as np

from harness.engine.adapters import Connection, flow_of
from harness.engine.batches import Waiting
from harness.engine.channels import RunningModel
from harness.errors import AnswerError, UserError, listed
from harness.sessions.predict import probabilities
from harness.suite.file import AsSpec, ModelSpec
from harness.types import Answers, Array, folded

ModelSource: TypeAlias = Annotated[ModelSpec, AsSpec]
"""The type of a model's parameter that names another: the name of one of the suite's `models`, or a mapping."""


class _Placed(NamedTuple):
    """A row that waits: what it costs, and its place among the inputs."""

    cost: int
    at: int


class Member:
    """One of the models that make up another; `key` is the parameter that names it, for messages."""

    def __init__(self, key: str, model: Connection) -> None:
        self.key, self.model = key, model
        self._running = RunningModel(model)

    def rows(self, inputs: Sequence[Any]) -> Array:
        """The checked answers `(n, columns)` to some inputs; raises AnswerError as its batches do."""
        channel = self._running.channel("predict")
        flow, prepared = flow_of(channel), channel.prepare(list(inputs))
        waiting, flights = Waiting[_Placed](), deque[tuple[list[_Placed], Future[Any]]]()
        waiting.add(_Placed(row.cost, at) for at, row in enumerate(prepared))
        found: list[Any] = [None] * len(prepared)
        while waiting or flights:
            if waiting and len(flights) < flow.depth:
                batch = waiting.take(flow.budget, flow.overhead)
                flights.append((batch, channel.submit([prepared[each.at] for each in batch])))
                continue
            batch, future = flights.popleft()
            for each, answer in zip(batch, _whole(future.result(), len(batch)), strict=True):
                found[each.at] = answer
        answers = Answers(found, self.model.name, self.model.labels, self.model.output)
        return np.asarray(probabilities(answers, inputs).array)

    def columns(self, labels: Sequence[str]) -> list[int]:
        """The places of its answers' columns in the order of some labels; raises UserError where it has others."""
        own = [folded(label) for label in self.model.labels]
        if sorted(own) != sorted(map(folded, labels)):
            raise UserError(
                f"{self.key}: model {self.model.name!r} has the labels {listed(self.model.labels) or 'of no name'}, "
                f"but the first model has {listed(labels)}: expected the same in all",
                self.key,
            )
        return [own.index(folded(label)) for label in labels]


def _whole(answers: Any, rows: int) -> Any:
    if not hasattr(answers, "__len__") or len(answers) != rows:
        got = len(answers) if hasattr(answers, "__len__") else repr(answers)[:60]
        raise AnswerError(f"expected {rows} answers, but got {got}")
    return answers

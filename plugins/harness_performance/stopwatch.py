"""A model that is asked how long another takes: one call at a time, in a thread of its own, never from memory."""

from __future__ import annotations

import copy
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from harness import AnswerError
from harness.models import Channel, Connection, Errands, connect

MODEL = "stopwatch"
"""Its name among a suite's models."""


@dataclass
class Timer:
    """The calls of one size to one model: how many come before the first that counts, and whether they came."""

    model: Connection
    warmup: int
    warm: bool = False

    def __post_init__(self) -> None:
        alone = getattr(self.model.adapter, "one_at_a_time", None)
        own = connect(alone()) if callable(alone) else self.model
        self._endpoint = own.endpoint("predict")

    def milliseconds(self, inputs: Sequence[Any]) -> float:
        """How long one call takes, from the inputs to answers on the host; the garbage collector waits meanwhile."""
        for _ in range(0 if self.warm else self.warmup):
            _asked(self._endpoint, inputs)
        self.warm = True
        given, collects = _own(inputs), gc.isenabled()
        gc.disable()
        try:
            start = time.perf_counter_ns()
            answers = _asked(self._endpoint, given)
            spent = time.perf_counter_ns() - start
        finally:
            if collects:
                gc.enable()
        _require_all(answers, len(inputs), self.model.name)
        return spent / 1e6


STOPWATCH = Errands(MODEL, "harness_performance 1")
"""There is one, whatever tasks, variants and runs there are in a process: nothing is timed beside something else."""


def _asked(endpoint: Channel | Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """The answers of a model, which are on the host."""
    if isinstance(endpoint, Channel):
        return endpoint.submit(endpoint.prepare(inputs)).result()
    answers = endpoint(list(inputs))
    return answers.detach().cpu() if hasattr(answers, "detach") and hasattr(answers, "cpu") else answers


def _own(inputs: Sequence[Any]) -> Sequence[Any]:
    """A copy: a model may write over its inputs, which other calls have too."""
    return [each if isinstance(each, str) else copy.deepcopy(each) for each in inputs]


def _require_all(answers: Any, rows: int, name: str) -> None:
    count = len(answers) if hasattr(answers, "__len__") else None
    if count != rows:
        raise AnswerError(f"model {name!r} gave {count} answers to {rows} inputs: expected one each")

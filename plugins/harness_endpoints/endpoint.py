"""The adapter: inputs become requests, many of which are on their way side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import AnswerError, kind_of
from harness.models import Account, Encoded, Output
from harness_endpoints.calls import Calls

AHEAD = 4
"""Batches handed over for each request that may be on its way: a slow one holds up none of the others."""


@dataclass
class Endpoint:
    """A channel of batches of up to `budget` inputs. `ask` gives the answers to some inputs."""

    name: str
    calls: Calls
    ask: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]]
    fingerprint: str
    labels: Sequence[str]
    output: Output
    budget: int = 1
    overhead: int = 0
    replay: bool = False

    @property
    def depth(self) -> int:
        """Batches handed over and not yet answered."""
        return AHEAD * self.calls.pace.most

    @property
    def width(self) -> int:
        """Requests at once."""
        return self.calls.pace.most

    @property
    def account(self) -> Account:
        """What was spent."""
        return self.calls.budget.account

    @property
    def seconds(self) -> float:
        """Seconds in which a request was on its way."""
        return self.calls.pace.busy

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        """Each input is a row; equal ones are asked once."""
        return [Encoded(value, 1, kind_of(value).key(value)) for value in inputs]

    def submit(self, batch: Sequence[Encoded], **_: Any) -> Future[Any]:
        """Send a request about these inputs, or wait for a place to."""
        if self.replay:
            refused: Future[Any] = Future()
            refused.set_exception(AnswerError(
                "replay: no answer to it was recorded: give --cache the folder that the run was recorded into, or ask "
                "the endpoint without `replay`"
            ))  # fmt: skip
            return refused
        return self.calls.start(self._answers([row.payload for row in batch]))

    async def _answers(self, inputs: Sequence[Any]) -> list[Any]:
        """One array an answer: such are kept on the disk. Who probes a model may ask more than a batch together."""
        if len(inputs) <= self.budget:
            return [np.asarray(answer) for answer in await self.ask(inputs)]
        some = [self.ask(inputs[at : at + self.budget]) for at in range(0, len(inputs), self.budget)]
        return [np.asarray(answer) for answers in await asyncio.gather(*some) for answer in answers]

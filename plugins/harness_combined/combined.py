"""A model made of models, as a plain callable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Member, UserError, listed
from harness.models import Output

Array = npt.NDArray[np.float64]

ROWS = 256
"""Inputs taken at once: enough to fill the batches of each model."""


@dataclass
class Combined:
    """Calls the models that it is made of: `(inputs) -> (n, columns)`; raises AnswerError as they do."""

    name: str
    labels: Sequence[str]
    output: Output
    answer: Callable[[Sequence[Any]], Any]
    fingerprint: str | None
    budget: int = ROWS

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs."""
        return self.answer(inputs)


@dataclass
class Inspected(Combined):
    """One whose `inside` says how it found its answers, in numbers whose meaning hangs on its `form`."""

    look: Callable[[Sequence[Any]], Any] = lambda _: ()
    form: str = ""

    def inside(self, inputs: Sequence[Any]) -> Any:
        """Numbers for each input, for the task `members`."""
        return self.look(inputs)


def fingerprint_of(members: Sequence[Member], *settings: object) -> str | None:
    """What decides the answers: the members' own fingerprints and the settings; None where one has none."""
    known = [member.model.fingerprint for member in members]
    if not all(known):
        return None
    whole = blake2b(digest_size=16)
    for part in (*known, *(f"{member.model.labels} {member.model.output}" for member in members), *settings):
        whole.update(str(part).encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()


def require_output(members: Sequence[Member], *outputs: Output) -> None:
    """Raise UserError for a member that answers something else."""
    for member in members:
        if member.model.output not in outputs:
            raise UserError(
                f"{member.key}: model {member.model.name!r} answers {member.model.output}: expected {listed(outputs)}",
                *member.key.split("."),
            )

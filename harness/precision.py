"""How far a model that computes in a cheaper way is from the same model in float32, on the run's own inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from harness.cases import Case
from harness.engine import Engine
from harness.sessions import predict
from harness.types import Output, Sample, Session

SAMPLES = 256
"""Samples that are asked of both: enough to see a share of one in a hundred."""

NAMED = 20
"""Samples with another decision that are named."""


@dataclass(frozen=True)
class Agreement:
    """The largest difference between two answers' numbers, and on how many samples the decisions are the same.

    `differing` names some of those on which they are not. Of values there are no decisions: `same` is `samples`.
    """

    samples: int
    largest: float
    same: int
    differing: Sequence[str]
    failed: int = 0


def agreement(model: Any, samples: Sequence[Sample[Any]], output: Output) -> Agreement | None:
    """How a model agrees with its `reference()`; None for one that has none, being its own."""
    make = getattr(model, "reference", None)
    reference = make() if callable(make) else None
    if reference is None:
        return None
    engine = Engine({"": model, "reference": reference})
    cases = [Case("precision", "", sample, _both) for sample in samples[:SAMPLES]]
    found = {outcome.case.sample.id: outcome.value for outcome in engine.run(cases) if not outcome.error}
    return compared(found, output, failed=len(cases) - len(found))


def compared(rows: Mapping[str, tuple[Any, Any]], output: Output, failed: int = 0) -> Agreement:
    """What pairs of answers by sample come to."""
    differences = [float(np.abs(np.subtract(one, other)).max()) for one, other in rows.values()]
    differing = [name for name, (one, other) in rows.items() if _decided(one, output) != _decided(other, output)]
    return Agreement(
        len(rows), max(differences, default=0.0), len(rows) - len(differing), sorted(differing)[:NAMED], failed
    )


def _both(sample: Sample[Any], rng: Random) -> Session[tuple[Any, Any]]:
    rows = yield from predict([sample.input])
    others = yield from predict([sample.input], model="reference")
    return rows.array[0], others.array[0]


def _decided(row: Any, output: Output) -> object:
    if output == "value":
        return None
    return int(np.argmax(row)) if output == "probabilities" else tuple(np.asarray(row) >= 0.5)

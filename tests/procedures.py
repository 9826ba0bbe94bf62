"""A model for other people's procedures, and some of those."""

from __future__ import annotations

import random
from collections.abc import Sequence
from random import Random
from typing import Any
from zlib import crc32

from harness import (
    Ask,
    Case,
    Engine,
    Outcome,
    Sample,
    blocking,
    predict,
)


def model(texts: Sequence[str]) -> list[list[float]]:
    """Batch-invariant, and fails on bad texts."""
    if any(text.startswith("bad") for text in texts):
        raise ValueError("no such word")
    shares = [crc32(text.encode()) % 1000 / 1000 for text in texts]
    return [[share, 1 - share] for share in shares]


def run(procedure: Any, names: Sequence[str], *, window: int = 100, exclusive: bool = False) -> dict[str, Outcome]:
    """The outcomes of a procedure on some samples, by sample id."""
    session = blocking(procedure, exclusive=exclusive)
    cases = [Case("t", "p", Sample(name, name), session) for name in names]
    return {outcome.case.sample.id: outcome for outcome in Engine({"": model}, window=window).run(cases)}


def values(procedure: Any, names: Sequence[str], *, window: int = 100) -> dict[str, Any]:
    outcomes = run(procedure, names, window=window)
    assert {name: outcome.error for name, outcome in outcomes.items() if outcome.error} == {}
    return {name: outcome.value for name, outcome in outcomes.items()}


def error(procedure: Any, name: str = "a") -> str:
    told = run(procedure, [name])[name].error
    assert told is not None
    return told


def climb(ask: Ask, sample: Sample[str], rng: Random, *, steps: int = 4) -> list[float]:
    """A procedure with dependent questions and random numbers of its own."""
    text, trail = sample.input, []
    for _ in range(steps):
        rows = ask(predict([f"{text}{rng.randrange(100)}" for _ in range(3)]))
        trail.append(max(row[0] for row in rows))
        text = f"{sample.input}{trail[-1]}"
    return trail


def with_random(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    for number in range(3):
        found.append([random.random(), random.gauss(0, 1)])
        ask(predict([f"{sample.input}{number}"]))
    return found

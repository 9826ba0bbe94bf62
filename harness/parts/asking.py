"""Attacks and explainers ask questions; one that gives a result at once raises an error that names it."""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import Any, TypeVar

from harness.types import Sample, Session, SessionFunction

P = TypeVar("P")


def asking(session: SessionFunction[P], title: str) -> SessionFunction[P]:
    """The same procedure; it raises TypeError, naming itself, where it gives a result at once in place of asking."""

    def start(sample: Sample[Any], rng: Random) -> Session[P]:
        started = session(sample, rng)
        if not isinstance(started, Generator):
            raise TypeError(f"{title} is no generator: ask with `yield from predict(...)`, but got {started!r:.200}")
        return started

    return start

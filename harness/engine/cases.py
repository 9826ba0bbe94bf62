"""Cases: the units of work, where they come from, and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property, partial
from hashlib import blake2b
from random import Random
from typing import Any, NamedTuple, TypeVar, cast

from harness.engine.strangers import PLAIN, own
from harness.sessions.traits import traits_of
from harness.types import Sample, Session, SessionFunction

T = TypeVar("T")


class Case(NamedTuple):
    """The unit of work: one session on one sample, for one part of one task."""

    task: str
    part: str
    sample: Sample[Any]
    session: SessionFunction[Any]

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.task, self.part, self.sample.id)

    @property
    def exclusive(self) -> bool:
        """Whether its session has to run alone."""
        return traits_of(self.session).exclusive

    def begin(self, rng: Random) -> Session[Any]:
        """Its session, with an input of its own: the sample's is that of other cases, too."""
        value = self.sample.input
        return self.session(self.sample if type(value) in PLAIN else replace(self.sample, input=own(value)), rng)


class Outcome(NamedTuple):
    """The end of a case: the session's result, or the traceback of its error; and the rows it asked."""

    case: Case
    value: Any = None
    error: str | None = None
    asked: int = 0


class CaseRandom:
    """A `random.Random` of one case, seeded from its key on first use: most sessions never need one."""

    def __init__(self, *key: object) -> None:
        self._key = key

    def of_part(self, part: str) -> CaseRandom:
        """That of the same sample in another part of the same task."""
        seed, task, _, sample = self._key
        return CaseRandom(seed, task, part, sample)

    @cached_property
    def _random(self) -> Random:
        digest = blake2b(repr(self._key).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return Random(int.from_bytes(digest, "big"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what copying looks for before there is a key
            raise AttributeError(name)
        return getattr(self._random, name)


class Source:
    """The cases still to start, the next of them in sight."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = iter(cases)
        self._next: Case | None = next(self._cases, None)

    def peek(self) -> Case | None:
        return self._next

    def pop(self) -> None:
        self._next = next(self._cases, None)

    def alike(self, most: int) -> list[Case]:
        """Take the next case, and those after it that are of the same session function and task."""
        if self._next is None:
            return []
        taken, self._next = [self._next], None
        task, session = taken[0].task, taken[0].session
        for case in self._cases:
            if len(taken) == most or case.session is not session or case.task != task:
                self._next = case
                break
            taken.append(case)
        return taken


def named_tuples(kind: type[T], *columns: Iterable[Any]) -> Iterator[T]:
    """`map(kind, *columns)` for a named tuple, with a column for every field: no Python code runs for each of them.

    Ends with the shortest column.
    """
    make = cast("type[tuple[Any, ...]]", kind)
    return cast("Iterator[T]", map(partial(tuple.__new__, make), zip(*columns, strict=False)))

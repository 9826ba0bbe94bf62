"""The executor `local`: one engine in this process, with a thread per model. Nothing else makes an engine."""

from __future__ import annotations

from collections.abc import Callable, Container, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from harness.early.looks import Spans
from harness.engine.cases import Case, Outcome
from harness.engine.counters import Ledger
from harness.engine.loop import Engine
from harness.engine.memory import Memory
from harness.engine.patience import Patience
from harness.records.record import Record, record_of

if TYPE_CHECKING:
    from harness.runs.load import Loaded

Key = tuple[str, str, str]
"""A case by its task, part and sample."""


@dataclass(frozen=True)
class Work:
    """The argument of an executor: the loaded suite, the finished cases, the memory of answers and the counters.

    `spans` are the samples to run on by task, all of them unless given: see `Loaded.cases`.
    `pause` is called whenever all records there are have been given and a model is waited for, for as long as
    `patience` has.
    """

    loaded: Loaded
    done: Container[Key] = ()
    memory: Memory = field(default_factory=Memory)
    ledger: Ledger = field(default_factory=Ledger)
    pause: Callable[[], object] = bool
    patience: Patience = field(default_factory=Patience)
    spans: Spans | None = None

    def cases(self) -> Iterator[Case]:
        """The cases that are left, task by task, part by part."""
        cases = self.loaded.cases(self.spans)
        return (case for case in cases if case.key not in self.done) if self.done else cases


class Executor(Protocol):
    """Gives one record for every case of the work that is left, in batches, as they finish and in any order.

    A case's random numbers hang on the seed and its key alone, so it may run anywhere. Left early, it stops.
    """

    def __call__(self, work: Work, /) -> Generator[Sequence[Record[Any]], None, None]: ...


def local() -> Executor:
    """Run the cases in this process: one engine interleaves their questions and keeps every model full."""
    return run_locally


def run_locally(work: Work) -> Generator[Sequence[Record[Any]], None, None]:
    """The records of the cases that are left, as many at a time as have come since a model was waited for."""
    engine = Engine(
        work.loaded.models,
        seed=work.loaded.checked.suite.seed,
        memory=work.memory,
        ledger=work.ledger,
        before_waiting=work.pause,
        patience=work.patience,
    )
    with closing(engine.steps(work.cases())) as steps:
        for outcomes in steps:
            yield list(map(record_of, outcomes))


def outcomes(
    models: Mapping[str, object],
    cases: Iterable[Case],
    *,
    seed: int = 0,
    memory: Memory | None = None,
    ledger: Ledger | None = None,
    before_waiting: Callable[[], object] = bool,
    patience: Patience | None = None,
) -> Generator[Outcome, None, None]:
    """The outcomes of a few cases, for what is tried before or after a run."""
    engine = Engine(models, seed=seed, memory=memory, ledger=ledger, before_waiting=before_waiting, patience=patience)
    return engine.run(cases)

"""One property of the engine: how a run is carried out never shows in its outcomes.

Random programs of sessions run on batch-invariant models, once in the plainest way (one session, one row, no
memory) and once in a drawn way; values, errors and rows asked have to be equal to the bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, TypeAlias
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from harness import AnswerError, Case, Engine, Outcome, Question, Sample, Session, predict
from harness.engine.memory import Memory
from harness.models import Encoded, Worker

Result: TypeAlias = tuple[Any, str | None, int]


@dataclass(frozen=True)
class Step:
    """One thing a session does; the texts it asks depend on what it learnt and drew before."""

    does: Literal["predict", "score", "draw", "catch", "fail"]
    rows: int
    distinct: int
    model: Literal["", "judge"]


@dataclass(frozen=True)
class Program:
    steps: tuple[Step, ...]
    exclusive: bool

    def __call__(self, sample: Sample[str], rng: Random) -> Session[list[Any]]:
        trail: list[Any] = [sample.input]
        for step in self.steps:
            trail.append((yield from self._step(step, trail, rng)))
        return trail

    def _step(self, step: Step, trail: list[Any], rng: Random) -> Session[Any]:
        state = crc32(repr(trail).encode()) % 3
        texts = [f"text {state + at % step.distinct}" for at in range(step.rows)]
        if step.does == "predict":
            return (yield from predict(texts, step.model)).array.tolist()
        if step.does == "score":
            return list((yield Question("score", tuple(texts), step.model, {"power": state})))
        if step.does == "draw":
            return [rng.random() for _ in range(step.rows)]
        if step.does == "fail":
            raise LookupError(trail)
        try:
            return (yield from predict([*texts, f"bad {state}", "bad"], step.model)).array.tolist()
        except AnswerError as error:
            if step.distinct == 1:
                raise
            return str(error)


class Model:
    """A batch-invariant model that fails on bad texts and holds so many rows; with `depth` it is a channel."""

    def __init__(self, name: str, way: Way) -> None:
        self.name = name
        self.budget = way.budget
        self._most_rows = way.most_rows

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        shares = [crc32(f"{self.name}{text}".encode()) / 2**32 for text in self._held(texts)]
        return [[share, 1 - share] for share in shares]

    def score(self, texts: Sequence[str], *, power: int) -> list[int]:
        return [crc32(text.encode()) * 10**power for text in self._held(texts)]

    def _held(self, texts: Sequence[str]) -> Sequence[str]:
        if len(texts) > self._most_rows:
            raise MemoryError
        if bad := [text for text in texts if text.startswith("bad")]:
            raise ValueError(bad)
        return texts


class ChannelModel(Model):
    def __init__(self, name: str, way: Way) -> None:
        super().__init__(name, way)
        self.depth, self.overhead, self.width = way.depth, way.overhead, way.width
        self._worker = Worker(name)

    def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
        return [Encoded(text, crc32(text.encode()) % 5, text) for text in inputs]

    def submit(self, batch: Sequence[Encoded]) -> Future[Any]:
        return self._worker.submit(self, [row.payload for row in batch])


@dataclass(frozen=True)
class Way:
    """How a run is carried out."""

    window: int = 1
    budget: int = 1
    limit: int = 0
    most_rows: int = 99
    depth: int = 1
    width: int = 1
    overhead: int = 0
    model: type[Model] = Model
    shards: tuple[int, ...] = (0,)

    def run(self, cases: Sequence[Case]) -> dict[tuple[str, str, str], Result]:
        """The outcome of each case, run in several engines one after the other: shards, or a run and its resumption."""
        found: dict[tuple[str, str, str], Result] = {}
        for shard in sorted(set(self.shards)):
            own = [case for at, case in enumerate(cases) if self.shards[at % len(self.shards)] == shard]
            models = {"": self.model("victim", self), "judge": self.model("judge", self)}
            engine = Engine(models, seed=5, window=self.window, memory=Memory(self.limit))
            found.update(results(engine.run(own)))
        return found


def results(outcomes: Iterable[Outcome]) -> Mapping[tuple[str, str, str], Result]:
    return {each.case.key: (each.value, each.error and each.error.splitlines()[-1], each.asked) for each in outcomes}


steps = st.builds(
    Step,
    does=st.sampled_from(["predict", "predict", "predict", "score", "draw", "catch", "fail"]),
    rows=st.integers(0, 5),
    distinct=st.integers(1, 3),
    model=st.sampled_from(["", "judge"]),
)
programs = st.builds(Program, st.lists(steps, max_size=5).map(tuple), exclusive=st.sampled_from([False, False, True]))
ways = st.builds(
    Way,
    window=st.integers(1, 6),
    budget=st.integers(1, 12),
    limit=st.sampled_from([0, 300, 1000, 2**20]),
    most_rows=st.integers(1, 6),
    depth=st.integers(1, 3),
    width=st.integers(1, 3),
    overhead=st.sampled_from([0, 3, 20]),
    model=st.sampled_from([Model, ChannelModel]),
    shards=st.lists(st.integers(0, 2), min_size=1, max_size=5).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(programs, min_size=1, max_size=8), ways, st.randoms(use_true_random=False))
def test_outcomes_are_equal_however_the_cases_are_run(chosen: list[Program], way: Way, order: Random) -> None:
    cases = [
        Case(task, part, Sample(f"sample {at}", f"input {at % 3}"), program)
        for task, part in (("t", "p"), ("t", "q"), ("u", ""))
        for at, program in enumerate(chosen)
    ]
    plainly = Way().run(cases)
    order.shuffle(cases)
    assert way.run(cases) == plainly
    assert len(plainly) == len(cases)


@settings(max_examples=25, deadline=None)
@given(st.lists(programs, min_size=2, max_size=6), ways, st.integers(0, 5))
def test_a_run_left_early_and_resumed_gives_the_same_outcomes(chosen: list[Program], way: Way, done: int) -> None:
    cases = [Case("t", "p", Sample(str(at), f"input {at}"), program) for at, program in enumerate(chosen)]
    engine = Engine({name: way.model(name or "victim", way) for name in ("", "judge")}, seed=5, window=way.window)
    finished = results(outcome for _, outcome in zip(range(done), engine.run(cases), strict=False))
    rest = [case for case in cases if case.key not in finished]
    assert {**finished, **way.run(rest)} == Way().run(cases)

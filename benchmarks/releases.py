"""How often the suite `replace` raises a false alarm: releases of models that are as good as the released one.

`python -m benchmarks.releases [RELEASES [SEED]]` prints the table of docs/statistics.md. A release is drawn as records
of two models that were trained alike: each adds its own error to what is true of a sample, so about a tenth of the
decisions differ and neither is better. The records go through the code that decides a run: pairing, gates, Holm's
correction. Gates are decided at the suite's margins, and with all margins at 0, where every truth is at its bound. Only
the scores without a block of samples, which the jackknife needs, come from arrays; the first release is decided from
records alone too, and both must agree.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from harness.baselines.against import _as_score
from harness.baselines.differences import Pairing
from harness.baselines.side import Head, TaskHead
from harness.demands.gate import Gate
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.runs.load import gates_of, task_of
from harness.scores.gates import Decision, TaskScores
from harness.scores.metric_intervals import of_calibration
from harness.scores.metrics import ClassPredictions
from harness.scores.score import Score
from harness.statistics.exact import NO_BOUNDS
from harness.stressed.asking import Stressed
from harness.suite.components import load
from harness.suite.file import SuiteFile, load_suite
from harness.tasks.attack import Attacked
from harness.tasks.classification import Classified
from harness.tasks.explain import Explained
from harness.tasks.task import ScoringContext, Task
from harness.types import Array
from harness.verdicts.deciding import at_confidence, decisions_of

SAMPLES = 1000
LABELS = ("negative", "positive")
OWN_ERROR = 0.9
"""The standard deviation of a model's own error, in logits: about a tenth of the decisions differ."""

WORDS = 12


class FastPairing(Pairing):
    """A pairing whose scores without a block of samples come from arrays: scoring records 80 times takes seconds."""

    def _without(self) -> list[tuple[Mapping[str, Score], ...]]:
        kept = [self._blocks.places != block for block in range(self._blocks.count)]
        values = [_values(self._title, records, self._scoring) for records in self._both]
        return [tuple(_named(self._title, each(rows)) for each in values) for rows in kept]


def _values(title: str, records: RecordTable[Any], scoring: ScoringContext) -> Callable[[Any], float]:
    """The score of a task that has no outcomes, of some rows of its samples in the order of their ids."""
    order = {name: at for at, name in enumerate(sorted(set(records.column("sample").to_pylist())))}
    truth = np.array([scoring.truth[name] for name in order])
    if title == "classification":
        rows = sorted(records, key=lambda record: order[record.sample])
        probabilities = np.array([record.payload.probabilities for record in rows if record.payload])
        bare = replace(scoring, confidence=NO_BOUNDS)
        return lambda kept: float(of_calibration(ClassPredictions(truth[kept], probabilities[kept]), bare).value or 0)
    right: dict[str, Array] = {}
    for record in records:
        assert record.payload is not None
        after = np.argmax(record.payload.after[0])
        right.setdefault(record.part, np.zeros(len(order)))[order[record.sample]] = after == truth[order[record.sample]]
    return lambda kept: min(float(each[kept].mean()) for each in right.values())


def _named(title: str, value: float) -> dict[str, Score]:
    name = {"classification": "ece", "stress": "worst_accuracy"}[title]
    return {name: Score(name, value, None, None, 1)}


@dataclass(frozen=True)
class Drawn:
    """What is true of the samples of a release, alike for both of its models."""

    rng: np.random.Generator
    logits: Array = field(init=False)
    labels: list[int] = field(init=False)

    def __post_init__(self) -> None:
        logits = self.rng.normal(0.3, 2.6, SAMPLES)
        object.__setattr__(self, "logits", logits)
        chance = 1 / (1 + np.exp(-logits))
        object.__setattr__(self, "labels", (self.rng.random(SAMPLES) < chance).astype(int).tolist())

    @cached_property
    def slips(self) -> Array:
        """What each perturbation does to each sample: `(parts, n)`."""
        return self.rng.normal(0, 1.0, (20, SAMPLES))

    @cached_property
    def strength(self) -> Array:
        """How many logits an attack can take from each sample."""
        return self.rng.exponential(2.5, SAMPLES)

    @cached_property
    def weights(self) -> Array:
        """What each word is worth: `(n, words)`."""
        return self.rng.normal(0, 1.0, (SAMPLES, WORDS))


class Model:
    """One model of a release, as a side of a comparison."""

    exact = True
    scores: Mapping[str, Score] = {}
    groups: Mapping[str, str] = {}
    sets: Mapping[str, str] = {}
    slices: Mapping[str, Mapping[str, str]] = {}

    def __init__(self, title: str, drawn: Drawn, file: SuiteFile, tasks: Mapping[str, Task[Any]]) -> None:
        self.title, self._drawn, self._file, self._tasks = title, drawn, file, tasks
        self._rng = np.random.default_rng(drawn.rng.integers(2**63))
        self._logits = drawn.logits + self._rng.normal(0, OWN_ERROR, SAMPLES)
        self.truths = {f"{at:04}": LABELS[label] for at, label in enumerate(drawn.labels)}
        heads = {name: TaskHead(name, {}, list(task.parts), 0) for name, task in tasks.items()}
        self.head = Head("replace", "pass", LABELS, "probabilities", "text", 0.95, 0, heads)
        self._kept = {title: self._table(title) for title in tasks}

    def records(self, task: str, payload: type[Any]) -> RecordTable[Any]:
        """The records of a task."""
        return self._kept[task]

    def _table(self, title: str) -> RecordTable[Any]:
        spec = next(each for each in self._file.suite.tasks if each.title == title)
        made = {"classification": self._classified, "stress": self._stressed, "attack": self._attacked,
                "explain": self._explained}[title]  # fmt: skip
        rows = (
            Record(title, part, f"{at:04}", "ok", None, 1, payload)
            for number, part in enumerate(self._tasks[title].parts)
            for at, payload in enumerate(made(number, spec.limit or SAMPLES))
        )
        return RecordTable.of(list(rows), self._tasks[title].payload)

    def _classified(self, _: int, n: int) -> Iterator[Classified]:
        for logit in self._logits[:n]:
            yield Classified(LABELS[int(logit > 0)], _row(logit))

    def _stressed(self, part: int, n: int) -> Iterator[Stressed]:
        keeps = 1 - 0.07 * part
        after = keeps * self._logits[:n] + self._drawn.slips[part, :n] + self._rng.normal(0, 0.5, n)
        for before, now in zip(self._logits[:n], after, strict=True):
            yield Stressed(["x"], _row(before), [_row(now)])

    def _attacked(self, _: int, n: int) -> Iterator[Attacked]:
        strength = self._drawn.strength[:n] * np.exp(self._rng.normal(0, 0.3, n))
        for logit, label, strong in zip(self._logits[:n], self._drawn.labels, strength, strict=False):
            wrong, beaten = (logit > 0) != bool(label), abs(logit) < strong
            outcome = "skipped" if wrong else "succeeded" if beaten else "failed"
            yield Attacked(outcome, "x", _row(logit), _row(logit), 10)  # type: ignore[arg-type]

    def _explained(self, part: int, n: int) -> Iterator[Explained]:
        own = self._drawn.weights[:n] + self._rng.normal(0, 0.5, (n, WORDS))
        units = [f"{at} " for at in range(WORDS)]
        fell = np.clip(0.45 * np.tanh(np.abs(self._logits[:n])) + self._rng.normal(0, 0.1, n), 0, 1)
        seen = own + self._rng.normal(0, 0.7, (n, WORDS))
        for weights, fall, logit in zip(seen, fell, self._logits, strict=False):
            word = LABELS[int(logit > 0)]
            yield Explained(units, weights.tolist(), word, max(_row(logit)), float(fall), float(fall / 4))


def _row(logit: float) -> list[float]:
    positive = float(1 / (1 + np.exp(-logit)))
    return [1 - positive, positive]


def decided(
    file: SuiteFile, tasks: Mapping[str, Task[Any]], seed: int, margins: Sequence[float], pairing: type[Pairing]
) -> list[list[Decision]]:
    """The decisions of one release, with all margins times each factor."""
    drawn = Drawn(np.random.default_rng(seed))
    old, new = (Model(title, drawn, file, tasks) for title in ("old", "new"))
    context = ScoringContext(LABELS, {}, file.suite.confidence, file.suite.seed, resamples=400)
    kept: dict[tuple[str, float], TaskScores] = {}

    def scored(title: str, level: float) -> TaskScores:
        if (title, level) not in kept:
            wanted = {gate.address.partition("/")[2] for gate in gates[title]}
            at = context if level == file.suite.confidence else at_confidence(context, level)
            changes = pairing(tasks[title], title, old, new, at).changes(wanted)
            kept[title, level] = TaskScores({}, cases=1, changes={at: _as_score(each) for at, each in changes.items()})
        return kept[title, level]

    gates: Mapping[str, Sequence[Gate]] = {spec.title: gates_of(spec) for spec in file.suite.tasks}
    first = {title: scored(title, file.suite.confidence) for title in tasks}
    return [
        decisions_of(
            file.suite,
            {title: [replace(gate, bound=gate.bound * factor) for gate in some] for title, some in gates.items()},
            first,
            scored,
        )
        for factor in margins
    ]


def main() -> None:
    """Print the table."""
    releases = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    file = load_suite(load("suites", "replace")())
    tasks = {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}
    margins, start = (1.0, 0.0), time.perf_counter()
    counts: list[Counter[tuple[str, str]]] = [Counter() for _ in margins]
    slow, fast = (decided(file, tasks, first, margins, each) for each in (Pairing, FastPairing))
    if str(slow) != str(fast):
        raise SystemExit(f"the scores without a block differ:\n{slow}\n{fast}")
    for seed in range(first, first + releases):
        for count, decisions in zip(counts, decided(file, tasks, seed, margins, FastPairing), strict=True):
            count.update((f"{each.address} {each.kind}", each.verdict) for each in decisions)
            verdicts = {each.verdict for each in decisions}
            count["all", next(word for word in ("error", "fail", "undecided", "pass") if word in verdicts)] += 1
        if seed % 100 == 0:
            print(f"{seed}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    print("| gate | fails % | passes % | fails at margin 0 % |\n|---|---|---|---|")
    for name in dict.fromkeys(name for name, _ in counts[0]):
        fails, passes, at_zero = (
            100 * count[name, word] / releases
            for count, word in ((counts[0], "fail"), (counts[0], "pass"), (counts[1], "fail"))
        )
        print(f"| {name} | {fails:.1f} | {passes:.1f} | {at_zero:.1f} |")


if __name__ == "__main__":
    main()

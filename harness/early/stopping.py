"""The tasks of a run that end early: looked at after each wave, and scored with bounds that hold at every look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.demands.gate import Gate
from harness.early.anytime import EarlyTask
from harness.early.eligible import watched
from harness.early.looks import Spans, waves
from harness.records.reading import all_records
from harness.scores.gates import TaskScores, decide
from harness.verdicts.grouped import FEWEST_RESAMPLES
from harness.verdicts.scoring import for_gates, score_sets

if TYPE_CHECKING:
    from harness.baselines.against import Against
    from harness.records.run import Run
    from harness.records.table import RecordTable
    from harness.suite.file import Suite
    from harness.tasks.task import ScoringContext, Task
    from harness.types import Sample


@dataclass(frozen=True)
class Stopping:
    """The tasks of a suite that may end early, why others that should cannot, and where those that did ended.

    `whole` are the tasks that should and cannot, with the reason; `ends` has the number of samples that each task
    counts whose waves are over.
    """

    def notices(self) -> Iterator[str]:
        """What a reader has to know: which tasks ended early, and which could not."""
        for title, early in self.tasks.items():
            if end := self.ended(title):
                of = f"{end:,} of {len(early.planned):,} samples, its gates being decided"
                yield f"{title}: ended after {of}; scores without a gate have bounds as if their number had been fixed"
        yield from (f"{title}: ran to its end, though `stop: early`: {why}" for title, why in self.whole.items())

    tasks: Mapping[str, EarlyTask]
    whole: Mapping[str, str] = field(default_factory=dict)
    max_errors: int = 0
    ends: dict[str, int] = field(default_factory=dict)

    def waves(self, titles: Sequence[str]) -> Iterator[Spans]:
        """What to run, wave by wave; whoever asks for the next has written the records of the one before."""
        planned = {title: len(each.planned) for title, each in self.tasks.items()}
        return waves([title for title in titles if title not in planned], planned, self._is_decided, self.ends)

    def ended(self, title: str) -> int | None:
        """How many samples a task counts that ended before it had them all."""
        end = self.ends.get(title)
        return end if end is not None and end < len(self.tasks[title].planned) else None

    def bounded(self, title: str, scored: TaskScores) -> TaskScores:
        """The scores of a task, those that have a gate with bounds that hold at every look if it may end early."""
        early = self.tasks.get(title)
        return early.bounded(scored, _records(early, self.ends[title])) if early and scored.cases else scored

    def _is_decided(self, title: str, end: int) -> bool:
        """Whether every gate of a task is decided on its first samples; too many errors decide them too."""
        early = self.tasks[title]
        records, samples = _records(early, end), early.planned[:end]
        scored = score_sets(early.task, records, {"": samples}, replace(early.context, resamples=FEWEST_RESAMPLES))
        scored = early.bounded(for_gates(scored, early.watch.gates), records)
        verdicts = {decide(gate, scored, self.max_errors).verdict for gate in early.watch.gates}
        return scored.errors > self.max_errors or verdicts <= {"pass", "fail"}


def stopping(
    suite: Suite, tasks: Mapping[str, Task[Any]], gates: Mapping[str, Sequence[Gate]],
    planned: Mapping[str, Sequence[Sample[Any]]], context: ScoringContext, run: Run, against: Against | None
) -> Stopping:  # fmt: skip
    """The tasks of a run that may end early; `planned` are the samples of each task, as many as there are at most."""
    wanted = watched(suite, tasks, gates)
    found = {
        title: EarlyTask(title, tasks[title], watch, planned[title], context, run, against)
        for title, watch in wanted.items()
        if not isinstance(watch, str)
    }
    return Stopping(found, {title: why for title, why in wanted.items() if isinstance(why, str)}, suite.max_errors)


def _records(early: EarlyTask, end: int) -> RecordTable[Any]:
    """The records of a task's first samples, as they are written."""
    ids = list(early.truths)[:end]
    return all_records(early.run.folder, early.title, early.task.payload).in_order(early.task.parts, ids)

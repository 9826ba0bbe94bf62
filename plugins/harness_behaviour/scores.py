"""Failure rates: of all cases, of each capability and of each test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness import Record, Score, ScoringContext, listed, share
from harness.reports import local_address
from harness_behaviour.asking import Behaved


@dataclass(frozen=True)
class BehaviourScoring:
    """The scores of a suite: its tests by capability, and the tests of which nobody knows what they expect."""

    tests: Mapping[str, Sequence[str]]
    unknown: Sequence[str] = ()

    def scores(self, records: Sequence[Record[Behaved]], scoring: ScoringContext) -> Iterator[Score]:
        """Every score; of no records all that there can be, undefined."""
        level = scoring.confidence
        counted = [each for each in records if each.payload and each.status != "skipped"]
        yield _with_note(_rate(counted, level), "; ".join(self._left(records)))
        yield share("counted", len(counted), len(records), level)
        by_capability = {name: [each for each in counted if each.part == name] for name in self.tests}
        yield self._worst(by_capability, level)
        for capability, cases in by_capability.items():
            yield _rate(cases, level, capability)
            for test in self.tests[capability]:
                of_test = [each for each in cases if each.payload and each.payload.test == test]
                yield _rate(of_test, level, f"{capability}/{test}")

    def _left(self, records: Sequence[Record[Behaved]]) -> Iterator[str]:
        """What is left out of the failure rate, and why."""
        if self.unknown:
            yield f"without {listed(self.unknown)}, of which nobody knows what they expect"
        if unanswered := sum(each.payload is not None and not each.payload.answers for each in records):
            yield f"without {unanswered} cases of classes that the model has not"

    def _worst(self, by_capability: Mapping[str, Sequence[Record[Behaved]]], level: float) -> Score:
        """That of the capability with the most failures: passes by all their own bounds, fails by corrected ones."""
        counts = {name: (sum(map(_failed, cases)), len(cases)) for name, cases in by_capability.items() if cases}
        if not counts:
            return share("worst_failure_rate", 0, 0, level)
        worst = max(counts, key=lambda name: counts[name][0] / counts[name][1])
        strict = 1 - (1 - level) / len(counts)
        highs = [share("", *each, level).high or 0.0 for each in counts.values()]
        lows = [share("", *each, strict).low or 0.0 for each in counts.values()]
        found = share("worst_failure_rate", *counts[worst], level)
        return replace(found, low=max(lows), high=max(highs), note=f"of {worst}, the worst of {len(counts)}")


def outcomes(records: Sequence[Record[Behaved]], scoring: ScoringContext) -> dict[str, dict[str, float]]:
    """What each failure rate is the mean of, by address and sample."""
    found: dict[str, dict[str, float]] = {}
    for each in records:
        if each.payload and each.status != "skipped":
            parts = ("", each.part, f"{each.part}/{each.payload.test}")
            for address in (local_address("failure_rate", {"part": part} if part else {}) for part in parts):
                found.setdefault(address, {})[each.sample] = float(_failed(each))
    return found


def _rate(records: Sequence[Record[Behaved]], level: float, part: str = "") -> Score:
    keys = {"part": part} if part else {}
    return share("failure_rate", sum(map(_failed, records)), len(records), level, **keys)


def _failed(record: Record[Behaved]) -> bool:
    return record.payload is not None and not record.payload.holds


def _with_note(score: Score, note: str) -> Score:
    return replace(score, note="; ".join(filter(None, (score.note, note)))) if note else score

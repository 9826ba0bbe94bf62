"""What a model decided about a sample before and after, and the bounds of what it lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.kinds.outputs import OutputKind
from harness.records.record import Record
from harness.statistics.intervals import Bounds, paired_difference
from harness.stressed.asking import Stressed


@dataclass(frozen=True, slots=True)
class Decided:
    """One sample: right before, right after (with every version), decided otherwise (any version).

    `rights` is the share of versions that are right, `reference_wrong` of those that a reference has wrong, else NaN.
    """

    sample: str
    right: bool
    still_right: bool
    flipped: bool
    changed: bool = True
    rights: float = 0.0
    reference_wrong: float = float("nan")

    @property
    def lost(self) -> int:
        """1 where the perturbation cost the right answer, -1 where it won it."""
        return self.right - self.still_right


def decided(records: Sequence[Record[Stressed]], truth: Mapping[str, Any], output: OutputKind) -> list[Decided]:
    """What was decided about each sample of some records that have a payload."""
    return [_decided(each, each.payload, truth.get(each.sample), output) for each in records if each.payload]


def _decided(record: Record[Stressed], given: Stressed, truth: Any, output: OutputKind) -> Decided:
    before, after = output.decide(given.before), [output.decide(row) for row in given.after]
    rights = [each == truth for each in after]
    others = [output.decide(row) != truth for row in given.reference[1:]]
    return Decided(
        sample=record.sample,
        right=before == truth,
        still_right=all(rights),
        flipped=any(each != before for each in after),
        changed=record.status != "skipped",
        rights=sum(rights) / len(rights),
        reference_wrong=sum(others) / len(others) if others else float("nan"),
    )


def drop_bounds(rows: Sequence[Decided], confidence: float) -> Bounds:
    """The bounds of the loss of right answers, paired (Newcombe 1998, method 10)."""
    both = sum(row.right and row.still_right for row in rows)
    lost = sum(row.lost > 0 for row in rows)
    won = sum(row.lost < 0 for row in rows)
    return paired_difference(both, lost, won, len(rows) - both - lost - won, confidence)

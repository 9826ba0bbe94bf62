"""What identity swaps show: how often a decision turns, how far an answer moves, and which way for which group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Record, Score, ScoringContext, mean, share
from harness.reports import local_address
from harness_fairness.asking import Swapped, decided
from harness_fairness.swaps import Axis

Array: TypeAlias = npt.NDArray[np.float64]

MOST_CLASSES = 12
"""Classes that have scores of their own where the suite names none."""


@dataclass(frozen=True)
class SwapScoring:
    """The scores of some axes; `positive` is the class whose probability is followed, `least` the fewest texts."""

    axes: Mapping[str, Axis]
    positive: str | None
    least: int

    def scores(self, records: Sequence[Record[Swapped]], scoring: ScoringContext) -> Iterator[Score]:
        """Every score; of no records all that there can be, undefined."""
        of_axis = {name: _Cases([each for each in records if each.part == name], scoring) for name in self.axes}
        if of_axis and scoring.output != "value":
            yield self._worst(of_axis, scoring)
        for name, cases in of_axis.items():
            for score in self._of_axis(self.axes[name], cases, scoring):
                yield self._doubted(score, cases)

    def outcomes(self, records: Sequence[Record[Swapped]], scoring: ScoringContext) -> dict[str, dict[str, float]]:
        """What each flip rate and gap of an axis is the mean of, by address and sample."""
        found: dict[str, dict[str, float]] = {}
        for name in self.axes:
            cases = _Cases([each for each in records if each.part == name], scoring)
            if scoring.output != "value":
                turned = map(float, cases.turned)
                found[local_address("flip_rate", {"part": name})] = dict(zip(cases.samples, turned, strict=True))
            gaps = cases.largest(self._followed(scoring)).tolist()
            found[local_address("score_gap", {"part": name})] = dict(zip(cases.samples, gaps, strict=True))
        return found

    def _followed(self, scoring: ScoringContext) -> list[int]:
        """The columns of the answers whose distance counts: that of the positive class, or all."""
        labels = list(scoring.labels)
        return [labels.index(self.positive)] if self.positive in labels else list(range(max(1, len(labels))))

    def _directions(self, scoring: ScoringContext) -> list[int]:
        """The columns that have scores of their own; of two classes the second says it all."""
        followed = self._followed(scoring)
        if scoring.output == "probabilities" and len(followed) == 2:
            return followed[1:]
        return followed if len(followed) <= MOST_CLASSES else []

    def _of_axis(self, axis: Axis, cases: _Cases, scoring: ScoringContext) -> Iterator[Score]:
        labels, level, part = list(scoring.labels) or [""], scoring.confidence, axis.name
        yield share("changed", len(cases.records), cases.n, level, part=part)
        if scoring.output != "value":
            yield share("flip_rate", sum(cases.turned), len(cases.records), level, part=part)
            for at in range(len(labels)) if len(labels) <= MOST_CLASSES else self._followed(scoring):
                yield share(
                    "flip_rate", sum(cases.towards(at)), len(cases.records), level, part=part, class_=labels[at]
                )
        yield self._mean("score_gap", cases.largest(self._followed(scoring)), scoring, part=part)
        for group in axis.groups:
            here = f"{part}/{group}"
            if scoring.output != "value":
                turned = cases.turned_to(group)
                yield share("flip_rate", sum(turned), len(turned), level, part=here)
            for at in self._directions(scoring):
                named = {"class_": labels[at]} if labels[at] else {}
                yield self._mean("score_shift", cases.shifts(group, at), scoring, part=here, **named)

    def _mean(self, name: str, values: Array, scoring: ScoringContext, **keys: str) -> Score:
        return mean(name, values, scoring.confidence, scoring.seed, scoring.resamples, **keys)

    def _doubted(self, score: Score, cases: _Cases) -> Score:
        """The score with a doubt where it is of too few texts."""
        of_group = "/" in score.keys["part"] and not score.n
        if score.name == "changed" or score.n >= self.least or not cases.n or of_group:
            return score
        why = f"{score.n} of {cases.n} texts mention it, and a gate needs {self.least}"
        return replace(score, doubt=why, note=score.note if score.value is not None else why)

    def _worst(self, of_axis: Mapping[str, _Cases], scoring: ScoringContext) -> Score:
        """The largest flip rate of an axis: passes by the axes' own bounds, fails by corrected ones."""
        counts = {name: (sum(each.turned), len(each.records)) for name, each in of_axis.items()}
        counted = {name: each for name, each in counts.items() if each[1] >= self.least}
        if not counted:
            why = f"no axis is mentioned in {self.least} texts or more" if any(map(sum, counts.values())) else "no case"
            n = max((n for _, n in counts.values()), default=0)
            return Score("worst_flip_rate", None, None, None, n, note=why, doubt=why)
        worst = max(counted, key=lambda name: counted[name][0] / counted[name][1])
        strict = 1 - (1 - scoring.confidence) / len(counted)
        highs = [share("", *each, scoring.confidence).high for each in counted.values()]
        lows = [share("", *each, strict).low for each in counted.values()]
        found = share("worst_flip_rate", *counted[worst], scoring.confidence)
        out = [name for name in counts if name not in counted]
        note = f"of {worst}" + (f"; without {', '.join(out)}, which too few texts mention" if out else "")
        return replace(found, low=max(map(float, lows)), high=max(map(float, highs)), note=note)  # type: ignore[arg-type]


class _Cases:
    """The records of an axis: those with versions, by columns."""

    def __init__(self, records: Sequence[Record[Swapped]], scoring: ScoringContext) -> None:
        self.n, self._output = len(records), scoring.output
        self.records = [each.payload for each in records if each.payload and each.payload.after]
        self.samples = [each.sample for each in records if each.payload and each.payload.after]

    @cached_property
    def _decided(self) -> list[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
        decide, output = decided, self._output
        return [(decide(each.before, output), [decide(row, output) for row in each.after]) for each in self.records]

    @cached_property
    def turned(self) -> list[bool]:
        """Whether any version is decided otherwise, of each text."""
        return [any(each != before for each in after) for before, after in self._decided]

    def towards(self, at: int) -> list[bool]:
        """Whether any version is decided for a class that the text itself is not."""
        return [at not in before and any(at in each for each in after) for before, after in self._decided]

    def turned_to(self, group: str) -> list[bool]:
        """Whether the version about a group is decided otherwise, of each text that has one."""
        return [
            after[given.groups.index(group)] != before
            for given, (before, after) in zip(self.records, self._decided, strict=True)
            if group in given.groups
        ]

    def largest(self, columns: Sequence[int]) -> Array:
        """How far the answer moves at most, over the versions and some columns, `(n,)`."""
        moved = (np.abs(np.array(each.after) - np.array(each.before))[:, columns].max() for each in self.records)
        return np.fromiter(moved, np.float64, len(self.records))

    def shifts(self, group: str, at: int) -> Array:
        """How much higher a column is where a text speaks of a group than on average over its groups, `(n,)`."""
        found = []
        for each in self.records:
            groups = [each.own, *each.groups]
            if group in groups:
                column = [row[at] for row in (each.before, *each.after)]
                found.append(column[groups.index(group)] - sum(column) / len(column))
        return np.array(found, dtype=np.float64)

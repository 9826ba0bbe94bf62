"""The top of the page: the verdict with its reason, what was judged, and every gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UserError
from harness.gates import resolve_undecided, verdict_of
from harness.gates import Decision, Undecided
from harness.rundir import Run
from harness.scores import parse_local
from harness_report.chart import Axis, Bound, Strip, axis, drawable, strip
from harness_report.wording import MISSING, count, duration, interval, listing, measured, moment, number, plural, signed

WORST_FIRST = ("error", "fail", "undecided", "pass")
REASONS = 2
"""Gates named in the sentence beside the verdict; the table below it has them all."""


@dataclass(frozen=True)
class Headline:
    """The verdict, the reason in a sentence, and what the verdict counts as where that differs."""

    verdict: str
    why: str
    counts_as: str


@dataclass(frozen=True)
class Fact:
    """A name and a value; `long` ones are shown as they are written, in a box."""

    name: str
    value: str
    long: bool = False


@dataclass(frozen=True)
class GateRow:
    """One gate: what was demanded, what was measured, and how far apart they are."""

    address: str
    bound: Bound
    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str
    counts_as: str
    strip: Strip | None = None

    @property
    def verdict(self) -> str:
        return self.bound.verdict

    @property
    def demand(self) -> str:
        """`≥ 0.35`."""
        return f"{'≤' if self.bound.kind == 'max' else '≥'} {number(self.bound.value)}"

    @property
    def measured(self) -> str:
        return number(self.value)

    @property
    def interval(self) -> str:
        return interval(self.low, self.high)

    @property
    def margin(self) -> str:
        """How far the value lies on the demanded side; negative on the other."""
        if self.value is None:
            return MISSING
        ahead = self.value - self.bound.value
        return signed(-ahead if self.bound.kind == "max" else ahead)


@dataclass(frozen=True)
class Gates:
    """Every gate, worst first as far as the eye goes, and the axis their strips share."""

    rows: list[GateRow]
    axis: Axis | None


def headline(run: Run) -> Headline:
    """What the run came to, and why."""
    rows, state = gates(run).rows, str(run.info.get("state", "finished"))
    verdict = run.info.get("verdict")
    if verdict not in WORST_FIRST:
        verdict = verdict_of(_verdicts(rows)) if state == "finished" else "unfinished"
    counts_as = max((row.counts_as for row in rows), key=_badness, default=verdict) if verdict == "undecided" else verdict
    return Headline(str(verdict), _why(run, str(verdict), rows), str(counts_as))


def facts(run: Run) -> list[Fact]:
    """What was judged on what, when, and for how long."""
    suite, info = _mapping(run.info.get("suite")), run.info
    took = duration(_mapping(info.get("seconds")).get("run"))
    return [
        Fact("Model", in_words(suite.get("model"))),
        Fact("Data", in_words(suite.get("data"))),
        Fact("Samples", count(info.get("samples", _most_samples(run)))),
        Fact("Tasks", ", ".join(run.tasks) or MISSING),
        Fact("Date", moment(info.get("finished") or info.get("started"))),
        Fact("Took", took),
        Fact("Seed", str(info.get("seed", MISSING))),
    ]


def gates(run: Run) -> Gates:
    """Every gate in the order of the suite; none of a run that is not finished."""
    try:
        decided = run.gates
    except UserError:
        return Gates([], None)
    policy = run.info.get("undecided", "warn")
    plain = [_gate(row, policy) for row in decided]
    drawn = [row for row in plain if drawable(_local(row.address)[0], row.value, row.low, row.high)]
    scale = axis((row.value, row.low, row.high) for row in drawn) if drawn else None
    return Gates([_drawn(row, scale) if row in drawn else row for row in plain], scale)


def in_words(spec: object) -> str:
    """A component and its first parameter, as in `transformers · ./checkpoint`."""
    plain = _mapping(spec)
    values = [value for key, value in plain.items() if key != "use" and isinstance(value, str)]
    main = plain.get("path") or plain.get("object") or next(iter(values), "")
    return " · ".join(str(each) for each in (plain.get("use"), main) if each) or MISSING


def _gate(row: Mapping[str, Any], policy: Undecided) -> GateRow:
    fields = ("address", "kind", "bound", "value", "low", "high", "n", "verdict", "note")
    decision = Decision(**{name: row[name] for name in fields if name in row})
    counts_as = resolve_undecided(decision, policy)
    bound = Bound(decision.kind, decision.bound, decision.verdict)
    return GateRow(
        decision.address, bound, decision.value, decision.low, decision.high, decision.n, decision.note, counts_as
    )

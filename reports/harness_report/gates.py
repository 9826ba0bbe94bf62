"""The gates as rows of a table: the bound, the measured value, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

from harness import Run, UserError
from harness.reports import Decision, Verdict, parse_local, resolve_undecided
from harness_report.anchors import Anchors
from harness_report.strips import Axis, Bound, Strip, axis, drawable, strip
from harness_report.wording import MISSING, interval, number, signed


@dataclass(frozen=True)
class GateRow:
    """One gate; `counts_as` differs from its verdict where the run's policy decides the undecided."""

    decision: Decision
    counts_as: Verdict
    strip: Strip | None
    anchor: str

    @property
    def verdict(self) -> str:
        return self.decision.verdict

    @property
    def task(self) -> str:
        """The part of its address before the slash."""
        return self.decision.address.partition("/")[0]

    @property
    def score(self) -> str:
        """The part of its address after the slash."""
        return self.decision.address.partition("/")[2]

    @property
    def demand(self) -> str:
        """`≥ 0.35`."""
        return self.decision.demand

    @property
    def tier(self) -> str:
        return self.decision.tier

    @property
    def value(self) -> str:
        return number(self.decision.value)

    @property
    def interval(self) -> str:
        return interval(self.decision.low, self.decision.high)

    @property
    def margin(self) -> str:
        """The distance of the value from the bound; negative on the wrong side."""
        ahead = self.ahead(self.decision.value)
        return MISSING if ahead is None else signed(ahead)

    def ahead(self, value: float | None) -> float | None:
        """The distance of a value from the bound; negative on the wrong side."""
        if value is None:
            return None
        ahead = value - self.decision.bound
        return ahead if self.decision.is_floor else -ahead

    @property
    def reason(self) -> str:
        """`robust accuracy: 0.310 [0.240, 0.390], ≥ 0.35, n 200`."""
        return f"{in_words(self.decision.address)}: {self.decision}"


@dataclass(frozen=True)
class Gates:
    """Every gate in the order of the suite, and the axis that their strips share; not `known` where they are lost."""

    rows: list[GateRow]
    axis: Axis | None
    known: bool = True

    @property
    def blocking(self) -> list[GateRow]:
        """Those that the verdict depends on."""
        return [row for row in self.rows if row.decision.blocks]

    @property
    def advisory(self) -> list[GateRow]:
        """Those that only inform."""
        return [row for row in self.rows if not row.decision.blocks]

    @property
    def worst_first(self) -> list[GateRow]:
        """Errors, then failures, then what is undecided: of the blocking gates, of the advisory; then all that hold."""
        return sorted(self.rows, key=lambda row: (row.verdict == "pass", not row.decision.blocks, _WORST[row.verdict]))

    def of(self, verdict: str) -> list[GateRow]:
        """The blocking gates of one verdict."""
        return [row for row in self.blocking if row.verdict == verdict]


def gates(run: Run) -> Gates:
    """The gates of a run; none of one that is not finished."""
    decisions = decisions_of(run)
    drawn = [each for each in decisions if _drawable(each)]
    scale = axis((each.value, each.low, each.high) for each in drawn)
    ids = Anchors()
    rows = [
        GateRow(each, resolve_undecided(each, run.info.undecided), _strip(each, scale), ids.of("gate", each.address))
        for each in decisions
    ]
    return Gates(rows, scale if drawn else None, known=_known(run))


_WORST = {"error": 0, "fail": 1, "undecided": 2, "pass": 3}


CHANGES = ("drop", "rise", "ratio")
"""The kinds of gates whose numbers are of a change."""


def decisions_of(run: Run) -> list[Decision]:
    """Every gate; none where they were not decided yet."""
    try:
        return run.gates
    except UserError:
        return []


def _known(run: Run) -> bool:
    """Whether the decisions can be read: without them nobody knows that there are no gates."""
    try:
        return run.gates is not None
    except UserError:
        return False


def bound_of(decision: Decision) -> Bound:
    """The bound of a gate, as the charts draw it."""
    return Bound(decision.kind, decision.bound, decision.verdict)


def in_words(address: str) -> str:
    """A score's address in words: `robust accuracy (deepwordbug)`."""
    local = address.partition("/")[2] or address
    try:
        name, keys = parse_local(local)
    except UserError:
        return local
    where = ", ".join(f"class {value}" if key == "class" else value for key, value in keys.items())
    return name.replace("_", " ") + (f" ({where})" if where else "")


def _drawable(gate: Decision) -> bool:
    """Whether a gate's score belongs on the axis; a change has another zero."""
    if gate.kind in CHANGES:
        return False
    name = gate.address.partition("/")[2].partition("[")[0]
    return drawable(name, gate.value, gate.low, gate.high)


def _strip(gate: Decision, scale: Axis) -> Strip | None:
    if gate.value is None or not _drawable(gate):
        return None
    return strip(gate.address, gate.value, gate.low, gate.high, [bound_of(gate)], scale)

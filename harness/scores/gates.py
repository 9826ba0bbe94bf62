"""Gates: a one-sided bound of a score, or of how it changed, against what is demanded; the verdict of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.demands.gate import CHANGES, Gate, with_tier
from harness.errors import listed, nearest
from harness.scores.score import Score, value_and_interval
from harness.types import Undecided, Verdict

NO_SUCH_SCORE = "there is no such score"
"""How the note of a gate begins whose address is misspelt."""

VERDICT_ORDER: Sequence[Verdict] = ("pass", "undecided", "fail", "error")
"""From best to worst: a run's verdict is its worst gate's."""


@dataclass(frozen=True, slots=True)
class Decision(Gate):
    """A gate and its score, a row of `gates.json`; `str` writes it: `0.310 [0.240, 0.390], ≥ 0.35, n 200; the note`.

    That of an advisory one begins with `advisory: `.
    `needs` are the samples that would decide it with 80 % power, of one that is undecided for having fewer.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: Verdict
    note: str = ""
    needs: int | None = None

    @property
    def blocks(self) -> bool:
        """Whether the verdict depends on it; on an advisory one too whose score does not exist: the suite is wrong."""
        return self.tier == "blocking" or self.note.startswith(NO_SUCH_SCORE)

    @property
    def word(self) -> str:
        """`fail`, or `fail (advisory)`."""
        return with_tier(self.verdict, self.tier)

    def __str__(self) -> str:
        note = f"; {self.note}" if self.note else ""
        value = value_and_interval(self.value, self.low, self.high) or "no value"
        return f"{'' if self.tier == 'blocking' else f'{self.tier}: '}{value}, {self.demand}, n {self.n}{note}"


@dataclass(frozen=True)
class TaskScores:
    """The scores of a task by local address, and the same had every errored case gone well, or badly.

    `changes` are the gated differences from a baseline, new less old, and the scores that two models have together;
    `ratios` are new over old.
    """

    scores: Mapping[str, Score]
    extremes: Sequence[Mapping[str, Score]] = ()
    errors: int = 0
    cases: int = 0
    changes: Mapping[str, Score] = field(default_factory=dict)
    ratios: Mapping[str, Score] = field(default_factory=dict)

    def of(self, gate: Gate) -> Score | None:
        """What a gate bounds: a score, its ratio to the baseline's, or how far it rose; a drop is a rise below zero."""
        local = gate.address.partition("/")[2]
        if gate.kind == "ratio":
            return self.ratios.get(local)
        found = self.changes.get(local) if gate.kind in CHANGES else self.scores.get(local, self.changes.get(local))
        return -found if gate.kind == "drop" and found is not None else found


def decide(gate: Gate, scored: TaskScores, max_errors: int) -> Decision:
    """The verdict of one gate on its task's scores.

    A score whose interval lies on the right side of the bound passes, on the wrong side fails, else, or with a `doubt`,
    it is undecided; a missing one or one of no case is an error, and so is more than `max_errors` errored cases. One of
    a slice that has no value and a `doubt` is undecided: its set cannot be divided so.
    """
    local = gate.address.partition("/")[2]
    score = scored.of(gate)
    if score is not None and score.value is None and score.doubt and "slice" in score.keys:
        return _decision(gate, score, "undecided", score.doubt)
    if score is None or score.value is None or not score.n:
        return _decision(gate, score, "error", _why_missing(gate, score, scored))
    if scored.errors > max_errors:
        note = f"{scored.errors} of {scored.cases} cases errored; max_errors is {max_errors}"
        return _decision(gate, score, "error", note)
    if score.doubt:
        return _decision(gate, score, "undecided", score.doubt)
    unknown = None in (score.low, score.high)  # and the note says why
    verdict, note = _compare(gate, score), score.note if gate.kind in CHANGES or unknown else ""
    if scored.errors and _hinges_on_errors(gate, local, scored, verdict):
        return _decision(gate, score, "undecided", f"hinges on {scored.errors} errored case{'s' * (scored.errors > 1)}")
    return _decision(gate, score, verdict, note)


def verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; a run without gates passes."""
    return max(verdicts, key=VERDICT_ORDER.index, default="pass")


def resolve_undecided(decision: Decision, policy: Undecided) -> Verdict:
    """The verdict that a decision counts as: an undecided gate fails, passes, only warns, or goes by its value."""
    if decision.verdict != "undecided" or policy == "warn":
        return decision.verdict
    if policy == "point":
        holds = decision.value is not None and _holds(decision, decision.value)
        return "pass" if holds else "fail"
    return policy


def _compare(gate: Gate, score: Score) -> Verdict:
    if score.low is None or score.high is None:
        return "undecided"
    against, in_favour = (score.low, score.high) if gate.is_floor else (score.high, score.low)
    if _holds(gate, against):
        return "pass"
    return "undecided" if _holds(gate, in_favour) else "fail"


def _hinges_on_errors(gate: Gate, local: str, scored: TaskScores, verdict: Verdict) -> bool:
    """Whether the verdict would be another had the errored cases gone otherwise, or nobody knows."""
    imputed = [extreme.get(local) for extreme in scored.extremes if gate.kind not in CHANGES]
    return not imputed or any(each is None or each.value is None or _compare(gate, each) != verdict for each in imputed)


def _holds(gate: Gate, value: float) -> bool:
    return value >= gate.bound if gate.is_floor else value <= gate.bound


def _decision(gate: Gate, score: Score | None, verdict: Verdict, note: str = "") -> Decision:
    got = score or Score("", None, None, None, 0)
    measured, more = (got.value, got.low, got.high, got.n, verdict), gate.more_is_better
    return Decision(gate.address, gate.kind, gate.bound, *measured, note, tier=gate.tier, more_is_better=more)


def _why_missing(gate: Gate, score: Score | None, scored: TaskScores) -> str:
    if score is not None:
        return score.note or "it rests on no case"
    local = gate.address.partition("/")[2]
    if gate.kind in CHANGES and local in scored.scores:
        return "of no sample that the baseline has too, and labelled alike, is it known on both sides"
    return f"{NO_SUCH_SCORE}; this task has {listed(scored.scores)}{nearest(local, scored.scores)}"

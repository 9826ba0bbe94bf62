"""The decisions of a run's gates together: their family error, Holm's correction, and what undecided ones need.

A run passes when every gate does, which needs no correction for their number (Berger 1982, Technometrics 24). It fails
when one does, so with many gates at their bounds some fail by chance. All this is of the blocking gates: advisory ones
change no verdict, and are a family of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.demands.gate import CHANGES, TIERS, Gate, Tier
from harness.scores.gates import Decision, TaskScores, decide
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import normal_quantile
from harness.statistics.power import POWER, deciding_samples, deciding_share
from harness.suite.file import Suite
from harness.types import Verdict

if TYPE_CHECKING:
    from harness.tasks.task import ScoringContext

Gates = Mapping[str, Sequence[Gate]]
"""The gates of each task, by its name."""

Scored = Mapping[str, TaskScores]
ScoreAgain = Callable[[str, float], TaskScores]
"""The scores of a task at another confidence."""

ANYTIME = "its bounds hold at every look"
NEVER = "its value is the bound: no number of samples decides"


def family_error(suite: Suite, gates: Sequence[Gate]) -> float:
    """The probability at most that some blocking gate fails though every score's truth meets its bound, over draws.

    Bonferroni's sum over the gates; with Holm's correction, as of gates on changes always, that of one. It is nominal,
    as `confidence` is.
    """
    blocking = [gate for gate in gates if gate.blocks]
    corrected = family(suite, blocking)
    return round(min(1.0, (1 - suite.confidence) * (len(blocking) - len(corrected) + bool(corrected))), 12)


def family(suite: Suite, gates: Sequence[Gate], tier: Tier = "blocking") -> set[int]:
    """The gates that Holm's correction is for: those on changes, of which there are many and none is wanted alone.

    Each tier is a family of its own: however many advisory gates there are, the blocking ones fail as they would.
    """
    every = suite.correction == "holm"
    return {at for at, gate in enumerate(gates) if gate.tier == tier and (every or gate.kind in CHANGES)}


def by_chance(suite: Suite, every: Sequence[Gate], verdict: Verdict | None) -> list[str]:
    """What has to be known of a run that fails with several gates."""
    blocking = [gate for gate in every if gate.blocks]
    gates = len(blocking)
    if verdict != "fail" or gates < 2 or len(family(suite, blocking)) == gates:
        return []
    often, once = (f"{each:.3g} %" for each in (100 * family_error(suite, blocking), 100 * (1 - suite.confidence)))
    line = f"of {gates} gates, were every score's truth at its bound, one fails by chance in at most {often} of runs"
    return [f"{line}; `correction: holm` in the suite makes that {once}"]


def at_confidence(context: ScoringContext, level: float) -> ScoringContext:
    """The context of the same scores at another confidence, with as many resamples beyond their ends."""
    more = (1 - context.confidence) / (1 - level)
    return replace(context, confidence=level, resamples=math.ceil(context.resamples * more))


def decisions_of(
    suite: Suite, gates: Gates, scored: Scored, score_again: ScoreAgain, anytime: Container[str] = ()
) -> list[Decision]:
    """What becomes of each gate, in the order of the suite; `anytime` are the tasks whose bounds hold at every look."""
    found = [decide(gate, scored[task], suite.max_errors) for task, some in gates.items() for gate in some]
    for tier in TIERS:
        found = _corrected(suite, gates, found, score_again, tier)
    return [
        replace(each, note=_added(each, ANYTIME))
        if each.address.partition("/")[0] in anytime
        else _with_need(_with_power(each, suite.confidence), suite.confidence)
        for each in found
    ]


def _corrected(
    suite: Suite, gates: Gates, found: Sequence[Decision], score_again: ScoreAgain, tier: Tier
) -> list[Decision]:
    """Of the gates of a tier only those fail that Holm's procedure rejects; the others are undecided.

    Holm (1979, Scandinavian Journal of Statistics 6): with m gates of which r are rejected, those are rejected too that
    fail at 1 - (1 - confidence) / (m - r), until there are no more.
    """
    every = [(task, gate) for task, some in gates.items() for gate in some]
    members = family(suite, [gate for _, gate in every], tier)
    left = {at for at in members if found[at].verdict == "fail"} if len(members) > 1 else set()
    failing = len(left)

    def still_failing() -> set[int]:
        level = 1 - (1 - suite.confidence) / (len(members) - failing + len(left))
        again = {task: score_again(task, level) for task in {every[at][0] for at in left}}
        return {at for at in left if decide(every[at][1], again[every[at][0]], suite.max_errors).verdict == "fail"}

    while left and (more := still_failing()):
        left -= more
    of = "" if tier == "blocking" else f"{tier} "
    why = f"it fails alone, but not as one of {len(members)} {of}gates (Holm's correction)"
    return [
        replace(each, verdict="undecided", note="; ".join(filter(None, [each.note, why]))) if at in left else each
        for at, each in enumerate(found)
    ]


def _with_power(decision: Decision, confidence: float) -> Decision:
    """A gate on a change that did not fail with the change that its cases would have shown, in its note."""
    low, high = decision.low, decision.high
    if decision.kind not in CHANGES or decision.verdict == "fail" or low is None or high is None or low == high:
        return decision
    if decision.kind == "ratio":
        return _with_ratio_power(decision, low, high, confidence)
    error = (high - low) / 2 / normal_quantile(confidence)
    shown = decision.bound + (normal_quantile(confidence) + normal_quantile(POWER)) * error
    note = f"{decision.n:,} cases show a {decision.kind} of {shown:.3g} with {100 * POWER:g} % power"
    return replace(decision, note=_added(decision, note))


def _with_ratio_power(decision: Decision, low: float, high: float, confidence: float) -> Decision:
    """The same of a ratio, on the log scale."""
    error = math.log(high / low) / 2 / normal_quantile(confidence)
    reach = (normal_quantile(confidence) + normal_quantile(POWER)) * error
    shown = decision.bound * math.exp(-reach if decision.is_floor else reach)
    return replace(decision, note=_added(decision, f"{decision.n:,} cases show a ratio of {shown:.3g} with 80 % power"))


def _with_need(decision: Decision, confidence: float) -> Decision:
    """An undecided gate with the samples that would decide it, in its note too; any other as it is."""
    value, low, high = decision.value, decision.low, decision.high
    known = decision.note if decision.kind not in CHANGES else "correction)" in decision.note
    if decision.verdict != "undecided" or known or value is None or low is None or high is None:
        return decision
    if not low <= decision.bound <= high:  # something else than too few samples keeps it from being decided
        return decision
    if value == decision.bound:
        return replace(decision, note=_added(decision, NEVER))
    exact = 0 <= value <= 1 and (low, high) == clopper_pearson(round(value * decision.n), decision.n, confidence)
    reach = value - low if value > decision.bound else high - value
    needed = (
        deciding_share(decision.bound, value, confidence)
        if exact
        else deciding_samples(decision.bound, value, reach, decision.n, confidence)
    )
    if needed is None:
        never = "its value is all but the bound: more than 10,000,000 samples would decide"
        return replace(decision, note=_added(decision, never))
    about = "" if exact else "about "
    note = f"at {value:.3g}, {about}{needed:,} samples would decide with 80 % power; it had {decision.n:,}"
    return replace(decision, needs=needed, note=_added(decision, note))


def _added(decision: Decision, note: str) -> str:
    return "; ".join(filter(None, [decision.note, note]))

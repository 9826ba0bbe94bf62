"""One model against others: how far every score moved, which way that is, and which samples turned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from harness.baselines.differences import UNSETTLED, Changed, KeptCases, Pairing, require_comparable, task_misfit
from harness.baselines.direction import NO_WAYS, Ways, lower_is_better
from harness.baselines.side import Side
from harness.between.reasons import ALIKE
from harness.comparisons.beside import apart, is_of_slice
from harness.comparisons.summary import page
from harness.errors import UserError, listed
from harness.scores.address import parse_local
from harness.statistics.holm import holm

if TYPE_CHECKING:
    from harness.tasks.task import ScoringContext, Task

Outcome = Literal["better", "worse", "undecided", "different"]
"""By its interval; `different` where it moved, but nobody knows which way is better."""

SHARES = "shares"
"""In place of names: all scores that are shares of cases, which need no scoring to be compared."""

TasksOf: TypeAlias = "Callable[[Side], Mapping[str, Task[Any] | str]]"
"""The tasks that a side's scores are computed by, or why one is not available."""


@dataclass(frozen=True)
class Moved:
    """A score of a pair of models and which way it moved.

    `p_holm` is adjusted for all tests of the pair. `wrong` and `right` are the samples, by key, whose outcome
    became worse and better, of a score that is a share of cases; `apart` those whose answer stayed and whose reason
    moved, most first, of a correlation of attributions. `lower_is_better` says whether less of it is, None where nobody
    knows.
    """

    task: str
    local: str
    change: Changed
    outcome: Outcome
    p_holm: float | None = None
    wrong: Sequence[str] = ()
    right: Sequence[str] = ()
    apart: Sequence[str] = ()
    lower_is_better: bool | None = None

    @property
    def address(self) -> str:
        """As gates write it."""
        return f"{self.task}/{self.local}"


@dataclass(frozen=True)
class Pair:
    """A reference and another model: what moved, and the tasks that do not compare, with the reason."""

    old: Side
    new: Side
    moved: Sequence[Moved]
    left_out: Mapping[str, str]
    payloads: Mapping[str, type[Any]] = field(default_factory=dict)

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of scores by their outcome, without speed and size where there are others."""
        return Counter(each.outcome for each in apart(self.moved)[0])

    @property
    def tests(self) -> int:
        """How many scores were tested together, without speed and size where there are others."""
        return sum(each.p_holm is not None for each in apart(self.moved)[0])

    def sure(self, alpha: float) -> Sequence[Moved]:
        """Those that moved even after Holm's correction: the chance that any of them did not is at most alpha."""
        return [each for each in self.moved if each.p_holm is not None and each.p_holm <= alpha]


@dataclass(frozen=True)
class Comparison:
    """Pairs of models, each score's difference new less old; p values are adjusted for all tests of their pair."""

    pairs: Sequence[Pair]
    confidence: float

    @property
    def alpha(self) -> float:
        """The level of a test by this confidence."""
        return round(1 - self.confidence, 12)

    def _repr_html_(self) -> str:
        """The view in a notebook: what became better and worse, and every score."""
        return page(self)


def compare_pairs(
    pairs: Sequence[tuple[Side, Side]], tasks: TasksOf, context: ScoringContext, wanted: Collection[str] = ()
) -> Comparison:
    """Compare pairs of models, old and new; of scores all, or those that `wanted` names.

    Raises UserError for models or suites that do not compare at all.
    """
    kept: KeptCases = {}
    found = [_pair(old, new, tasks(_telling(old, new)), context, wanted, kept) for old, new in pairs]
    return Comparison(found, context.confidence)


def _telling(old: Side, new: Side) -> Side:
    """The one whose tasks are known with all their parameters: a run, the new one if both are."""
    return old if old.exact and not new.exact else new


def _pair(
    old: Side, new: Side, tasks: Mapping[str, Task[Any] | str], context: ScoringContext,
    wanted: Collection[str], kept: KeptCases
) -> Pair:  # fmt: skip
    require_comparable(old, new)
    left_out = dict(_left_out(old, new, tasks))
    good = {title: task for title, task in tasks.items() if title not in left_out and not isinstance(task, str)}
    moved = [
        each
        for title, task in good.items()
        for each in _moved(Pairing(task, title, old, new, context, kept), title, new, wanted, task.lower_is_better)
    ]
    if not moved:
        raise UserError(f"{new.title} does not compare with {old.title}: {_why(left_out, wanted, new)}")
    return Pair(old, new, _adjusted(moved), left_out, {title: task.payload for title, task in good.items()})


def _why(left_out: Mapping[str, str], wanted: Collection[str], new: Side) -> str:
    """Why no score is compared."""
    reasons = [f"{title}: {reason}" for title, reason in left_out.items()]
    if wanted and len(left_out) < len(new.head.tasks):
        known = sorted({parse_local(address.partition("/")[2])[0] for address in new.scores})
        reasons.insert(0, f"no score of both is called {listed(wanted)}: there are {listed(known)}")
    return "; ".join(reasons) or "no score is known of both"


def _left_out(old: Side, new: Side, tasks: Mapping[str, Task[Any] | str]) -> Iterator[tuple[str, str]]:
    for title, head in new.head.tasks.items():
        task = tasks.get(title, "it is not in its suite")
        if misfit := task_misfit(old.head.tasks.get(title), head, title, (old.title, new.title)):
            yield title, misfit
        elif isinstance(task, str) or task.settled:
            yield title, task if isinstance(task, str) else UNSETTLED
    for title in old.head.tasks.keys() - new.head.tasks.keys():
        yield title, f"only {old.title} has it"


def _moved(pairing: Pairing, title: str, new: Side, wanted: Collection[str], ways: Ways) -> Iterator[Moved]:
    """The scores of a task; nothing is scored again where cases alone decide those that are wanted."""
    local = [address.partition("/")[2] for address in new.scores if address.startswith(f"{title}/")]
    local += pairing.correlations
    chosen = [at for at in local if not wanted or _is_wanted(at, pairing, wanted)]
    by_case = wanted and pairing.outcomes.keys() >= set(chosen)
    changes = pairing.by_case(chosen) if by_case else pairing.changes(chosen)
    for at in chosen:
        if at in changes:
            cases = at in pairing.outcomes and not is_of_slice(at)  # its samples turned among all, too
            turned = _turned(at, *pairing.outcomes[at], ways) if cases else ((), ())
            moved = _decided(title, at, changes[at], *turned, ways)
            yield replace(moved, apart=_apart(pairing.correlations.get(at, {})))


def _is_wanted(local: str, pairing: Pairing, wanted: Collection[str]) -> bool:
    is_share = SHARES in wanted and local in pairing.outcomes and _are_shares(*pairing.outcomes[local])
    return is_share or local in wanted or parse_local(local)[0] in wanted


def _are_shares(old: Mapping[str, float], new: Mapping[str, float]) -> bool:
    return {*old.values(), *new.values()} <= {0.0, 1.0}


def _decided(title: str, local: str, change: Changed, wrong: Sequence[str], right: Sequence[str], ways: Ways) -> Moved:
    if change.score.doubt:
        change = replace(change, note="; ".join(filter(None, [change.note, change.score.doubt])))
    lower = lower_is_better(change.score.name, ways)
    return Moved(title, local, change, outcome_of(change, ways), None, wrong, right, lower_is_better=lower)


def outcome_of(change: Changed, ways: Ways = NO_WAYS) -> Outcome:
    """Which way a score moved, where its interval is on one side of zero and nothing speaks against it."""
    if change.low is None or change.high is None or change.low <= 0 <= change.high or change.score.doubt:
        return "undecided"
    lower = lower_is_better(change.score.name, ways)
    if lower is None:
        return "different"
    return "better" if (change.difference > 0) is not lower else "worse"


def _turned(
    local: str, old: Mapping[str, float], new: Mapping[str, float], ways: Ways
) -> tuple[Sequence[str], Sequence[str]]:
    """The cases of a share that became wrong, and those that became right; none of what is no share."""
    name = parse_local(local)[0]
    lower = None if name.endswith("_drop") else lower_is_better(name, ways)
    both = old.keys() & new.keys()
    if lower is None or not _are_shares(old, new):
        return (), ()
    fell, rose = (sorted(key for key in both if new[key] * way < old[key] * way) for way in (1, -1))
    return (rose, fell) if lower else (fell, rose)


def _apart(correlations: Mapping[str, float]) -> Sequence[str]:
    """The samples whose reason moved, most first."""
    return [key for key, value in sorted(correlations.items(), key=lambda each: (each[1], each[0])) if value < ALIKE]


def _adjusted(moved: Sequence[Moved]) -> list[Moved]:
    """With Holm's p of all tests of the pair, those of speed and size among themselves."""
    found = dict[str, float]()
    for family in apart(moved):
        tested = {each.address: each.change.p for each in family if each.change.p is not None}
        found |= zip(tested, holm(list(tested.values())), strict=True)
    return [replace(each, p_holm=found.get(each.address)) for each in moved]

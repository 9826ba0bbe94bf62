"""Scores of prompts: accuracy by prompt, the worst, the spread, and the agreement of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

from harness import Record, Score, ScoringContext, paired_difference, share, undefined
from harness.reports import local_address
from harness_prompts.asking import Prompted

NO_TEXTS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Prompts:
    """The names of the prompts, the suite's own first, the kind of each other, and what is known of their texts."""

    names: Sequence[str]
    kinds: Mapping[str, str]
    texts: Mapping[str, str]


def scores(records: Sequence[Record[Prompted]], scoring: ScoringContext, prompts: Prompts) -> list[Score]:
    """Every score; of no records all that there can be, undefined."""
    level, right = scoring.confidence, _right(records, scoring, prompts.names)
    alike = [len(set(each.payload.classes)) == 1 for each in records if each.payload]
    agreement = share("agreement", sum(alike), len(alike), level)
    kinds = dict.fromkeys(prompts.kinds.values())
    of_kind = [_of_kind(kind, right, prompts, level) for kind in kinds if len(kinds) > 1]
    by_prompt = [_accuracy(name, hits, prompts, level) for name, hits in right.items()]
    return [_worst(right, level, prompts.texts), _spread(right, level), *of_kind, agreement, *by_prompt]


def _accuracy(name: str, hits: Sequence[bool], prompts: Prompts, level: float) -> Score:
    found = share("accuracy", sum(hits), len(hits), level, part=name)
    return found if found.value is None else replace(found, note=prompts.texts.get(name, ""))


def _of_kind(kind: str, right: Mapping[str, list[bool]], prompts: Prompts, level: float) -> Score:
    """The spread of the suite's own prompt and those of a kind."""
    some = {name: hits for name, hits in right.items() if prompts.kinds.get(name, kind) == kind}
    return replace(_spread(some, level), keys={"part": kind})


def outcomes(records: Sequence[Record[Prompted]], scoring: ScoringContext) -> dict[str, dict[str, float]]:
    """What each share is the mean of, by address and sample."""
    found: dict[str, dict[str, float]] = {"agreement": {}}
    for each in records:
        if each.payload is None:
            continue
        found["agreement"][each.sample] = float(len(set(each.payload.classes)) == 1)
        for name, at in zip(each.payload.prompts, each.payload.classes, strict=True):
            address = local_address("accuracy", {"part": name})
            found.setdefault(address, {})[each.sample] = float(at == scoring.truth[each.sample])
    return found


def _right(
    records: Sequence[Record[Prompted]], scoring: ScoringContext, names: Sequence[str]
) -> Mapping[str, list[bool]]:
    """Whether each sample is right, by prompt."""
    known: list[Any] = [each for each in records if each.payload]
    return {
        name: [each.payload.classes[at] == scoring.truth[each.sample] for each in known]
        for at, name in enumerate(names)
    }


def _worst(right: Mapping[str, list[bool]], level: float, texts: Mapping[str, str] = NO_TEXTS) -> Score:
    """Passes by all prompts' own bounds, fails by bounds at a confidence corrected for their number (Bonferroni)."""
    worst = min(right, key=lambda name: sum(right[name]))
    found = share("worst_accuracy", sum(right[worst]), len(right[worst]), level)
    if found.value is None:
        return found
    strict = 1 - (1 - level) / len(right)
    lows = [share("", sum(hits), len(hits), level).low or 0.0 for hits in right.values()]
    highs = [share("", sum(hits), len(hits), strict).high or 0.0 for hits in right.values()]
    note = f"of {worst}, the worst of {len(right)} prompts" + (f": {texts[worst]}" if worst in texts else "")
    return replace(found, low=min(lows), high=min(highs), note=note)


def _spread(right: Mapping[str, list[bool]], level: float) -> Score:
    """The largest accuracy less the least; its bounds are the largest of all pairs', corrected for their number.

    A pair's are Newcombe's for paired shares. Some pair's difference is the spread, and none is larger, so both ends
    hold whichever prompts are best and worst.
    """
    n = len(next(iter(right.values())))
    if not n:
        return undefined("spread", "no case to count")
    pairs = list(permutations(right, 2))
    strict = 1 - (1 - level) / len(pairs)
    bounds = [_difference(right[first], right[second], strict) for first, second in pairs]
    best, worst = (choose(right, key=lambda name: sum(right[name])) for choose in (max, min))
    value = (sum(right[best]) - sum(right[worst])) / n
    low, high = (max(each[end] for each in bounds) for end in (0, 1))
    return Score("spread", value, max(0.0, low), high, n, note=f"{best} less {worst}")


def _difference(first: Sequence[bool], second: Sequence[bool], level: float) -> tuple[float, float]:
    pairs: Iterator[tuple[bool, bool]] = zip(first, second, strict=True)
    counts = dict.fromkeys(((True, True), (True, False), (False, True), (False, False)), 0)
    for each in pairs:
        counts[each] += 1
    both, only_first, only_second, neither = counts.values()
    return paired_difference(both, only_first, only_second, neither, level)

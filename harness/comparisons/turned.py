"""The samples whose outcome turned from one model to another, with what each of the two answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.baselines.run_side import RunSide
from harness.baselines.side import Side
from harness.comparisons.comparison import Moved, Pair
from harness.errors import listed
from harness.kinds.outputs import output_kind
from harness.records.record import Record
from harness.scores.address import parse_local

ATTACKED = {"failed": "the attack failed", "succeeded": "the attack succeeded", "skipped": "wrong without an attack"}
UNITS_SHOWN = 8
"""Units of an explanation, the heaviest first."""

RIGHT = "right"
"""What an answer is called that nothing was found against."""


@dataclass(frozen=True)
class Turned:
    """A sample that one model has right and the other wrong; `id` and `input` are empty where no run has it.

    `old` and `new` are their answers in words, or what their task found against them.
    """

    key: str
    id: str
    input: str
    truth: str
    old: str
    new: str


@dataclass(frozen=True)
class TurnedOf:
    """The samples that turned by one score: how many, and the first of them."""

    address: str
    wrong: Sequence[Turned]
    right: Sequence[Turned]
    wrong_count: int
    right_count: int
    apart: Sequence[Turned] = ()
    apart_count: int = 0


def ids_of(pair: Pair) -> Mapping[str, str]:
    """The ids of samples by their key, as the new run has them, or the old one; without a run a key is its own."""
    run = _run(pair)
    return {key: name for name, key in run.keys.items()} if run else {}


def turned_of(pair: Pair, most: int) -> list[TurnedOf]:
    """What turned by each score, `most` samples each way.

    Scores of one class, and those by which the very same samples turned as by one before, are left out.
    """
    chosen = list(_distinct(pair.moved))
    needed: dict[str, set[str]] = defaultdict(set)
    for each in chosen:
        needed[each.task] |= {*each.wrong[:most], *each.right[:most], *each.apart[:most]}
    shown = {task: _Shown(pair, task, keys) for task, keys in needed.items()}
    return [_turned(each, shown[each.task], most) for each in chosen]


def _turned(moved: Moved, shown: _Shown, most: int) -> TurnedOf:
    part = parse_local(moved.local)[1].get("part")
    every = (moved.wrong, moved.right, moved.apart)
    wrong, right, apart = ([shown.of(key, part, reasons=keys is moved.apart) for key in keys[:most]] for keys in every)
    return TurnedOf(moved.address, wrong, right, len(moved.wrong), len(moved.right), apart, len(moved.apart))


def _distinct(moved: Iterable[Moved]) -> Iterator[Moved]:
    seen = set()
    for each in moved:
        both = tuple(each.wrong), tuple(each.right), tuple(each.apart)
        if any(both) and "class" not in parse_local(each.local)[1] and both not in seen:
            seen.add(both)
            yield each


def _run(pair: Pair) -> RunSide | None:
    return next((side for side in (pair.new, pair.old) if isinstance(side, RunSide)), None)


class _Shown:
    """Some samples of a task, with both sides' records of them."""

    def __init__(self, pair: Pair, task: str, keys: set[str]) -> None:
        self._truths, run = pair.new.truths, _run(pair)
        self._samples = _samples(run, keys) if run else {}
        self._records = [(side, _by_sample(side, task, pair.payloads[task], keys)) for side in (pair.old, pair.new)]

    def of(self, key: str, part: str | None, *, reasons: bool = False) -> Turned:
        name, words = self._samples.get(key, ("", ""))
        shown = _reasons if reasons else _answer
        old, new = (shown(records[key], part, side) for side, records in self._records)
        return Turned(key, name, words, self._truths[key] or "", old, new)


def _samples(run: RunSide, keys: set[str]) -> dict[str, tuple[str, str]]:
    """Id and input in words of some samples."""
    table, kind = run.run.sample_table(), run.run.kind
    rows = zip(table["id"].to_pylist(), table["input"], strict=True)
    chosen = [(name, value.as_py()) for name, value in rows if run.keys[name] in keys]
    return {run.keys[name]: (name, kind.words(kind.parse(written))) for name, written in chosen}


def _by_sample(side: Side, task: str, payload: type[Any], keys: set[str]) -> dict[str, list[Record[Any]]]:
    found: dict[str, list[Record[Any]]] = defaultdict(list)
    for record in side.records(task, payload).without_errors().of_samples(keys):
        found[record.sample].append(record)
    return found


def _answer(records: Sequence[Record[Any]], part: str | None, side: Side) -> str:
    """What was found against an answer in one of these records, or else the answer."""
    some = [record for record in records if part in (None, record.part)]
    found = [record.finding.line for record in some if record.finding and record.finding.line]
    return found[0] if found else _words(some[0].payload, side) if some else ""


def _reasons(records: Sequence[Record[Any]], part: str | None, side: Side) -> str:
    """What was explained, and by which units: `positive: good +0.41, film +0.02`; of several explainers each."""
    some = [record for record in records if part in (None, record.part) and record.payload]
    named = [(f"{record.part}: " if len(some) > 1 else "") + _heaviest(record.payload) for record in some]
    return "; ".join(named)


def _heaviest(payload: Any) -> str:
    pairs = sorted(zip(payload.units, payload.weights, strict=True), key=lambda each: -abs(each[1]))
    return f"{payload.explained}: " + ", ".join(f"{unit.strip()} {weight:+.3g}" for unit, weight in pairs[:UNITS_SHOWN])


def _words(payload: Any, side: Side) -> str:
    """The answer in a payload, by the fields that the tasks here give theirs."""
    if hasattr(payload, "outcome"):
        return ATTACKED.get(payload.outcome, str(payload.outcome))
    if hasattr(payload, "perturbed"):
        before, *after = (_decided(row, side) for row in (payload.before, *payload.after))
        return f"{before}, perturbed {', '.join(dict.fromkeys(after))}" if after else before
    if hasattr(payload, "predicted"):
        chance = f" ({max(payload.probabilities, default=0.0):.2f})" if side.head.output == "probabilities" else ""
        return f"{payload.predicted}{chance}"
    return listed(payload.tags) if hasattr(payload, "tags") else RIGHT


def _decided(row: Sequence[float], side: Side) -> str:
    return str(output_kind(side.head.output).words(row, side.head.labels)[0])

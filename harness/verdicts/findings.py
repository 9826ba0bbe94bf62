"""The samples behind a failed gate: those with the heaviest findings against the model, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.kinds.outputs import names_in, output_kind
from harness.records.record import Finding, Record
from harness.records.run import Run
from harness.records.samples import SLICE
from harness.records.truths import truth_in
from harness.scores.address import parse_local
from harness.slices.spec import protected_in, slice_named
from harness.tasks.task import shortened

SAMPLES_SHOWN = 3
"""Samples to read before looking at the report."""

MAX_SAMPLES_RANKED = 20_000
"""Samples ranked at most: worse ones among more than these add little, and take memory and minutes."""


UNTOUCHED = "clean_"
"""What the names of scores of untouched inputs begin with, as of `clean_accuracy`."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A sample and its finding."""

    sample: str
    text: str
    why: str

    def __str__(self) -> str:
        return f"{self.sample}: {shortened(self.text)}: {self.why}"


def worst_samples(run: Run, address: str, count: int = SAMPLES_SHOWN) -> list[Worst]:
    """The samples that speak loudest against the score of a gate, worst first; none where the task judges nothing.

    Each once, by the heaviest that was found in it; where findings are called as scores, by those of this one; of a
    protected slice none. Of a score of untouched inputs, those that were wrong untouched. Of a run of more than
    MAX_SAMPLES_RANKED samples, the worst of that many.
    """
    run = run.first(MAX_SAMPLES_RANKED)
    task, _, local = address.partition("/")
    name, keys = parse_local(local)
    on = keys.get("data", next(iter(run.info.sets_of(task)), ""))
    slice_, value = slice_named(keys.get("slice", ""))
    if slice_ in protected_in(run.info.suite):  # which samples are in it is nobody's business
        return []
    samples = {row["id"]: row for row in run.samples if row.get("data", "") == on and _is_in(row, slice_, value)}
    output = run.info.output
    found_in = _wrong_untouched if name.startswith(UNTOUCHED) else _finding

    def is_counted(finding: Finding, label: str | None) -> bool:
        given, decided = names_in(label, output), names_in(finding.decision, output)
        return not finding.decision or _of_class(given, decided, name, keys.get("class"))

    here = [(record, samples[record.sample]) for record in _records(run, task, keys) if record.sample in samples]
    found = [(each, row) for record, row in here if (each := found_in(run, record, row["label"]))]
    counted = [pair for pair in found if is_counted(pair[0], pair[1]["label"])]
    own = {parse_local(each.partition("/")[2])[0] for each in run.scores if each.startswith(f"{task}/")}
    if any(finding.word in own for finding, _ in counted):  # they are called as the scores that count them
        counted = [pair for pair in counted if pair[0].word == name]
    counted.sort(key=lambda pair: (-pair[0].weight, pair[1]["id"]))
    return [
        Worst(row["id"], run.kind.words(run.kind.parse(row["input"])), each.line)
        for each, row in _each_once(counted)[:count]
    ]


def _is_in(row: Mapping[str, str], slice_: str, value: str | None) -> bool:
    """Whether a sample is in a slice of a gate, as far as the run keeps it: those by confidence it does not."""
    return value is None or row.get(f"{SLICE}{slice_}", value) == value


def _each_once(found: Sequence[tuple[Finding, dict[str, str]]]) -> list[tuple[Finding, dict[str, str]]]:
    """The first finding of each sample."""
    first: dict[str, tuple[Finding, dict[str, str]]] = {}
    for each, row in found:
        first.setdefault(row["id"], (each, row))
    return list(first.values())


def _finding(run: Run, record: Record[dict[str, Any]], label: str | None) -> Finding | None:
    return record.finding


def _wrong_untouched(run: Run, record: Record[dict[str, Any]], label: str | None) -> Finding | None:
    """What is wrong in the answer to an input as it was; an attack skips a sample for no other reason."""
    output, payload = output_kind(run.info.output), record.payload or {}
    before, truth = payload.get("before"), truth_in(label, run.info.labels, run.info.output)
    if not before or truth is None or payload.get("outcome", "skipped") != "skipped":
        return None
    given, chance = output.words(before, run.info.labels)
    if (decision := output.decide(before)) is None:
        return Finding("", abs(before[0] - float(str(label))), f"{given} for {label}")
    true, sure = ", ".join(names_in(label, run.info.output)) or "no label", chance or 0.0
    line = f"{true} taken for {given}" + ("" if run.info.output == "classes" else f" ({sure:.2f})")
    return None if decision == truth else Finding("wrong", sure, line, output.write(decision, run.info.labels))


def _records(run: Run, task: str, keys: Mapping[str, str]) -> Iterable[Record[dict[str, Any]]]:
    """The records of a gate's part; of a pair of explainers, of the first."""
    part = keys.get("part", "").partition("~")[0]
    return (record for record in run.records(task) if record.status != "error" and part in {"", record.part})


def _of_class(given: Sequence[str], decided: Sequence[str], name: str, wanted: str | None) -> bool:
    """Whether a finding counts in a class's score: for recall by the label, for precision by what was decided."""
    counted = {"recall": given, "precision": decided}
    return wanted is None or wanted in counted.get(name, [*given, *decided])

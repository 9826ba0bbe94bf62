"""The samples behind a failed gate: those with the heaviest findings against the model, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.kinds.outputs import names_in, output_kind
from harness.records.record import Finding, Record
from harness.records.run import Run
from harness.records.truths import truth_in
from harness.scores.address import parse_local
from harness.tasks.task import shortened

UNTOUCHED = "clean_"
"""How scores begin that are of inputs as they were, before an attack or a perturbation."""

SAMPLES_SHOWN = 3
"""Samples to read before looking at the report."""

MAX_SAMPLES_RANKED = 20_000
"""Samples ranked at most: worse ones among more than these add little, and take memory and minutes."""


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

    Of a run of more than MAX_SAMPLES_RANKED samples, the worst of that many.
    """
    run = run.first(MAX_SAMPLES_RANKED)
    task, _, local = address.partition("/")
    name, keys = parse_local(local)
    samples = {row["id"]: row for row in run.samples if _of_set(row, keys, run)}
    output = run.info.output

    def is_counted(finding: Finding, label: str | None) -> bool:
        given, decided = names_in(label, output), names_in(finding.decision, output)
        return not finding.decision or _of_class(given, decided, name, keys.get("class"))

    said = _untouched if name.startswith(UNTOUCHED) else _found
    rows = ((record, samples[record.sample]) for record in _records(run, task, keys) if record.sample in samples)
    found = [(finding, row) for record, row in rows if (finding := said(record, row, run)) is not None]
    found = [each for each in found if is_counted(each[0], each[1]["label"])]
    found.sort(key=lambda pair: pair[0].weight)
    heaviest = {row["id"]: (finding, row) for finding, row in found}  # of a sample's parts
    worst = sorted(heaviest.values(), key=lambda pair: (-pair[0].weight, pair[1]["id"]))[:count]
    return [Worst(row["id"], run.kind.words(run.kind.parse(row["input"])), each.line) for each, row in worst]


def _records(run: Run, task: str, keys: Mapping[str, str]) -> Iterable[Record[dict[str, Any]]]:
    """The records of a gate's part; of a pair of explainers, of the first."""
    part = keys.get("part", "").partition("~")[0]
    return (record for record in run.records(task) if part in {"", record.part})


def _found(record: Record[dict[str, Any]], row: Mapping[str, Any], run: Run) -> Finding | None:
    return record.finding if record.status == "ok" else None


def _untouched(record: Record[dict[str, Any]], row: Mapping[str, Any], run: Run) -> Finding | None:
    """What is wrong in the answer to the input as it was; an attack skips a sample for no other reason."""
    output, payload = output_kind(run.info.output), record.payload or {}
    before, truth = payload.get("before"), truth_in(row["label"], run.info.labels, run.info.output)
    if not before or truth is None or payload.get("outcome", "skipped") != "skipped":
        return None
    decided, sure = output.words(before, run.info.labels)
    if sure is None:
        return Finding("", abs(before[0] - float(row["label"])), f"{decided} for {row['label']}")
    if (decision := output.decide(before)) == truth or decision is None:
        return None
    true = ", ".join(names_in(row["label"], run.info.output)) or "no label"
    return Finding("wrong", sure, f"{true} taken for {decided} ({sure:.2f})", output.write(decision, run.info.labels))


def _of_set(row: Mapping[str, Any], keys: Mapping[str, str], run: Run) -> bool:
    sets = [data.name for data in run.info.data]
    return bool(row.get("data", "") == keys.get("data", sets[0] if sets else ""))


def _of_class(given: Sequence[str], decided: Sequence[str], name: str, wanted: str | None) -> bool:
    """Whether a finding counts in a class's score: for recall by the label, for precision by what was decided."""
    counted = {"recall": given, "precision": decided}
    return wanted is None or wanted in counted.get(name, [*given, *decided])

"""The samples behind a failed gate: those that went worst, in a line each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from harness.kinds.outputs import SUM_TOLERANCE, THRESHOLD
from harness.records.record import Record
from harness.records.run import Run
from harness.scores.address import parse_local
from harness.tasks.attack import Attacked
from harness.tasks.classification import Classified
from harness.tasks.explain import Explained
from harness.tasks.multilabel import Tagged
from harness.tasks.regression import Estimated
from harness.tasks.stress import Stressed

SHOWN = 3
"""As many samples as one reads before looking at the report."""

LOOKED_AT = 20_000
"""Samples looked at: worse ones among more than these hardly tell more, and take memory and minutes."""

LEAD = 30
"""Characters before the first change that are shown."""

LONGEST = 100
"""Characters of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Worst:
    """A sample, and what went wrong with it."""

    sample: str
    text: str
    why: str

    def __str__(self) -> str:
        return f"{self.sample}: {_shortened(self.text)}: {self.why}"


Case: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The payload of a record, and the row of its sample."""

Ranked: TypeAlias = tuple[float, str]
"""How bad a case is, and why; more is worse."""


def worst_samples(run: Run, address: str, count: int = SHOWN) -> list[Worst]:
    """The samples that speak loudest against the score of a gate, worst first; none for a task nobody knows here.

    Of a run of more than LOOKED_AT samples, the worst of that many.
    """
    run = run.first(LOOKED_AT)
    task, _, local = address.partition("/")
    name, keys = parse_local(local)
    samples = {
        row["id"]: {**row, "input": _in_words(row["input"], run)} for row in run.samples if _of_set(row, keys, run)
    }
    found: list[tuple[Ranked, Mapping[str, Any]]] = []
    for record in _records(run, task, keys):
        row, payload = samples.get(record.sample), _read(record.payload or {}, run)
        bad = _judged(payload, row, run) if row and _of_class(payload, row, name, keys) else None
        if row and bad:
            found.append((bad, row))
    found.sort(key=lambda pair: (-pair[0][0], pair[1]["id"]))
    return [Worst(row["id"], row["input"], why) for (_, why), row in found[:count]]


def _records(run: Run, task: str, keys: Mapping[str, str]) -> Iterable[Record[dict[str, Any]]]:
    """The records of a gate's part; of a pair of explainers, of the first."""
    part = keys.get("part", "").partition("~")[0]
    return (record for record in run.records(task) if record.status == "ok" and part in {"", record.part})


def _in_words(written: str, run: Run) -> str:
    """An input as one reads it: a pair with the name of each column before its text."""
    return "; ".join(f"{column}: {text}" if column else text for column, text in run.texts(written).items())


def _read(payload: Mapping[str, Any], run: Run) -> Mapping[str, Any]:
    """A payload with the inputs in it as one reads them."""
    if "perturbed" not in payload:
        return payload
    changed = payload["perturbed"]
    words = _in_words(changed, run) if isinstance(changed, str) else [_in_words(each, run) for each in changed]
    return {**payload, "perturbed": words}


def _of_set(row: Mapping[str, Any], keys: Mapping[str, str], run: Run) -> bool:
    sets = [data["name"] for data in run.info.get("data", ())]
    return bool(row.get("data", "") == keys.get("data", sets[0] if sets else ""))


def _of_class(payload: Mapping[str, Any], row: Mapping[str, Any], name: str, keys: Mapping[str, str]) -> bool:
    """Whether a case counts in a class's score: for recall by its label, for precision by what was predicted."""
    wanted = keys.get("class")
    if wanted is None or "tags" in payload:
        return True
    counted = {"recall": [row["label"]], "precision": [payload.get("predicted")]}
    return wanted in counted.get(name, [row["label"], payload.get("predicted")])


def _judged(payload: Mapping[str, Any], row: Mapping[str, Any], run: Run) -> Ranked | None:
    for kind, judge in JUDGES.items():
        if set(payload) == {field.name for field in fields(kind)}:
            return judge((payload, row), run.info["labels"])
    return None


def _misclassified(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, row = case
    if payload["predicted"] == row["label"]:
        return None
    sure = max(payload["probabilities"], default=0.0)
    return sure, f"{row['label']} taken for {payload['predicted']} ({sure:.2f})"


def _turned(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, row = case
    if payload["outcome"] != "succeeded":
        return None
    text = _from_change(row["input"], payload["perturbed"])
    return max(payload["after"], default=0.0), _change(payload, payload["after"], labels, text)


def _flipped(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, row = case
    before, texts = payload["before"], [_from_change(row["input"], text) for text in payload["perturbed"]]
    versions = list(zip(payload["after"], texts, strict=True))
    if len(before) == 1:
        after, text = max(versions, key=lambda version: abs(version[0][0] - before[0]))
        return abs(after[0] - before[0]), f"{before[0]:.3g} becomes {after[0]:.3g} by {_shortened(text)}"
    flips = [(max(after), _change(payload, after, labels, text)) for after, text in versions if _flips(before, after)]
    return max(flips, default=None)


def _unfaithful(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, _ = case
    value = payload["comprehensiveness"]
    return None if value is None else (-value, f"comprehensiveness {value:.2f}")


def _far_off(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, row = case
    error = abs(payload["value"] - float(row["label"]))
    return error, f"{payload['value']:.3g} for {float(row['label']):.3g}"


def _mislabelled(case: Case, labels: Sequence[str]) -> Ranked | None:
    payload, row = case
    truth, given = set(json.loads(row["label"])), set(payload["tags"])
    told = f"{', '.join(sorted(truth)) or 'none'} taken for {', '.join(sorted(given)) or 'none'}"
    return (len(truth ^ given), told) if truth != given else None


JUDGES: Mapping[type[Any], Callable[[Case, Sequence[str]], Ranked | None]] = {
    Classified: _misclassified,
    Attacked: _turned,
    Stressed: _flipped,
    Explained: _unfaithful,
    Estimated: _far_off,
    Tagged: _mislabelled,
}
"""How bad a case is, by the dataclass of its payload."""


def _change(payload: Mapping[str, Any], after: Sequence[float], labels: Sequence[str], text: str) -> str:
    return f"{labels[_top(payload['before'])]} becomes {labels[_top(after)]} by {_shortened(text)}"


def _flips(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether the decision is another; of label sets, whether any label's is."""
    of_labels = any((one >= THRESHOLD) != (other >= THRESHOLD) for one, other in zip(before, after, strict=True))
    return _top(before) != _top(after) or (abs(sum(before) - 1) > SUM_TOLERANCE and of_labels)


def _from_change(original: str, changed: str) -> str:
    """The changed text from a little before its first difference on."""
    same = next((at for at, pair in enumerate(zip(original, changed, strict=False)) if len(set(pair)) > 1), 0)
    return changed if same <= LEAD else f"\u2026{changed[same - LEAD :]}"


def _shortened(text: str) -> str:
    """The beginning of a text, with what no terminal should get written as escapes."""
    return repr(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\u2026")


def _top(row: Sequence[float]) -> int:
    return max(range(len(row)), key=row.__getitem__)

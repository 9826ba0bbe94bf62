"""From a finished run to its failures: the inputs behind its findings that were answered wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from math import inf
from pathlib import Path
from typing import Any, cast

import numpy as np
from pydantic import TypeAdapter

from harness.baselines.content import keys_of
from harness.errors import UserError, listed, nearest
from harness.failures.known import Known, KnownFailure, Origin, key_of
from harness.files import encodable, relative_to
from harness.kinds.outputs import OutputKind, Truth, output_kind
from harness.records.checksums import misfits
from harness.records.record import Record
from harness.records.run import Run
from harness.records.table import RecordTable
from harness.records.truths import truth_in
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.specs import InputParts, InputPartSpec

MOST_CHARACTERS = 2**20
"""Characters of an input that is kept: a file for a repository is small."""

RIGHT = "the answer to the changed input is right"
UNKNOWN = "nothing is known to be true of the sample"
MAY_CHANGE = "the perturbation may change what is true of the input"
NO_ANSWER = "what was found is no wrong answer"
ERRORED = "the case errored"
TOO_LARGE = f"the input has more than {MOST_CHARACTERS:,} characters"
UNREADABLE = "the input cannot be read back"


@dataclass(frozen=True)
class Found:
    """The failures of a run, and of each task how many findings are not among them, by the reason."""

    known: Known
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def failures_of(
    run: Run,
    beside: Path,
    tasks: Collection[str] = (),
    limit: int | None = None,
    within: float | None = None,
    skipped: Collection[str] = (),
) -> Found:
    """The failures of a finished run, for a file in the folder `beside`: of some tasks, or all; `limit` of them.

    Those whose keys are `skipped` do not count. With a limit the heaviest come first, in turn from every part. `within`
    is how far a model's number may be from the truth. Raises UserError for a run that is not finished or was changed,
    and for a task that it has not.
    """
    _require(run, tasks, within)
    reading = _Reading(run, within)
    parts = [each for title in run.tasks if not tasks or title in tasks for each in reading.parts_of(title)]
    turns = chain.from_iterable(zip_longest(*parts)) if limit else chain.from_iterable(parts)
    kept: dict[str, KnownFailure] = {}
    for each in turns:
        if each is not None and each.key not in skipped and (limit is None or len(kept) < limit):
            kept.setdefault(each.key, each)
    return Found(Known(_origin(run, beside, within), kept), reading.left_out)


def _require(run: Run, tasks: Collection[str], within: float | None) -> None:
    if run.info.state != "finished":
        raise UserError(f"{run.folder}: expected a finished run, but it is {run.info.state}: --resume it")
    if problems := list(misfits(run.folder, run.info)):
        raise UserError("\n".join([*problems, "the run's files were changed: run its suite again"]))
    for title in tasks:
        if title not in run.tasks:
            raise UserError(
                f"{run.folder} has no task {title!r}: it has {listed(run.tasks)}{nearest(title, run.tasks)}"
            )
    if within is not None and not 0 <= within < inf:
        raise UserError(f"--within: expected a number of 0 or more, but got {within}")
    if (run.info.output == "value") != (within is not None):
        raise UserError(
            f"{run.folder}: its model answers numbers, none of which is a failure by itself: add --within D, how far "
            "from the truth an answer may be"
            if within is None
            else f"{run.folder}: --within is for models that answer numbers, this one answers {run.info.output}"
        )


class _Reading:
    """Reads a run's findings, and counts what cannot be kept."""

    def __init__(self, run: Run, within: float | None) -> None:
        table = run.sample_table()
        rows = zip(*(table[name].to_pylist() for name in ("id", "input", "label")), strict=True)
        self._samples = {name: (written, truth) for name, written, truth in rows}
        self._keys, self._run, self._within = keys_of(table), run, within
        self._labels, self._output = encodable(list(run.info.labels)), output_kind(run.info.output)
        self.left_out: dict[str, Counter[str]] = {}

    def parts_of(self, title: str) -> list[list[KnownFailure]]:
        """The failures of each part of a task, the heaviest first."""
        counted = self.left_out.setdefault(title, Counter())
        found: dict[str, list[KnownFailure]] = {part: [] for part in self._run.info.tasks[title].parts}
        others = changing(self._run, title)
        for record in self._records(title):
            why = MAY_CHANGE if {record.part, record.part.rpartition("/")[0]} & others else ""
            for each in [why] if why else self._of(record):
                if isinstance(each, str):
                    counted[each] += 1
                else:
                    found.setdefault(record.part, []).append(each)
        return list(found.values())

    def _records(self, title: str) -> Sequence[Record[dict[str, Any]]]:
        """The records with a finding that says something, the heaviest first."""
        records = cast("RecordTable[dict[str, Any]]", self._run.records(title))
        if "finding" not in records.table.column_names:
            return []
        from pyarrow import compute

        words = records.table["finding"]
        chosen = words.is_valid() if self._within is not None else compute.not_equal(words, "").fill_null(False)
        at = np.flatnonzero(chosen.to_numpy())
        weights = records.table["weight"].take(at).to_numpy()
        return records.take(at[np.argsort(-weights, kind="stable")])

    def _of(self, record: Record[dict[str, Any]]) -> Iterator[KnownFailure | str]:
        """The failures in a record, or why it has none."""
        written, truth = self._samples[record.sample]
        if record.payload is None or record.status == "error":
            yield ERRORED
            return
        if truth is None:
            yield UNKNOWN
            return
        asked = list(_asked(record.payload, written))
        if not asked:
            yield from self._without_answer(record, written, truth)
            return
        wrong = [(value, row) for value, row in asked if self._is_wrong(row, truth)]
        if not wrong and self._within is None:
            yield RIGHT if "perturbed" in record.payload else NO_ANSWER
        for value, row in wrong:
            yield self._kept(record, value, truth, self._answered(row))

    def _without_answer(self, record: Record[Any], written: str, truth: str) -> Iterator[KnownFailure | str]:
        decision = record.finding.decision if record.finding else ""
        yield self._kept(record, written, truth, decision) if decision and decision != truth else NO_ANSWER

    def _kept(self, record: Record[Any], written: str, truth: str, answered: str) -> KnownFailure | str:
        if len(written) > MOST_CHARACTERS:
            return TOO_LARGE
        try:
            self._run.kind.parse(written)
        except Exception:  # noqa: BLE001  # whatever a stranger's kind raises
            return UNREADABLE
        why = record.finding.line if record.finding else ""
        sample = self._keys[record.sample]
        return KnownFailure(key_of(written, truth), record.task, record.part, sample, truth, answered, why, written)

    def _is_wrong(self, row: Sequence[float], truth: str) -> bool:
        return is_wrong(self._output, row, truth_in(truth, self._labels, self._run.info.output), self._within)

    def _answered(self, row: Sequence[float]) -> str:
        return answered(self._output, row, self._labels)


def is_wrong(output: OutputKind, row: Sequence[float], truth: Truth | None, within: float | None) -> bool:
    """Whether an answer is not what is true, or of a number further from it than `within`."""
    if output.decides:
        return output.decide(row) != (tuple(sorted(truth)) if isinstance(truth, tuple) else truth)
    assert isinstance(truth, (int, float))
    return not abs(row[0] - truth) <= (within or 0.0)


def answered(output: OutputKind, row: Sequence[float], labels: Sequence[str]) -> str:
    """An answer's decision in words, or its number."""
    decision = output.decide(row)
    return output.words(row, labels)[0] if decision is None else output.write(decision, labels)


def _asked(payload: Mapping[str, Any], written: str) -> Iterator[tuple[str, list[float]]]:
    """The inputs of a payload that were answered last, each with its answer, by the fields that tasks here have."""
    if "perturbed" in payload and "after" in payload:
        changed, after = payload["perturbed"], payload["after"]
        yield from zip(changed, after, strict=True) if isinstance(changed, list) else [(changed, after)]
    elif "probabilities" in payload:
        yield written, payload["probabilities"]
    elif "value" in payload and isinstance(payload["value"], float):
        yield written, [payload["value"]]


def changing(run: Run, title: str) -> set[str]:
    """The perturbations of a task of stress that may change what is true, as its parts are called."""
    if run.info.tasks[title].use != "stress":
        return set()
    [spec] = [each for each in run.info.suite["tasks"] if (each.get("name") or each["use"]) == title]
    parts: InputParts = TypeAdapter(InputParts).validate_python(spec["perturbations"])
    return {each.part for each in parts if not all(map(_keeps_label, each.turns))}


def _keeps_label(spec: InputPartSpec) -> bool:
    return traits_of(components.load("perturbations", spec.use)).keeps_label


def _origin(run: Run, beside: Path, within: float | None) -> Origin:
    info = run.info
    spec = {key: value for key, value in (info.suite.get("model") or {}).items() if key not in {"device", "budget"}}
    model, folder, installed = _placed(run, spec, beside)
    return Origin(
        info.name, run.kind.name, info.output, list(info.labels), model, info.confidence, folder, installed, within
    )


def _placed(run: Run, spec: Mapping[str, Any], beside: Path) -> tuple[dict[str, Any], str, str]:
    """The model's spec, what its paths are relative to, and the installed suite in whose folder they begin.

    A path that the command line set is written relative to `beside`, since no other machine has it.
    """
    absolute = {name: value for name, value in spec.items() if isinstance(value, str) and Path(value).is_absolute()}
    if absolute:
        return {**spec, **{name: relative_to(beside, Path(value)) for name, value in absolute.items()}}, ".", ""
    own = run.folder / run.info.folder
    if not run.info.folder or not own.is_dir():
        return dict(spec), ".", ""
    if run.name in components.find("suites") and Path(components.load("suites", run.name)()).parent.samefile(own):
        return dict(spec), ".", run.name
    return dict(spec), relative_to(beside, own), ""

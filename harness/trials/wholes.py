"""Trials of what is no part of a task: tasks, models, data, kinds of input, suites and executors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, cast

from harness.data.samples import filtered
from harness.engine.adapters import connect
from harness.engine.cases import Case
from harness.errors import listed
from harness.kinds.inputs import input_kind
from harness.kinds.outputs import output_kind
from harness.own.locate import import_folders
from harness.records.record import record_of
from harness.records.table import RecordTable
from harness.runs.load import check, check_file
from harness.runs.local import Work, outcomes
from harness.runs.victim import require_victim
from harness.sessions.predict import predict
from harness.sources.context import Context, adapter_of
from harness.suite import components
from harness.suite.file import DataSpec, ModelSpec, load_suite
from harness.tasks.task import shortened
from harness.trials.embedded import embedded, embedded_file, payload_of, records_on, reviews, ruled, scoring_of
from harness.trials.entries import Settings, entry_of, given_or_embedded, resolved
from harness.trials.lines import Line, answer, line, number, of_sample
from harness.types import Sample, Session
from harness.verdicts.scoring import score_task

REVIEWS_PER_TASK = 8
"""Reviews a task is tried on."""


def task(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """Its scores on a few reviews; of one that measures no probabilities, with another truth and a model by code."""
    entry = {**entry_of(kind, name, settings), "name": "tried"}
    limit = int(settings.get("limit", REVIEWS_PER_TASK))
    outputs = check(embedded_file({"tasks": [entry]})).tasks["tried"].outputs
    output = "probabilities" if "probabilities" in outputs else min(outputs)
    loaded = embedded(entry, limit) if output == "probabilities" else ruled(entry, output, limit)
    made = loaded.checked.tasks["tried"]
    samples, what = (loaded.sets[-1].samples, "samples of its own") if made.samples else (loaded.samples, "reviews")
    records = RecordTable.of(records_on(loaded, samples), made.payload)
    found = score_task(made, records, scoring_of(loaded), samples)
    yield line("", f"{len(records)} cases on {len(samples)} {what}, {found.errors} errored")
    for local, score in found.scores.items():
        yield line(local, number(score))


def model(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """Its answer to a review."""
    file = embedded_file({})
    spec, folder = given_or_embedded(kind, name, settings, file.suite.model, file.folder)
    own = cast("ModelSpec", spec)
    adapter = adapter_of(components.resolve(kind, spec, folder), Context(folder))
    victim = connect(adapter, labels=own.labels, output=own.output)
    require_victim(victim, own.use)
    sample = Sample("", reviews(file)[0])
    [outcome] = outcomes({"": victim}, [Case("show", "", sample, _asked)])
    row = payload_of(record_of(outcome))
    yield line("review", sample.input)
    if not output_kind(victim.output).decides:
        yield line("value", f"{row[0]:.4g}")
        return
    for label, probability in zip(victim.labels, row, strict=True):
        yield line(label, f"{probability:.3f}")


def data(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The number of its rows, its columns and the first rows."""
    file = embedded_file({})
    spec, folder = given_or_embedded(kind, name, settings, file.suite.sets[0], file.folder)
    rows = filtered(list(components.resolve(kind, spec, folder).call()), cast("DataSpec", spec))
    yield line("rows", str(len(rows)))
    yield line("columns", listed(rows[0] if rows else ()))
    for at, row in enumerate(rows[:3], 1):
        yield line(f"row {at}", json.dumps(dict(row), ensure_ascii=False, default=repr))


def kind_of_input(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """An input of the kind, its units, what is left without the first of them, and whether it can be read back."""
    found = input_kind(name)
    loaded = embedded({"use": "classification", "metrics": []}, REVIEWS_PER_TASK, frozenset({found.type}))
    sample = loaded.samples[0]
    units = found.units(sample.input)
    left = found.keep(sample.input, units, set(range(1, len(units))))
    back = found.parse(found.write(sample.input))
    [record] = records_on(loaded, [sample])
    yield of_sample(sample, loaded)
    yield line("units", f"{len(units)}, the first {units[0]!r}" if units else "none")
    yield line("without it", found.change(sample.input, left))
    yield line("as a run keeps it", shortened(found.write(sample.input)))
    yield line("read back", "the same" if found.key(back) == found.key(sample.input) else found.words(back))
    yield line("the model", answer(payload_of(record).probabilities, loaded.labels))


def suite(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """Its tasks with their parts, checked as `harness check --file-only` does: no model is run."""
    file = load_suite(components.load(kind, name)())
    with import_folders(file.folder):
        unchecked = check_file(file)
    for spec in file.suite.tasks:
        yield line(spec.title, f"{spec.use}, gates: {listed(spec.gates)}")
    yield line("not checked", listed(unchecked))
    yield line("", f"to run it on a few samples: harness run {name} --limit 20")


def executor(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The number of cases that it ran."""
    run = resolved(kind, entry_of(kind, name, settings)).call()
    loaded = embedded({"use": "classification"}, REVIEWS_PER_TASK)
    records = [record for some in run(Work(loaded)) for record in some]
    yield line("", f"{len(records)} of {loaded.count} cases, {sum(bool(each.error) for each in records)} errored")


def _asked(sample: Sample[Any], rng: Random) -> Session[list[float]]:
    [row] = yield from predict([sample.input])
    return row[:]

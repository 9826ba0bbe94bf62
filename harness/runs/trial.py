"""A component, a model or data tried once: on the embedded suite, or on what its kind of input is tried on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.data.samples import columns_of
from harness.engine.cases import Case
from harness.errors import RunError
from harness.kinds.inputs import default_kind, input_kinds
from harness.records.record import Record, record_of
from harness.runs.load import Loaded, check, load
from harness.runs.local import outcomes
from harness.suite import components
from harness.suite.file import SuiteFile, load_suite, suite_of
from harness.suite.takes import Takes, how
from harness.tasks.task import ScoringContext
from harness.types import Sample

TRIAL_SUITE = "quickstart"
"""The installed suite whose model and data everything is tried on."""


def embedded_file(overrides: Mapping[str, Any]) -> SuiteFile:
    """The embedded suite, with some of its keys set."""
    return load_suite(components.load("suites", TRIAL_SUITE)(), overrides)


def embedded(task: Mapping[str, Any], limit: int | None = None, taken: Takes = None) -> Loaded:
    """One task on so many reviews, or on what the kind of input that it takes is tried on.

    Raises MissingExtra where the embedded model needs something.
    """
    kinds = [kind for kind in input_kinds().values() if how(taken, kind) != "not"]
    trial = None if default_kind() in kinds else next((found for kind in kinds if (found := kind.trial())), None)
    if trial is None:
        return load(check(embedded_file({"tasks": [task], "data.limit": limit})))
    suite = {
        "model": {"use": "given", "labels": list(trial.labels)},
        "data": {"use": "given", "kind": kinds[0].name, "limit": limit},
        "tasks": [task],
    }
    given = {
        "model": components.Component("models", "given", lambda: trial.model),
        "data": components.Component("data", "given", lambda: trial.rows),
    }
    return load(check(suite_of(suite, "trial"), given))


def reviews(file: SuiteFile) -> list[str]:
    """The texts of the embedded reviews."""
    spec = file.suite.sets[0]
    rows = list(components.resolve("data", spec, file.folder).call())
    [column] = columns_of(rows, spec).input
    return [str(row[column]) for row in rows]


def records_on(loaded: Loaded, samples: Sequence[Sample[Any]]) -> Iterator[Record[Any]]:
    """The records of every part on these samples."""
    [(title, sessions)] = loaded.sessions.items()
    cases = (Case(title, part, sample, start) for sample in samples for part, start in sessions.items())
    order = {part: at for at, part in enumerate(sessions)}
    return iter(
        sorted(
            (record_of(outcome) for outcome in outcomes(loaded.models, cases, seed=loaded.checked.suite.seed)),
            key=lambda record: order[record.part],
        )
    )


def first_of_use(loaded: Loaded) -> tuple[Sample[Any], Any]:
    """The first review that a task's one part had something to do with, else the last, and what it made of it."""
    for sample in loaded.samples:
        [record] = records_on(loaded, [sample])
        if record.status == "ok":
            break
    return sample, payload_of(record)


def made_of(loaded: Loaded, sample: Sample[Any]) -> dict[str, Any]:
    """The result of each part on a review."""
    return {record.part: payload_of(record) for record in records_on(loaded, [sample])}


def payload_of(record: Record[Any]) -> Any:
    """The result of a case; raises RunError with the traceback when it failed."""
    if record.error:
        raise RunError(f"it failed on an embedded review:\n{record.error}")
    return record.payload


def scoring_of(loaded: Loaded) -> ScoringContext:
    """The context of a trial's scores."""
    truth = {sample.id: sample.truth for sample in loaded.samples}
    suite = loaded.checked.suite
    return ScoringContext(loaded.labels, truth, suite.confidence, suite.seed, resamples=suite.resamples)

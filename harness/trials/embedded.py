"""The suite of a trial: the embedded one, or rows and a model that a kind of input makes by code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.data.samples import columns_of
from harness.engine.cases import Case
from harness.errors import RunError, UserError
from harness.kinds.inputs import default_kind, input_kinds
from harness.records.record import Record, record_of
from harness.runs.load import Loaded, check, load
from harness.runs.local import outcomes
from harness.suite import components
from harness.suite.file import SuiteFile, load_suite, suite_of
from harness.suite.takes import Takes, how, in_words
from harness.tasks.task import ScoringContext
from harness.types import Sample

TRIAL_SUITE = "quickstart"
"""The installed suite whose model and data everything is tried on."""


def embedded_file(overrides: Mapping[str, Any]) -> SuiteFile:
    """The embedded suite, with some of its keys set."""
    return load_suite(components.load("suites", TRIAL_SUITE)(), overrides)


def embedded(task: Mapping[str, Any], limit: int | None = None, taken: Takes = None) -> Loaded:
    """One task on so many reviews, or on what the kind of input that it takes is tried on.

    Raises MissingExtra where the embedded model needs something, UserError where no kind that it takes has a trial.
    """
    kinds = [kind for kind in input_kinds().values() if how(taken, kind) != "not"]
    if default_kind() in kinds:
        return load(check(embedded_file({"tasks": [task], "data.limit": limit})))
    kind, trial = next(((kind, trial) for kind in kinds if (trial := kind.trial())), (None, None))
    if kind is None or trial is None:
        raise UserError(
            f"there is nothing to try it on: expected `trial()` of a kind of input to give some {in_words(taken)}"
        )
    others = [name for name in trial.rows[0] if name != "label"]
    columns = {"input": kind.column if kind.column in others else others}
    model = {"use": "given", "labels": list(trial.labels)}
    return _in_memory(model, {"kind": kind.name, "columns": columns, "limit": limit}, task, trial.model, trial.rows)


@dataclass(frozen=True)
class _Rule:
    """What is true of a text and what a model answers, by rules that mostly agree, where reviews have no such truth."""

    labels: Sequence[str]
    truth: Callable[[str], Any]
    answer: Callable[[str], Sequence[float]]


_RULES: Mapping[str, _Rule] = {
    "value": _Rule(["value"], lambda text: len(text.split()), lambda text: [len(text) / 6]),
    "labels": _Rule(
        ["short", "with a comma"],
        lambda text: [*["short"] * (len(text) < 100), *["with a comma"] * ("," in text)],
        lambda text: [18 / (18 + len(text.split())), len(text) / (80 + len(text))],
    ),
}
"""The number of words, which the model guesses from that of the letters; marks of a text, guessed from its length."""


def ruled(task: Mapping[str, Any], output: str, limit: int) -> Loaded:
    """One task on so many reviews with another truth, and a model with this output; UserError where there is none."""
    rule = _RULES.get(output)
    if rule is None:
        raise UserError(f"no embedded model has `output: {output}`: try it in a suite with a model of your own")
    rows = [{"text": text, "label": rule.truth(text)} for text in reviews(embedded_file({}))]
    model = {"use": "given", "labels": rule.labels, "output": output}
    return _in_memory(model, {"limit": limit}, task, lambda texts: [rule.answer(text) for text in texts], rows)


def _in_memory(
    model: Mapping[str, Any], data: Mapping[str, Any], task: Mapping[str, Any], call: Any, rows: Sequence[Any]
) -> Loaded:
    """A suite of one task whose model and data are in memory."""
    given = {
        "model": components.Component("models", "given", lambda: call),
        "data": components.Component("data", "given", lambda: rows),
    }
    return load(check(suite_of({"model": model, "data": {"use": "given", **data}, "tasks": [task]}, "trial"), given))


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

"""Known failures asked again: of the model that had them, or of another one, each input once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from harness.engine.adapters import Connection, connect
from harness.engine.cases import Case, Outcome
from harness.errors import HarnessError, MissingExtra, RunError, UserError, listed
from harness.failures.found import answered, failures_of, is_wrong
from harness.failures.known import Known, KnownFailure, Origin, read_failures
from harness.failures.waivers import Waiver, read_waivers
from harness.files import stdout_to_stderr
from harness.kinds.inputs import input_kind
from harness.kinds.outputs import OutputKind, Truth, names_in, output_kind
from harness.own.locate import import_folders, own_objects_are_refused
from harness.records.run import Run
from harness.runs.local import outcomes
from harness.runs.victim import require_victim
from harness.scores.score import Score, share
from harness.sessions.predict import AskOnce
from harness.sources.context import Context, adapter_of
from harness.suite import components
from harness.suite.components import Component
from harness.suite.file import Suite, SuiteFile, suite_of
from harness.suite.untrusted import require_data_only
from harness.types import Sample, folded

Status: TypeAlias = Literal["fails", "waived", "expired", "mended", "errored"]
"""What became of a failure: it still fails, with or without a waiver that is valid, or is answered right now."""

STATUSES: Sequence[Status] = ("fails", "expired", "errored", "waived", "mended")
"""From worst to best."""

BLOCKING = {"fails", "expired", "errored"}
GIVEN = "given"
"""The model of a run that was an object in memory."""


@dataclass(frozen=True)
class Replayed:
    """A known failure, asked again: what became of it, and what the model decides now, or the error of its case."""

    failure: KnownFailure
    status: Status
    answered: str = ""
    error: str = ""
    waiver: Waiver | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether the model still answers it wrong, waived or not."""
        return self.status in {"fails", "waived", "expired"}

    @property
    def blocks(self) -> bool:
        """Whether it makes the exit code 1."""
        return self.status in BLOCKING


@dataclass(frozen=True)
class Replay:
    """Known failures asked again, in their order: `title` is their file or run, `model` who was asked.

    `transfer` says that it is not the model that had them.
    """

    title: str
    model: str
    transfer: bool
    confidence: float
    replayed: Sequence[Replayed] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every failure is mended or waived."""
        return not any(each.blocks for each in self.replayed)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many there are of each status, those of none left out, the worst first."""
        found = Counter(each.status for each in self.replayed)
        return {status: found[status] for status in STATUSES if found[status]}

    @cached_property
    def wrong(self) -> Score:
        """The share that is still wrong of those that were answered, with its exact interval."""
        asked = [each for each in self.replayed if each.status != "errored"]
        return share("wrong", sum(each.is_wrong for each in asked), len(asked), self.confidence)


@dataclass(frozen=True)
class Kept:
    """Known failures to ask again: their title, the folder that paths begin in, and their waivers."""

    known: Known
    title: str
    beside: Path
    waivers: Mapping[str, Waiver] = field(default_factory=dict)


def kept_in(path: Path, within: float | None = None) -> Kept:
    """The failures of a file with its waivers, or those of a run; `within` is as in `failures_of`."""
    if path.is_dir():
        return Kept(failures_of(Run(path), Path(), within=within).known, str(path), Path())
    if within is not None:
        raise UserError(f"{path}: --within is for a run: a file keeps it")
    known = read_failures(path)
    return Kept(known, str(path), path.parent, read_waivers(path, known))


def suite_for(kept: Kept, overrides: Mapping[str, Any]) -> SuiteFile:
    """The suite of the model that had the failures, or of the one that `overrides` name.

    Paths of the first begin where the file says, or in the installed suite. Raises UserError for a model that was an
    object in memory, and, where own objects are refused, for whatever runs code or leads out of the file's folder.
    """
    origin, title, beside = kept.known.origin, kept.title, kept.beside
    own = not overrides.keys() & {"model", "model.use"}
    if own and origin.model.get("use", GIVEN) == GIVEN:
        raise UserError(
            f"{title}: its model was an object in memory, which no file keeps: name one with --model or --suite"
        )
    folder = beside / origin.folder if own else beside
    if own and origin.installed:
        folder = Path(components.load("suites", origin.installed)()).parent
    spec = {key: value for key, value in origin.model.items() if own or key in {"labels", "output"}}
    made = suite_of({"model": spec, "tasks": ["classification"]}, title, overrides)
    folder = folder if folder.is_dir() else beside
    file = SuiteFile(made.suite, title, folder, {(): title}, [tuple(key.split(".")) for key in overrides])
    if own_objects_are_refused():
        if not (own and origin.installed) and not folder.resolve().is_relative_to(beside.resolve()):
            raise UserError(f"{title}: {origin.folder!r} leads out of its folder, which --untrusted refuses")
        require_data_only(file)
    return file


def replayed(kept: Kept, file: SuiteFile, *, transfer: bool, given: Component | None = None) -> Replay:
    """Ask the model of a suite about each failure once; `given` is a model in memory, in place of the suite's.

    Raises UserError for a model that cannot be asked, RunError where it fails on every input.
    """
    known, title, suite = kept.known, kept.title, file.suite
    samples = _samples(known, title)
    if suite.model is None:
        raise UserError(f"{file.where()}: the suite has no model: name one with --model USE:VALUE")
    here = Path.cwd()
    try:
        with stdout_to_stderr(), import_folders(file.folder, here):
            model = _connected(known.origin, file, given)
            truths = {key: _truth(each, model, known.origin, title) for key, each in known.failures.items()}
            found = _asked(model, samples, suite)
    finally:
        os.chdir(here)  # wherever the model went
    made = [_replayed(known, key, found[key], truths[key], model, kept.waivers.get(key)) for key in known.failures]
    return Replay(title, _name(suite, model), transfer, known.origin.confidence, made)


def _samples(known: Known, title: str) -> list[Sample[Any]]:
    kind = input_kind(known.origin.kind)
    return [Sample(key, _parsed(kind, each, title)) for key, each in known.failures.items()]


def _parsed(kind: Any, failure: KnownFailure, title: str) -> Any:
    try:
        return kind.parse(failure.input)
    except Exception as error:  # noqa: BLE001  # whatever a stranger's kind raises
        raise UserError(f"{title}: failure {failure.key}: its input is not {kind.singular}: {error}") from None


def _connected(origin: Origin, file: SuiteFile, given: Component | None) -> Connection:
    """The model, under the labels and the output of the failures where neither it nor the suite names its own."""
    spec = file.suite.model
    assert spec is not None
    try:
        component = given or components.resolve("models", spec, file.folder)
        adapter = adapter_of(component, Context.of(file.folder, file.suite))
        known = connect(adapter, labels=spec.labels, output=spec.output)
        made = connect(
            known,
            labels=None if known.labels else origin.labels,
            output=None if known.flow or spec.output or origin.output == known.output else _plain(origin, known),
        )
    except MissingExtra:
        raise
    except HarnessError as error:
        raise UserError(f"{file.where('model')}: {error}") from error
    require_victim(made, spec.use)
    if output_kind(made.output).task != output_kind(origin.output).task:
        raise UserError(f"{file.where('model')}: it answers {made.output}, but the failures are of {origin.output}")
    return made


def _plain(origin: Origin, known: Connection) -> Any:
    """The output of a plain callable, which seldom says what it answers: what is asked of it."""
    same = output_kind(origin.output).task == output_kind(known.output).task
    return known.output if same else origin.output


def _asked(model: Connection, samples: Sequence[Sample[Any]], suite: Suite) -> dict[str, Outcome]:
    once = AskOnce(lambda answers: answers.array.tolist())
    cases = (Case("replay", "", sample, once) for sample in samples)
    found = {outcome.case.sample.id: outcome for outcome in outcomes({"": model}, cases, seed=suite.seed)}
    if found and all(each.error for each in found.values()):
        error = next(str(each.error) for each in found.values()).strip().splitlines()[-1]
        raise RunError(f"the model failed on each of the {len(found)} inputs: {error}")
    return found


def _truth(failure: KnownFailure, model: Connection, origin: Origin, title: str) -> Truth:
    """What is true of an input, among the labels of the model that is asked."""
    if model.output == "value":
        try:
            return float(failure.truth)
        except ValueError:
            raise UserError(f"{title}: failure {failure.key}: {failure.truth!r:.80} is no number") from None
    places = {folded(label): at for at, label in enumerate(model.labels)}
    try:
        found = tuple(sorted(places[folded(name)] for name in names_in(failure.truth, model.output)))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise UserError(
            f"{title}: failure {failure.key} is {failure.truth!r:.80}, but the model answers {listed(model.labels)}: "
            "name a suite whose model has `labels:` in the order of its answers (--suite)"
        ) from None
    return found if model.output == "labels" else found[0]


def _replayed(
    known: Known, key: str, outcome: Outcome, truth: Truth, model: Connection, waiver: Waiver | None
) -> Replayed:
    failure, output = known.failures[key], output_kind(model.output)
    if outcome.error:
        return Replayed(failure, "errored", error=outcome.error.strip().splitlines()[-1], waiver=waiver)
    words = answered(output, outcome.value, model.labels)
    return Replayed(failure, _status(output, outcome.value, truth, known.origin.within, waiver), words, "", waiver)


def _status(
    output: OutputKind, row: Sequence[float], truth: Truth, within: float | None, waiver: Waiver | None
) -> Status:
    if not is_wrong(output, row, truth, within):
        return "mended"
    if waiver is None:
        return "fails"
    return "expired" if waiver.expired else "waived"


def _name(suite: Suite, model: Connection) -> str:
    spec = suite.model
    assert spec is not None
    main = next((str(value) for value in spec.parameters.values() if isinstance(value, str)), "")
    return f"{spec.use}:{main}" if main else model.name

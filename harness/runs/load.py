"""From a suite file to something that can run: components resolved, tasks built, model and data loaded."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import repeat
from pathlib import Path
from typing import Any, get_args

from harness.data.samples import Data, Inputs, joined, narrow, read_samples, require_sound
from harness.data.table import Table
from harness.engine.cases import Case, of_columns
from harness.engine.channels import Channel, count_cut
from harness.errors import HarnessError, MissingExtra, UserError, listed, nearest
from harness.kinds.inputs import InputKind
from harness.kinds.outputs import OUTPUTS, output_kind
from harness.kinds.takes import require
from harness.scores.address import local_address, parse_local
from harness.scores.gates import Gate
from harness.suite import components
from harness.suite.components import Component
from harness.suite.file import ModelSpec, Spec, Suite, SuiteFile, TaskSpec
from harness.tasks.task import Context, Part, Scoring, Task
from harness.types import Output, Sample, SessionFunction, folded, output_of

CHANNEL_PARTS = ("prepare", "submit", "depth", "budget")
"""What makes an adapter a Channel."""

NOTHING_GIVEN: Mapping[str, Component] = {}


@dataclass(frozen=True)
class Checked:
    """A suite whose every component exists and takes its parameters; no model is loaded yet."""

    file: SuiteFile
    model: Component
    models: Mapping[str, Component]
    sets: Sequence[Component]
    tasks: Mapping[str, Task[Any]]

    @property
    def suite(self) -> Suite:
        return self.file.suite

    def gates(self, task: TaskSpec) -> list[Gate]:
        """The gates of a task, in the order of the suite."""
        return [
            Gate(f"{task.title}/{address}", kind, bound)
            for address, bounds in task.gates.items()
            for kind, bound in bounds.items()
        ]


@dataclass(frozen=True)
class Loaded:
    """A checked suite with its models and data, and the session function of every part of every task."""

    checked: Checked
    models: Mapping[str, Any]
    labels: Sequence[str]
    sets: Sequence[Data]
    sessions: Mapping[str, Mapping[str, SessionFunction[Any]]]
    fingerprints: Mapping[str, str]

    @cached_property
    def cut(self) -> list[int]:
        """For each set, how many of its inputs are longer than the model takes."""
        return [count_cut(self.models[""], Inputs(data.samples)) for data in self.sets]

    @property
    def samples(self) -> Sequence[Sample[Any]]:
        """The samples of every set, set by set."""
        return joined([data.samples for data in self.sets])

    @property
    def kind(self) -> InputKind:
        """The kind of the inputs."""
        return self.sets[0].kind

    @property
    def output(self) -> Output:
        """What the model answers."""
        return output_of(self.models[""])

    @property
    def count(self) -> int:
        """How many cases there are."""
        samples = {spec.title: sum(len(data.samples[: spec.limit]) for data in self.sets)
                   for spec in self.checked.suite.tasks}  # fmt: skip
        return sum(samples[title] * len(parts) for title, parts in self.sessions.items())

    def cases(self) -> Iterator[Case]:
        """Every case of every task, task by task, part by part."""
        for spec in self.checked.suite.tasks:
            for part, session in self.sessions[spec.title].items():
                for data in self.sets:
                    samples = data.samples[: spec.limit]
                    yield from of_columns(Case, repeat(spec.title), repeat(part), samples, repeat(session))


def check(file: SuiteFile, given: Mapping[str, Component] = NOTHING_GIVEN) -> Checked:
    """Resolve everything a suite names; raises UserError with the line of what is wrong.

    `given` holds the model and the data of a suite that has them in memory.
    """
    suite = file.suite
    if suite.model is None or not suite.sets:
        lacking = "model" if suite.model is None else "data"
        raise UserError(f"{file.where()}: the suite has no {lacking}: add `{lacking}:` or give --{lacking} USE:VALUE")
    checked = Checked(
        file,
        model=given.get("model") or _resolve(file, "models", suite.model, "model"),
        models={name: _resolve(file, "models", spec, "models", name) for name, spec in suite.models.items()},
        sets=[
            given.get("data") or _resolve(file, "data", spec, *_place(suite, at)) for at, spec in enumerate(suite.sets)
        ],
        tasks={spec.title: _task(file, spec, at) for at, spec in enumerate(suite.tasks)},
    )
    check_addresses(checked, suite.model.labels or [], suite.model.output)
    return checked


def check_file(file: SuiteFile) -> list[str]:
    """Check what a suite says without its data, as far as what is installed can: what could not be checked, and why.

    Raises UserError with the line of what is wrong. Model and data may be left to the command line.
    """
    suite, lacking = file.suite, list[str]()
    named: list[tuple[str, Spec, tuple[str | int, ...]]] = [("models", suite.model, ("model",))] if suite.model else []
    named += [("models", spec, ("models", name)) for name, spec in suite.models.items()]
    named += [("data", spec, _place(suite, at)) for at, spec in enumerate(suite.sets)]
    checks: list[Callable[[], object]] = [partial(_resolve, file, kind, spec, *path) for kind, spec, path in named]
    checks += [partial(_task, file, spec, at) for at, spec in enumerate(suite.tasks)]
    for each in checks:
        try:
            each()
        except MissingExtra as error:
            lacking.append(str(error))
    return lacking


def load(checked: Checked) -> Loaded:
    """Load data, models and what the parts need, and match labels; raises UserError for what cannot be.

    Everything that can be missing is missed here, before the first sample and before anything is written.
    """
    file, suite = checked.file, checked.suite
    assert suite.model is not None
    rows = rows_of(checked)
    with importable(file.folder, Path.cwd()):
        adapter = _called(file, checked.model, "model")
        others = {name: _called(file, each, "models", name) for name, each in checked.models.items()}
        with _located(file, "model"):
            model = described(adapter, suite.model)
        for at, spec in enumerate(suite.tasks):
            with _located(file, "tasks", at):
                _require_output(spec, checked.tasks[spec.title], model)
        check_addresses(checked, model.labels, output_of(model))
        sets = [_read(checked, at, each, model) for at, each in enumerate(rows)]
        require_kind(checked, [data.kind for data in sets])
        sessions = {spec.title: _sessions(checked, spec.title, at, model) for at, spec in enumerate(suite.tasks)}
    models = {"": model, **others}
    return Loaded(checked, models, list(model.labels), sets, sessions, _fingerprints(checked, models, sets))


def check_addresses(checked: Checked, labels: Sequence[str], output: Output | None) -> None:
    """Raise UserError for a gate on a score that its task will not have.

    Without labels gates on classes go unchecked; without an output scores of any count.
    """
    for at, spec in enumerate(checked.suite.tasks):
        known = _score_names(checked.tasks[spec.title], labels, output)
        for address in spec.gates if known else ():
            if not _is_known(address, known, checked.suite, labels):
                where = checked.file.where("tasks", at, "gates", address)
                raise UserError(
                    f"{where}: task {spec.title!r} has no score {address!r}: it has {listed(sorted(known))}"
                    f"{nearest(address, known)}"
                )


def _score_names(task: Task[Any], labels: Sequence[str], output: Output | None) -> set[str]:
    """Every address a task's scores can have; none where the task does not say."""
    outputs = (task.outputs if output is None else {output}) if task.names_all else ()
    return {score.local for each in outputs for score in task.score([], Scoring(labels, {}, output=each))}


def _is_known(address: str, known: set[str], suite: Suite, labels: Sequence[str]) -> bool:
    """Whether a gate's score will be there: one of the task's, or that on another set, or the drop to it."""
    name, keys = parse_local(address)
    others = [spec.title for spec in suite.sets[1:]]
    on = keys.pop("data", None)
    if "class" in keys and not labels:
        return True
    whole = local_address(name, keys)
    if on is None:
        return whole in known
    lost = local_address(name.removesuffix("_drop"), keys)
    return on in others and (whole in known or (name.endswith("_drop") and lost in known))


def require_kind(checked: Checked, kinds: Sequence[InputKind]) -> InputKind:
    """The kind of all sets; raises UserError where they differ, or a part of a task takes another kind."""
    if other := [kind for kind in kinds if kind is not kinds[0]]:
        raise UserError(
            f"{checked.file.where('data')}: the first set has {kinds[0].plural}, another has {other[0].plural}: "
            "expected one kind of input in all"
        )
    for at, spec in enumerate(checked.suite.tasks):
        with _located(checked.file, "tasks", at):
            for part in checked.tasks[spec.title].parts.values():
                if isinstance(part, Part):
                    require(part.takes, kinds[0], part.title)
    return kinds[0]


def rows_of(checked: Checked) -> list[Table]:
    """The rows of every set that its filter keeps; raises UserError when there are none, or a column is missing."""
    found = []
    for at, (spec, component) in enumerate(zip(checked.suite.sets, checked.sets, strict=True)):
        with _located(checked.file, *_place(checked.suite, at)):
            found.append(narrow(component.call(), spec))
    return found


def sound_rows(checked: Checked) -> list[int]:
    """How many rows every set has; raises UserError for what a run would refuse of them, as far as `check` can see."""
    suite, sizes, kinds = checked.suite, list[int](), list[InputKind]()
    known = suite.model.labels if suite.model and suite.model.labels else []
    for at, rows in enumerate(rows_of(checked)):
        with _located(checked.file, *_place(suite, at)):
            kinds.append(require_sound(rows, suite.sets[at], known, _only_output(checked)))
        sizes.append(len(rows))
    require_kind(checked, kinds)
    return sizes


def _only_output(checked: Checked) -> Output | None:
    """What the model has to answer, where only one kind of answer suits every task."""
    if checked.suite.model and checked.suite.model.output:
        return checked.suite.model.output
    suitable = frozenset[Output].intersection(*(task.outputs for task in checked.tasks.values()))
    return next(iter(suitable)) if len(suitable) == 1 else None


def _place(suite: Suite, at: int) -> tuple[str | int, ...]:
    """Where a set of data stands in the suite."""
    return ("data", at) if isinstance(suite.data, list) else ("data",)


def _read(checked: Checked, at: int, rows: Table, model: Any) -> Data:
    suite = checked.suite
    name = suite.sets[at].title if len(suite.sets) > 1 else ""
    with _located(checked.file, *_place(suite, at)):
        return read_samples(rows, suite.sets[at], model.labels, suite.seed, output_of(model), name)


def _require_output(spec: TaskSpec, task: Task[Any], model: Any) -> None:
    if output_of(model) not in task.outputs:
        measuring = {kind.task for kind in OUTPUTS.values()}
        instead = f"use {output_kind(output_of(model)).task!r}, or " if spec.use in measuring else ""
        raise UserError(
            f"task {spec.use!r} measures models that answer {' or '.join(sorted(task.outputs))}, but this one answers "
            f"{output_of(model)}: {instead}say another `output` in `model`, or leave the task out"
        )


def described(adapter: Any, spec: ModelSpec) -> Any:
    """The adapter, with the output and the labels the suite gives; raises UserError when it has none, or too many."""
    if not callable(getattr(adapter, "predict", adapter)) and not isinstance(adapter, Channel):
        raise UserError(f"model {spec.use!r}: expected a callable (inputs) -> probabilities, but got {adapter!r}")
    output = spec.output or output_of(adapter)
    if output not in get_args(Output):
        raise UserError(f"model {spec.use!r} has the output {output!r}: expected one of {listed(get_args(Output))}")
    labels = _labels(adapter, spec, output)
    if len({folded(label) for label in labels}) < len(labels):
        raise UserError(f"labels of a model must differ, by more than case and outer space, but got {listed(labels)}")
    says_so = getattr(adapter, "labels", None) is not None and not spec.labels and not spec.output
    return adapter if says_so else Labelled(adapter, labels, output)


def _labels(adapter: Any, spec: ModelSpec, output: Output) -> list[str]:
    own = [] if getattr(adapter, "labels", None) is None else list(adapter.labels)
    labels = spec.labels or own or (["value"] if output == "value" else [])
    if not labels:
        raise UserError(
            f"model {spec.use!r} does not say what its answers mean: add `labels: [..]` to `model`, in their order"
        )
    if own and len(own) != len(labels):
        raise UserError(
            f"the suite names {len(labels)} labels ({listed(labels)}), but the model has {len(own)} ({listed(own)})"
        )
    return labels


class Labelled:
    """An adapter with labels and output as the suite says; all else is the adapter's own."""

    def __init__(self, adapter: Any, labels: Sequence[str], output: Output = "probabilities") -> None:
        self.labels = labels
        self.output = output
        self._adapter = adapter
        self.name = getattr(adapter, "name", getattr(adapter, "__name__", type(adapter).__name__))
        # From Python 3.12 on, `isinstance(…, Channel)` looks past `__getattr__`.
        vars(self).update({part: getattr(adapter, part) for part in CHANNEL_PARTS if hasattr(adapter, part)})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._adapter, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._adapter(*args, **options)


def _task(file: SuiteFile, spec: TaskSpec, at: int) -> Task[Any]:
    component = _resolve(file, "tasks", spec, "tasks", at)
    with _located(file, "tasks", at):
        task = component.call(*([Context(file.folder)] if _wants_context(component) else []))
        if not isinstance(task, Task):
            raise UserError(f"task {spec.use!r} gave {task!r}: expected a harness.Task")
        return task


def _sessions(checked: Checked, title: str, at: int, model: Any) -> dict[str, SessionFunction[Any]]:
    with _located(checked.file, "tasks", at):
        return {part: prepare(model) for part, prepare in checked.tasks[title].parts.items()}


def _wants_context(component: Component) -> bool:
    return any(
        each.kind is not inspect.Parameter.KEYWORD_ONLY
        for each in inspect.signature(component.function).parameters.values()
    )


def _resolve(file: SuiteFile, kind: str, spec: Spec, *path: str | int) -> Component:
    with _located(file, *path):
        return components.resolve(kind, spec, file.folder)


def _called(file: SuiteFile, component: Component, *path: str | int) -> Any:
    with _located(file, *path):
        return component.call()


@contextmanager
def _located(file: SuiteFile, *path: str | int) -> Iterator[None]:
    """Put `file:line` in front of what is wrong at a place of the suite."""
    try:
        yield
    except MissingExtra:
        raise
    except HarnessError as error:
        at = error.at if isinstance(error, UserError) else ()
        raise UserError(f"{file.where(*path, *at)}: {error}") from error


@contextmanager
def importable(*folders: Path) -> Iterator[None]:
    """Modules beside the suite and in the working directory can be found, behind everything that is installed.

    Behind, since a file of the user's that happens to be called like a library's must not be run in its place.
    They stay, since a model may import when it is asked.
    """
    sys.path += [str(folder.resolve()) for folder in folders if str(folder.resolve()) not in sys.path]
    yield


def _fingerprints(checked: Checked, models: Mapping[str, Any], sets: Sequence[Data]) -> dict[str, str]:
    dumped = checked.suite.model_dump(mode="json")
    for spec in (dumped["model"], *dumped["models"].values()):
        for way in ("device", "budget"):  # how it is computed, not what
            spec.pop(way, None)
    return {
        "suite": digest(json.dumps(dumped, sort_keys=True)),
        "model": digest(*(f"{name}={fingerprint_of(model)}" for name, model in sorted(models.items()))),
        "data": sets[0].fingerprint if len(sets) == 1 else digest(*(data.fingerprint for data in sets)),
    }


def fingerprint_of(model: Any) -> str:
    """The adapter's own fingerprint; for a callable its name and source, as far as they can be read."""
    own = getattr(model, "fingerprint", None)
    if own is not None:
        return str(own)
    function: Callable[..., Any] | type = getattr(model, "_adapter", model)
    function = function if inspect.isroutine(function) else type(function)
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        source = ""
    return digest(f"{function.__module__}.{function.__qualname__}", source)


def digest(*parts: str) -> str:
    """A short hash of some texts."""
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        whole.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return whole.hexdigest()

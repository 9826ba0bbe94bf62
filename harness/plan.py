"""From a suite file to something that can run: components resolved, tasks built, model and data loaded."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import components
from harness.channels import Channel
from harness.components import Component
from harness.data import Data, columns_of, folded, read_samples
from harness.engine import Case
from harness.errors import HarnessError, MissingExtra, UserError, listed
from harness.gates import Gate
from harness.suite import ModelSpec, Spec, Suite, SuiteFile, TaskSpec
from harness.task import Context, Task
from harness.types import SessionFunction

CHANNEL_PARTS = ("prepare", "submit", "depth", "budget")
"""What makes an adapter a Channel."""


@dataclass(frozen=True)
class Checked:
    """A suite whose every component exists and takes its parameters; no model is loaded yet."""

    file: SuiteFile
    model: Component
    models: Mapping[str, Component]
    data: Component
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
    data: Data
    sessions: Mapping[str, Mapping[str, SessionFunction[Any]]]
    fingerprints: Mapping[str, str]

    def cases(self) -> Iterator[Case]:
        """Every case of every task, task by task, part by part."""
        for spec in self.checked.suite.tasks:
            for part, session in self.sessions[spec.title].items():
                for sample in self.data.samples[: spec.limit]:
                    yield Case(spec.title, part, sample, session)


def check(file: SuiteFile) -> Checked:
    """Resolve everything a suite names; raises UserError with the line of what is wrong."""
    suite = file.suite
    if suite.model is None or suite.data is None:
        lacking = "model" if suite.model is None else "data"
        raise UserError(f"{file.where()}: the suite has no {lacking}: add `{lacking}:` or give --{lacking} USE:VALUE")
    return Checked(
        file,
        model=_resolve(file, "models", suite.model, "model"),
        models={name: _resolve(file, "models", spec, "models", name) for name, spec in suite.models.items()},
        data=_resolve(file, "data", suite.data, "data"),
        tasks={spec.title: _task(file, spec, at) for at, spec in enumerate(suite.tasks)},
    )


def load(checked: Checked) -> Loaded:
    """Load data, models and what the parts need, and match labels; raises UserError for what cannot be.

    Everything that can be missing is missed here, before the first sample and before anything is written.
    """
    file, suite = checked.file, checked.suite
    assert suite.model is not None
    assert suite.data is not None
    rows = rows_of(checked)
    with _importable(file.folder, Path.cwd()):
        adapter = _called(file, checked.model, "model")
        others = {name: _called(file, each, "models", name) for name, each in checked.models.items()}
    with _located(file, "model"):
        model = with_labels(adapter, suite.model)
    with _located(file, "data"):
        data = read_samples(rows, suite.data, model.labels, suite.seed)
    models = {"": model, **others}
    sessions = {spec.title: _sessions(checked, spec.title, at, model) for at, spec in enumerate(suite.tasks)}
    return Loaded(checked, models, list(model.labels), data, sessions, _fingerprints(checked, models, data))


def rows_of(checked: Checked) -> list[Mapping[str, Any]]:
    """The rows of a suite's data; raises UserError when there are none, or a column is missing."""
    assert checked.suite.data is not None
    with _located(checked.file, "data"):
        rows = list(checked.data.call())
        columns_of(rows, checked.suite.data)
    return rows


def with_labels(adapter: Any, spec: ModelSpec) -> Any:
    """The adapter, under the labels the suite gives; raises UserError when there are none, or too many."""
    if not callable(getattr(adapter, "predict", adapter)) and not isinstance(adapter, Channel):
        raise UserError(f"model {spec.use!r}: expected a callable (inputs) -> probabilities, but got {adapter!r}")
    own = [] if getattr(adapter, "labels", None) is None else list(adapter.labels)
    labels = spec.labels or own
    if not labels:
        raise UserError(
            f"model {spec.use!r} does not say what its answers mean: add `labels: [..]` to `model`, in their order"
        )
    if own and len(own) != len(labels):
        raise UserError(
            f"the suite names {len(labels)} labels ({listed(labels)}), but the model has {len(own)} ({listed(own)})"
        )
    if len({folded(label) for label in labels}) < len(labels):
        raise UserError(f"labels of a model must differ, by more than case and outer space, but got {listed(labels)}")
    return Labelled(adapter, list(labels)) if spec.labels else adapter


class Labelled:
    """An adapter under labels of the suite's; all else is the adapter's own."""

    def __init__(self, adapter: Any, labels: Sequence[str]) -> None:
        self.labels = labels
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
def _importable(*folders: Path) -> Iterator[None]:
    """Modules beside the suite and in the working directory come first while models load.

    Afterwards, since a model may import when it is asked, they can be found behind everything else.
    """
    added = [str(folder.resolve()) for folder in folders if str(folder.resolve()) not in sys.path]
    sys.path[:0] = added
    try:
        yield
    finally:
        for folder in added:
            sys.path.remove(folder)
        sys.path += added


def _fingerprints(checked: Checked, models: Mapping[str, Any], data: Data) -> dict[str, str]:
    dumped = checked.suite.model_dump(mode="json")
    for spec in (dumped["model"], *dumped["models"].values()):
        spec.pop("device", None)
    return {
        "suite": digest(json.dumps(dumped, sort_keys=True)),
        "model": digest(*(f"{name}={fingerprint_of(model)}" for name, model in sorted(models.items()))),
        "data": data.fingerprint,
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

"""The model of a call, loaded and asked: what `apart` has a process of its own do, and what that tells on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, TypeAlias

from harness.data.samples import inputs_in, narrow
from harness.engine.adapters import Connection, connect
from harness.engine.steadiness import ANSWER_SECONDS, CHEAP_TOLERANCE, TOLERANCE
from harness.engine.strangers import caught, error_line
from harness.errors import HarnessError, UserError
from harness.kinds.inputs import DEFAULT, InputKind, default_kind
from harness.lookups.saved import is_saved
from harness.own.locate import import_folders, no_own_objects
from harness.project.keys import model_or_data, suite_path
from harness.sources.context import Context, adapter_of
from harness.suite import components
from harness.suite.file import SuiteFile, load_suite, suite_of
from harness.suite.located import located, place
from harness.suite.untrusted import require_data_only
from harness.testing.adapters import BATCHES, adapter_problems
from harness.testing.problems import Problem
from harness.testing.specimens import HOSTILE, LONG, texts

LOADING_SECONDS = 600.0
"""Seconds for loading a model and its data, unless the call says others."""

SAMPLES = 48
"""Samples of the data that are asked: with the hostile texts a batch of 64 is full."""


@dataclass(frozen=True)
class Patient:
    """A loaded model and what it will be asked: `seconds` are those that it has for a batch."""

    model: str
    labels: Sequence[str]
    output: str
    inputs: int
    kind: str
    seconds: float

    @property
    def asked(self) -> str:
        """What it is asked, in a line."""
        sizes = " and ".join(", ".join(map(str, BATCHES)).rsplit(", ", 1))
        return f"asking {self.model} {self.inputs} {self.kind} in batches of {sizes}, each twice and in two orders"


@dataclass(frozen=True)
class Asking:
    """A batch is asked now, about which messages say `when`."""

    when: str


@dataclass(frozen=True)
class Loading:
    """So much is loaded now: the data, or the model."""

    what: str


@dataclass(frozen=True)
class Wishes:
    """What else a call says: the model's device, its seconds for a batch, those for loading, and no code of its own."""

    device: str | None = None
    batch: float | None = None
    loading: float = LOADING_SECONDS
    untrusted: bool = False


DEFAULTS = Wishes()

Word: TypeAlias = Loading | Patient | Asking | Problem
"""What an examination tells: first what is loaded, then a patient, what is asked and what is wrong."""


def examine(model: str, data: str | None, tell: Callable[[Word], object], wishes: Wishes = DEFAULTS) -> None:
    """Load a model and its data, as a call names them, and ask it; raises UserError for what cannot be loaded."""
    with no_own_objects() if wishes.untrusted else nullcontext():
        _examine(_suite(model, data, wishes), tell)


def _examine(file: SuiteFile, tell: Callable[[Word], object]) -> None:
    with import_folders(file.folder, Path.cwd()):
        tell(Loading("the data"))
        kind, inputs = _inputs(file)
        tell(Loading(f"model {file.suite.model.use!r}" if file.suite.model else "the model"))
        connection = _loaded(file)
        seconds = file.suite.timeout.batch or ANSWER_SECONDS
        about = (connection.name, connection.labels, connection.output, len(inputs), kind.plural)
        tell(Patient(*about, seconds))
        asking = lambda when: tell(Asking(when))  # noqa: E731
        for problem in adapter_problems(connection, inputs, _tolerance(connection), asking):
            tell(problem)


def _suite(model: str, data: str | None, wishes: Wishes) -> SuiteFile:
    """The suite that is named, or one of the model alone; with what the call says in place of its own."""
    path = suite_path(model)
    named = {} if path else {"model": model_or_data(model)}
    named |= {} if data is None else {"data": model_or_data(data, "data")}
    sets = {"model.device": wishes.device, "timeout.batch": wishes.batch}
    sets = {key: value for key, value in sets.items() if value is not None}
    if path is not None:
        file = load_suite(path, named | sets)
    else:  # what --untrusted allows a call alone has to be known as the call's
        file = suite_of({**named, "tasks": ["classification"]}, "doctor", (named if wishes.untrusted else {}) | sets)
    if wishes.untrusted:
        require_data_only(file)
    return file


def _loaded(file: SuiteFile) -> Connection:
    spec = file.suite.model
    if spec is None:
        raise UserError(f"{file.where()}: the suite has no model of its own: name one as USE:VALUE or as a mapping")
    with located(file, "model"):
        component = components.resolve("models", spec, file.folder)
        try:
            adapter = adapter_of(component, Context.of(file.folder, file.suite))
        except HarnessError:
            raise
        except BaseException as error:  # whatever a stranger's adapter raises
            raise UserError(f"model {spec.use!r} could not be loaded: {error_line(caught(error))}") from error
        found = connect(adapter, labels=spec.labels, output=spec.output)
        if is_saved(found):
            raise UserError(f"model {spec.use!r} cannot be asked anything: `harness check` reads its answers")
        return found


def _tolerance(model: Connection) -> float:
    """A model that computes in a cheaper way than it could is as steady as that way is."""
    return TOLERANCE if model.reference() is None else CHEAP_TOLERANCE


def _inputs(file: SuiteFile) -> tuple[InputKind, Mapping[str, Any]]:
    """What the model is asked, by names for messages: the beginning of the data, and hostile texts where they fit."""
    if not file.suite.sets:
        return default_kind(), texts(SAMPLES, long=True)
    with located(file, *place(file.suite, 0)):
        spec = file.suite.sets[0]
        rows = components.resolve("data", spec, file.folder).call()
        kind, values = inputs_in(narrow(rows, spec, labelled=False), spec)
        some = [values[at] for at in range(min(len(values), spec.limit or SAMPLES, SAMPLES))]
    named = {f"sample {at}": value for at, value in enumerate(some, 1)}
    return kind, {**dict(_hostile(kind, some)), **named}


def _hostile(kind: InputKind, some: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Hostile texts as inputs of the kind: one at a time in a field of a sample, where it has fields of texts."""
    if kind is default_kind():
        yield from texts(0, long=True).items()
    elif kind.fields_of == DEFAULT:
        fields = cycle(kind.fields(some[0]))
        for (name, text), value in zip({**HOSTILE, "10,000 words": LONG}.items(), cycle(some), strict=False):
            field = next(fields)
            yield f"{name} as {field}", kind.with_fields(value, {**kind.fields(value), field: text})

"""From a suite file to something that can run: components resolved, tasks built, model and data loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import repeat
from typing import TYPE_CHECKING, Any

from harness.baselines.direction import NO_WAYS, Ways, more_is_better
from harness.between.reasons import addresses
from harness.brought.models import brought_models
from harness.brought.samples import brought_sets
from harness.clusters.sets import Wanted, wanted
from harness.data.samples import Data, Inputs, Sound, inputs_in, joined, kind_in, narrow, read_samples, slices_of
from harness.data.table import Table
from harness.demands.gate import Gate
from harness.early.looks import Spans
from harness.engine.adapters import Connection, connect
from harness.engine.cases import Case, named_tuples
from harness.errors import MissingExtra, UserError, listed
from harness.folds.crossed import crossed
from harness.kinds.inputs import InputKind, input_kind
from harness.lookups.saved import looked_up, require_no_new_answers
from harness.parts.defaults import completed, named
from harness.parts.fields import require_columns
from harness.parts.unread import count_cut
from harness.runs.fingerprints import fingerprints
from harness.runs.victim import require_victim
from harness.scores.address import parse_local
from harness.sessions.traits import traits_of
from harness.slices.spec import slice_named
from harness.slices.values import Absent, require_value
from harness.slicing.by_slice import sliced
from harness.sources.context import Context, adapter_of, wants_context
from harness.sources.prompting import prompt_of
from harness.suite import components
from harness.suite.components import Component
from harness.suite.file import Spec, Suite, SuiteFile, TaskSpec
from harness.suite.located import called, located, place
from harness.suite.sets import require_slices_of
from harness.suite.takes import require
from harness.tasks.task import Part, Task
from harness.types import Output, Sample, SessionFunction
from harness.verdicts.outputs import require_outputs
from harness.verdicts.possible import is_known, refusal, score_names

if TYPE_CHECKING:
    from harness.runs.local import Executor

NOTHING_GIVEN: Mapping[str, Component] = {}


def gates_of(task: TaskSpec, ways: Ways = NO_WAYS) -> list[Gate]:
    """The gates of a task, in the order of the suite."""
    return [
        Gate(f"{task.title}/{address}", kind, bound, tier=each.tier, more_is_better=more_is_better(address, kind, ways))
        for address, each in task.gates.items()
        for kind, bound in each.by_kind.items()
    ]


@dataclass(frozen=True)
class Checked:
    """A suite whose every component exists and takes its parameters; no model is loaded yet."""

    file: SuiteFile
    model: Component
    models: Mapping[str, Component]
    sets: Sequence[Component]
    tasks: Mapping[str, Task[Any]]
    executor: Component
    rows: Sequence[Table] = ()
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def suite(self) -> Suite:
        return self.file.suite

    def gates(self, task: TaskSpec) -> list[Gate]:
        """The gates of a task, in the order of the suite."""
        return gates_of(task, self.tasks[task.title].lower_is_better)

    @property
    def every_gate(self) -> list[Gate]:
        """The gates of all tasks."""
        return [gate for task in self.suite.tasks for gate in self.gates(task)]


@dataclass(frozen=True)
class Loaded:
    """A checked suite with its models and data, and the session function of every part of every task."""

    checked: Checked
    models: Mapping[str, Connection]
    labels: Sequence[str]
    sets: Sequence[Data]
    sessions: Mapping[str, Mapping[str, SessionFunction[Any]]]
    fingerprints: Mapping[str, str]
    executor: Executor

    @cached_property
    def cut(self) -> list[int]:
        """For each set, how many of its inputs are longer than the model takes."""
        return [count_cut(self.models[""], Inputs(data.samples)) for data in self.sets]

    @property
    def own(self) -> Mapping[str, Connection]:
        """The models that the suite names, without those that tasks bring along."""
        return {name: self.models[name] for name in ("", *self.checked.suite.models)}

    @property
    def clusters(self) -> Iterator[Wanted]:
        """What the models are to embed before the first case, for slices by clusters."""
        suite = self.checked.suite
        slices = {name: spec.slices for name, spec in zip(suite.set_names, suite.sets, strict=True)}
        return wanted(self.sets, slices, self.own)

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
        """The kind of the model's output."""
        return self.models[""].output

    @property
    def count(self) -> int:
        """The number of cases."""
        return sum(self.count_of(spec) for spec in self.checked.suite.tasks)

    def count_of(self, spec: TaskSpec) -> int:
        """The number of cases of a task."""
        return sum(len(samples) for part in self.sessions[spec.title] for samples in self.chosen(spec, part))

    def chosen(self, spec: TaskSpec, part: str) -> Iterator[Sequence[Sample[Any]]]:
        """The samples of each set that a part of a task runs on."""
        made = self.checked.tasks[spec.title].parts[part]
        for data in spec.of({each.name: each for each in self.sets}).values():
            samples = data.samples[: spec.limit]
            yield samples if not isinstance(made, Part) or made.samples is None else made.samples(samples)

    def cases(self, spans: Spans | None = None) -> Iterator[Case]:
        """Every case of every task, task by task, part by part; of `spans` only those of its tasks and places."""
        for spec in self.checked.suite.tasks:
            if spans is None or spec.title in spans:
                yield from self.cases_of(spec, slice(*spans[spec.title]) if spans else slice(None))

    def cases_of(self, spec: TaskSpec, some: slice = slice(None)) -> Iterator[Case]:
        """Every case of a task, or those of some places in each set."""
        for part, session in self.sessions[spec.title].items():
            for samples in self.chosen(spec, part):
                yield from named_tuples(Case, repeat(spec.title), repeat(part), samples[some], repeat(session))


def task_of(file: SuiteFile, at: int) -> Task[Any]:
    """The task at a place of a suite; no model is loaded."""
    return _task(file, file.suite.tasks[at], at)


def check(file: SuiteFile, given: Mapping[str, Component] = NOTHING_GIVEN) -> Checked:
    """Resolve everything a suite names; raises UserError with the line of what is wrong.

    `given` contains the model and the data of a suite that has them in memory.
    """
    suite = file.suite
    if suite.model is None:
        raise _not_given(file, "model")
    model = given.get("model") or _resolve(file, "models", suite.model, "model")
    tasks = {spec.title: _task(file, spec, at) for at, spec in enumerate(suite.tasks)}
    if not suite.sets and not all(task.samples for task in tasks.values()):
        raise _not_given(file, "data")
    checked = Checked(
        file,
        model=model,
        models={name: _resolve(file, "models", spec, "models", name) for name, spec in suite.models.items()},
        sets=[
            given.get("data") or _resolve(file, "data", spec, *place(suite, at)) for at, spec in enumerate(suite.sets)
        ],
        tasks=tasks,
        executor=_resolve(file, "executors", suite.executor, "executor"),
    )
    if not all(task.parts for task in checked.tasks.values()):
        checked = _with_defaults(checked)
    labels, output = foretold(checked)
    require_outputs(checked.file, checked.tasks, output)
    require_no_new_answers(checked.file, checked.model, checked.tasks)
    check_addresses(checked, labels, output)
    return checked


def _not_given(file: SuiteFile, needed: str) -> UserError:
    return UserError(f"{file.where()}: the suite has no {needed}: add `{needed}:` or give --{needed} USE:VALUE")


def _with_defaults(checked: Checked) -> Checked:
    """The same with the parts that the kind of input decides, where a task names none: the data are read now."""
    old, rows, without = checked.file, rows_of(checked), [not task.parts for task in checked.tasks.values()]
    with located(old, *place(old.suite, 0)):
        kind = kind_in(rows[0], old.suite.sets[0])
    specs = [completed(spec, kind) if none else spec for none, spec in zip(without, old.suite.tasks, strict=True)]
    file = SuiteFile(old.suite.model_copy(update={"tasks": specs}), old.name, old.folder, old.places, old.given)
    chosen = {spec.title: named(spec) for none, spec in zip(without, specs, strict=True) if none}
    made = {spec.title: _task(file, spec, at) for at, spec in enumerate(specs) if spec.title in chosen}
    return replace(checked, file=file, tasks={**checked.tasks, **made}, rows=rows, chosen=chosen)


def check_file(file: SuiteFile) -> list[str]:
    """Check what a suite says without its data, as far as what is installed can: what could not be checked, and why.

    Raises UserError with the line of what is wrong. Model and data may be left to the command line.
    """
    suite, unchecked = file.suite, list[str]()
    named: list[tuple[str, Spec, tuple[str | int, ...]]] = [("models", suite.model, ("model",))] if suite.model else []
    named += [("models", spec, ("models", name)) for name, spec in suite.models.items()]
    named += [("data", spec, place(suite, at)) for at, spec in enumerate(suite.sets)]
    checks: list[Callable[[], object]] = [partial(_resolve, file, kind, spec, *path) for kind, spec, path in named]
    checks += [partial(_task, file, spec, at) for at, spec in enumerate(suite.tasks)]
    checks.append(partial(_resolve, file, "executors", suite.executor, "executor"))
    checks += [
        partial(called, file, partial(input_kind, spec.kind), *place(suite, at), "kind")
        for at, spec in enumerate(suite.sets)
        if spec.kind
    ]
    for each in checks:
        try:
            each()
        except MissingExtra as error:
            unchecked.append(str(error))
    return unchecked


def load(checked: Checked, beside: Loaded | None = None) -> Loaded:
    """Load data, models and what the parts need, and match labels; raises UserError for what cannot be.

    Everything that can be missing is missed here, before the first sample and before anything is written. Who loads
    enters `import_folders` around it and around all that is asked of what it gives. `beside` is the same suite with
    another model, loaded: its data and its other models are those of this one, too.
    """
    file, suite = checked.file, checked.suite
    assert suite.model is not None
    rows = [] if beside else rows_of(checked)
    require_prompts(checked, rows)
    context, more = Context.of(file.folder, suite), {} if beside else checked.models
    adapter = called(file, partial(adapter_of, checked.model, context), "model")
    loaded = {name: called(file, partial(adapter_of, each, context), "models", name) for name, each in more.items()}
    with located(file, "model"):
        model = connect(adapter, labels=suite.model.labels, output=suite.model.output)
        require_victim(model, suite.model.use, saved=True)
    if checked.model.name != "given":
        model = replace(model, spec={"use": checked.model.name, **checked.model.parameters})
    others = {
        name: beside.models[name]
        if beside
        else called(
            file, partial(connect, loaded[name], title=name, labels=spec.labels, output=spec.output), "models", name
        )
        for name, spec in suite.models.items()
    }
    require_outputs(checked.file, checked.tasks, model.output)
    check_addresses(checked, model.labels, model.output)
    sets = beside.sets if beside else [_read(checked, at, each, model) for at, each in enumerate(rows)]
    sets = sets if beside else [*sets, *brought_sets(checked.tasks)]
    require_kind(checked, sets)
    _require_values(checked, sets)
    sessions = {spec.title: _sessions(checked, spec.title, at, model, sets[0]) for at, spec in enumerate(suite.tasks)}
    known = dict(zip(suite.set_names, (each.placed for each in sets), strict=False))
    sessions = called(file, partial(looked_up, model, known, sessions), "model")
    how = partial(crossed, suite.cross_validation, model, sets[: len(suite.sets)], sessions, suite.seed)
    folds = called(file, how, "cross_validation")
    sets, sessions = [*folds.sets, *sets[len(suite.sets) :]] if folds.models else sets, folds.sessions
    models = {"": model, **others, **brought_models(checked.tasks.values(), others, context.adapter), **folds.models}
    every = [*sets, *(source.read(model) for task in checked.tasks.values() for source in task.sources)]
    prints, executor = fingerprints(suite, models, every), checked.executor.call()
    return Loaded(checked, models, list(model.labels), sets, sessions, prints, executor)


def require_prompts(checked: Checked, rows: Sequence[Table]) -> None:
    """Raise UserError for a model that is a prompt with fields that the first input of the data has not."""
    every: dict[tuple[str, ...], Component] = {("model",): checked.model}
    every |= {("models", name): each for name, each in checked.models.items()}
    value = inputs_in(rows[0][:1], checked.suite.sets[0])[1][0] if rows else None
    for path, model in every.items() if rows else ():
        called(checked.file, partial(prompt_of, model, value), *path)


def check_addresses(checked: Checked, labels: Sequence[str], output: Output | None) -> None:
    """Raise UserError for a gate on a score that its task will not have.

    Without labels gates on classes go unchecked; without an output scores of any count.
    """
    for at, spec in enumerate(checked.suite.tasks):
        task = checked.tasks[spec.title]
        known = score_names(task, labels, output)
        known |= set(addresses(task)) if known else set()
        for address in spec.gates if known else ():
            others = list(spec.of(dict.fromkeys(checked.suite.set_names)))[1:]
            slices = checked.suite.slices_of(spec)
            if not is_known(address, known, others, labels, slices):
                where = checked.file.where("tasks", at, "gates", address)
                why = refusal(address, spec, known, slices)
                raise UserError(f"{where}: task {spec.title!r} has no score {address!r}: {why}")


def _require_values(checked: Checked, sets: Sequence[Data]) -> None:
    """Raise UserError for a gate on a slice that no sample is in, of those whose values the data decide."""
    by_name = dict(zip(checked.suite.set_names, sets, strict=False))
    for at, spec in enumerate(checked.suite.tasks):
        slices, mine = checked.suite.slices_of(spec), spec.of(by_name)
        for address in spec.gates:
            keys = parse_local(address)[1]
            name, value = slice_named(keys.get("slice", ""))
            of_data = name in slices and not slices[name].segments and not slices[name].known_values
            if value is not None and of_data:
                data = mine.get(keys.get("data", next(iter(mine))), sets[0])
                with located(checked.file, "tasks", at, "gates", address):
                    require_value(name, value, list(slices_of(data.samples).get(name, {}).values()))


def require_kind(checked: Checked, sets: Sequence[Data | Sound]) -> InputKind:
    """The kind of all sets; raises UserError where they differ, or a part takes another kind, or other columns."""
    kind = sets[0].kind
    if other := [each.kind for each in sets if each.kind is not kind]:
        raise UserError(
            f"{checked.file.where('data')}: the first set has {kind.plural}, another has {other[0].plural}: "
            "expected one kind of input in all"
        )
    for at, spec in enumerate(checked.suite.tasks):
        with located(checked.file, "tasks", at):
            for part in checked.tasks[spec.title].parts.values():
                if isinstance(part, Part):
                    require(part.takes, kind, part.title)
                    require_columns(part.columns, [each.columns for each in sets if each.columns], part.title)
    return kind


def rows_of(checked: Checked) -> list[Table]:
    """The rows of every set that its filter keeps; raises UserError when there are none, or a column is missing."""
    if checked.rows:
        return list(checked.rows)
    found, absent = [], Absent([each.slices for each in checked.suite.sets])
    for at, (spec, component) in enumerate(zip(checked.suite.sets, checked.sets, strict=True)):
        with located(checked.file, *place(checked.suite, at)):
            found.append(narrow(component.call(), spec, labelled=_is_labelled(checked, at), absent=absent))
    return found


def _is_labelled(checked: Checked, at: int) -> bool:
    """Whether a task needs to know what is true of a set's samples."""
    suite, name = checked.suite, checked.suite.set_names[at]
    return any(not checked.tasks[spec.title].unlabelled for spec in suite.tasks if spec.of({name: at}))


def _read(checked: Checked, at: int, rows: Table, model: Connection) -> Data:
    suite = checked.suite
    with located(checked.file, *place(suite, at)):
        return read_samples(rows, suite.sets[at], model.labels, suite.sample_seed, model.output, suite.set_names[at])


def foretold(checked: Checked) -> tuple[Sequence[str], Output | None]:
    """The model's labels and output as far as the suite says them, or the model without being loaded."""
    spec, known = checked.suite.model, traits_of(checked.model.function).known or (lambda **_: ((), None))
    labels, output = called(checked.file, partial(known, **checked.model.parameters), "model")
    assert spec is not None
    return spec.labels or labels, spec.output or output


def _task(file: SuiteFile, spec: TaskSpec, at: int) -> Task[Any]:
    component = _resolve(file, "tasks", spec, "tasks", at)
    with located(file, "tasks", at):
        task = component.call(*([Context.of(file.folder, file.suite)] if wants_context(component) else []))
        if not isinstance(task, Task):
            raise UserError(f"task {spec.use!r} gave {task!r}: expected a harness.Task")
        names = list(spec.of(dict.fromkeys(file.suite.set_names)))
        if task.settled_on not in ("", *names):
            expected = f"expected one of several, {listed(filter(None, names))}"
            raise UserError(f"there is no data set {task.settled_on!r}: {expected}")
        require_slices_of(spec.title, task.slices, file.suite.slices_of(spec))
        return sliced(task, file.suite.slices_of(spec))


def _sessions(checked: Checked, title: str, at: int, model: Connection, data: Data) -> dict[str, SessionFunction[Any]]:
    with located(checked.file, "tasks", at):
        for source in checked.tasks[title].sources:
            source.require_like(data.kind, data.columns, model.labels, model.output)
        return {part: prepare(model) for part, prepare in checked.tasks[title].parts.items()}


def _resolve(file: SuiteFile, kind: str, spec: Spec, *path: str | int) -> Component:
    with located(file, *path):
        return components.resolve(kind, spec, file.folder)

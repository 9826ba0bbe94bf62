"""The suite file: what to run, on what, and what must hold. Data, validated; every error names its line."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from harness.demands.bounds import Bounds
from harness.errors import UserError, listed, nearest
from harness.labels.written import LabelList, LabelMap, write_out
from harness.own.locate import own_objects_are_refused
from harness.scores.address import local_address, parse_local
from harness.slices.spec import DataSlices, SliceSpec, TaskOf, TaskSlices, model_at, of_task, require_slices, with_own
from harness.statistics.intervals import RESAMPLES
from harness.suite import reading
from harness.suite.complaints import NOT_KEYS, complaint, kind_of_value, require_distinct, require_known
from harness.suite.filters import Kept, Within
from harness.suite.first import without_changes
from harness.suite.manner import CrossValidation, Timeout, in_folds
from harness.suite.overrides import MAIN, expanded, override
from harness.suite.sets import sets_of_task
from harness.types import Output, Positive

S = TypeVar("S")
Place: TypeAlias = tuple[str | int, ...]
Places: TypeAlias = dict[Place, str]
"""The words of messages for the place of each key of a suite."""

LANGUAGE = r"^([a-z]{2,3}(-[A-Za-z0-9]+)*)?$"
"""A language as in BCP 47: `de`, `pt-BR`."""

MAX_SUITE_BYTES = 2**20
"""Bytes of a suite file: PyYAML would take seconds over more, and nobody writes as much."""

MAX_PROBLEMS = 50
"""Problems of a suite that are listed."""

_TASK_NAME = re.compile(r"[a-z0-9_-]{1,100}")


class Spec(BaseModel):
    """A component and its parameters: every key but the component's own is one."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    use: str

    @property
    def parameters(self) -> dict[str, Any]:
        """The keys that belong to the component."""
        return dict(self.model_extra or {})


class ModelSpec(Spec):
    """A model; where it does not say so itself, `output` says what it answers and `labels` names the columns."""

    labels: LabelList | None = None
    output: Output | None = None


class DataSpec(Spec):
    """A data set.

    `columns` says where input, label, id and group stand, `kind` what the input is (text, pair, image, row …) where the
    columns do not decide it, `labels` what its labels mean, `filter` which rows count (a column's value, one of
    several, or a range), `limit` how many of them; `name` tells sets apart. `language` is that of its texts: `de`.
    `slices` divide its samples: every score is there for each slice, too.
    """

    name: str = ""
    kind: str | None = None
    language: Annotated[str, Field(pattern=LANGUAGE)] = ""
    limit: Positive | None = None
    columns: dict[Literal["input", "label", "id", "group"], str | Annotated[list[str], Field(min_length=1)]] = Field(
        default_factory=dict
    )
    labels: LabelMap = Field(default_factory=dict)
    filter: dict[str, Kept] = Field(default_factory=dict)
    slices: DataSlices = Field(default_factory=dict)

    @property
    def title(self) -> str:
        """The set's name: as given, else that of its file or of where it comes from."""
        path = str(self.parameters.get(MAIN) or self.parameters.get("path") or "")
        return self.name or re.split(r"[/\\]", path)[-1].partition(".")[0] or self.use

    @field_validator("columns")
    @classmethod
    def _one_column(cls, columns: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        for meaning in ("id", "group"):
            if isinstance(columns.get(meaning), list):
                raise ValueError(f"expected one column for the {meaning}")
        return columns


class ExecutorSpec(Spec):
    """The executor of a run."""


Stop: TypeAlias = Literal["end", "early"]
"""Whether a task runs on all samples, or ends as soon as its gates are decided."""


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


class TaskSpec(Spec):
    """A task: its component, its name in every file, its share of the data, when it stops and its gates.

    `data` names the sets it runs on, the first of which its scores without a set's name speak of; all of them unless
    given. `slices` name those of the data that it has scores of, or add some; all of the data's unless given.
    """

    name: str = ""
    data: Annotated[list[str], Field(min_length=1), BeforeValidator(_several)] | None = None
    limit: Positive | None = None
    stop: Stop | None = None
    slices: TaskSlices = None
    gates: dict[str, Bounds] = Field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.name or self.use

    def of(self, sets: Mapping[str, S]) -> dict[str, S]:
        """The sets that it runs on, of those of a suite by their names; a set alone has none, and is every task's."""
        return {name: sets[name] for name in sets_of_task(self.title, self.data, sets)}

    @model_validator(mode="after")
    def _file_name(self) -> Self:
        if not _TASK_NAME.fullmatch(self.title):
            raise ValueError(
                "expected a task name of a-z, 0-9, _ and -, at most 100 of them, since files are named after it, "
                f"but got {self.title!r:.120}"
            )
        return self

    @field_validator("gates")
    @classmethod
    def _addresses(cls, gates: dict[str, Bounds]) -> dict[str, Bounds]:
        return {local_address(*_parsed(address)): bounds for address, bounds in gates.items()}


def _parsed(address: str) -> tuple[str, dict[str, str]]:
    try:
        return parse_local(address)
    except UserError as error:
        raise ValueError(str(error)) from None


class PartSpec(Spec):
    """A component inside a task (an attack, an explainer), and the name of its part."""

    name: str | None = None

    @property
    def part(self) -> str:
        """The part's name: as given, else `use` or `use:value` as the suite writes it."""
        main = self.parameters.get(MAIN)
        return self.name or (f"{self.use}:{main}" if main else self.use)


AsSpec = BeforeValidator(expanded)
Parts: TypeAlias = list[Annotated[PartSpec, AsSpec]]
"""The type of a task's parameter that lists components, each as `use`, `use:value` or a mapping."""


def _how_many(value: object) -> str:
    return "=sets" if isinstance(value, list) else "=set"


Sets: TypeAlias = Annotated[
    Annotated[Annotated[DataSpec, AsSpec], Tag("=set")]
    | Annotated[Annotated[list[Annotated[DataSpec, AsSpec]], Field(min_length=1)], Tag("=sets")],
    Discriminator(_how_many),
]
"""One data set, or a list of them."""


class Suite(BaseModel):
    """A whole suite file; `model` and `data` may be left to the command line."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    model: Annotated[ModelSpec, AsSpec] | None = None
    models: dict[str, Annotated[ModelSpec, AsSpec]] = Field(default_factory=dict)
    variants: dict[str, Annotated[dict[str, Any] | None, AsSpec]] | None = None
    data: Sets | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    sample_seed: Annotated[int, Field(ge=0)] = 0
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    correction: Literal["none", "holm"] = "none"
    max_errors: Annotated[int, Field(ge=0)] = 0
    resamples: Annotated[int, Field(ge=20)] = RESAMPLES
    baseline: Annotated[str, Field(min_length=1)] | None = None
    first: bool = False
    stop: Stop = "end"
    executor: Annotated[ExecutorSpec, AsSpec] = Field(default_factory=lambda: ExecutorSpec(use="local"))
    timeout: Timeout = Field(default_factory=Timeout)
    cross_validation: Annotated[CrossValidation, BeforeValidator(in_folds)] | None = None
    tasks: Annotated[list[Annotated[TaskSpec, AsSpec]], Field(min_length=1)]

    @field_validator("tasks")
    @classmethod
    def _distinct(cls, tasks: list[TaskSpec], info: ValidationInfo) -> list[TaskSpec]:
        require_distinct("tasks", [task.title for task in tasks])
        sets = _as_list(info.data.get("data"))
        for task in tasks if sets else ():
            require_known(task.title, task.data or (), [each.title for each in sets])
        require_slices(*_slices(tasks, _titled(info.data.get("data"))), info.data.get("models", {}))
        return tasks

    @field_validator("data")
    @classmethod
    def _distinct_sets(cls, data: DataSpec | list[DataSpec] | None) -> DataSpec | list[DataSpec] | None:
        require_distinct("sets", [each.title for each in data] if isinstance(data, list) else [])
        return data

    @property
    def sets(self) -> list[DataSpec]:
        """The data sets, in their order; the first is the one that scores without a set's name speak of.

        Their slices are those of tasks, too.
        """
        sets = _titled(self.data)
        slices = with_own(*_slices(self.tasks, sets))
        return [each.model_copy(update={"slices": slices[name]}) for name, each in sets.items()]

    def slices_of(self, task: TaskSpec) -> dict[str, SliceSpec]:
        """The slices that a task has scores for, by name."""
        some = task.of(_titled(self.data)).values()
        return {name: spec for each in some for name, spec in of_task(task.slices, each.slices).items()}

    @property
    def set_names(self) -> list[str]:
        """The name of each set in samples and addresses: none where there is one."""
        return list(_titled(self.data))


def _as_list(data: DataSpec | list[DataSpec] | None) -> list[DataSpec]:
    return data if isinstance(data, list) else [data] if data else []


def _titled(data: DataSpec | list[DataSpec] | None) -> dict[str, DataSpec]:
    """The sets by the names that tasks know them by: one alone has none."""
    sets = _as_list(data)
    return {each.title if len(sets) > 1 else "": each for each in sets}


def _slices(
    tasks: Sequence[TaskSpec], sets: Mapping[str, DataSpec]
) -> tuple[dict[str, dict[str, SliceSpec]], list[TaskOf]]:
    named: list[TaskOf] = [(task.title, task.slices, list(task.of(sets))) for task in tasks if task.slices]
    return {name: each.slices for name, each in sets.items()}, named


class SuiteFile:
    """A suite, and where it came from: its name, the folder its paths are relative to, the lines of its keys."""

    def __init__(self, suite: Suite, name: str, folder: Path, places: Places, given: Sequence[Place] = ()) -> None:
        self.suite = suite
        self.given = given
        self.name = name
        self.folder = folder
        self.places = places

    def is_set(self, path: Place) -> bool:
        """Whether a key, or one around it, was set from outside of the file."""
        return any(path[: len(at)] == at for at in self.given)

    def where(self, *path: str | int) -> str:
        """`file:line` of a key, for messages; the nearest key around it when it has no line of its own."""
        return _where(path, self.places)


def load_suite(path: Path, overrides: Mapping[str, Any] | None = None) -> SuiteFile:
    """Read and validate a suite file; `overrides` replace keys by dotted path, tasks by name.

    Raises UserError with file, line, key, the allowed values and the nearest one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SUITE_BYTES + 1)
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: expected a suite file, but it could not be read: {error}") from None
    if len(content) > MAX_SUITE_BYTES:
        raise UserError(f"{path}: expected a suite file, but it has more than {MAX_SUITE_BYTES:,} bytes")
    raw, lines = reading.parse(text, str(path))
    if not isinstance(raw, dict):
        raise UserError(
            f"{path}: expected a mapping with the keys {listed(Suite.model_fields)}, but got {kind_of_value(raw)}"
        )
    places: Places = {(): str(path)} | {keys: f"{path}:{line}" for keys, line in lines.items()}
    name = path.name.removesuffix(".yaml").removesuffix(".yml").removesuffix(".harness")
    return _file(raw, name, path.parent, places, overrides or {}, str(path))


def suite_of(raw: Mapping[str, Any], name: str, overrides: Mapping[str, Any] | None = None) -> SuiteFile:
    """A suite from a mapping with the content of a file; paths are relative to the working directory.

    Raises UserError with the key, the allowed values and the nearest one.
    """
    return _file(copy.deepcopy(dict(raw)), name, Path(), {(): name}, overrides or {}, name)


def _file(
    raw: dict[Any, Any], name: str, folder: Path, places: Places, overrides: Mapping[str, Any], origin: str
) -> SuiteFile:
    given = []
    for key, value in overrides.items():
        at = override(raw, key, value, _title_of)
        given.append(at)
        places = {keys: place for keys, place in places.items() if keys[: len(at)] != at}
        for length in range(1, len(at) + 1):
            places.setdefault(at[:length], f"{origin}, with {key} as it was set")
    try:
        write_out(raw, folder, inside=own_objects_are_refused())
    except UserError as error:
        raise UserError(f"{_where(error.at, places)}: {_dotted(error.at)}: {error}") from None
    return SuiteFile(validated(raw, places), name, folder, places, given)


def _title_of(spec: object) -> str:
    """The name of a set that is not checked yet."""
    with suppress(ValidationError):
        return DataSpec.model_validate(spec).title
    return ""


def _at_first(suite: Suite) -> Suite:
    """A first run compares with nothing."""
    tasks = [task.model_copy(update={"gates": without_changes(task.gates)}) for task in suite.tasks]
    return suite.model_copy(update={"tasks": tasks, "baseline": None}) if suite.first else suite


def validated(raw: Mapping[Any, Any], places: Places) -> Suite:
    """A suite from the content of a file; raises UserError with the places of what is wrong."""
    try:
        return _at_first(Suite.model_validate(raw))
    except ValidationError as error:
        problems = list(dict.fromkeys(_problem(each, places) for each in error.errors()[:MAX_PROBLEMS]))
        more = error.error_count() - MAX_PROBLEMS
        raise UserError("\n".join([*problems, f"and {more} more like these"] if more > 0 else problems)) from None


def _problem(error: ErrorDetails, places: Places) -> str:
    path = tuple(part for part in error["loc"] if part not in NOT_KEYS)
    where = _where(path, places)
    if error["type"] == "extra_forbidden":
        known, key = _around(path).model_fields, path[-1]
        return f"{where}: unknown key {key!r}: expected one of {listed(known)}{nearest(str(key), known)}"
    if error["type"] == "missing":
        owner, option = _dotted(path[:-1]), f", or give --{path[0]} USE:VALUE" if path[0] in {"model", "data"} else ""
        return f"{where}: key {path[-1]!r} is missing" + (f" in {owner}{option}" if owner else "")
    return f"{where}: {_dotted(path)}: {complaint(error)}"


def _around(path: Sequence[str | int]) -> type[BaseModel]:
    """The model of the mapping that has an unknown key."""
    if "gates" in path:
        return Bounds
    if "slices" in path:
        return model_at(path)
    inside: Mapping[str | int, type[BaseModel]] = {"timeout": Timeout, "cross_validation": CrossValidation}
    return Within if "filter" in path else inside.get(path[0], Suite) if len(path) > 1 else Suite


def _where(path: Iterable[str | int], places: Places) -> str:
    keys = tuple(path)
    while keys not in places:
        keys = keys[:-1]
    return places[keys]


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(str(part) for part in path if part != MAIN)

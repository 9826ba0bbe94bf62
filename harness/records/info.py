"""What `run.json` says of a run: its keys are the fields of these classes, plus the `format`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator

from harness.engine.counters import Counters
from harness.labels.written import names_files
from harness.paid.account import Account
from harness.suite.sets import sets_of_task
from harness.types import Output, Undecided, Verdict

State: TypeAlias = Literal["running", "finished", "interrupted", "stopped"]
"""How far a run is: `interrupted` and `stopped` ones go on with --resume, `running` ones when their process is gone."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """Seconds of wall time, those before each --resume included.

    `load` is the time to load model and data, `run` that of all cases, `score` that of scores and findings. A process
    that was killed leaves its `load` only.
    """

    load: float = 0.0
    run: float = 0.0
    score: float = 0.0

    @property
    def total(self) -> float:
        """Their sum."""
        return self.load + self.run + self.score

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.load + other.load, self.run + other.run, self.score + other.score)

    def rounded(self) -> Seconds:
        """To milliseconds."""
        return Seconds(round(self.load, 3), round(self.run, 3), round(self.score, 3))


@dataclass(frozen=True, slots=True)
class DataInfo:
    """A set of data: its name, the kind of its inputs, how many samples, and of these how many the model cuts off.

    `groups` is how many groups they are of, 0 where each is on its own.
    """

    name: str = ""
    kind: str = "text"
    samples: int = 0
    cut: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """A task: `use` is its component, `payload` the dataclass of its records as `module:name`.

    `samples` counts those it ran on, of all sets, `cases` one for each of these and part, `errors` the cases without a
    result: 0 until it is scored. `planned` are the samples that it would have run on had it not ended early, else None.
    `engine` has the counters of each model it asked, by name; `lower_is_better` is what the task says of its scores.
    """

    parts: Sequence[str]
    cases: int
    errors: int = 0
    use: str = ""
    payload: str = ""
    samples: int = 0
    engine: Mapping[str, Counters] = field(default_factory=dict)
    planned: int | None = None
    lower_is_better: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The largest difference between two answers' numbers, and on how many samples the decisions are the same.

    `differing` names some others, `failed` could not be asked of both. Of values and embeddings `same` is `samples`.
    """

    samples: int
    largest: float
    same: int
    differing: Sequence[str]
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where a run was computed: operating system, processors and their kind, and the device of the model.

    `threads` are those of a computation that takes all it may, torch's where it is used; `accelerator` names the GPU.
    """

    platform: str = ""
    cpus: int | None = None
    device: str = ""
    processor: str = ""
    threads: int | None = None
    accelerator: str = ""


def _resolved(suite: Mapping[str, Any]) -> Mapping[str, Any]:
    if names_files(suite):
        raise ValueError("expected labels, not the name of a file of them")
    if not isinstance(suite.get("max_errors"), int):
        raise ValueError("expected max_errors, a whole number")  # pydantic's way
    return suite


ResolvedSuite: TypeAlias = Annotated[Mapping[str, Any], AfterValidator(_resolved)]
"""The keys of a suite file, those it left out included."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What a run is a run of, where and how it went; what stands in no older run has a default.

    `suite` is the suite as resolved, `fingerprints` what may not change before a --resume. `data` are the sets,
    `samples` all of them together. `limit` is how many tokens of an input the model reads, None where it does not say.
    `started` and `finished` are ISO 8601 moments. `engine` has the counters of each model by name, the judged one's
    empty, `accounts` what was spent elsewhere; `cached` counts answers of a cache on disk. `precision` says how models
    in a cheaper precision agree with float32, `unsteady` how the judged one's answers depend on batch or time.
    `notices` are lines to know before the scores. `family_error` is the probability at most that some gate fails though
    every truth meets its bound. `files` are hashes of a finished run's files, `why` is why a run stopped that did not
    finish, and `folder` is where paths of the suite begin, from the run's own folder.
    """

    name: str
    state: State
    suite: ResolvedSuite
    fingerprints: Mapping[str, str]
    labels: Sequence[str]
    tasks: Mapping[str, TaskInfo]
    output: Output = "probabilities"
    seed: int = 0
    sample_seed: int = 0
    confidence: float = 0.95
    family_error: float = 0.0
    samples: int = 0
    data: Sequence[DataInfo] = ()
    limit: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    hardware: Hardware = field(default_factory=Hardware)
    started: str | None = None
    finished: str | None = None
    verdict: Verdict | None = None
    undecided: Undecided = "warn"
    seconds: Seconds = field(default_factory=Seconds)
    engine: Mapping[str, Counters] = field(default_factory=dict)
    accounts: Mapping[str, Account] = field(default_factory=dict)
    cached: int = 0
    precision: Mapping[str, Agreement] = field(default_factory=dict)
    notices: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    unsteady: str = ""
    why: str = ""
    folder: str = ""

    @property
    def max_errors(self) -> int:
        """How many cases of a task may error before its gates are errors."""
        return int(self.suite["max_errors"])

    def sets_of(self, task: str) -> list[str]:
        """The names of the sets that a task ran on; of the first its scores without a set's name speak."""
        title = task.rpartition(":")[2]  # of a variant's task
        specs: list[Mapping[str, Any]] = self.suite.get("tasks", [])
        chosen = next((each.get("data") for each in specs if title == (each.get("name") or each["use"])), None)
        return sets_of_task(title, chosen, [each.name for each in self.data])


def info_json(info: RunInfo) -> dict[str, Any]:
    """The content of `run.json`; counters have what they leave to be computed, `remembered`, too."""
    tasks = {name: {**asdict(task), "engine": _counters(task.engine)} for name, task in info.tasks.items()}
    return {**asdict(info), "tasks": tasks, "engine": _counters(info.engine)}


def _counters(models: Mapping[str, Counters]) -> dict[str, dict[str, float]]:
    return {name: {**asdict(each), "remembered": each.remembered} for name, each in models.items()}

"""One side of a comparison: what a model did, case by case, whether a run or a baseline file kept it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from harness.errors import UserError, listed
from harness.files import encodable
from harness.kinds.outputs import Truth, output_kind
from harness.records.table import RecordTable
from harness.records.truths import truth_in
from harness.scores.score import Score
from harness.types import Output

NOT_OF_RECORDS = {"metrics", "min_changed"}
"""Parameters of tasks that decide scores, and no record."""


@dataclass(frozen=True)
class TaskHead:
    """A task: its component, the parameters that decide its records, its parts.

    `lost` are the scores, by address in the task, that cannot be computed from what was kept of its cases.
    """

    use: str
    parameters: Mapping[str, Any]
    parts: Sequence[str]
    cases: int
    errors: int = 0
    lost: Sequence[str] = ()


@dataclass(frozen=True)
class Head:
    """What a model was judged by, and what came of it.

    `kept` says as what a baseline is kept (released, best), `reason` why one that failed is, `machine` where it ran.
    """

    suite: str
    verdict: str
    labels: Sequence[str]
    output: Output
    kind: str
    confidence: float
    seed: int
    tasks: Mapping[str, TaskHead]
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    finished: str = ""
    kept: str = "released"
    reason: str = ""
    machine: Mapping[str, str] = field(default_factory=dict)


class Side(Protocol):
    """What a comparison reads: records are those of samples by their content, see `keys_of`.

    `exact` says that numbers are as the model answered, not rounded for a file.
    """

    exact: bool

    @property
    def title(self) -> str:
        """What messages call it."""

    @property
    def head(self) -> Head: ...
    @property
    def scores(self) -> Mapping[str, Score]:
        """Every score by its address."""

    @property
    def truths(self) -> Mapping[str, str | None]:
        """What is true of each sample in words, by its key."""

    @property
    def groups(self) -> Mapping[str, str]:
        """The group of each sample that shares one, by its key."""

    @property
    def slices(self) -> Mapping[str, Mapping[str, str]]:
        """The value of each sample in each slice, by the slice's name and by key; empty where they are not kept."""

    @property
    def sets(self) -> Mapping[str, str]:
        """The name of each sample's set of data, by its key; empty where there is one set, or where it is not kept."""

    def records(self, task: str, payload: type[Any]) -> RecordTable[Any]:
        """The records of a task, their samples named by key."""


def deciding(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a task of a resolved suite that decide its records."""
    own = {"use", "name", "limit", "gates", "stop", "slices", *NOT_OF_RECORDS}
    return {key: value for key, value in spec.items() if key not in own}


def truth_of(written: str | None, head: Head) -> Truth | None:
    """A truth from its words; raises UserError for a label that the model does not have."""
    try:
        return truth_in(written, head.labels, head.output)
    except ValueError:
        raise UserError(f"{written!r} is none of the labels {listed(head.labels)}") from None


def written_truth(truth: Truth | None, head: Head) -> str | None:
    """A truth in words, as a run keeps it."""
    return None if truth is None else str(encodable(output_kind(head.output).write(truth, head.labels)))

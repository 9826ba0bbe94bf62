"""A run to read: what gates and reports are made from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from harness.errors import UserError, listed, nearest
from harness.frames.notebook import page
from harness.frames.scores import score_table
from harness.kinds.inputs import InputKind, input_kind
from harness.records.checksums import require_fit
from harness.records.info import RunInfo
from harness.records.reading import _lines, _parquet, read_gates, read_info, read_records, read_scores
from harness.records.record import Record
from harness.records.results import TaskResult, framed
from harness.records.samples import SAMPLES_FILE, sample_table
from harness.scores.gates import Decision
from harness.scores.score import Score
from harness.types import Verdict

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

P = TypeVar("P")


class Run:
    """A run to read: what gates and reports are made from.

    With `most`, samples and records are of that many samples only (see `first`).
    """

    folder: Path
    info: RunInfo

    def __init__(self, folder: str | Path, most: int | None = None) -> None:
        self.folder = Path(folder)
        self.info = read_info(self.folder)
        self._most = most

    def first(self, most: int) -> Run:
        """The same run; of one with more samples than that as far as its first ones go, in equal parts of each set.

        They are a random choice, as samples are ordered by hash. Scores and gates are of all either way.
        """
        return Run(self.folder, most) if self.info.samples > most else self

    @property
    def name(self) -> str:
        """The suite's name."""
        return self.info.name

    @cached_property
    def scores(self) -> dict[str, Score]:
        """Every score by its address: `run.scores["attack/robust_accuracy[part=deepwordbug]"]`."""
        require_fit(self.folder, self.info, "scores.json")
        return read_scores(self.folder)

    @cached_property
    def gates(self) -> list[Decision]:
        """What became of each gate, in the order of the suite."""
        require_fit(self.folder, self.info, "gates.json")
        return read_gates(self.folder)

    @cached_property
    def samples(self) -> list[dict[str, str]]:
        """Every sample as `{id, input, label, data, group}`.

        The label is its name, a number, or a JSON list of names; an input that is no text is JSON. `data` names
        the sample's set where there are several, `group` what it shares with others.
        """
        rows: list[dict[str, str]] = self.sample_table().to_pylist()
        return rows

    @cached_property
    def kind(self) -> InputKind:
        """The kind of its inputs."""
        return input_kind(next((data.kind for data in self.info.data), "text"))

    def sample_table(self) -> pa.Table:
        """Every sample as an Arrow table of the columns `id`, `input`, `label`, `data` and `group`."""
        require_fit(self.folder, self.info, SAMPLES_FILE)
        return sample_table(self.folder / SAMPLES_FILE, self._most)

    def table(self) -> pa.Table:
        """Every score as an Arrow table; the records of a task are `run[task].table()`, samples `sample_table()`.

        Columns are `address`, `task`, `score`, `data`, `part`, `class`, `value`, `low`, `high`, `n`, `note`, `doubt`.
        """
        return score_table(self.scores)

    def to_pandas(self) -> pd.DataFrame:
        """Every score as one data frame, with the columns of `table`. Needs pandas."""
        return framed(self.table())

    @property
    def verdict(self) -> Verdict | None:
        """The worst of its gates: pass, undecided, fail or error; None while it is not finished."""
        return self.info.verdict

    def __getitem__(self, task: str) -> TaskResult:
        """The scores and records of a task by name; raises UserError naming the nearest one."""
        if task not in self.tasks:
            raise UserError(
                f"{self.folder} has no task {task!r}: it has {listed(self.tasks)}{nearest(task, self.tasks)}"
            )
        return TaskResult(self.folder, task, self.scores, self.sample_table)

    def __repr__(self) -> str:
        return f"<run {self.name}: {self.verdict or self.info.state}, in {self.folder}>"

    def _repr_html_(self) -> str:
        """The view in a notebook: verdict, gates, and the path of the report."""
        gates = self.gates if self.verdict else []
        return page(
            self.name,
            self.verdict or self.info.state,
            gates,
            self.folder / "report.html",
            self.info.suite.get("baseline") or "",
        )

    @property
    def tasks(self) -> list[str]:
        """The names of its tasks, in the order of the suite."""
        return list(self.info.tasks)

    @overload
    def records(self, task: str) -> Sequence[Record[dict[str, Any]]]: ...
    @overload
    def records(self, task: str, payload: type[P]) -> Sequence[Record[P]]: ...
    def records(self, task: str, payload: type[Any] = dict) -> Sequence[Record[Any]]:
        """The records of a task in the order of parts and samples.

        Payloads are mappings, or objects of the task's own dataclass where that is given, such as
        `harness.reports.Attacked`. Raises UserError where a finished run has lost its records.
        """
        kept = _parquet(self.folder, task)
        if self.info.state == "finished" and not kept.exists() and not _lines(self.folder, task).exists():
            raise UserError(f"{kept}: there is no such file; the run's files were changed")
        require_fit(self.folder, self.info, f"records/{task}.parquet")
        samples = None if self._most is None else {row["id"] for row in self.samples}
        return read_records(self.folder, task, payload, samples)

"""A finished run as one side of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from harness.baselines.content import keys_of
from harness.baselines.side import Head, TaskHead, deciding
from harness.records.hardware import machine_of
from harness.records.record import texts
from harness.records.samples import slices_in
from harness.records.table import RecordTable
from harness.scores.score import Score

if TYPE_CHECKING:
    from harness.records.run import Run


class RunSide:
    """A finished run."""

    exact = True

    def __init__(self, run: Run) -> None:
        self.run = run
        self.title = str(run.folder)

    @cached_property
    def head(self) -> Head:
        """As `run.json` says it."""
        info = self.run.info
        specs = {str(spec.get("name") or spec["use"]): spec for spec in info.suite["tasks"]}
        tasks = {
            title: TaskHead(task.use, deciding(specs[title]), task.parts, task.cases, task.errors)
            for title, task in info.tasks.items()
        }
        return Head(
            info.name,
            str(info.verdict),
            info.labels,
            info.output,
            self.run.kind.name,
            info.confidence,
            info.seed,
            tasks,
            info.fingerprints,
            info.versions,
            info.finished or "",
            machine=machine_of(info.hardware),
        )

    @property
    def scores(self) -> Mapping[str, Score]:
        """Every score by its address."""
        return self.run.scores

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The key of each sample, by its id."""
        return keys_of(self.run.sample_table())

    @cached_property
    def truths(self) -> Mapping[str, str | None]:
        """What is true of each sample in words, by its key."""
        table = self.run.sample_table()
        labels = zip(table["id"].to_pylist(), table["label"].to_pylist(), strict=True)
        return {self.keys[name]: label for name, label in labels}

    @cached_property
    def groups(self) -> Mapping[str, str]:
        """The group of each sample that shares one, by its key; none of a run from before there were any."""
        table = self.run.sample_table()
        if "group" not in table.column_names:
            return {}
        named = zip(table["id"].to_pylist(), table["group"].to_pylist(), strict=True)
        return {self.keys[name]: group for name, group in named if group}

    @cached_property
    def slices(self) -> Mapping[str, Mapping[str, str]]:
        """The value of each sample in each slice, by the slice's name and by key."""
        table = self.run.sample_table()
        keys = [self.keys[name] for name in table["id"].to_pylist()]
        return {
            name: {key: value for key, value in zip(keys, values, strict=True) if value}
            for name, values in slices_in(table).items()
        }

    @cached_property
    def sets(self) -> Mapping[str, str]:
        """The name of each sample's set of data, by its key, that of the first set first; empty where there is one."""
        if len(self.run.info.data) < 2:
            return {}
        table = self.run.sample_table()
        named = zip(table["id"].to_pylist(), table["data"].to_pylist(), strict=True)
        return {self.keys[name]: data for name, data in named}

    def records(self, task: str, payload: type[Any]) -> RecordTable[Any]:
        """The records of a task, their samples named by key."""
        return with_samples(cast("RecordTable[Any]", self.run.records(task, payload)), self.keys)


def with_samples(records: RecordTable[Any], names: Mapping[str, str]) -> RecordTable[Any]:
    """The same records with other names of their samples."""
    table = records.table
    renamed = texts([names[name] for name in table["sample"].to_pylist()])
    return RecordTable(table.set_column(table.column_names.index("sample"), "sample", renamed), records.payload)

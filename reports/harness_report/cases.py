"""The records of a task beside the samples they are about, which all that is shown of samples is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from harness import Record, Run, UserError
from harness.reports import (
    Attacked,
    Classified,
    Estimated,
    Explained,
    OutputKind,
    Stressed,
    Tagged,
    of_columns,
    output_kind,
)
from harness_report.blocks import Line, lines_of
from harness_report.marks import Piece, cut, weighed
from harness_report.wording import MISSING, number

MAX_SAMPLES_READ = 20_000
"""Samples of a run that a page is made from at most."""

P = TypeVar("P")

KNOWN: Mapping[str, type[Any]] = {
    f"{kind.__module__}:{kind.__qualname__}": kind
    for kind in (Attacked, Classified, Estimated, Explained, Stressed, Tagged)
}
"""The payloads that are drawn in their own way, by the name that a run gives them."""


@dataclass(frozen=True)
class Subject:
    """A sample: its label is None where the data has none; `written` is its input as the run keeps it."""

    id: str
    text: str
    label: str | None
    written: str = ""
    set: str = ""

    def is_wrongly(self, predicted: str) -> bool:
        """Whether a prediction misses the label; never of a sample without one."""
        return self.label is not None and predicted != self.label


@dataclass(frozen=True)
class Event:
    """A record with its sample and its payload, as the dataclass of its task where that is known here."""

    task: str
    part: str
    subject: Subject
    record: Record[dict[str, Any]]
    given: Any

    @property
    def title(self) -> str:
        """Its part without a severity: `ocr/1` and `ocr/3` are ocr."""
        return titled(self.part)[0]

    @property
    def severity(self) -> str:
        """The severity in the name of its part; mostly empty."""
        return titled(self.part)[1]


def titled(part: str) -> tuple[str, str]:
    """The name of a part and its severity."""
    title, slash, severity = part.rpartition("/")
    return (title, severity) if slash and severity.isdigit() else (part, "")


class Cases:
    """The records of one task."""

    def __init__(self, run: Run, task: str) -> None:
        self.task = task
        self.labels: list[str] = list(run.info.labels)
        self.records: Sequence[Record[dict[str, Any]]] = run.records(task)
        self._run = run

    @property
    def left_out(self) -> int:
        """Samples of the run that were not looked at."""
        return max(0, self._run.info.samples - MAX_SAMPLES_READ)

    @property
    def parts(self) -> list[str]:
        """The names of its parts, in the order of the suite."""
        return list(dict.fromkeys(record.part for record in self.records))

    @property
    def file(self) -> str:
        """The path of its records in the run directory."""
        ending = "parquet" if (self._run.folder / "records" / f"{self.task}.parquet").exists() else "jsonl"
        return f"records/{self.task}.{ending}"

    @cached_property
    def subjects(self) -> dict[str, Subject]:
        """The samples by id; none where the run has lost them."""
        try:
            rows = self._run.samples
        except UserError:
            return {}
        return {
            row["id"]: Subject(row["id"], self.text(row["input"]), row["label"], row["input"], row.get("data") or "")
            for row in rows
        }

    @property
    def own_sets(self) -> list[str]:
        """The sets it ran on, where these are not all of the run's."""
        names = self._run.info.sets_of(self.task)
        return names if len(names) < len(self._run.info.data) else []

    @cached_property
    def first_set(self) -> str:
        """The data set that scores without a set's name speak of; without a name where there is one."""
        return next(iter(self._run.info.sets_of(self.task)), "")

    @cached_property
    def output(self) -> OutputKind:
        """The kind of the model's output."""
        return output_kind(self._run.info.output)

    def text(self, written: str) -> str:
        """An input as one reads it, cut where it is endless."""
        value = self._value(written)
        return cut(written if value is None else self._run.kind.words(value))

    def lines(self, written: str, before: str | None = None, word: str = "") -> list[Line]:
        """An input as its kind shows it, beside what it was made from if there is such a one."""
        value = self._value(written)
        clean = None if before is None else self._value(before)
        if value is None:
            return [Line(word, [Piece(cut(written))])]
        return lines_of(self._run.kind.view(value, clean), word)

    def explained(self, written: str, given: Explained) -> list[Line]:
        """An input with the weights of its units."""
        value = self._value(written)
        if value is None:
            return [Line("", units=weighed(given.units, given.weights))]
        kind, part = self._run.kind, of_columns(value, given.columns)
        others = [name for name in kind.fields(value) if name not in given.columns] if given.columns else []
        given_as_it_is = lines_of(kind.view(of_columns(value, others))) if others else []
        return [*given_as_it_is, *lines_of(kind.view_units(part, given.units, given.weights))]

    def is_wrongly_explained(self, event: Event) -> bool:
        """Whether the class that an event explains is a wrong one; a number or one of several labels is none."""
        return self.output.task == "classification" and event.subject.is_wrongly(event.given.explained)

    def _value(self, written: str) -> Any:
        """An input as it was; None where it cannot be read."""
        try:
            return self._run.kind.parse(written)
        except ValueError:
            return None

    def subject(self, record: Record[Any]) -> Subject:
        """The sample a record is about."""
        return self.subjects.get(record.sample) or Subject(record.sample, "", None)

    @cached_property
    def events(self) -> list[Event]:
        """Every record beside its sample, in the order of parts and samples."""
        return [
            Event(self.task, record.part, self.subject(record), record, self._given(record.payload))
            for record in self.records
        ]

    @cached_property
    def kind(self) -> type[Any] | None:
        """The dataclass of its payloads; a mapping for a task that is not known here, None before the first."""
        return next((type(event.given) for event in self.events if event.given is not None), None)

    def of(self, kind: type[P]) -> list[tuple[Event, P]]:
        """The events whose payload is of a kind."""
        return [(event, event.given) for event in self.events if isinstance(event.given, kind)]

    def top(self, row: Sequence[float]) -> tuple[str, str]:
        """The decision of an answer, and its probability, in words."""
        if not row or len(row) > max(len(self.labels), 1):
            return MISSING, ""
        word, chance = self.output.words(row, self.labels)
        return word, "" if chance is None else number(chance)

    def _given(self, payload: Mapping[str, Any] | None) -> Any:
        """A payload as the dataclass it was written from; as it is where that is not known here."""
        kind = KNOWN.get(self._run.info.tasks[self.task].payload)
        try:
            return payload if kind is None or payload is None else kind(**payload)
        except TypeError:  # the run's files were changed
            return payload

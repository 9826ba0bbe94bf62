"""A baseline file: what a released model did, as text for the user's repository.

    harness-baseline 1
    { the head: suite, verdict, labels, tasks and what decides their records, fingerprints, versions }
    == scores
    ["classification/accuracy", 0.91, 0.89, 0.93, 680]
    == samples
    KEY what is true of it: the number of its class, a value, numbers of labels
    == cases ["attack", "deepwordbug"]
    KEY the packed payload; KEY* where it was skipped, KEY! where it errored
    == end CHECKSUM

A line is a score, a sample or a case, in an order that only their names decide, so that two files are compared by line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.baselines.packing import NOTHING, Packing
from harness.baselines.side import Head, Side, truth_of, written_truth
from harness.errors import UserError
from harness.files import encodable
from harness.kinds.outputs import Truth
from harness.records.record import Record
from harness.records.sealed import SECTION, Sealing, sealed, sections, write_sealed
from harness.records.table import RecordTable
from harness.scores.address import parse_local
from harness.scores.score import Score
from harness.suite.complaints import complaint

T = TypeVar("T")
AGAIN = "make it again with `harness accept`"
SEALING = Sealing("baseline", "a baseline", 1, AGAIN)
SCORES, SAMPLES, CASES = "== scores", "== samples", "== cases "
SKIPPED, ERRORED = "*", "!"


def baseline_text(side: Side, payloads: Mapping[str, type[Any]], head: Head) -> str:
    """The text of a baseline with this head; `payloads` by task."""
    truths = {key: truth_of(written, head) for key, written in side.truths.items()}
    lines = [SEALING.first_line, *json.dumps(encodable(asdict(head)), indent=1, sort_keys=True).split("\n")]
    lines += [SCORES, *(_score_line(address, score) for address, score in sorted(side.scores.items()))]
    lines += [SAMPLES, *(f"{key} {_truth_text(truth)}" for key, truth in sorted(truths.items()))]
    for task, payload in payloads.items():
        lines += _case_lines(task, side.records(task, payload), Packing(payload, head.labels), truths)
    return sealed("\n".join(lines) + "\n")


def write_baseline(path: Path, text: str) -> None:
    """Replace a baseline file as a whole."""
    write_sealed(path, text)


def read_baseline(path: Path) -> FileSide:
    """A baseline; raises UserError for a file that is none, is of another format, or was cut or edited."""
    return FileSide(path, SEALING.read(path))


@dataclass(frozen=True)
class FileSide:
    """A baseline file, read as far as it is asked for; raises UserError for what `baseline_text` did not write."""

    path: Path
    content: str
    exact = False

    @property
    def title(self) -> str:
        """What messages call it."""
        return str(self.path)

    @cached_property
    def _sections(self) -> Mapping[str, list[str]]:
        return sections(self.content)

    @cached_property
    def head(self) -> Head:
        """As the run was."""
        try:
            return TypeAdapter(Head).validate_python(json.loads("\n".join(self._sections[""])))
        except (ValueError, RecursionError) as error:
            why = complaint(error.errors()[0]) if isinstance(error, ValidationError) else str(error)
            raise self._wrong(f"its head: {why}") from None

    @cached_property
    def scores(self) -> Mapping[str, Score]:
        """Every score by its address."""
        return dict(self._each(SCORES, _score_of))

    @cached_property
    def truths(self) -> Mapping[str, str | None]:
        """What is true of each sample in words, by its key."""
        return {key: written_truth(truth, self.head) for key, truth in self._truths.items()}

    @cached_property
    def _truths(self) -> Mapping[str, Truth | None]:
        return dict(self._each(SAMPLES, lambda line: _sample_of(line, self.head)))

    @property
    def groups(self) -> Mapping[str, str]:
        """None: a file does not keep them, the run that is compared with it does."""
        return {}

    @property
    def slices(self) -> Mapping[str, Mapping[str, str]]:
        """None, as with groups."""
        return {}

    @property
    def sets(self) -> Mapping[str, str]:
        """None, as with groups."""
        return {}

    def records(self, task: str, payload: type[Any]) -> RecordTable[Any]:
        """The records of a task, like those that were packed; texts in them are lost."""
        packing = Packing(payload, self.head.labels)
        found: list[Record[Any]] = []
        for part in self.head.tasks[task].parts:
            found += self._each(_cases(task, part), partial(_record_of, task, part, packing, self._truths))
        return RecordTable.of(found, payload)

    def _each(self, section: str, read: Callable[[str], T]) -> Iterator[T]:
        for line in self._sections.get(section, ()):
            try:
                yield read(line)
            except (ValueError, TypeError, IndexError, KeyError):
                raise self._wrong(f"{line[:80]!r} is no line of its {section[len(SECTION) :]}") from None

    def _wrong(self, why: str) -> UserError:
        return UserError(f"{self.path}: {why}; {AGAIN}")


def _cases(task: str, part: str) -> str:
    return CASES + json.dumps([task, part])


def _case_lines(
    task: str, records: RecordTable[Any], packing: Packing, truths: Mapping[str, Truth | None]
) -> Iterator[str]:
    of_part: dict[str, list[str]] = {}
    for record in records:
        of_part.setdefault(record.part, []).append(_case_line(record, packing, truths[record.sample]))
    for part, lines in of_part.items():
        yield _cases(task, part)
        yield from sorted(lines)


def _case_line(record: Record[Any], packing: Packing, truth: Truth | None) -> str:
    if record.payload is None:
        return record.sample + ERRORED
    mark = SKIPPED if record.status == "skipped" else ""
    return f"{record.sample}{mark} {packing.pack(record.payload, truth)}"


def _record_of(task: str, part: str, packing: Packing, truths: Mapping[str, Truth | None], line: str) -> Record[Any]:
    name, _, packed = line.partition(" ")
    key = name.rstrip(SKIPPED + ERRORED)
    if name.endswith(ERRORED):
        return Record(task, part, key, "error", "", 0, None)
    payload = packing.unpack(packed, truths[key])
    return Record(task, part, key, "skipped" if name.endswith(SKIPPED) else "ok", None, 0, payload)


def _score_line(address: str, score: Score) -> str:
    row = [address, *(None if each is None else float(f"{each:.6g}") for each in (score.value, score.low, score.high))]
    return json.dumps(encodable([*row, score.n, *([score.doubt] if score.doubt else [])]), ensure_ascii=False)


def _score_of(line: str) -> tuple[str, Score]:
    address, value, low, high, n, *doubt = json.loads(line)
    name, keys = parse_local(address.partition("/")[2])
    return address, Score(name, value, low, high, n, keys, doubt=doubt[0] if doubt else "")


def _truth_text(truth: Truth | None) -> str:
    if truth is None:
        return NOTHING
    return ".".join(map(str, truth)) or NOTHING * 2 if isinstance(truth, tuple) else repr(truth)


def _sample_of(line: str, head: Head) -> tuple[str, Truth | None]:
    key, _, written = line.partition(" ")
    if written == NOTHING:
        return key, None
    if head.output == "labels":
        return key, tuple(int(at) for at in written.split(".")) if written != NOTHING * 2 else ()
    return key, float(written) if head.output == "value" else int(written)

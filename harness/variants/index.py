"""The folder of a run of variants: `variants.json` says which there are, and each has a run directory of its own.

variants.json       the suite's name and the model of each variant, the reference first
report.html         each compared with the reference
NAME/               the run of a variant
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import RunError, UserError, listed
from harness.files import replace_file
from harness.frames.notebook import page
from harness.records.checksums import of_info
from harness.records.info import RunInfo
from harness.records.reading import INDEX
from harness.records.record import Record
from harness.records.results import TaskResult
from harness.records.run import Run
from harness.scores.gates import Decision, verdict_of
from harness.scores.score import Score
from harness.types import Verdict
from harness.variants.forms import of_title, titled
from harness.verdicts.scoring import Verdicts

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
FORMAT = 1
"""The version of the index."""


@dataclass(frozen=True)
class Index:
    """What `variants.json` says: the suite's name, and the model of each variant by name, the reference first."""

    name: str
    variants: Mapping[str, Mapping[str, Any]]


def is_of_variants(folder: Path) -> bool:
    """Whether a folder has the runs of several variants."""
    return (folder / INDEX).is_file()


def write_index(folder: Path, index: Index) -> None:
    """Write `variants.json`; raises RunError where the disk does not take it."""
    content = {"format": FORMAT, "name": index.name, "variants": index.variants}
    text = json.dumps({**content, "checksum": of_info(content)}, indent=1)
    try:
        replace_file(folder / INDEX, lambda aside: aside.write_text(text + "\n", encoding="utf-8"))
    except OSError as error:
        raise RunError(f"could not write {folder / INDEX}: {error}") from error


def read_index(folder: Path) -> Index:
    """`variants.json`; raises UserError where it is missing, changed or of another version."""
    path = folder / INDEX
    if not path.is_file():
        raise UserError(f"{folder}: expected the folder of a run of variants, but it has no {INDEX}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version = found.get("format")
    except (OSError, ValueError, AttributeError) as error:
        raise UserError(f"{path}: cannot be read: {error}; the run's files were changed") from None
    if version != FORMAT:
        raise UserError(f"{path}: expected the format {FORMAT}, but got {version!r}: run the suite again")
    if found.get("checksum") != of_info(found):
        raise UserError(f"{path}: its checksum does not fit: the run's files were changed")
    try:
        index = TypeAdapter(Index).validate_python(found)
    except ValidationError as error:
        raise UserError(f"{path}: not an index of variants: {error.errors()[0]['msg']}") from None
    if any(Path(name).name != name or name in {"", ".", ".."} for name in index.variants):
        raise UserError(f"{path}: expected names of folders below it, but got {listed(index.variants)}")
    return index


def opened(folder: Path) -> Run:
    """A run to read, or those of several variants."""
    return Variants(folder) if is_of_variants(folder) else Run(folder)


def folders_of(path: Path) -> list[Path]:
    """The run directories of a run of variants, the reference first; of anything else the path itself."""
    return [path / name for name in read_index(path).variants] if is_of_variants(path) else [path]


def whole_of(verdicts: Mapping[str, Verdicts]) -> Verdicts:
    """The decisions of all variants, and the worst verdict."""
    decisions = [_of(name, decision) for name, each in verdicts.items() for decision in each.decisions]
    return Verdicts(
        decisions,
        verdict_of(each.verdict for each in verdicts.values()),
        verdict_of(each.counts_as for each in verdicts.values()),
    )


def _of(name: str, decision: Decision) -> Decision:
    return replace(decision, address=titled(name, decision.address)) if name else decision


class Variants(Run):
    """The runs of several variants of a model, by name in `variants`, the reference first.

    As a run it has the gates, scores and tasks of all, each under its variant's name (`fp16:classification/accuracy`),
    and the worst verdict. Raises UserError for a folder that is none.
    """

    folder: Path
    info: RunInfo
    variants: Mapping[str, Run]

    def __init__(self, folder: Path) -> None:
        self.folder, self._most = folder, None
        self.variants = {name: Run(folder / name) for name in read_index(folder).variants}
        self.info = _info({name: run.info for name, run in self.variants.items()})

    @property
    def reference(self) -> Run:
        """The variant that the others are compared with."""
        return next(iter(self.variants.values()))

    @property
    def last(self) -> Run:
        """The last variant, by which messages show what to write."""
        return list(self.variants.values())[-1]

    @cached_property
    def scores(self) -> dict[str, Score]:
        """Every score of every variant: `runs.scores["fp16:attack/robust_accuracy[part=deepwordbug]"]`."""
        return {titled(name, at): score for name, run in self.variants.items() for at, score in run.scores.items()}

    @cached_property
    def gates(self) -> list[Decision]:
        """What became of each gate of each variant."""
        return [_of(name, decision) for name, run in self.variants.items() for decision in run.gates]

    def sample_table(self) -> pa.Table:
        """The samples, which all variants have, as an Arrow table."""
        return self.reference.sample_table()

    def __getitem__(self, task: str) -> TaskResult:
        """The scores and records of a task of a variant, as in `runs["fp16:classification"]`."""
        name, title = of_title(task, list(self.variants))
        return self.variants[name][title]

    def records(self, task: str, payload: type[Any] = dict) -> Sequence[Record[Any]]:
        """The records of a task of a variant: see `Run.records`."""
        name, title = of_title(task, list(self.variants))
        return self.variants[name].records(title, payload)

    def __repr__(self) -> str:
        return f"<variants {listed(self.variants)} of {self.name}: {self.verdict or self.info.state}, in {self.folder}>"

    def _repr_html_(self) -> str:
        gates = self.gates if self.verdict else []
        return page(self.name, self.verdict or self.info.state, gates, self.folder / "report.html")


def _info(infos: Mapping[str, RunInfo]) -> RunInfo:
    """The facts of all variants as those of one run: the reference's where they must be the same."""
    first = next(iter(infos.values()))
    unfinished = [info.state for info in infos.values() if info.state != "finished"]
    verdicts: list[Verdict] = [info.verdict for info in infos.values() if info.verdict]
    seconds = [info.seconds for info in infos.values()]
    return replace(
        first,
        state=unfinished[0] if unfinished else "finished",
        verdict=None if unfinished else verdict_of(verdicts),
        fingerprints={
            what: " ".join(dict.fromkeys(info.fingerprints.get(what, "") for info in infos.values()))
            for what in first.fingerprints
        },
        tasks={titled(name, title): task for name, info in infos.items() for title, task in info.tasks.items()},
        notices=[f"{name}: {line}" for name, info in infos.items() for line in info.notices],
        unsteady="; ".join(f"{name}: {info.unsteady}" for name, info in infos.items() if info.unsteady),
        seconds=replace(  # cases ran together, so each has the seconds of all
            first.seconds, load=sum(each.load for each in seconds), score=sum(each.score for each in seconds)
        ),
        engine={titled(name, model): each for name, info in infos.items() for model, each in info.engine.items()},
        precision={titled(name, model): each for name, info in infos.items() for model, each in info.precision.items()},
        family_error=min(1.0, sum(info.family_error for info in infos.values())),
        cached=sum(info.cached for info in infos.values()),
        files={},
    )

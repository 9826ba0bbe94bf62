"""A task: parts to run on every sample, the dataclass of their records, and a pure function to scores."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from harness.engine.adapters import Connection
from harness.kinds.inputs import InputKind, default_kind
from harness.kinds.outputs import OutputKind
from harness.records.findings import Findings
from harness.records.record import Finding, Record, texts
from harness.records.table import RecordTable
from harness.scores.score import Score
from harness.statistics.intervals import RESAMPLES
from harness.suite.file import ModelSpec
from harness.suite.takes import Takes
from harness.types import Output, Sample, SessionFunction, Skipped

if TYPE_CHECKING:
    import pyarrow as pa

    from harness.sources.source import Source

P = TypeVar("P")
Outcomes: TypeAlias = Mapping[str, Mapping[str, float]]
MAX_LINE_CHARACTERS = 100
"""Characters of a text in a line."""


PartFactory: TypeAlias = Callable[[Connection], SessionFunction[P | Skipped[P]]]
"""Given the connection to the victim, loads what a part needs and returns its session function."""


@dataclass(frozen=True)
class Part(Generic[P]):
    """A part of a task: what `prepare` makes of the victim runs on every sample.

    `takes` are the types of inputs that it takes (None for any), `title` what messages call it: data of another kind
    are refused before a run. `languages` and `scripts` are those of the texts that it is made for, empty for any.
    `samples` chooses those it runs on from each set's, all of them unless given; `models` are adapters that it brings
    along and asks by these names, such as one fitted without the samples it runs on. `columns` are those of the input
    that it changes or explains, empty for all: a run refuses one that the data have not.
    """

    prepare: PartFactory[P]
    takes: Takes = None
    title: str = ""
    samples: Callable[[Sequence[Sample[Any]]], Sequence[Sample[Any]]] | None = None
    models: Mapping[str, object] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()

    def __call__(self, model: Any) -> SessionFunction[P | Skipped[P]]:
        return self.prepare(model)


@dataclass(frozen=True)
class ScoringContext:
    """The context of scores besides the records: the labels, the truth by sample id, and the confidence.

    Where only values are needed the confidence is NaN. `kind` is the kind of the inputs, `resamples` the number of
    resamples of a bootstrap. The truth is a class's index, a number or the indices of the labels that apply. `groups`
    are those of the samples that share one, by id (who scores widens intervals by them), `slices` values by name, id.
    """

    labels: Sequence[str]
    truth: Mapping[str, Any]
    confidence: float = 0.95
    seed: int = 0
    output: Output = "probabilities"
    kind: InputKind = field(default_factory=default_kind)
    resamples: int = RESAMPLES
    groups: Mapping[str, str] = field(default_factory=dict)
    slices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def truths(self, samples: pa.ChunkedArray, unknown: Any) -> npt.NDArray[Any]:
        """What is true of each of some samples, given their ids: `(n,)`, of the type of `unknown`."""
        import pyarrow as pa

        known, values = self._ids, np.array([*self.truth.values(), unknown], dtype=type(unknown))
        alike = samples.equals(pa.chunked_array([known]))  # mostly, and to look up a million ids is not free
        found: npt.NDArray[Any] = values[:-1] if alike else values[_places(samples, known)]
        return found

    @cached_property
    def _ids(self) -> pa.Array:
        return texts(list(self.truth))


@dataclass(slots=True)
class Judged:
    """The context of a judgement besides the payload: the sample, the part, and the kind of output."""

    sample: Sample[Any]
    part: str
    labels: Sequence[str]
    output: OutputKind
    kind: InputKind

    @property
    def truth(self) -> str:
        """The truth of the sample in words; empty where it is unknown."""
        truth = self.sample.truth
        return "" if truth is None else self.output.write(truth, self.labels)

    def decided(self, row: Sequence[float]) -> str:
        """What an answer decides: a class, or the labels that hold as a JSON list; empty where it is a number."""
        decision = self.output.decide(row)
        return "" if decision is None else self.output.write(decision, self.labels)

    def changed(self, before: Sequence[float], after: Sequence[float], written: str) -> str:
        """`positive becomes negative by 'the input that did it'`; `written` is that input as records keep it."""
        one, other = (self.output.words(row, self.labels)[0] for row in (before, after))
        return f"{one} becomes {other} by {shortened(self.kind.change(self.sample.input, self.kind.parse(written)))}"


@dataclass(frozen=True)
class Task(Generic[P]):
    """A task of a suite.

    `parts` names the session functions that run on every sample; `payload` is the dataclass they return;
    `score` computes the scores from the records that are not errors. `proportions` names the scores that are
    shares of cases (`recall` of those of its class), so that what a gate can decide is known before a run.
    `extremes(sample, scoring)` gives the payloads an errored case would have had at best and at worst, where scores
    differ in what is worst one for each; without it a gate is undecided once a case errored. `outputs` are the kinds
    of answers it can measure. With `addresses_known` the score of no records names every score there can be, so a gate
    on another is refused before a run.
    `judge` finds what speaks against the model in one record, once, for everybody who shows it. `judge_table`, if
    there is one, is asked in its place: it finds the same in many records at once, by columns, so that no object is
    made for a record. Its records have a payload. `outcomes` gives what each score that is a mean or a share is the
    mean of, by address and sample: by these two runs are paired. `of_machine` names those that are times: they compare
    on one machine only. `settled` makes the task that judges and scores, where what it decides depends on all its
    records, those of every set of data: they and what is true of their samples are its arguments. It cannot be without
    the set `settled_on` and the slices `slices`. `otherwise` says what to write in a suite for other outputs, such as
    "add `move: 0.5`". With `samples` it runs on these alone, not on the suite's data; their ids hold no slash.
    `sources` are data that it takes besides its samples, as `Context.source` gives them: a check reads them too, and
    refuses those of another kind of input. One that is `unlabelled` also runs on samples of which nothing is true.
    `lower_is_better` says of its own scores, by name without keys, whether less of them is better: a metric
    says its own.
    `models` are entries of further models that it asks by these names, loaded with those of the suite.
    One of `new_answers` needs others than one to each sample as it is: a model whose answers are saved has none.
    """

    parts: Mapping[str, PartFactory[P]]
    payload: type[P]
    score: Callable[[Sequence[Record[P]], ScoringContext], Sequence[Score]]
    proportions: frozenset[str] = frozenset()
    extremes: Callable[[Sample[Any], ScoringContext], Sequence[P]] | None = None
    outputs: frozenset[Output] = frozenset({"probabilities"})
    addresses_known: bool = False
    judge: Callable[[P, Judged], Finding | None] | None = None
    judge_table: Callable[[RecordTable[P], ScoringContext], Findings] | None = None
    outcomes: Callable[[RecordTable[P], ScoringContext], Outcomes] | None = None
    of_machine: frozenset[str] = frozenset()
    otherwise: Mapping[Output, str] = field(default_factory=dict)
    settled: Callable[[RecordTable[P], ScoringContext], Task[P]] | None = None
    settled_on: str = ""
    sources: Sequence[Source] = ()
    unlabelled: bool = False
    slices: Sequence[str] = ()
    samples: Sequence[Sample[Any]] = ()
    lower_is_better: Mapping[str, bool] = field(default_factory=dict)
    new_answers: bool = False
    models: Mapping[str, ModelSpec] = field(default_factory=dict)

    def settle(self, records: RecordTable[P], scoring: ScoringContext) -> Task[P]:
        """The task that judges and scores, once all records without errors are there."""
        return self.settled(records, scoring) if self.settled else self


def _places(samples: pa.ChunkedArray, known: pa.Array) -> npt.NDArray[np.intp]:
    """Where each sample stands among the known ones; the last place for a stranger."""
    from pyarrow import compute

    found: npt.NDArray[np.intp] = compute.index_in(samples, known).fill_null(len(known)).to_numpy()
    return found


def shortened(text: str) -> str:
    """The beginning of a text, with what no terminal should get written as escapes."""
    return repr(text if len(text) <= MAX_LINE_CHARACTERS else f"{text[: MAX_LINE_CHARACTERS - 1]}\u2026")

"""A finished run decided again: scores and verdicts from its records, with the suite that it keeps.

Nothing that the run says of its own scores is believed, and no model is loaded. What is missing is an error: a run
without its records has no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, overload

from harness.data.samples import DecodedSamples, joined, truths_of
from harness.demands.gate import Gate
from harness.early.stopping import Stopping, stopping
from harness.errors import HarnessError, UserError
from harness.kinds.inputs import InputKind
from harness.kinds.outputs import Truth
from harness.own.locate import no_own_objects
from harness.records.reading import all_records
from harness.records.run import Run
from harness.records.samples import slices_in
from harness.records.table import RecordTable
from harness.records.truths import truth_in
from harness.runs.info import by_address
from harness.runs.load import gates_of, task_of
from harness.scores.gates import TaskScores
from harness.scores.score import Score
from harness.suite.file import SuiteFile, TaskSpec, suite_of
from harness.tasks.task import ScoringContext
from harness.types import Undecided
from harness.verdicts.deciding import at_confidence, decisions_of
from harness.verdicts.scoring import FAILED, Verdicts, for_gates, score_sets, verdicts_of

if TYPE_CHECKING:
    from harness.baselines.against import Against

CHANGED = "the run's files were changed: run its suite again"


def decide_again(run: Run, undecided: Undecided, found: Against | None) -> tuple[Verdicts, dict[str, Score]]:
    """The verdicts of a finished run and its scores by address; `found` is what it is compared with.

    Raises UserError for gates, scores, samples or records that are missing, and for what cannot be scored.
    """
    file = suite_of(run.info.suite, run.name)
    _require_decided(run, file)
    sets = _sets(run)
    try:
        with no_own_objects():
            scored = {
                spec.title: for_gates(_scored(run, file, at, sets), gates_of(spec))
                for at, spec in enumerate(file.suite.tasks)
            }
        _require_scored(run, scored)
    except HarnessError as error:
        raise error if isinstance(error, UserError) else UserError(f"{run.folder}: {error}") from error
    except Exception as error:  # the files may contain anything
        what = f"{type(error).__name__}: {error}"
        raise UserError(f"{run.folder}: its records cannot be scored: {what}; {CHANGED}") from error
    places, context = list(scored), _context(run, file)
    with no_own_objects():
        ways = [task_of(file, at).lower_is_better for at in range(len(file.suite.tasks))]
        gates = {spec.title: gates_of(spec, own) for spec, own in zip(file.suite.tasks, ways, strict=True)}
        early = _early(run, file, sets, gates, found)

    def changed(title: str, each: TaskScores, context: ScoringContext) -> TaskScores:
        if found:
            each = found.changed(run, title, task_of(file, places.index(title)), each, context)
        return early.bounded(title, each)

    def score_again(title: str, level: float) -> TaskScores:
        again = _scored(run, file, places.index(title), sets, level)
        return changed(title, again, at_confidence(context, level))

    with no_own_objects():
        if found:
            found.require(run)
        scored = {title: changed(title, each, context) for title, each in scored.items()}
        decisions = decisions_of(file.suite, gates, scored, score_again, early.tasks)
    return verdicts_of(decisions, scored, file.suite.max_errors, undecided), by_address(scored)


def _early(
    run: Run, file: SuiteFile, sets: Mapping[str, DecodedSamples], gates: Mapping[str, Sequence[Gate]],
    found: Against | None
) -> Stopping:  # fmt: skip
    """The tasks that might end early, as many of whose samples counted as the run has records of."""
    planned = {spec.title: joined([each[: spec.limit] for each in spec.of(sets).values()]) for spec in file.suite.tasks}
    tasks = {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}
    early = stopping(file.suite, tasks, gates, planned, _context(run, file), run, found)
    early.ends.update({title: run.info.tasks[title].samples for title in early.tasks})
    return early


def _require_scored(run: Run, scored: Mapping[str, TaskScores]) -> None:
    """Raise UserError for a task that cannot be scored, unless it could not be scored in the run either."""
    for title, each in scored.items():
        if FAILED in each.scores and f"{title}/{FAILED}" not in run.scores:
            raise UserError(f"{run.folder}: its records cannot be scored: {each.scores[FAILED].note}; {CHANGED}")


def _require_decided(run: Run, file: SuiteFile) -> None:
    """Raise UserError unless the run has scores, a decision for every gate of its suite, and no others."""
    expected = [gate for spec in file.suite.tasks for gate in gates_of(spec)]
    if sorted(map(_demanded, run.gates)) != sorted(map(_demanded, expected)):
        raise UserError(f"{run.folder / 'gates.json'}: expected the {len(expected)} gates of the suite; {CHANGED}")
    if {address.partition("/")[0] for address in run.scores} - {spec.title for spec in file.suite.tasks}:
        raise UserError(f"{run.folder / 'scores.json'}: expected scores of the suite's tasks only; {CHANGED}")


def _demanded(gate: Gate) -> tuple[str, str, float, str]:
    return gate.address, gate.kind, gate.bound, gate.tier


def _scored(
    run: Run, file: SuiteFile, at: int, sets: Mapping[str, DecodedSamples], level: float | None = None
) -> TaskScores:
    """The scores of the task at a place; at another confidence than the suite's where `level` is one."""
    spec, task = file.suite.tasks[at], task_of(file, at)
    info = run.info.tasks.get(spec.title)
    end = info.samples if info and info.planned else None
    limited = {name: samples[: spec.limit][:end] for name, samples in spec.of(sets).items()}
    ids = list(truths_of(joined(list(limited.values()))))
    records = all_records(run.folder, spec.title, task.payload).in_order(task.parts, ids)
    _require_all(run, spec, records)
    context = _context(run, file)
    return score_sets(task, records, limited, at_confidence(context, level) if level else context)


def _require_all(run: Run, spec: TaskSpec, records: RecordTable[Any]) -> None:
    info = run.info.tasks.get(spec.title)
    if info is None or len(records) != info.cases:
        expected = "its facts" if info is None else f"the records of {info.cases} cases"
        raise UserError(f"{run.folder}: task {spec.title!r}: expected {expected}, but got {len(records)}; {CHANGED}")


def _context(run: Run, file: SuiteFile) -> ScoringContext:
    info, suite = run.info, file.suite
    return ScoringContext(info.labels, {}, suite.confidence, suite.seed, info.output, run.kind, suite.resamples)


def _sets(run: Run) -> dict[str, DecodedSamples]:
    """The samples of each set, in their order, as a run keeps them."""
    table, sizes = run.sample_table(), [data.samples for data in run.info.data]
    if sum(sizes) != len(table):
        raise UserError(f"{run.folder}: expected {sum(sizes)} samples, but got {len(table)}; {CHANGED}")
    ids, labels = table["id"].to_pylist(), table["label"].to_pylist()
    truths = [_truth(each, run) for each in labels]
    inputs, ends = _Written(table["input"], run.kind), [0, *accumulate(sizes)]
    names = [data.name for data in run.info.data]
    groups = table["group"].to_pylist() if "group" in table.column_names else ()
    slices = slices_in(table)
    return {
        name: DecodedSamples(ids, inputs, truths, range(*bounds), (name, ""), groups, slices)
        for name, bounds in zip(names, pairwise(ends), strict=True)
    }


def _truth(written: str | None, run: Run) -> Truth | None:
    try:
        return truth_in(written, run.info.labels, run.info.output)
    except ValueError:
        raise UserError(f"{run.folder}: {written!r} is the truth of no sample of this run; {CHANGED}") from None


class _Written(Sequence[Any]):
    """Inputs as a run keeps them, each parsed when it is looked at: scores seldom need any."""

    def __init__(self, column: Any, kind: InputKind) -> None:
        self._column, self._kind = column, kind

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return self._kind.parse(self._column[index].as_py())

"""What a suite's gates on changes compare with: a baseline file or a run, and what may not be compared at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.baselines.differences import UNSETTLED, Cases, Changed, KeptCases, Pairing, require_comparable, task_misfit
from harness.baselines.direction import Ways, lower_is_better
from harness.baselines.file import read_baseline
from harness.baselines.overlap import require_overlap
from harness.baselines.run_side import RunSide
from harness.baselines.side import Side, TaskHead, deciding
from harness.between.drops import needed
from harness.between.reasons import CORRELATION, ONLY_AGAINST_A_RUN, is_correlation
from harness.demands.gate import CHANGES, Gate
from harness.errors import UserError, listed, nearest
from harness.files import replace_file
from harness.records.run import Run
from harness.scores.address import local_address, parse_local
from harness.scores.gates import TaskScores
from harness.scores.score import Score
from harness.slices.spec import GAP, WORST
from harness.statistics.paired import DIFFERENCES
from harness.statistics.quotients import RATIOS
from harness.suite.file import SuiteFile, TaskSpec

if TYPE_CHECKING:
    from harness.tasks.task import Outcomes, ScoringContext, Task

KEPT = "baseline"
"""The file of a run directory that is the baseline it was compared with, or says which run that was."""

Gates = Mapping[str, Sequence[Gate]]


def open_side(path: Path) -> Side:
    """A finished run or a baseline file; raises UserError for what is neither."""
    if not path.is_dir():
        return read_baseline(path)
    run = Run(path)
    if run.info.state != "finished":
        raise UserError(f"{path}: expected a finished run as the baseline, but it is {run.info.state}")
    return RunSide(run)


def wanted(gates: Gates) -> dict[str, list[str]]:
    """The scores that have a gate on their change, or that two models have together, by task."""
    changes = {task: [each for each in some if _needs_baseline(each)] for task, some in gates.items()}
    return {task: [each.address.partition("/")[2] for each in some] for task, some in changes.items() if some}


def _needs_baseline(gate: Gate) -> bool:
    return gate.kind in CHANGES or is_correlation(gate.address.partition("/")[2])


@dataclass(frozen=True)
class Against:
    """A baseline, and the gates of each task."""

    side: Side
    gates: Gates
    payloads: Mapping[str, type[Any]] = field(default_factory=dict)

    def require(self, run: Run) -> None:
        """Raise UserError where nothing of a run that has its samples can be compared."""
        new = RunSide(run)
        require_comparable(self.side, new)
        require_overlap(self.side, new, self.payloads)

    def keep(self, folder: Path) -> None:
        """Keep the baseline with the run that is compared with it: a file as it is, of a run only where it is."""
        path = Path(self.side.title)
        beside = path.resolve().parent == folder.resolve().parent  # they move together
        where = f"../{path.name}" if beside else str(path.resolve())
        content = json.dumps({"run": where}).encode() if self.side.exact else path.read_bytes()
        replace_file(folder / KEPT, lambda aside: aside.write_bytes(content))

    def changed(self, run: Run, title: str, task: Task[Any], scored: TaskScores, context: ScoringContext) -> TaskScores:
        """A task's scores with how far those that are compared changed."""
        if not any(map(_needs_baseline, self.gates[title])) or not scored.cases:
            return scored
        new, kept = RunSide(run), KeptCases()
        changes, ratios = (
            Pairing(task, title, self.side, new, context, kept, way=way).changes(self._wanted(title, kinds))
            for way, kinds in ((DIFFERENCES, ("drop", "rise")), (RATIOS, ("ratio",)))
        )
        return replace(
            scored,
            changes={at: _as_score(each) for at, each in changes.items()},
            ratios={at: _as_ratio(each) for at, each in ratios.items()},
        )

    def _wanted(self, title: str, kinds: Sequence[str]) -> set[str]:
        """The scores of a task that have a gate of one of these kinds; a correlation is the difference's own."""
        some = [
            gate for gate in self.gates[title] if gate.kind in kinds or ("drop" in kinds and gate.kind not in CHANGES)
        ]
        locals_ = [(gate, gate.address.partition("/")[2]) for gate in some]
        return {local for gate, local in locals_ if gate.kind in CHANGES or is_correlation(local)}

    def outcomes(self, run: Run, title: str, task: Task[Any], context: ScoringContext) -> Outcomes:
        """What the baseline's scores are means of, by the id of the run's sample, of those that are labelled alike."""
        new, old = RunSide(run), self.side
        found = Cases(task, title, old, context, rounded=not old.exact).outcomes
        alike = {key: name for name, key in new.keys.items() if new.truths[key] == old.truths.get(key, "")}
        return {at: {alike[key]: value for key, value in each.items() if key in alike} for at, each in found.items()}


def against(file: SuiteFile, gates: Gates, tasks: Mapping[str, Task[Any]], side: Side | None) -> Against | None:
    """What the gates of a suite compare with; None without a baseline.

    Raises UserError where a gate is on a change and there is no baseline, none of such a task, or no such score in it.
    """
    found = wanted(gates)
    require_directions(file, found, tasks)
    for at, spec in enumerate(file.suite.tasks):
        for address in found.get(spec.title, ()):
            where = file.where("tasks", at, "gates", address)
            kinds = spec.gates[address].by_kind.keys()
            if side is None:
                raise UserError(f"{where}: {NO_BASELINE}")
            if tasks[spec.title].settled:
                raise UserError(f"{where}: {spec.title} bounds no change: {UNSETTLED}")
            _require_task(side, spec, list(tasks[spec.title].parts), where)
            _require_score(side, spec.title, address, where)
            if "ratio" in kinds:
                _require_positive(side, f"{spec.title}/{address}", where)
    return Against(side, gates, {title: tasks[title].payload for title in found}) if side else None


def require_directions(file: SuiteFile, found: Mapping[str, Sequence[str]], tasks: Mapping[str, Task[Any]]) -> None:
    """Raise UserError for a gate on a change the way that is better: `drop` where less is better."""
    for at, spec in enumerate(file.suite.tasks):
        for address in found.get(spec.title, ()):
            for kind in spec.gates[address].by_kind.keys() & set(CHANGES):
                where = file.where("tasks", at, "gates", address)
                _require_direction(kind, address, where, tasks[spec.title].lower_is_better)


NO_BASELINE = (
    "the gate bounds what changed, but there is no baseline: name a file or a run by `baseline:` in the suite or "
    "`--baseline`; `harness accept RUN` makes a file"
)


def _require_direction(kind: str, address: str, where: str, ways: Ways) -> None:
    if is_correlation(address):
        raise UserError(f"{where}: {address!r} is of both models already: expected `min`, but got `{kind}`")
    lower = lower_is_better(parse_local(address)[0], ways)
    if lower is None and kind == "ratio":
        raise UserError(f"{where}: nobody knows which way of {address!r} is better: expected `drop` or `rise`")
    if kind == "ratio" and any(needed(address)):
        raise UserError(f"{where}: nobody knows the bounds of a ratio of drops between sets of data: expected `rise`")
    wanted, better = ("rise", "less") if lower else ("drop", "more")
    if lower is not None and kind not in ("ratio", wanted):
        raise UserError(f"{where}: of {address!r} {better} is better: expected `{wanted}`, but got `{kind}`")


def _require_task(side: Side, spec: TaskSpec, parts: Sequence[str], where: str) -> None:
    here = TaskHead(spec.use, json.loads(json.dumps(deciding(spec.model_dump(mode="json")))), parts, 0)
    if misfit := task_misfit(side.head.tasks.get(spec.title), here, spec.title, (side.title, "this suite")):
        raise UserError(f"{where}: {misfit}: accept a run of this suite, or take the gate away")


def _require_score(side: Side, title: str, address: str, where: str) -> None:
    if is_correlation(address):
        if not side.exact:
            raise UserError(f"{where}: {side.title}: no {address!r} with it: {ONLY_AGAINST_A_RUN}")
        return
    score = side.scores.get(f"{title}/{address}") or _of_all(side, title, address)
    if score is None or score.value is None:
        known = [each.partition("/")[2] for each in side.scores if each.startswith(f"{title}/")]
        raise UserError(
            f"{where}: {side.title} has no score {address!r}: it has {listed(known)}{nearest(address, known)}"
        )


def _of_all(side: Side, title: str, address: str) -> Score | None:
    """Of a slice the score of all samples: who has the cases of both can divide them."""
    name, keys = parse_local(address)
    if "slice" not in keys:
        return None
    whole = {key: value for key, value in keys.items() if key != "slice"}
    names = (name, name.removesuffix(GAP), name.removeprefix(WORST))
    found = (side.scores.get(f"{title}/{local_address(each, whole)}") for each in names)
    return next((each for each in found if each), None)


def _require_positive(side: Side, address: str, where: str) -> None:
    score = side.scores.get(address)
    if score is not None and (value := score.value) is not None and value <= 0:
        raise UserError(f"{where}: expected a score above 0 for a ratio, but {side.title} has {value:.4g}")


def _as_ratio(change: Changed) -> Score:
    """How a score changed as a ratio; undefined where one of the two is not above 0."""
    found = _as_score(change)
    if min(change.old, change.new) > 0:
        return found
    return replace(found, value=None, low=None, high=None, note=f"a ratio is of numbers above 0: {found.note}")


def _as_score(change: Changed) -> Score:
    if change.score.name == CORRELATION:
        return change.score
    others = [f"{n} samples {where} are not compared" for n, where in
              ((change.only_old, "of the baseline"), (change.only_new, "that it has not")) if n]  # fmt: skip
    note = "; ".join(
        [f"{change.old:.4g} in the baseline, {change.new:.4g} here", *others, *filter(None, [change.note])]
    )
    return replace(change.score, value=change.difference, low=change.low, high=change.high, n=change.n, note=note)


def baseline_of(run: Run) -> Path | None:
    """Where the baseline is that a run was compared with; raises UserError where it was a run that is no more there."""
    path = run.folder / KEPT
    if not path.is_file() or not (content := path.read_bytes()).startswith(b"{"):
        return path if path.is_file() else None
    where = run.folder.resolve() / str(json.loads(content)["run"])
    if not where.is_dir():
        raise UserError(f"{run.folder} was compared with the run {where}, which is no more there: give --baseline")
    return where


def kept(run: Run) -> Side | None:
    """The baseline that a run was compared with; see `baseline_of`."""
    path = baseline_of(run)
    return None if path is None else open_side(path)

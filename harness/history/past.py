"""One row of a history: what a run or a baseline file says of itself, small enough to keep a thousand of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, NamedTuple

from harness.baselines.file import FileSide, read_baseline
from harness.baselines.side import deciding
from harness.demands.gate import BoundKind, Gate, Tier
from harness.engine.strangers import error_line
from harness.errors import UserError
from harness.records.run import Run
from harness.scores.gates import Decision
from harness.scores.score import Score
from harness.types import Output, Verdict


class Measured(NamedTuple):
    """A score as it was then."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class Bounded(NamedTuple):
    """A gate as it was then: the address of its score, its kind and bound, what became of it, and its tier."""

    address: str
    kind: BoundKind
    bound: float
    verdict: Verdict
    tier: Tier = "blocking"

    @property
    def demand(self) -> str:
        """`≥ 0.35`, `drop ≤ 0.01 (advisory)`."""
        return Gate(self.address, self.kind, self.bound, tier=self.tier).tiered


@dataclass(frozen=True)
class PastRun:
    """A run, or what a baseline file keeps of one: `folder` is its place below that of the history.

    `when` is when it finished, or was begun, as ISO 8601. `state` is that of a run, or as what a baseline is kept
    (released, best). `prints` are hashes of its model, its data and of what its tasks do. `why` is why it did not
    finish.
    """

    folder: str
    kind: Literal["run", "baseline"]
    suite: str
    when: str
    state: str
    verdict: Verdict | None
    model: str
    output: Output
    labels: Sequence[str]
    prints: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Measured] = field(default_factory=dict)
    gates: Sequence[Bounded] = ()
    why: str = ""

    def gates_on(self, address: str) -> list[Bounded]:
        """Its gates on a score."""
        return [gate for gate in self.gates if gate.address == address]


@dataclass(frozen=True)
class LeftOut:
    """A folder or file that is no row, and why."""

    folder: str
    why: str


def past_run(path: Path, folder: str) -> PastRun | LeftOut:
    """The row of a run's folder or of a baseline file; whatever is wrong with it is why it has none."""
    try:
        return _of_baseline(read_baseline(path), folder) if path.is_file() else _of_run(Run(path), folder)
    except UserError as error:
        return LeftOut(folder, str(error))
    except Exception as error:  # noqa: BLE001  # the files may contain anything
        return LeftOut(folder, f"{path}: cannot be read: {error_line(error)}")


def _of_run(run: Run, folder: str) -> PastRun:
    info, finished = run.info, run.info.state == "finished"
    specs = {
        str(spec.get("name") or spec["use"]): [spec["use"], deciding(spec)] for spec in info.suite.get("tasks", ())
    }
    return PastRun(
        folder,
        "run",
        info.name,
        info.finished or info.started or "",
        info.state,
        info.verdict,
        _model(info.suite.get("model")),
        info.output,
        info.labels,
        _prints(info.fingerprints, specs),
        info.versions,
        _measured(run.scores) if finished else {},
        [_bounded(each) for each in run.gates] if finished else [],
        info.why,
    )


def _of_baseline(side: FileSide, folder: str) -> PastRun:
    head = side.head
    specs = {title: [task.use, task.parameters] for title, task in head.tasks.items()}
    verdicts: dict[str, Verdict] = {"pass": "pass", "undecided": "undecided", "fail": "fail", "error": "error"}
    return PastRun(
        folder,
        "baseline",
        head.suite,
        head.finished,
        head.kept,
        verdicts.get(head.verdict),
        "",
        head.output,
        head.labels,
        _prints(head.fingerprints, specs),
        head.versions,
        _measured(side.scores),
    )


def _bounded(gate: Decision) -> Bounded:
    return Bounded(gate.address, gate.kind, gate.bound, gate.verdict, gate.tier)


def _measured(scores: Mapping[str, Score]) -> dict[str, Measured]:
    return {address: Measured(each.value, each.low, each.high, each.n) for address, each in scores.items()}


def _prints(fingerprints: Mapping[str, str], specs: Mapping[str, Any]) -> dict[str, str]:
    """What decides scores besides versions; gates, devices and limits of time do not."""
    tasks = blake2b(json.dumps(specs, sort_keys=True, default=repr).encode(), digest_size=8).hexdigest()
    known = {name: fingerprints[name] for name in ("model", "data") if name in fingerprints}
    return {**known, "tasks": tasks}


def _model(spec: object) -> str:
    """`transformers:./ckpt`, from a suite as resolved."""
    if not isinstance(spec, Mapping):
        return ""
    own = ("use", "labels", "output", "device", "budget")
    main = next((value for name, value in spec.items() if name not in own and isinstance(value, str)), "")
    return f"{spec.get('use')}:{main}" if main else str(spec.get("use"))

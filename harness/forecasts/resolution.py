"""What a suite's gates can decide with its data, before anything runs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from harness.brought.samples import brought_sets
from harness.demands.gate import CHANGES, Gate, Tier
from harness.early.eligible import watched
from harness.early.watch import Watch
from harness.forecasts.unloaded import only_output, sound_sets
from harness.kinds.outputs import names_in
from harness.runs.load import Checked
from harness.scores.address import parse_local
from harness.slices.spec import slice_named
from harness.slices.values import require_value
from harness.sources.prompting import prompt_of
from harness.statistics.betting import anytime_resolution
from harness.statistics.intervals import normal_quantile
from harness.statistics.power import POWER, Resolution, normal_resolution, share_resolution
from harness.suite.file import TaskSpec
from harness.suite.located import located
from harness.tasks.task import Part, Task
from harness.types import folded
from harness.verdicts.deciding import family_error
from harness.verdicts.possible import score_names

T = TypeVar("T")

MACRO_RECALLS = ("balanced_accuracy", "recall")
DROPS = ("accuracy_drop", "worst_accuracy_drop")
OF_FEWER = {
    "accuracy": "n at most: only samples that the part changes count",
    "worst_accuracy": "n at most: only samples that a part changes count",
    "flip_rate": "n at most: only samples that the part changes count",
    "attack_success_rate": "n at most: only samples that the model gets right count",
    "out_of_queries": "n at most: only samples that the model gets right count",
}
"""Shares of a part whose n is known after the run only, and what it counts."""

SPREADS = ("log_loss", "brier", "hamming_loss", "mae", "rmse", "worst_mae", "clean_mae", "mae_rise", "shift", "queries",
           "comprehensiveness", "sufficiency", "agreement", "top_agreement")  # fmt: skip
"""Means, and roots of means."""

MEANS = ("log_loss", "brier", "hamming_loss", "mae", "clean_mae", "comprehensiveness", "sufficiency")
"""Those of them that are means over all samples."""

OF_CLASSES = ("precision", "f1")
"""Scores of a class whose samples are known, and its answers not."""

CALLS = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99}
"""Percentiles of calls, one call for each sample at most."""

TOO_FEW = "never passes: {needed} calls bound the percentile from above, there are {n} at most"

TURNED = 0.1
"""The share of cases that a new model decides otherwise, for want of a better guess before it ran."""

AFTER = "once it ran, an undecided gate says how many samples it needs"
BY_SPREAD = f"depends on how much it varies between samples; {AFTER}"
BY_ANSWERS = f"depends on the answers; {AFTER}"
EARLY = "at its end; it may be decided after far fewer, and needs a bit more than a gate with a fixed n"
IF_COUNTED = "if every case counts; of fewer that do less can be decided"
UNDIVIDED = "its data have not the column of this slice, so it is undecided"
NOTHING = Resolution(None, None, None)


@dataclass(frozen=True)
class Forecast:
    """What a gate can decide with n samples, exactly or about; None in all three where nobody knows it before a run."""

    address: str
    kind: str
    bound: float
    n: int
    passes: float | None
    fails: float | None
    power_80: float | None
    exact: bool
    note: str
    tier: Tier
    more_is_better: bool


@dataclass(frozen=True)
class _Known:
    """What is known of a task before it runs: the truths of each set, its parts by score, the suite's confidence."""

    checked: Checked
    task: TaskSpec
    truths: Mapping[str, Sequence[str]]
    groups: Mapping[str, bool]
    early: bool = False
    slices: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def resolution(
        self, gate: Gate, error: Callable[[float], float], failing: float = 0.0, power: float = POWER
    ) -> Resolution:
        """About that of a gate on a score with such a standard error; `failing` is the confidence to fail with."""
        confidence, kind = self.checked.suite.confidence, "max" if gate.kind in CHANGES else gate.kind
        if not self.early:
            return normal_resolution(kind, gate.bound, error, confidence, failing or confidence, power)
        return anytime_resolution(kind, gate.bound, error, (1 - confidence, 1 - (failing or confidence)), power)

    def classes(self, on: str) -> Counter[str]:
        """How many samples each class, or label, has."""
        output = only_output(self.checked) or ""
        return Counter(folded(name) for each in self.truths[on] for name in names_in(each, output))

    def size(self, gate: Gate) -> int:
        """How many samples the gate's set has."""
        return len(self.truths[parse_local(gate.address.partition("/")[2])[1].get("data", "")])

    def parts(self, name: str) -> int:
        """How many parts have a score of this name."""
        task = self.checked.tasks[self.task.title]
        found = [parse_local(each) for each in score_names(task, [], only_output(self.checked))]
        return sum(each == name and "part" in keys for each, keys in found) or len(task.parts)


def resolvable(checked: Checked) -> dict[str, Any]:
    """The number of samples of a suite, what each of its gates can decide, and how often all of them fail by chance."""
    suite, found = checked.suite, sound_sets(checked)
    truths = {name: each.truths for name, each in zip(suite.set_names, found, strict=True)}
    groups = {name: "group" in spec.columns for name, spec in zip(suite.set_names, suite.sets, strict=True)}
    for each in brought_sets(checked.tasks):
        truths[each.name], groups[each.name] = [""] * len(each.samples), False
    slices = {name: each.slices for name, each in zip(suite.set_names, found, strict=True)}
    early = watched(suite, checked.tasks, {task.title: checked.gates(task) for task in suite.tasks})
    rows = []
    for task in suite.tasks:
        some = _by_address({name: each[: task.limit] for name, each in task.of(truths).items()})
        divided = _by_address({name: _limited(each, task.limit) for name, each in task.of(slices).items()})
        may_end = isinstance(early.get(task.title), Watch)
        known = _Known(checked, task, some, _by_address(task.of(groups)), may_end, divided)
        rows += [asdict(_forecast(known, gate)) for gate in checked.gates(task)]
    prompt = prompt_of(checked.model, found[0].first) if found else ""
    return {
        "suite": checked.file.name,
        **({"prompt": prompt} if prompt else {}),
        "samples": sum(map(len, truths.values())),
        "gates": rows,
        "family_error": family_error(suite, checked.every_gate),
        "chosen": dict(checked.chosen),
    }


def _by_address(sets: Mapping[str, T]) -> dict[str, T]:
    """The sets of a task by their names in addresses, where the first has none."""
    return {"" if at == 0 else name: each for at, (name, each) in enumerate(sets.items())}


def resolvable_by_all(checks: Sequence[Checked]) -> dict[str, Any]:
    """The same of a suite with variants: the gates are those of the last, each variant may fail by chance."""
    chance = sum(family_error(each.suite, each.every_gate) for each in checks)
    return resolvable(checks[-1]) | {"family_error": min(1.0, chance)}


def _limited(slices: Mapping[str, Sequence[str]], limit: int | None) -> dict[str, Sequence[str]]:
    return {name: values[:limit] for name, values in slices.items()}


def _in_slice(known: _Known, gate: Gate, on: str, key: str) -> _Known | None:
    """What is known of the samples in a gate's slice; None of all slices together, and of those by confidence.

    Raises UserError for a value that no sample has.
    """
    name, value = slice_named(key)
    values = known.slices.get(on, {}).get(name)
    if value is None or values is None or known.checked.suite.slices_of(known.task)[name].segments:
        return None
    at, local = known.checked.suite.tasks.index(known.task), gate.address.partition("/")[2]
    if not known.checked.suite.slices_of(known.task)[name].known_values:
        with located(known.checked.file, "tasks", at, "gates", local):
            require_value(name, value, values)
    inside = [truth for truth, each in zip(known.truths[on], values, strict=True) if each == value]
    return replace(known, truths={**known.truths, on: inside})


def _is_undivided(known: _Known, on: str, key: str) -> bool:
    name = slice_named(key)[0]
    spec = known.checked.suite.slices_of(known.task).get(name)
    return spec is not None and spec.column is not None and name not in known.slices.get(on, {})


def _forecast(known: _Known, gate: Gate) -> Forecast:
    name, keys = parse_local(gate.address.partition("/")[2])
    on = keys.get("data", "")
    if "slice" in keys and on in known.truths:
        inside = _in_slice(known, gate, on, keys["slice"])
        if inside is None and _is_undivided(known, on, keys["slice"]):
            return _made(gate, 0, NOTHING, note=UNDIVIDED)
        n = len(known.truths[on])
        return _made(gate, n, NOTHING, note=BY_ANSWERS) if inside is None else _of_samples(inside, gate, name, keys)
    return _of_samples(known, gate, name, keys)


def _of_samples(known: _Known, gate: Gate, name: str, keys: Mapping[str, str]) -> Forecast:
    on = keys.get("data", "")
    if on not in known.truths or (on and name.endswith("_drop")):
        n = len(known.truths.get(on, ()))
        return _made(gate, n, NOTHING, note="depends on the values on both sets")
    if gate.kind in CHANGES or name in CALLS:
        return _of_calls(known, gate, name) if name in CALLS else _of_change(known, gate, name)
    if name in MACRO_RECALLS and "class" not in keys:
        return _of_classes(known, gate, on)
    if name in DROPS:
        return _of_drop(known, gate, name)
    if name in known.checked.tasks[known.task.title].proportions:
        return _of_worst(known, gate, name) if name.startswith("worst_") else _of_share(known, gate, name, keys)
    return _of_others(known, gate, name, keys)


def _of_others(known: _Known, gate: Gate, name: str, keys: Mapping[str, str]) -> Forecast:
    """A score that is no share of cases: of most nobody can promise anything before the run."""
    if name in OF_CLASSES and "class" in keys:
        return _of_class(known, gate, name, known.classes(keys.get("data", ""))[folded(keys["class"])])
    if name in SPREADS:
        return _of_spread(known, gate, name)
    return _made(gate, known.size(gate), NOTHING, note=BY_ANSWERS)


def _of_change(known: _Known, gate: Gate, name: str) -> Forecast:
    """How far a share of paired cases fell, or rose, if TURNED of them are decided otherwise; of others nothing."""
    n = known.size(gate)
    if gate.kind == "ratio":
        return _made(gate, n, NOTHING, note=BY_SPREAD)
    if name not in (*known.checked.tasks[known.task.title].proportions, *MACRO_RECALLS) or not n:
        return _made(gate, n, NOTHING, note=BY_ANSWERS)

    def error(change: float) -> float:
        return float((max(TURNED - change**2, TURNED / n) / n) ** 0.5)

    passes, fails, truth = known.resolution(gate, error)
    strict = "; a model that is just as good passes only by chance" if truth is not None and truth < 0 else ""
    note = f"if {TURNED:g} of the cases are decided otherwise{strict}"
    return Forecast(
        gate.address, gate.kind, gate.bound, n, passes, fails, truth, False, note, gate.tier, more_is_better=False
    )


def _of_calls(known: _Known, gate: Gate, name: str) -> Forecast:
    """A percentile of calls: of too few no number bounds it from above, so no gate that needs such a bound passes."""
    n, share = known.size(gate), CALLS[name]
    needed = math.ceil(math.log(1 - known.checked.suite.confidence) / math.log(share) - 1e-9)
    few = gate.kind != "min" and n < needed
    return _made(gate, n, NOTHING, note=TOO_FEW.format(needed=needed, n=n) if few else BY_ANSWERS)


def _of_share(known: _Known, gate: Gate, name: str, keys: Mapping[str, str]) -> Forecast:
    on, task = keys.get("data", ""), known.checked.tasks[known.task.title]
    n = known.classes(on)[folded(keys["class"])] if "class" in keys else len(known.truths[on])
    if task.samples and "part" in keys:
        if keys["part"] not in task.parts:
            return _made(gate, n, NOTHING, note=BY_ANSWERS)
        n = _brought(task, keys["part"])
    if not n:
        return _made(gate, 0, NOTHING, note="no sample of this class")
    note = IF_COUNTED if task.samples else OF_FEWER.get(name, "") if "part" in keys else ""
    if known.early:
        return _made(gate, n, known.resolution(gate, _error_of_share(n)), note=note or EARLY)
    found = share_resolution(gate.kind, gate.bound, n, known.checked.suite.confidence)
    return _made(gate, n, found, True, note or ("samples of one group count for fewer" if known.groups[on] else ""))


def _brought(task: Task[Any], part: str) -> int:
    """How many of the samples that a task brings along one of its parts runs on."""
    made, [data] = task.parts[part], brought_sets({"": task})
    return len(data.samples if not isinstance(made, Part) or made.samples is None else made.samples(data.samples))


def _of_class(known: _Known, gate: Gate, name: str, n: int) -> Forecast:
    """A score of one class that hangs on what the model answers, too: precision, were the class answered n times."""
    if not n:
        return _made(gate, 0, NOTHING, note="no sample of this class")
    if name != "precision":
        return _made(gate, n, NOTHING, note=f"n is the samples of this class; {BY_ANSWERS}")
    found = share_resolution(gate.kind, gate.bound, n, known.checked.suite.confidence)
    return _made(gate, n, found, note="about, if the model answers the class as often as there are samples of it")


def _of_spread(known: _Known, gate: Gate, name: str) -> Forecast:
    """A mean, or a root of one: how wide its interval is in terms of what nobody knows before."""
    n = known.size(gate)
    if name not in MEANS or not n:
        return _made(gate, n, NOTHING, note=BY_SPREAD)
    share = normal_quantile(known.checked.suite.confidence) / n**0.5
    width = f"decided from about {share:.2g} of the samples' standard deviation away from its bound"
    return _made(gate, n, NOTHING, note=BY_SPREAD.replace("; ", f": {width}; ", 1))


def _of_worst(known: _Known, gate: Gate, name: str) -> Forecast:
    """Each of the parts has to pass; the worst fails for sure by the bound that Bonferroni's correction gives."""
    n = known.size(gate)
    if gate.kind == "max":
        return _made(gate, n, NOTHING, note=BY_ANSWERS)
    parts, confidence = known.parts(name.removeprefix("worst_")), known.checked.suite.confidence
    corrected, power = 1 - (1 - confidence) / parts, POWER ** (1 / parts)
    if known.early:
        found = known.resolution(gate, _error_of_share(n), corrected, power)
    else:
        found = share_resolution(gate.kind, gate.bound, n, confidence, corrected, power)
    return _made(
        gate, n, found, not known.early, f"each of {parts} parts must pass, and be as true; {OF_FEWER.get(name, '')}"
    )


def _of_drop(known: _Known, gate: Gate, name: str) -> Forecast:
    n = known.size(gate)
    worst = name.startswith("worst_")
    if gate.bound <= 0 or gate.bound >= 1 or not n or (worst and gate.kind == "min"):
        return _made(gate, n, NOTHING, note=f"depends on how many decisions are turned; {AFTER}")
    parts = known.parts(name.removeprefix("worst_")) if worst else 1
    confidence = known.checked.suite.confidence

    def error(drop: float) -> float:
        return float(((max(gate.bound, abs(drop)) - drop**2) / n) ** 0.5)

    corrected = 1 - (1 - confidence) / parts
    found = known.resolution(gate, error, corrected, POWER ** (1 / parts))
    each = f"each of {parts} parts must pass, and be as true; " if worst else ""
    return _made(gate, n, found, note=f"{each}if {gate.bound:g} of the samples are decided otherwise")


def _of_classes(known: _Known, gate: Gate, on: str) -> Forecast:
    """The mean of the classes' recalls, were they alike."""
    output, n = only_output(known.checked), len(known.truths[on])
    counts = known.classes(on)
    if output in {None, "labels"} or len(counts) < 2 or not 0 < gate.bound < 1:
        return _made(gate, n, NOTHING, note=BY_ANSWERS)

    def error(recall: float) -> float:
        within = min(max(recall, 0.0), 1.0)
        return float(sum(within * (1 - within) / each for each in counts.values()) ** 0.5 / len(counts))

    found = known.resolution(gate, error)
    fewest = min(counts.values())
    return _made(gate, n, found, note=f"if all classes have the same recall; the rarest has {fewest} samples")


def _error_of_share(n: int) -> Callable[[float], float]:
    return lambda share: float((max(share * (1 - share), 0.0) / n) ** 0.5)


def _made(gate: Gate, n: int, found: Resolution, exact: bool = False, note: str = "") -> Forecast:
    passes, fails, truth = (each if each is not None and (exact or 0 <= each <= 1) else None for each in found)
    given = gate.address, gate.kind, gate.bound, n
    return Forecast(*given, passes, fails, truth, exact, note, gate.tier, gate.more_is_better)

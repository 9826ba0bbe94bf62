"""The scores that a task can have, before it has any: what a gate may speak of, and what to do where it may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from harness.errors import listed, nearest
from harness.scores.address import local_address, parse_local
from harness.slices.spec import GAP, WORST, SliceSpec, slice_named
from harness.suite import components
from harness.suite.file import TaskSpec
from harness.tasks.task import ScoringContext, Task
from harness.types import Output
from harness.verdicts.absent import NAMED

Slices: TypeAlias = Mapping[str, SliceSpec]
NO_SLICES: Slices = MappingProxyType({})
ANY = "*"
"""The key of a score of no records that any value may stand in the place of."""


def score_names(task: Task[Any], labels: Sequence[str], output: Output | None) -> set[str]:
    """Every address a task's scores can have; none where the task does not say."""
    outputs = (task.outputs if output is None else {output}) if task.addresses_known else ()
    return {score.local for each in outputs for score in task.score([], ScoringContext(labels, {}, output=each))}


def refusal(address: str, spec: TaskSpec, known: set[str], slices: Slices = NO_SLICES) -> str:
    """Why a task has no score of an address, of all that it can have, and what to do."""
    if why := _without_slice(address, slices):
        whole = _of_all(address, slices)
        return f"{why}{refusal(whole[0], spec, known)}" if why.endswith(" ") and whole else why
    name, keys = parse_local(address)
    classes = sorted(of["class"] for other, of in map(parse_local, known) if other == name and "class" in of)
    if "class" in keys and classes and keys["class"] not in classes:
        return f"it has {name} of the classes {_shortened(classes)}{nearest(keys['class'], classes)}"
    what = _remedy(name, spec, known) or nearest(address, known)
    return f"it has {listed(sorted(_without_many_classes(known)))}{what}"


def _remedy(name: str, spec: TaskSpec, known: set[str]) -> str:
    """What to do for a score that is a metric, of a task that takes metrics and has not this one; else nothing."""
    takes = "metrics" in components.parameters_of(components.load("tasks", spec.use))
    missing = takes and name.partition("@")[0] in components.find("metrics") and name not in known
    return f"; add {name.replace('@', ':')} to its `metrics`" if missing else ""


def _without_many_classes(known: set[str]) -> set[str]:
    """The addresses; of more classes than anybody reads, one in the place of all."""
    parsed = {address: parse_local(address) for address in known}
    if len({keys["class"] for _, keys in parsed.values() if "class" in keys}) <= NAMED:
        return known
    return {
        local_address(name, {**keys, "class": ".."}) if "class" in keys else each
        for each, (name, keys) in parsed.items()
    }


def _shortened(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{listed(names[:NAMED])}{more}"


def is_known(
    address: str, known: set[str], others: Sequence[str], labels: Sequence[str], slices: Slices = NO_SLICES
) -> bool:
    """Whether a gate's score will be there: one of the task's, or that on another set, or the drop to it."""
    name, keys = parse_local(address)
    if "slice" in keys and address not in known:
        return any(is_known(each, known, others, labels) for each in _of_all(address, slices))
    on = keys.pop("data", None)
    if "class" in keys and not labels:
        return True
    if local_address(name, {**keys, "property": ANY}) in known:  # the data decide which properties there are
        keys["property"] = ANY
    whole = local_address(name, keys)
    if on is None:
        return whole in known
    lost = local_address(name.removesuffix("_drop"), keys)
    return on in others and (whole in known or (name.endswith("_drop") and lost in known))


def _of_all(address: str, slices: Slices) -> list[str]:
    """What a score of a slice, or between slices, may be of all samples; nothing where there is no such slice."""
    name, keys = parse_local(address)
    slice_, value = slice_named(keys.pop("slice"))
    values = slices[slice_].known_values if slice_ in slices else ()
    if slice_ not in slices or (values and value is not None and value not in values):
        return []
    of_gap = name.removesuffix(GAP) if name.endswith(GAP) else name.replace(f"{GAP}_drop", "_drop")
    between = [of_gap] * (of_gap != name) + [name, name.removeprefix(WORST)] * name.startswith(WORST)
    return [local_address(each, keys) for each in ([name] if value is not None else between)]


def _without_slice(address: str, slices: Slices) -> str:
    """Why there is no such score of a slice; empty where it is not for the slice."""
    name, keys = parse_local(address)
    slice_, value = slice_named(keys.get("slice", ""))
    if not slice_:
        return ""
    if slice_ not in slices:
        return f"it has the slices {listed(slices)}{nearest(slice_, slices)}"
    values = slices[slice_].known_values
    if values and value is not None and value not in values:
        return f"the slice {slice_!r} has {listed(values)}{nearest(value, values)}"
    if value is None:
        return f"expected one slice, `slice={slice_}:VALUE`, or {name}{GAP} or {WORST}{name} of all of them"
    return f"it is {name!r} of a slice, but of all samples "

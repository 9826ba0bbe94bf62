"""What is known of a suite before its model is loaded: the output, the labels, what is in its data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from harness.brought.samples import brought_sets
from harness.data.samples import Sound, require_sound
from harness.kinds.outputs import output_kind
from harness.lookups.saved import require_saved
from harness.runs.load import Checked, foretold, require_kind, require_prompts, rows_of
from harness.suite.components import hint_of, parameters_of
from harness.suite.located import located, place
from harness.types import Output

PATH = re.compile(r"[./~]")
"""How a text begins that is a path and no id of a model."""


def sound_sets(checked: Checked) -> list[Sound]:
    """What is known of every set; raises UserError for what a run would refuse, as far as `check` can see."""
    suite, found = checked.suite, list[Sound]()
    labels, _ = foretold(checked)
    for at, rows in enumerate(rows_of(checked)):
        with located(checked.file, *place(suite, at)):
            found.append(require_sound(rows, suite.sets[at], labels, only_output(checked), suite.sample_seed))
    require_prompts(checked, rows_of(checked))
    require_kind(checked, [*found, *brought_sets(checked.tasks)])
    with located(checked.file, "model"):
        names = suite.set_names
        require_saved(checked.model, {name: each.placed for name, each in zip(names, found, strict=True)})
    for at, task in enumerate(checked.suite.tasks):
        with located(checked.file, "tasks", at):
            for source in checked.tasks[task.title].sources:
                source.require_like(found[0].kind, found[0].columns, labels, only_output(checked))
    return found


def only_output(checked: Checked) -> Output | None:
    """The output that the model has, or must have by the kind of truth, where only one suits every task."""
    _, output = foretold(checked)
    if output:
        return output
    suitable = frozenset[Output].intersection(*(task.outputs for task in checked.tasks.values()))
    measured_by = {output_kind(output).task for output in suitable}
    return next(iter(suitable)) if len(measured_by) == 1 else None


def absent(checked: Checked) -> Iterator[str]:
    """What is not there: columns of slices in some sets, and files of models, without which no run starts."""
    yield from undivided(checked)
    named = {"model": checked.model, **{f"models.{name}": each for name, each in checked.models.items()}}
    for key, component in named.items():
        for name, parameter in parameters_of(component.function).items():
            value = component.parameters.get(name)
            is_path = isinstance(value, Path) or (isinstance(value, str) and PATH.match(value))
            if is_path and "Path" in str(hint_of(component.function, parameter)) and not Path(str(value)).exists():
                yield f"{key}.{name}: {value} is not there: a run needs it"


def undivided(checked: Checked) -> Iterator[str]:
    """The sets whose data have not the column of a slice: a run scores them, but not by this slice."""
    suite = checked.suite
    for name, spec, rows in zip(suite.set_names, suite.sets, rows_of(checked), strict=True):
        for slice_, each in spec.slices.items():
            if each.column is not None and each.column not in rows[0]:
                yield (
                    f"{name} has no column {each.column!r} of the slice {slice_!r}: its scores by {slice_} are not "
                    "defined, and gates on them undecided"
                )

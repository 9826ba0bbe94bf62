"""How the labels of data fit those of a model that is not loaded: what `harness init` writes into a new suite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.data.samples import columns_of
from harness.data.truth import are_places, in_yaml
from harness.errors import HarnessError, listed
from harness.kinds.outputs import OUTPUTS
from harness.labels.written import plain
from harness.runs.load import check, foretold, rows_of
from harness.suite.file import suite_of
from harness.types import folded


@dataclass(frozen=True)
class Fitting:
    """The `labels` entry of the data in YAML, a comment where none is needed or sure, and a line about it."""

    entry: str
    line: str


UNKNOWN = Fitting("# labels: {0: negative, 1: positive}  # the data's labels in the model's words, if they differ", "")


def fitting(model: str | None, data: str | None) -> Fitting:
    """How the labels of data, a spec like `files:dev.jsonl`, fit a model's; UNKNOWN where one of the two is not."""
    if model is None or data is None:
        return UNKNOWN
    try:
        checked = check(suite_of({"model": model, "data": data, "tasks": ["classification"]}, "init"))
        labels, output = foretold(checked)
        [rows] = rows_of(checked)
        column = columns_of(rows, checked.suite.sets[0]).label
    except HarnessError:  # whatever is wrong with the two, `check` says it
        return UNKNOWN
    if not labels or output is None or OUTPUTS[output].task != "classification" or not isinstance(column, str):
        return UNKNOWN
    names = {plain(row[column]) for row in rows if row.get(column) is not None}
    return _fitting(sorted(names, key=lambda name: name.zfill(20) if name.isdigit() else name), labels)


def _fitting(names: Sequence[str], labels: Sequence[str]) -> Fitting:
    known, own = {folded(label) for label in labels}, listed(labels)
    if {folded(name) for name in names} <= known:
        line = f"the data's labels are the model's: {own}"
        return Fitting(f"# {line}", line)
    for first in (0, 1):
        if are_places(names, labels, first):
            mapping = {str(at): label for at, label in enumerate(labels, first)}
            words = listed(f"{raw} is {name}" for raw, name in mapping.items())
            return Fitting(f"labels: {in_yaml(mapping)}  # by their order: check it", f"check the labels: {words}")
    if len(names) > len(labels):
        return UNKNOWN
    missing = in_yaml(dict.fromkeys(names, "..."))
    return Fitting(
        f"# labels: {missing}  # EDIT: which of the model's is each? {own}",
        f"map the data's labels ({listed(names)}) to the model's ({own})",
    )

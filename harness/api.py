"""The harness from Python: a suite, or a model and data in memory, and the run that comes of it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

from harness.errors import UserError
from harness.records.run import Run
from harness.runs.execute import execute, folder_for, suite_file
from harness.runs.load import check
from harness.runs.progress import progress_for
from harness.scores.gates import Undecided
from harness.suite.components import Component
from harness.suite.file import SuiteFile, suite_of
from harness.types import Output

TaskLike: TypeAlias = str | Mapping[str, Any]
"""A task as a suite has it: its name, or a mapping with `use`."""


def run(
    suite: str | Path | Mapping[str, Any],
    *,
    model: object = None,
    data: object = None,
    out: str | Path | None = None,
    resume: bool = False,
    undecided: Undecided = "fail",
    progress: bool = True,
    cache: str | Path | None = None,
    **settings: Any,
) -> Run:
    """Run a suite: a file, the name of an installed one, or what such a file would hold as a mapping.

    `model` is a spec like `transformers:./ckpt` or a mapping, or the model itself: a callable or an adapter. `data` is
    a spec, or rows (see `evaluate`). Further settings are keys of the suite with `__` for the dots:
    `data__limit=50`. The run is kept in `out`, by default a folder of its own in `runs/`; answers of models that
    have a fingerprint also in `cache`, for other runs. Raises UserError for what
    is wrong before anything ran, RunError when the run could not finish. A failed gate raises nothing: see
    `Run.verdict`.
    """
    given = _given(model, data)
    overrides = _specs(model, data, given) | {key.replace("__", "."): value for key, value in settings.items()}
    file = _file(suite, overrides)
    return _executed(file, given, out=out, resume=resume, undecided=undecided, progress=progress, cache=cache)


def evaluate(
    model: object,
    data: object,
    tasks: Sequence[TaskLike],
    *,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    columns: Mapping[str, Any] | None = None,
    limit: int | None = None,
    seed: int = 0,
    name: str = "evaluation",
    **options: Any,
) -> Run:
    """Run tasks on a model and data in memory; gates may stand in the tasks, as in a suite.

    `model` is a callable `(inputs) -> probabilities (n, classes)` or an adapter; `labels` names its classes in the
    order of its answers, and integer labels of the data are then indices of them. `data` is a pair (inputs, labels)
    of two sequences, rows as mappings, a data frame, an Arrow table or a Hugging Face data set, with the columns
    `text` and `label` unless `columns` says otherwise. Further options are those of `run`.
    """
    rows = rows_of(data)
    suite = {
        "model": {"use": "given", "labels": list(labels) if labels else None, "output": output},
        "data": {
            "use": "given",
            "columns": dict(columns or {}),
            "limit": limit,
            "labels": dict(enumerate(labels or ())),
        },
        "seed": seed,
        "tasks": [tasks] if isinstance(tasks, str) else list(tasks),
    }
    if model is None or isinstance(model, str):
        raise UserError(f"expected a model in memory, but got {model!r}: run a suite, or load it first")
    return _executed(suite_of(suite, name), _given(model, rows), **options)


def rows_of(data: object) -> list[Mapping[str, Any]]:
    """Rows as mappings, from any of the forms `evaluate` takes; raises UserError for another."""
    if isinstance(data, tuple) and len(data) == 2 and not all(isinstance(each, Mapping) for each in data):
        return _of_pair(*data)
    for method, arguments in (("to_pylist", {}), ("to_dict", {"orient": "records"})):
        convert = getattr(data, method, None)
        if callable(convert) and not _is_rows(data):
            return list(convert(**arguments))
    if _is_series(data):
        rows = list(data)
        if all(isinstance(row, Mapping) for row in rows):
            return rows
    raise UserError(
        f"expected rows as mappings, a pair (inputs, labels), a data frame or a data set, but got {type(data).__name__}"
    )


def _of_pair(inputs: object, labels: object) -> list[Mapping[str, Any]]:
    """Rows of inputs and their labels; raises UserError for what is no series of them."""
    if not _is_series(inputs) or not _is_series(labels):
        raise UserError(
            "expected a pair (inputs, labels) of two sequences, "
            f"but got ({type(inputs).__name__}, {type(labels).__name__}): "
            "put a single input and its label in lists, ([input], [label]), and rows in a list, [row, row]"
        )
    values, named = list(inputs), list(labels)
    if len(values) != len(named):
        raise UserError(f"expected one label an input, but got {len(values)} inputs and {len(named)} labels")
    return [{"text": value, "label": label} for value, label in zip(values, named, strict=True)]


def _is_series(data: object) -> TypeGuard[Iterable[Any]]:
    """Whether it gives one thing after another; a text gives letters and a mapping keys, which nobody means."""
    return isinstance(data, Iterable) and not isinstance(data, (str, bytes, Mapping))


def _is_rows(data: object) -> bool:
    """Whether it gives its rows one by one, as Hugging Face's data sets do, which have a `to_dict` of columns."""
    return hasattr(data, "column_names") and not hasattr(data, "to_pylist") and hasattr(data, "features")


def _executed(
    file: SuiteFile,
    given: Mapping[str, Component],
    *,
    out: str | Path | None = None,
    resume: bool = False,
    undecided: Undecided = "fail",
    progress: bool = True,
    cache: str | Path | None = None,
) -> Run:
    checked = check(file, given)
    path = folder_for(file.name, None if out is None else Path(out), resume=resume)
    shown, kept = progress_for(sys.stderr, quiet=not progress), None if cache is None else Path(cache)
    execute(checked, path, resume=resume, undecided=undecided, progress=shown, cache=kept)
    return Run(path)


def _file(suite: str | Path | Mapping[str, Any], overrides: dict[str, Any]) -> SuiteFile:
    if not isinstance(suite, Mapping):
        return suite_file(str(suite), overrides)
    named = dict(suite)
    return suite_of(named, str(named.pop("name", "suite")), overrides)


def _given(model: object, data: object) -> dict[str, Component]:
    """Components that give back what is in memory already."""
    given = {}
    if model is not None and not isinstance(model, (str, Mapping)):
        given["model"] = Component("models", "given", lambda: model)
    if data is not None and not isinstance(data, (str, Mapping)):
        rows = rows_of(data)
        given["data"] = Component("data", "given", lambda: rows)
    return given


def _specs(model: object, data: object, given: Mapping[str, Component]) -> dict[str, Any]:
    """What stands in place of the suite's model and data; a model in memory keeps the suite's labels and output."""
    found: dict[str, Any] = {}
    if model is not None:
        found |= {"model.use": "given"} if "model" in given else {"model": model}
    if data is not None:
        found["data"] = {"use": "given"} if "data" in given else data
    return found

"""The harness from Python: runs a suite, or tasks on a model and data in memory; compares runs."""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

from harness.baselines.against import open_side
from harness.baselines.file import write_baseline
from harness.baselines.run_side import RunSide
from harness.baselines.side import Side
from harness.comparisons.comparison import Comparison, compare_pairs
from harness.engine.patience import Alarm, Patience
from harness.errors import UserError, listed, nearest
from harness.failures.freezing import frozen
from harness.failures.replaying import Replay, kept_in, replayed, suite_for
from harness.given.rows import Given, classes_in, given_data
from harness.given.wrapping import meanings, own_labels, wrapped
from harness.own.locate import no_own_objects
from harness.progress.shown import progress_for
from harness.records.reading import INDEX
from harness.records.run import Run
from harness.runs.comparing import accepted_again, compared
from harness.runs.execute import execute, folder_for, suite_file, surroundings
from harness.runs.load import Checked, check, task_of
from harness.statistics.intervals import RESAMPLES
from harness.suite.components import Component
from harness.suite.file import Suite, SuiteFile, suite_of
from harness.suite.untrusted import require_data_only
from harness.tasks.task import ScoringContext, Task
from harness.types import Output, Undecided
from harness.variants.forms import AGAINST, IN_MEMORY, remarks, variants_of, with_against
from harness.variants.index import Variants, folders_of
from harness.variants.together import Manner, require_gates, run_together
from harness.verdicts.scoring import Verdicts

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
    untrusted: bool = False,
    baseline: str | Path | Run | None = None,
    against: object = None,
    collate: Callable[[list[Any]], Any] | None = None,
    tokenizer: object = None,
    **settings: Any,
) -> Run:
    """Run a suite: a file, the name of an installed one, or a mapping with the content of such a file.

    `model` is a spec like `transformers:./ckpt` or a mapping, or the model itself, with `collate` or `tokenizer` where
    it needs one; `data` is a spec, or data in memory: see `evaluate`. Further settings are keys of the suite with `__`
    for the dots: `data__limit=50`. The run is kept in `out`, by default a folder of its own in `runs/`; answers of
    models that have a fingerprint also in `cache`, for other runs. With `untrusted` a suite that runs code or reads
    outside its folder is refused, as by `harness run --untrusted`; a model in memory is the caller's own. `baseline` is
    the file or run that gates on changes compare with, in place of the suite's; its path is relative to the working
    directory. `against` is a model like `model`, run beside it on the same cases as the reference of gates on changes.
    With it, as of a suite with `variants`, the run is one of `Variants`.
    Raises UserError for what is wrong before anything ran, RunError when the run could not finish, or a limit of its
    `timeout` is over. A failed gate raises nothing: see `Run.verdict`.
    """
    _require_settings(settings)
    given, options = _given(model, data), {"collate": collate, "tokenizer": tokenizer}
    overrides = _specs(model, data, given) | {key.replace("__", "."): value for key, value in settings.items()}
    overrides |= _baseline(baseline)
    with no_own_objects() if untrusted else nullcontext():
        file = _file(suite, overrides)
        if untrusted:
            require_data_only(file)
        file, parts = _against(file, _wrapped(given, file, options), against, options)
        return _executed(file, parts, out=out, resume=resume, undecided=undecided, progress=progress, cache=cache)


def accept(run: Run, to: str | Path, *, best: bool = False, reason: str = "") -> Path:
    """Keep what the model of a finished run did as a baseline file, as `harness accept` does; gives back its path.

    `best` keeps it as the best ever, not as the released one. Raises UserError for a run that did not finish, or that
    failed and has no `reason`, and where the file cannot be written.
    """
    if isinstance(run, Variants):
        raise UserError(
            f"{run.folder} has several variants: accept one of them, like runs.variants[{run.last.folder.name!r}]"
        )
    text, path = accepted_again(run, "best" if best else "released", reason), Path(to)
    try:
        write_baseline(path, text)
    except OSError as error:
        raise UserError(f"cannot write the baseline to {path}: {error.strerror}") from None
    return path


def freeze(
    run: Run,
    to: str | Path,
    *,
    tasks: Collection[str] = (),
    limit: int | None = None,
    within: float | None = None,
) -> Path:
    """Keep the failures that a finished run found in a file for a repository, as `harness freeze` does; its path.

    Those that the file has already stay as they are, with their waivers. `tasks` are names of tasks, all of them unless
    given, `limit` is how many failures the run may add, the heaviest of every part first; `within` is how far from the
    truth a model's number may be. Raises UserError for a run that is not finished, and for a file that is none, or has
    failures of other labels, another output or another kind of input.
    """
    path = Path(to)
    frozen(run, path, tasks, limit, within)
    return path


def replay(
    kept: str | Path | Run,
    *,
    model: object = None,
    suite: str | Path | None = None,
    device: str | None = None,
    within: float | None = None,
    untrusted: bool = False,
) -> Replay:
    """Ask each known failure of a file, or each failure of a run, once more, as `harness replay` does.

    Of the model that had it, or of another one: `model` as in `run`, or that of a `suite`. Raises UserError for a file
    that is none, was cut or edited, and for a waiver without reason or date or for no failure; RunError where the model
    fails on every input. A failure that still fails raises nothing: see `Replay.passed`.
    """
    given = _given(model, None)
    overrides = _specs(model, None, given) | ({} if device is None else {"model.device": device})
    with no_own_objects() if untrusted else nullcontext():
        found = kept_in(kept.folder if isinstance(kept, Run) else Path(kept), within)
        if suite is None:
            file = suite_for(found, overrides)
        else:
            file = suite_file(str(suite), overrides)
            if untrusted:
                require_data_only(file)
        model_given = _wrapped(given, file, {}).get("model")
        return replayed(found, file, transfer=suite is not None or model is not None, given=model_given)


def evaluate(
    model: object,
    data: object,
    tasks: Sequence[TaskLike],
    *,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    columns: Mapping[str, Any] | None = None,
    kind: str | None = None,
    language: str = "",
    limit: int | None = None,
    seed: int = 0,
    sample_seed: int = 0,
    resamples: int = RESAMPLES,
    name: str = "evaluation",
    out: str | Path | None = None,
    resume: bool = False,
    undecided: Undecided = "fail",
    progress: bool = True,
    cache: str | Path | None = None,
    baseline: str | Path | Run | None = None,
    against: object = None,
    collate: Callable[[list[Any]], Any] | None = None,
    tokenizer: object = None,
    cross_validation: int | Mapping[str, Any] | None = None,
) -> Run:
    """Run tasks on a model and data in memory; gates may stand in the tasks, as in a suite.

    `model` is a callable `(inputs) -> probabilities (n, classes)`, an adapter, or what a library made: a fitted
    scikit-learn estimator, a torch module with `collate`, a function `(inputs: list) -> tensors`, a transformers
    classifier with its `tokenizer`, or a transformers pipeline; `harness.wrap` takes further options of these. `labels`
    names its classes in the order of its answers; a number in the data is then a place among them, unless the model's
    own names are numbers.

    `data` is a pair (inputs, labels), rows as mappings, pairs (input, label), or whatever speaks Arrow's PyCapsule
    protocol, like the frames of pandas and polars, or a Hugging Face data set; with the columns `text` and `label`
    unless `columns` says otherwise. The inputs of a pair are texts, mappings, a frame, an array or tensor
    `(n, columns)` of rows or `(n, height, width)` or `(n, height, width, channels)` of images; `kind` says what they
    are where that does not, `language` what texts are in (`de`). Labels `(n, labels)` are a column of 0 and 1 each.

    `sample_seed` chooses the samples of a `limit`, `seed` all else that is random. A bootstrap draws `resamples`, 20 or
    more: fewer are faster, and their intervals rougher. With `cross_validation`, how many folds or a mapping as a suite
    has it, each sample is answered by a copy of the model that was fitted without it; the model need not be fitted.
    Further options are those of `run`.
    """
    if model is None or isinstance(model, (str, Mapping)):
        raise UserError(f"expected a model in memory, but got {model!r}: run a suite, or load it first")
    options = {"collate": collate, "tokenizer": tokenizer}
    given, adapter = given_data(data), wrapped(model, options, output, fitted=cross_validation is None)
    if cross_validation and not labels and not own_labels(adapter):
        labels = classes_in(given, columns or {})
    suite = {
        "model": {"use": "given", "labels": list(labels) if labels else None, "output": output},
        "data": {
            "use": "given",
            "columns": {**given.columns, **(columns or {})},
            "kind": kind or given.kind,
            "language": language,
            "limit": limit,
            "labels": meanings(labels or (), own_labels(adapter)),
        },
        "seed": seed,
        "sample_seed": sample_seed,
        "resamples": resamples,
        "cross_validation": cross_validation,
        "tasks": [tasks] if isinstance(tasks, str) else list(tasks),
        **_baseline(baseline),
    }
    file, parts = _against(suite_of(suite, name), _given(adapter, given), against, options)
    return _executed(file, parts, out=out, resume=resume, undecided=undecided, progress=progress, cache=cache)


def compare(*runs: str | Path, scores: Collection[str] = (), every_pair: bool = False) -> Comparison:
    """Compare the first of some runs or baseline files with each other one, or each with every later one.

    Differences are new less old, on the samples that both have. A run of variants stands for each of them. `scores` are
    names of scores, their addresses in a task, or `shares` for all that are shares of cases, which are fast; all of
    them unless given. Raises UserError for fewer than two, for a run that is not finished, for files that were changed,
    and for what does not compare at all.
    """
    sides = [open_side(each) for run in runs for each in folders_of(Path(run))]
    if len(sides) < 2:
        raise UserError("expected two or more runs or baseline files to compare, the reference first")
    pairs = list(combinations(sides, 2)) if every_pair else [(sides[0], each) for each in sides[1:]]
    with no_own_objects():
        tasks = {side.title: _tasks_of(side) for side in sides}
        return compare_pairs(pairs, lambda side: tasks[side.title], _context(sides[0]), scores)


def _require_settings(settings: Mapping[str, Any]) -> None:
    """Raise UserError for a setting that is neither an option of `run` nor a key of a suite."""
    options = tuple(name for name, each in inspect.signature(run).parameters.items() if each.kind is each.KEYWORD_ONLY)
    for key in settings:
        word = re.split(r"__|\.", key)[0]
        if word not in Suite.model_fields:
            raise UserError(
                f"run has no option {key!r}: expected one of {listed(options)}, or a key of the suite "
                f"({listed(Suite.model_fields)}), with __ for its dots{nearest(word, [*options, *Suite.model_fields])}"
            )


def _against(
    file: SuiteFile, given: Mapping[str, Component], against: object, options: Mapping[str, Any]
) -> tuple[SuiteFile, dict[str, Any]]:
    """The suite and what of it is in memory, for each variant where there are several."""
    old, new = AGAINST
    if against is None:
        return file, dict.fromkeys(["", *(file.suite.variants or ())], given)
    if isinstance(against, (str, Mapping)):
        data = {kind: each for kind, each in given.items() if kind != "model"}
        return with_against(file, against), {old: data, new: given}
    keys = {name: getattr(file.suite.model, name, None) for name in ("labels", "output")}
    found = with_against(file, {"use": IN_MEMORY, **{name: each for name, each in keys.items() if each is not None}})
    reference = Component("models", IN_MEMORY, partial(wrapped, against, options, keys["output"], leave=True))
    return found, {old: {**given, "model": reference}, new: given}


def execute_variants(
    variants: Mapping[str, Checked], path: Path, how: Manner, alarm: Alarm | None = None
) -> dict[str, Verdicts]:
    """Run the variants of a suite, the reference first, as `execute` does one suite; the verdicts of each."""
    first = next(iter(variants.values()))
    require_gates(variants)
    against = compared(first)
    patience = Patience(first.suite.timeout.batch, first.suite.timeout.run, alarm)
    with surroundings(first.file, path, patience) as freeze:
        return run_together(variants, path, against, compare, patience, freeze, how)


def _executed(
    file: SuiteFile,
    given: Mapping[str, Mapping[str, Component]],
    *,
    out: str | Path | None = None,
    resume: bool = False,
    undecided: Undecided = "fail",
    progress: bool = True,
    cache: str | Path | None = None,
) -> Run:
    files = variants_of(file)
    checks = {name: check(each, given[name]) for name, each in (files or {"": file}).items()}
    path = folder_for(file.name, None if out is None else Path(out), resume=resume, mark=INDEX if files else "run.json")
    shown, kept = progress_for(sys.stderr, quiet=not progress), None if cache is None else Path(cache)
    if files:
        for line in remarks(file, files):
            warnings.warn(line, stacklevel=3)
        execute_variants(checks, path, Manner(resume, undecided, shown, kept))
        return Variants(path)
    execute(checks[""], path, compared(checks[""]), resume=resume, undecided=undecided, progress=shown, cache=kept)
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
        found = given_data(data)
        given["data"] = Component("data", "given", lambda: found.rows)
    return given


def _wrapped(given: Mapping[str, Component], file: SuiteFile, options: Mapping[str, Any]) -> dict[str, Component]:
    """The same with the model wrapped, as soon as the suite asks for it."""
    if "model" not in given:
        if found := [name for name, each in options.items() if each is not None]:
            raise UserError(f"{found[0]} belongs to a model in memory, but the suite loads its own")
        return dict(given)
    output = file.suite.model.output if file.suite.model else None
    fitted = file.suite.cross_validation is None
    make = partial(wrapped, given["model"].call(), options, output, fitted=fitted)
    return {**given, "model": Component("models", "given", make)}


def _baseline(given: str | Path | Run | None) -> dict[str, str]:
    """The key of a suite for a baseline, whose path is not relative to the suite."""
    if given is None:
        return {}
    return {"baseline": str((given.folder if isinstance(given, Run) else Path(given)).resolve())}


def _specs(model: object, data: object, given: Mapping[str, Component]) -> dict[str, Any]:
    """The replacement of the suite's model and data; a model in memory keeps the suite's labels and output."""
    found: dict[str, Any] = {}
    if model is not None:
        found |= {"model.use": "given"} if "model" in given else {"model": model}
    if data is not None:
        found["data"] = _spec_of(given_data(data)) if "data" in given else data
    return found


def _spec_of(data: Given) -> dict[str, Any]:
    """The entry of a suite for data in memory."""
    return {"use": "given", "columns": dict(data.columns), "kind": data.kind}


def _context(side: Side) -> ScoringContext:
    resamples = side.run.info.suite.get("resamples", RESAMPLES) if isinstance(side, RunSide) else RESAMPLES
    return ScoringContext(side.head.labels, {}, side.head.confidence, side.head.seed, resamples=resamples)


def _tasks_of(side: Side) -> dict[str, Task[Any] | str]:
    """The tasks of a side's suite, or why one cannot be made: an object of the user's own, an extra that is missing."""
    file = _suite_of(side)
    return {spec.title: _task(file, at) for at, spec in enumerate(file.suite.tasks)}


def _task(file: SuiteFile, at: int) -> Task[Any] | str:
    try:
        return task_of(file, at)
    except UserError as error:
        return str(error)


def _suite_of(side: Side) -> SuiteFile:
    """The suite of a run; of a file as much of it as makes its tasks."""
    if isinstance(side, RunSide):
        return suite_of(side.run.info.suite, side.run.name)
    tasks = [{"use": task.use, "name": title, **task.parameters} for title, task in side.head.tasks.items()]
    return suite_of({"tasks": tasks}, side.head.suite)

"""The command `harness show NAME --try`: runs a component once, on the model and reviews of the embedded suite.

Everything goes the way it goes in a run: parameters are checked as a suite's are, and the engine asks the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from random import Random
from typing import Any, TypeAlias, cast

from pydantic import ValidationError

from harness.cli.show import named
from harness.cli.terminal import Line, Pieces, print_json, print_tried
from harness.data.samples import filtered
from harness.engine.adapters import connect
from harness.engine.cases import Case
from harness.errors import UserError, listed
from harness.files import stdout_to_stderr
from harness.kinds.inputs import default_kind, kind_of
from harness.kinds.views import Block, ImageBlock, TableBlock, TextBlock
from harness.records.record import record_of
from harness.records.table import RecordTable
from harness.runs.load import Loaded, check, import_folders, load
from harness.runs.local import outcomes
from harness.runs.scoring import score_task
from harness.runs.trial import (
    embedded,
    embedded_file,
    first_of_use,
    made_of,
    payload_of,
    records_on,
    reviews,
    scoring_of,
)
from harness.runs.victim import require_victim
from harness.scores.estimates import ValuePredictions
from harness.scores.metrics import ClassPredictions, LabelPredictions
from harness.scores.score import Score
from harness.sessions.predict import predict
from harness.suite import components
from harness.suite.examples import example_entry
from harness.suite.file import DataSpec, ModelSpec, complaint
from harness.suite.schema import SPECS
from harness.tasks.classification import predictions_of
from harness.tasks.measuring import measures, with_interval
from harness.tasks.stress import SEVERITIES, perturbed
from harness.types import Distribution, Sample, Session

REVIEWS_SEARCHED = 50
"""Reviews among which one is sought that an attack has something to do with: one the model gets right."""

PREDICTIONS_SCORED = 100
"""Predictions a metric is tried on."""

REVIEWS_PER_TASK = 8
"""Reviews a task is tried on."""

Settings: TypeAlias = Mapping[str, Any]


def show_trying(name: str, settings: Settings, *, as_json: bool) -> int:
    """Run every component of a name once, and print what each did."""
    with stdout_to_stderr():
        lines = {
            f"{components.singular(kind)} {point.name}": tried(kind, point.name, settings)
            for kind, point in named(name)
        }
    if as_json:
        print_json({title: [{"what": line.what, "text": line.text} for line in each] for title, each in lines.items()})
    else:
        print_tried(lines)
    return 0


def tried(kind: str, name: str, settings: Settings) -> list[Line]:
    """What a component does once; raises UserError where its parameters are wrong, RunError where it fails."""
    with import_folders(embedded_file({}).folder, Path.cwd()):
        return list(_WAYS[kind](kind, name, settings))


def marked(before: str, after: str) -> Pieces:
    """The second text in pieces; marked are the words, or the white space, that the first has not there."""
    old, new = (re.findall(r"\s+|\S+", text) for text in (before, after))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(("".join(new[low:high]), step != "equal") for step, _, _, low, high in steps)


# Parts of tasks


def _perturbation(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    entry = _entry(kind, name, settings)
    if "severity" not in settings:
        entry.pop("severity", None)
    component = _resolved(kind, name, entry)
    loaded = embedded({"use": "stress", "perturbations": [entry], "severities": SEVERITIES}, taken=component.takes)
    changed = (sample for sample in loaded.samples if _changes(component, sample.input))
    sample = next(changed, loaded.samples[0])
    found = made_of(loaded, sample)
    yield from _review(sample, loaded)
    clean = loaded.kind.write(sample.input)
    if all(text == clean for payload in found.values() for text in payload.perturbed):
        yield _line("perturbed", f"it changed none of {len(loaded.samples)} {loaded.kind.plural}")
        return
    for at, (part, payload) in enumerate(found.items()):
        if at == 0:
            yield _line("the model", _answer(payload.before, loaded.labels))
        for text, after in zip(payload.perturbed, payload.after, strict=True):
            yield from _made(_severity(part), loaded, sample, text)
            yield _line("", _answer(after, loaded.labels))


def _changes(component: components.Component, value: Any) -> bool:
    """Whether it changes an input at all; one that fails is left to the engine, which says how."""
    kind = kind_of(value)
    try:
        found = perturbed(component.call, value, Random(0), component.takes)
        return any(kind.key(each) != kind.key(value) for each in found)
    except UserError:
        raise
    except Exception:  # noqa: BLE001  # whatever a stranger's function raises
        return True


def _searched(kind: str, name: str, settings: Settings, use: str) -> Loaded:
    """A suite around the component alone, of the kind of input it takes."""
    entry = _entry(kind, name, settings)
    taken = _resolved(kind, name, entry).takes
    return embedded({"use": use, kind: [entry]}, REVIEWS_SEARCHED, taken)


def _attack(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    loaded = _searched(kind, name, settings, "attack")
    sample, found = first_of_use(loaded)
    yield from _review(sample, loaded)
    yield _line("the model", _answer(found.before, loaded.labels))
    yield _line("the attack", f"{found.outcome}, having asked {found.queries} rows")
    yield from _made(f"its {loaded.kind.name}", loaded, sample, found.perturbed)
    yield _line("", _answer(found.after, loaded.labels))


def _explainer(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    loaded = _searched(kind, name, settings, "explain")
    sample, found = first_of_use(loaded)
    yield from _review(sample, loaded)
    yield _line("explained", f"{found.explained} {found.probability:.3f}")
    for unit, weight in zip(found.units, found.weights, strict=True):
        yield _line(f"{weight:+.3f}", unit)
    for quality in ("comprehensiveness", "sufficiency"):
        value = getattr(found, quality)
        yield _line(quality, "undefined" if value is None else f"{value:.3f}")


def _metric(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    component = _resolved(kind, name, _entry(kind, name, settings))
    wanted = measures(name, component.function)
    loaded = embedded({"use": "classification", "metrics": []}, PREDICTIONS_SCORED)
    predictions = predictions_of(list(records_on(loaded, loaded.samples)), scoring_of(loaded))
    given, how = _as_measured(predictions, wanted, loaded)
    score = with_interval(name, component.call, cast("Any", given), scoring_of(loaded))
    yield _line("value", _value(score))
    yield _line("of", how)


def _as_measured(predictions: ClassPredictions, wanted: Sequence[type], loaded: Loaded) -> tuple[Any, str]:
    """The embedded predictions as what a metric measures."""
    count = f"{len(predictions)} embedded predictions"
    if ClassPredictions in wanted:
        return predictions, count
    if ValuePredictions in wanted:
        truth, values = predictions.labels.astype(float), predictions.probabilities[:, 1]
        how = f"{count}, the probability of {loaded.labels[1]!r} as the value, 0 or 1 as truth"
        return ValuePredictions(truth, values), how
    sets = LabelPredictions(predictions.truth, predictions.probabilities)
    return sets, f"{count}, each class as a label that applies or not"


# Tasks, models, data


def _task(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    entry = {**_entry(kind, name, settings), "name": "tried"}
    file = embedded_file({"tasks": [entry], "data.limit": settings.get("limit", REVIEWS_PER_TASK)})
    checked = check(file)
    task = checked.tasks["tried"]
    if "probabilities" not in task.outputs:
        raise UserError(
            f"task {name!r} measures models that answer {' or '.join(sorted(task.outputs))}, but the embedded one "
            "answers probabilities: try it in a suite with a model of your own"
        )
    loaded = load(checked)
    records = RecordTable.of(records_on(loaded, loaded.samples), task.payload)
    found = score_task(task, records, scoring_of(loaded), loaded.samples)
    yield _line("", f"{len(records)} cases on {len(loaded.samples)} reviews, {found.errors} errored")
    for local, score in found.scores.items():
        yield _line(local, _value(score))


def _model(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    file = embedded_file({})
    spec, folder = _given(kind, name, settings, file.suite.model, file.folder)
    own = cast("ModelSpec", spec)
    model = connect(components.resolve(kind, spec, folder).call(), labels=own.labels, output=own.output)
    require_victim(model, own.use)
    sample = Sample("", reviews(file)[0])
    [outcome] = outcomes({"": model}, [Case("show", "", sample, _asked)])
    row = payload_of(record_of(outcome))
    yield _line("review", sample.input)
    if model.output == "value":
        yield _line("value", f"{row[0]:.4g}")
        return
    for label, probability in zip(model.labels, row, strict=True):
        yield _line(label, f"{probability:.3f}")


def _asked(sample: Sample[Any], rng: Random) -> Session[list[float]]:
    [row] = yield from predict([sample.input])
    return row[:]


def _data(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    file = embedded_file({})
    spec, folder = _given(kind, name, settings, file.suite.sets[0], file.folder)
    rows = filtered(list(components.resolve(kind, spec, folder).call()), cast("DataSpec", spec))
    yield _line("rows", str(len(rows)))
    yield _line("columns", listed(rows[0] if rows else ()))
    for at, row in enumerate(rows[:3], 1):
        yield _line(f"row {at}", json.dumps(dict(row), ensure_ascii=False, default=repr))


def _suite(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    yield _line("", f"a suite is tried by: harness check {name} (no model is run), harness run {name} --limit 20")


def _report(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    yield _line("", f"a report needs a finished run: harness report RUN --as {name}")


def _executor(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    yield _line("", f"an executor runs a whole suite: harness run SUITE --set executor={name}")


_WAYS: Mapping[str, Callable[[str, str, Settings], Iterable[Line]]] = {
    "models": _model,
    "data": _data,
    "metrics": _metric,
    "perturbations": _perturbation,
    "attacks": _attack,
    "explainers": _explainer,
    "tasks": _task,
    "suites": _suite,
    "reports": _report,
    "executors": _executor,
}


# The embedded model and data


# Parameters


def _entry(kind: str, name: str, settings: Settings) -> dict[str, Any]:
    """The component as an entry of the embedded suite: as `harness show` has it, with what was set.

    Paths, relative to the working directory, become absolute.
    """
    example = example_entry(kind, name, components.load(kind, name))
    required = {} if isinstance(example, str) else {key: value for key, value in example.items() if key != "use"}
    entry = {**required, **settings, "use": name}
    checked = _resolved(kind, name, entry).parameters
    return {key: _absolute(checked.get(key), value) for key, value in entry.items()}


def _resolved(kind: str, name: str, entry: Settings) -> components.Component:
    return components.resolve(kind, _spec(kind, entry))


def _spec(kind: str, entry: Settings) -> Any:
    try:
        return SPECS[kind].model_validate(entry)
    except ValidationError as error:
        problem = error.errors()[0]
        raise UserError(f"--set {'.'.join(map(str, problem['loc']))}: {complaint(problem)}") from None


def _given(kind: str, name: str, settings: Settings, embedded: Any, folder: Path) -> tuple[Any, Path]:
    """A model or data as it was set, relative to the working directory; the embedded one where nothing was."""
    if not settings and embedded is not None and embedded.use == name:
        return embedded, folder
    parameters = components.parameters_of(components.load(kind, name))
    required = [key for key, each in parameters.items() if each.default is each.empty and key not in settings]
    if required:
        options = " ".join(f"--set {key}=…" for key in required)
        raise UserError(
            f"{components.singular(kind)} {name!r} cannot be tried without {listed(required)}: add {options}"
        )
    return _spec(kind, {**settings, "use": name}), Path()


def _absolute(checked: Any, written: Any) -> Any:
    if isinstance(checked, Path):
        return str(checked.resolve())
    if isinstance(checked, (list, tuple)) and checked and all(isinstance(each, Path) for each in checked):
        return [str(each.resolve()) for each in checked]
    return written


# Words


def _line(what: str, text: str) -> Line:
    return Line(what, ((text, False),))


def _made(what: str, loaded: Loaded, sample: Sample[Any], written: str) -> Iterator[Line]:
    """An input that was made of a sample's, with what changed marked."""
    value = loaded.kind.parse(written)
    view = loaded.kind.view(value, sample.input)
    if any(isinstance(block, ImageBlock) for block in view):
        yield _line(what, loaded.kind.change(sample.input, value))
        return
    for block in view:
        yield Line(what, _pieces(block))


def _pieces(block: Block) -> Pieces:
    """A block in pieces of text, of which some are marked as changed."""
    if isinstance(block, TextBlock):
        name = f"{block.name}: " if block.name else ""
        return ((name, False), *marked(block.text if block.before is None else block.before, block.text))
    if isinstance(block, TableBlock):
        cells = [(f"{name}={text}", name in block.changed) for name, text in block.cells.items()]
        return tuple(piece for cell in cells for piece in (cell, (", ", False)))[:-1]
    return ()


def _review(sample: Sample[Any], loaded: Loaded) -> Iterator[Line]:
    label = f" ({loaded.labels[sample.label]})" if isinstance(sample.truth, int) else ""
    what = "review" if loaded.kind is default_kind() else loaded.kind.name
    yield _line(f"{what}{label}", loaded.kind.words(sample.input))


def _severity(part: str) -> str:
    _, slash, severity = part.rpartition("/")
    return f"severity {severity}" if slash else "perturbed"


def _answer(row: Sequence[float], labels: Sequence[str]) -> str:
    import numpy as np

    at = Distribution(np.asarray(row)).label
    return f"{labels[at]} {row[at]:.3f}"


def _value(score: Score) -> str:
    if score.value is None:
        return f"undefined: {score.note or 'no value'}"
    interval = "" if score.low is None or score.high is None else f"  ({score.low:.3f} … {score.high:.3f})"
    return f"{score.value:.3f}{interval}"

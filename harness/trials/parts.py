"""Trials of parts of tasks: perturbations, attacks, explainers and metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, cast

from harness.errors import UserError
from harness.kinds.inputs import kind_of
from harness.parts.fields import of_columns
from harness.parts.perturbing import perturbed, unasked
from harness.runs.load import Loaded
from harness.scores.estimates import ValuePredictions
from harness.scores.metrics import ClassPredictions, LabelPredictions
from harness.suite import components
from harness.tasks.classification import predictions_of
from harness.tasks.measuring import measures, with_interval
from harness.tasks.stress import SEVERITIES
from harness.trials.embedded import embedded, first_of_use, made_of, records_on, scoring_of
from harness.trials.entries import Settings, entry_of, resolved
from harness.trials.lines import Line, answer, changed, line, number, of_sample, weighed

REVIEWS_SEARCHED = 50
"""Reviews among which one is sought that an attack has something to do with: one the model gets right."""

PREDICTIONS_SCORED = 100
"""Predictions a metric is tried on."""


def perturbation(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """An input before and after, at each severity, with the model's answers."""
    entry = entry_of(kind, name, settings)
    if "severity" not in settings:
        entry.pop("severity", None)
    component = resolved(kind, entry)
    loaded = embedded({"use": "stress", "perturbations": [entry], "severities": SEVERITIES}, taken=component.takes)
    sample = next((each for each in loaded.samples if _changes(component, each.input)), loaded.samples[0])
    found = made_of(loaded, sample)
    yield of_sample(sample, loaded)
    clean = loaded.kind.write(sample.input)
    if all(text == clean for payload in found.values() for text in payload.perturbed):
        yield line("perturbed", f"it changed none of {len(loaded.samples)} {loaded.kind.plural}")
        return
    yield line("the model", answer(next(iter(found.values())).before, loaded.labels))
    for part, payload in found.items():
        for text, after in zip(payload.perturbed, payload.after, strict=True):
            yield from changed(_severity(part), loaded, sample, text)
            yield line("", answer(after, loaded.labels))


def attack(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The first input that an attack has something to do with, and what it made of it."""
    loaded = _searched(kind, name, settings, "attack")
    sample, found = first_of_use(loaded)
    yield of_sample(sample, loaded)
    yield line("the model", answer(found.before, loaded.labels))
    yield line("the attack", f"{found.outcome}, having asked {found.queries} rows")
    yield from changed(f"its {loaded.kind.name}", loaded, sample, found.perturbed)
    yield line("", answer(found.after, loaded.labels))


def explainer(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The weights of an input's units, and how faithful they are."""
    loaded = _searched(kind, name, settings, "explain")
    sample, found = first_of_use(loaded)
    yield of_sample(sample, loaded)
    yield line("explained", f"{found.explained} {found.probability:.3f}")
    for block in loaded.kind.view_units(of_columns(sample.input, found.columns), found.units, found.weights):
        yield from weighed(block)
    for quality in ("comprehensiveness", "sufficiency"):
        value = getattr(found, quality)
        yield line(quality, "undefined" if value is None else f"{value:.3f}")


def metric(kind: str, name: str, settings: Settings) -> Iterator[Line]:
    """The value of a metric on the embedded predictions, as what it measures."""
    component = resolved(kind, entry_of(kind, name, settings))
    wanted = measures(name, component.function)
    loaded = embedded({"use": "classification", "metrics": []}, PREDICTIONS_SCORED)
    predictions = predictions_of(list(records_on(loaded, loaded.samples)), scoring_of(loaded))
    given, how = _as_measured(predictions, wanted, loaded)
    score = with_interval(name, component.call, cast("Any", given), scoring_of(loaded))
    yield line("value", number(score))
    yield line("of", how)


def _searched(kind: str, name: str, settings: Settings, use: str) -> Loaded:
    """A suite around the component alone, of the kind of input it takes."""
    entry = entry_of(kind, name, settings)
    return embedded({"use": use, kind: [entry]}, REVIEWS_SEARCHED, resolved(kind, entry).takes)


def _changes(component: components.Component, value: Any) -> bool:
    """Whether it changes an input at all; one that fails is left to the engine, which says how."""
    kind = kind_of(value)
    try:
        found = unasked(perturbed(component.call, value, Random(0), taken=component.takes), component.title)
        return any(kind.key(each) != kind.key(value) for each in found)
    except UserError:
        raise
    except Exception:  # noqa: BLE001  # whatever a stranger's function raises
        return True


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


def _severity(part: str) -> str:
    _, slash, severity = part.rpartition("/")
    return f"severity {severity}" if slash else "perturbed"

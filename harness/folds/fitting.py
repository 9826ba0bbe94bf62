"""Models fitted without the samples that they answer, by whatever has a `fit`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from harness.engine.adapters import Connection, connect
from harness.engine.strangers import caught, error_line
from harness.errors import UserError, listed
from harness.types import Sample


def require_fit(model: Connection) -> None:
    """Raise UserError for a model that cannot be fitted."""
    if not model.answers("fit"):
        raise UserError(
            f"cross_validation fits the model anew for each fold, but {model.name!r} has no `fit(inputs, labels)`: "
            "expected a scikit-learn estimator, or an object of your own with such a method"
        )


def fitted(model: Connection, samples: Sequence[Sample[Any]], title: str) -> Connection:
    """A copy of the model fitted on samples; the model itself stays as it is.

    Its `fit(inputs, labels)` gets classes by their names, numbers as they are and label sets as lists of names, and
    gives the fitted adapter, or None where it fits itself. Raises UserError where it fails, or answers otherwise then.
    """
    labels = [_named(sample.truth, model.labels) for sample in samples]
    try:
        made = copy.deepcopy(model.adapter)
        if "labels" in dir(made) and not connect(made).labels:
            made.labels = list(model.labels)
        found = made.fit([sample.input for sample in samples], labels) or made
    except BaseException as error:  # noqa: BLE001  # whatever a stranger's fit raises
        raise UserError(f"{title} could not be fitted on {len(samples)} samples: {error_line(caught(error))}") from None
    connected = connect(found, title=title, labels=model.labels or None, output=model.output)
    if connected.labels != model.labels:
        raise UserError(f"{title} has the labels {listed(connected.labels)}: expected {listed(model.labels)}")
    return connected


def _named(truth: Any, labels: Sequence[str]) -> Any:
    if isinstance(truth, tuple):
        return [labels[at] for at in truth]
    return labels[truth] if isinstance(truth, int) else truth

"""A model at another temperature."""

from __future__ import annotations

import numpy as np

from harness import Member, Source, UserError, at_temperature, fitted_temperature
from harness_combined.combined import Combined, fingerprint_of, require_output

FEWEST = 30
"""Samples below which no temperature is fitted."""


def calibrated_of(member: Member, source: Source) -> Combined:
    """The model at the temperature of the least log loss on some data; raises UserError where there is none."""
    require_output([member], "probabilities")
    data = source.read(member.model)
    labels = [sample.label for sample in data.samples]
    if None in labels or len(labels) < FEWEST:
        raise UserError(f"fit: expected {FEWEST} or more samples with labels, but got {len(labels)}", "fit")
    rows = member.rows([sample.input for sample in data.samples])
    found = fitted_temperature(np.asarray(rows, np.float64), np.array(labels, np.intp))
    if found is None:
        raise UserError(
            "fit: no temperature from 0.01 to 100 has the least log loss: are these data that the model was trained "
            "on, or labels in another order?",
            "fit",
        )
    return Combined(
        name=f"{member.model.name} at {found.temperature:.3g}",
        labels=member.model.labels,
        output="probabilities",
        answer=lambda inputs: at_temperature(np.asarray(member.rows(inputs), np.float64), found.temperature),
        fingerprint=fingerprint_of([member], found.temperature),
    )

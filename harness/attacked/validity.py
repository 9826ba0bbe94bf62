"""The validity of what an attack found: how much of the input it edited, and how close in meaning it stayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

from harness.demands.bounds import Bounds
from harness.errors import UserError
from harness.kinds.inputs import kind_of
from harness.sessions.auxiliary import embed
from harness.types import Session

Measure: TypeAlias = Literal["edit_share", "similarity"]
MEASURES: Sequence[Measure] = ("edit_share", "similarity")
"""What is measured: the share of units that were edited, 0 and up, and the cosine of embeddings, -1..1."""


@dataclass(frozen=True)
class Validity:
    """What is measured of a found input, and the bounds that a valid one keeps.

    `edit_share` is the edit distance of the inputs' units (words of a text) over the units of the original, the word
    error rate of speech recognition. `similarity` is the least cosine of the embeddings of a text, or of each text of a
    pair, by the suite's model `encoder` (Morris et al. 2020, Reevaluating adversarial examples in natural language).
    """

    encoder: str = ""
    bounds: Mapping[Measure, Bounds] = field(default_factory=dict)

    @property
    def measures(self) -> list[Measure]:
        """What is measured at all: nothing without bounds and without an encoder."""
        asked = {*self.bounds, *(MEASURES if self.encoder else ())}
        return [name for name in MEASURES if name in asked]

    def require(self, models: Sequence[str]) -> None:
        """Raise UserError for bounds of what cannot be measured, and for an encoder that the suite does not have."""
        if "similarity" in self.bounds and not self.encoder:
            raise UserError(
                "similarity is bounded, but nothing embeds: add `similarity: NAME`, one of `models`", "valid"
            )
        if self.encoder and self.encoder not in models:
            entry = f"models: {{{self.encoder}: {{use: transformers, path: ..., task: embed}}}}"
            raise UserError(f"the suite has no model {self.encoder!r}: add `{entry}`", "similarity")

    def measured(self, before: Any, found: Any) -> Session[dict[str, float]]:
        """The measures of a found input, by name."""
        wanted, values = self.measures, dict[str, float]()
        if "edit_share" in wanted:
            values["edit_share"] = edit_share(kind_of(before).units(before), kind_of(found).units(found))
        if "similarity" in wanted:
            values["similarity"] = yield from _similarity(before, found, self.encoder)
        return values

    def refusal(self, measured: Mapping[str, float]) -> str:
        """Which bound a found input does not keep; empty for a valid one."""
        for name, bounds in self.bounds.items():
            if not bounds.min <= measured[name] <= bounds.max:
                sign, bound = ("below", bounds.min) if measured[name] < bounds.min else ("above", bounds.max)
                return f"{name} {measured[name]:.3f} is {sign} {bound:g}"
        return ""


def edit_share(before: Sequence[str], found: Sequence[str]) -> float:
    """The edit distance of two sequences of units (Levenshtein 1966) over the length of the first."""
    one, other = [[each.strip() for each in units] for units in (before, found)]
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    row = list(range(len(other) + 1))
    for at, unit in enumerate(one, 1):
        last, row[0] = row[0], at
        for place, each in enumerate(other, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (unit != each))
    return row[-1] / max(1, len(before))


def _similarity(before: Any, found: Any, encoder: str) -> Session[float]:
    pairs = zip(kind_of(before).fields(before).values(), kind_of(found).fields(found).values(), strict=True)
    changed = [(str(one), str(other)) for one, other in pairs if one != other]
    if not changed:
        return 1.0
    rows = yield from embed([text for pair in changed for text in pair], encoder)
    ones, others = rows[::2], rows[1::2]
    lengths = np.linalg.norm(ones, axis=1) * np.linalg.norm(others, axis=1)
    return float(((ones * others).sum(axis=1) / np.maximum(lengths, 1e-12)).min())

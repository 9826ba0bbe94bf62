"""The worst part's score: a gate on it passes by the parts' own bounds, and fails by one corrected for their number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from harness.errors import listed
from harness.scores.score import Score, undefined
from harness.statistics.intervals import Bounds
from harness.statistics.worst_of_parts import corrected_confidence
from harness.types import Array

PartBounds = Callable[[str, float], Bounds | None]
"""The bounds of a part's score at a confidence."""


def worst_score(
    name: str,
    of_parts: Sequence[Score],
    outcomes: Mapping[str, Mapping[str, float]],
    bounds: PartBounds,
    confidence: float,
    *,
    most: bool = False,
) -> Score:
    """The least of some parts' scores, or with `most` the largest, under a name of its own; `note` says which it is.

    `outcomes` are what each part's score is the mean of, by sample. The end that passes a gate is the worst of the
    parts' own, the other the worst of their bounds at a confidence corrected for how many parts may be the worst. Parts
    with a doubt are left out and named with it, unless all have one.
    """
    defined = [score for score in of_parts if score.value is not None]
    if not defined:
        return undefined(name, "no perturbation that keeps the label was measured")
    counted = [score for score in defined if not score.doubt] or defined
    worst = (max if most else min)(counted, key=float)
    parts = [score.keys["part"] for score in counted]
    sign = -1.0 if most else 1.0
    corrected_at = corrected_confidence(sign * _matrix([outcomes[part] for part in parts]), confidence)
    own, corrected = ([bounds(part, at) for part in parts] for at in (confidence, corrected_at))
    low, high = _ends(own, corrected, most=most)
    of = f"of {worst.keys['part']}" + (f", the worst of {len(parts)} parts" if len(parts) > 1 else "")
    out = [f"{score.keys['part']} ({score.doubt})" for score in of_parts if score.doubt and not worst.doubt]
    of += f"; without {listed(out)}" if out else ""
    return Score(name, worst.value, low, high, worst.n, note=of, doubt=worst.doubt)


def _ends(
    own: Sequence[Bounds | None], corrected: Sequence[Bounds | None], *, most: bool
) -> tuple[float | None, float | None]:
    """Nobody knows an end of the worst while a part has none."""
    if None in own or None in corrected:
        return None, None
    lows, highs = ([each for each in some if each] for some in ((corrected, own) if most else (own, corrected)))
    choose = max if most else min
    return choose(low for low, _ in lows), choose(high for _, high in highs)


def _matrix(outcomes: Sequence[Mapping[str, float]]) -> Array:
    """Outcomes `(n, parts)`, NaN where a part has none of a sample."""
    samples = {sample: at for at, sample in enumerate(dict.fromkeys(each for part in outcomes for each in part))}
    found = np.full((len(samples), len(outcomes)), np.nan)
    for at, part in enumerate(outcomes):
        found[[samples[sample] for sample in part], at] = list(part.values())
    return found

"""Leave-one-out attribution: a unit weighs what the prediction loses without it.

Li, Monroe & Jurafsky (2016), Understanding neural networks through representation erasure, eq. 2; here on
probabilities rather than log-likelihoods. What a unit is, and what an input without it, its kind says: a word and a
text without it, a tile of an image and the image with its mean colour there, a column of a row and the row with its
usual value there.
"""

from __future__ import annotations

from random import Random
from typing import Any

from harness.kinds.inputs import kind_of
from harness.sessions.predict import predict
from harness.types import Attribution, Sample, Session


def leave_one_out(sample: Sample[Any], rng: Random) -> Session[Attribution]:
    """The fall of the predicted class's probability when each unit is left out, in -1..1."""
    kind, value = kind_of(sample.input), sample.input
    units = kind.units(value)
    everything = set(range(len(units)))
    without = [kind.keep(value, units, everything - {at}) for at in range(len(units))]
    [whole, *parts] = yield from predict([value, *without])
    return Attribution(units, [whole[whole.label] - part[whole.label] for part in parts], whole.label)

"""Leave-one-out attribution: a word weighs what the prediction loses without it.

Li, Monroe & Jurafsky (2016), Understanding neural networks through representation erasure, eq. 2; here on
probabilities rather than log-likelihoods, and words are cut at white space.
"""

from __future__ import annotations

from itertools import accumulate
from random import Random

from harness import Attribution, Sample, Session, predict
from harness_text.words import replaced, units


def leave_one_out(sample: Sample[str], rng: Random) -> Session[Attribution]:
    """The fall of the predicted class's probability when each word is left out, in -1..1."""
    text, words = sample.input, units(sample.input)
    ends = accumulate(map(len, words))
    without = [replaced(text, (end - len(word), end), "") for word, end in zip(words, ends, strict=True)]
    [whole, *parts] = yield from predict([text, *without])
    return Attribution(words, [whole[whole.label] - part[whole.label] for part in parts], whole.label)

"""DeepWordBug: misspell the words that matter most until the prediction is wrong.

Gao, Lanchantin, Soffa & Qi (2018), Black-box generation of adversarial text sequences to evade deep learning
classifiers. Differences: a word's importance is what the prediction loses when the word becomes unknown, as in
TextAttack (Morris et al. 2020), not the paper's temporal scores; of the four edits of a word the most harmful
is kept, where the paper compares whole attacks by edit; words of one letter are left alone.
"""

from __future__ import annotations

import string
from random import Random

from harness import OutOfQueries, Positive, Sample, Session, attack, predict
from harness_text.words import replaced, word_spans

UNKNOWN_WORD = "[UNK]"


@attack(scripts=("latin",))
def deepwordbug(
    sample: Sample[str], rng: Random, *, edit_distance: Positive = 30, max_queries: Positive | None = None
) -> Session[str]:
    """Swap, substitute, delete or insert a letter in the most important words, most important first.

    Returns the first text the model gets wrong, else the one it was least sure of. `edit_distance` bounds the
    single-letter edits of all words together (the paper's epsilon; a swap counts as two). With `max_queries` at most
    half of them find out what matters, of as many words, chosen at random; the others are left for edits.
    """
    label = sample.label
    text, spans = sample.input, [span for span in word_spans(sample.input) if span[1] - span[0] > 1]
    if max_queries is not None and len(spans) >= max_queries // 2:
        spans = sorted(rng.sample(spans, min(len(spans), max(1, max_queries // 2 - 1))))
    try:
        [whole, *masked] = yield from predict([text, *(replaced(text, span, UNKNOWN_WORD) for span in spans)])
    except OutOfQueries:
        return text
    order = sorted(range(len(spans)), key=lambda at: (masked[at][label], at))
    edits = {at: _edits(text[slice(*spans[at])], rng) for at in order}
    chosen: dict[int, str] = {}
    best, left = whole[label], edit_distance
    for at in order:
        affordable = [(word, cost) for word, cost in edits[at] if cost <= left]
        if not affordable:
            break
        try:
            rows = yield from predict([_rewritten(text, spans, {**chosen, at: word}) for word, _ in affordable])
        except OutOfQueries:
            break
        ranked = sorted(zip(rows, affordable, strict=True), key=lambda pair: pair[0][label])
        if ranked[0][0][label] >= best:
            continue
        row, (chosen[at], cost) = ranked[0]
        best, left = row[label], left - cost
        if row.label != label:
            break
    return _rewritten(text, spans, chosen)


def _edits(word: str, rng: Random) -> list[tuple[str, int]]:
    """The word after each of the four edits at a random place, with its edit distance; no word twice."""
    at = rng.randrange(len(word) - 1)
    place, letter, other = rng.randrange(len(word)), _letter(rng), _letter(rng)
    edits = [
        (word[:at] + word[at + 1] + word[at] + word[at + 2 :], 2),
        (word[:place] + letter + word[place + 1 :], 1),
        (word[:place] + word[place + 1 :], 1),
        (word[:place] + other + word[place:], 1),
    ]
    return [(edited, cost) for edited, cost in dict(edits).items() if edited != word]


def _letter(rng: Random) -> str:
    return rng.choice(string.ascii_lowercase)


def _rewritten(text: str, spans: list[tuple[int, int]], words: dict[int, str]) -> str:
    """The text with some words replaced, from the last to the first so that the spans stay true."""
    for at in sorted(words, reverse=True):
        text = replaced(text, spans[at], words[at])
    return text

"""Synonyms and antonyms of WordNet, read by nltk: perturbations of English texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random

from harness import Severity, UserError, perturbation
from harness_text.wordnet import wordnet, wordnet_resources

_WORD = re.compile(r"(?<![\w'\u2019-])[A-Za-z]{3,}(?![\w'\u2019-])")
_KEPT = frozenset(
    ["the", "and", "not", "nor", "never", "without", "but", "for", "has", "had", "have", "are", "was", "were", "can",
     "will", "who", "its", "our", "about", "over", "under", "down", "out", "off", "just", "more", "most", "even",
     "then", "like", "may", "might", "must", "there", "here", "than", "all", "any", "some", "such",
     "one", "two", "three"]
)  # fmt: skip
"""Words that stay: what they are in WordNet is another word."""


@perturbation(scripts=("latin",), languages=("en",), resources=wordnet_resources)
def synonyms(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace words by synonyms of their most frequent sense in WordNet.

    Severity s replaces s * 8 % of the words that have one, written as the word is listed, not inflected. NL-Augmenter's
    synonym_substitution and nlpaug's SynonymAug, without a tagger: a word of several senses may get a synonym of
    another one. Keeps the label as far as that goes.
    """
    return _exchanged(text, rng, 0.08 * _checked(severity), _synonyms)


@perturbation(keeps_label=False, scripts=("latin",), languages=("en",), resources=wordnet_resources)
def antonyms(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace words by their antonyms in WordNet: "a bad film", "the worst".

    Severity s replaces s * 20 % of the words that have one, 5 all of them. nlpaug's AntonymAug. Does not keep the
    label: a model should change its mind on many, so a gate may ask for a least `flip_rate`.
    """
    return _exchanged(text, rng, 0.2 * _checked(severity), _antonyms)


def _exchanged(text: str, rng: Random, share: float, others: Callable[[str], Sequence[str]]) -> str:
    places = [(*match.span(), found) for match in _WORD.finditer(text) if (found := others(match[0].lower()))]
    count = max(1, int(share * len(places) + rng.random()))
    pieces, done = [], 0
    for start, end, found in sorted(rng.sample(places, min(count, len(places)))):
        pieces += [text[done:start], _as_cased(text[start:end], rng.choice(found))]
        done = end
    return "".join([*pieces, text[done:]])


def _as_cased(found: str, instead: str) -> str:
    if found.isupper():
        return instead.upper()
    return instead[0].upper() + instead[1:] if found[0].isupper() else instead


def _checked(severity: int) -> int:
    if type(severity) is not int or not 1 <= severity <= 5:
        raise UserError(f"expected a severity of 1, 2, 3, 4 or 5, got {severity!r}", "severity")
    return severity


@lru_cache(maxsize=50_000)
def _synonyms(word: str) -> tuple[str, ...]:
    if word in _KEPT:
        return ()
    first = next(iter(wordnet().synsets(word)), None)
    names = [] if first is None else first.lemma_names()
    return tuple(name for name in names if name != word and name.isalpha() and name.islower()) if word in names else ()


@lru_cache(maxsize=50_000)
def _antonyms(word: str) -> tuple[str, ...]:
    if word in _KEPT:
        return ()
    lemmas = [lemma for lemma in wordnet().lemmas(word) if lemma.name() == word]
    found = (other.name() for lemma in lemmas for other in lemma.antonyms())
    return tuple(dict.fromkeys(name for name in found if name.isalpha()))

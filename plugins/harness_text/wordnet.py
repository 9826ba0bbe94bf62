"""WordNet and the part-of-speech tagger of NLTK: loaded when first used, and the lines that fetch what is not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

from harness import MissingExtra

Resource: TypeAlias = tuple[str, bool, str]
"""The description of a resource, whether it is here, and the line that fetches it."""


def wordnet_resources() -> Iterator[Resource]:
    """What needs WordNet needs."""
    yield "WordNet", _is_here(wordnet), _fetch("wordnet")


def tagger_resources() -> Iterator[Resource]:
    """What compares parts of speech needs."""
    yield "NLTK's tagger of parts of speech", _is_here(tags), _fetch("averaged_perceptron_tagger_eng")


@cache
def wordnet() -> Any:
    """NLTK's reader of WordNet; raises MissingExtra with the line that fetches what is not here."""
    try:
        from nltk.corpus import wordnet as reader

        reader.ensure_loaded()
    except (ImportError, ValueError):  # without a home folder nltk cannot be imported
        raise MissingExtra("WordNet needs nltk: pip install 'model-harness[wordnet]'") from None
    except LookupError:
        raise MissingExtra(
            f"WordNet is not here: run `{_fetch('wordnet')}`, or set NLTK_DATA to the folder that has corpora/wordnet"
        ) from None
    return reader


@lru_cache(maxsize=50_000)
def all_synonyms(word: str) -> tuple[str, ...]:
    """The words of all senses of a word, of every part of speech, as they are listed; no phrase."""
    names = (name for sense in wordnet().synsets(word) for name in sense.lemma_names())
    return tuple(dict.fromkeys(name for name in names if name != word and "_" not in name))


@lru_cache(maxsize=200_000)
def tags(words: tuple[str, ...] = ("word",)) -> tuple[str, ...]:
    """The universal part of speech (Petrov et al. 2012) of each word of a text, by the averaged perceptron.

    Raises MissingExtra with the line that fetches what is not here.
    """
    return tuple(_universal(tag) for _, tag in _tagger()(words))


@cache
def _tagger() -> Callable[[Sequence[str]], list[tuple[str, str]]]:
    try:
        from nltk import pos_tag

        pos_tag(["word"])
    except (ImportError, ValueError):
        raise MissingExtra("parts of speech need nltk: pip install 'model-harness[wordnet]'") from None
    except LookupError:
        fetch = _fetch("averaged_perceptron_tagger_eng")
        raise MissingExtra(
            f"NLTK's tagger is not here: run `{fetch}`, or set NLTK_DATA to a folder that has it"
        ) from None
    return lambda words: pos_tag(list(words))


@cache
def _universal(tag: str) -> str:
    """The universal tag of the Penn Treebank's."""
    return next((ours for ours, theirs in UNIVERSAL.items() if tag in theirs), "X")


UNIVERSAL = {
    "NOUN": {"NN", "NNS", "NNP", "NNPS"},
    "VERB": {"VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "MD"},
    "ADJ": {"JJ", "JJR", "JJS"},
    "ADV": {"RB", "RBR", "RBS", "WRB"},
    "PRON": {"PRP", "PRP$", "WP", "WP$"},
    "DET": {"DT", "EX", "PDT", "WDT"},
    "ADP": {"IN"},
    "NUM": {"CD"},
    "CONJ": {"CC"},
    "PRT": {"POS", "RP", "TO"},
    ".": {"!", "#", "$", "''", "(", ")", ",", ".", ":", "?", "``"},
}
"""Universal tags with those of the Penn Treebank that they stand for."""


def _is_here(load: Callable[[], Any]) -> bool:
    try:
        load()
    except MissingExtra:
        return False
    return True


def _fetch(name: str) -> str:
    return f"python -m nltk.downloader {name}"

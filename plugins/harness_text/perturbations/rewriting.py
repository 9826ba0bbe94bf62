"""Texts rewritten by a model: words that a masked language model fills in, or by a function of the user's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any

from harness import Filling, Session, Severity, fill, locate, perturbation
from harness_text.perturbations.lexicon import as_cased
from harness_text.perturbations.places import LETTER, checked, some, spans

_WORD = re.compile(rf"(?<![\w'\u2019-])(?!no\b|not\b|never\b|without\b){LETTER}{{4,}}(?![\w'\u2019-])", re.IGNORECASE)
_GAP = re.compile(r"(?<=\w) (?=\w)")


@perturbation(keeps_label=False, asks={"masked": "fill"})
def masked_words(text: str, rng: Random, *, masked: str = "mlm", severity: Severity = 3, top: int = 10) -> Session[str]:
    """Replace words by others that a masked language model of the suite finds likely there.

    Severity s does it to s * 4 % of the words of four or more letters, none that negates, one after the other, each by
    one of the `top` most probable words but itself. `masked` is a name in the suite's `models`, with `task: fill`.
    nlpaug's ContextualWordEmbsAug (substitute) and BERT-Attack's candidates (Li et al. 2020), drawn at random. Does not
    keep the label: what is likely may be the opposite.
    """
    for start, end in sorted(some(spans(_WORD, text), 0.04 * checked(severity), rng), reverse=True):
        word = text[start:end]
        [filling] = yield from fill([f"{text[:start]}{Filling.MASK}{text[end:]}"], masked, top)
        others = [each for each in filling.words if each.lower() != word.lower()]
        text = text[:start] + (as_cased(word, rng.choice(others)) if others else word) + text[end:]
    return text


@perturbation(keeps_label=False, asks={"masked": "fill"})
def inserted_words(
    text: str, rng: Random, *, masked: str = "mlm", severity: Severity = 3, top: int = 10
) -> Session[str]:
    """Put words between words that a masked language model of the suite finds likely there.

    Severity s does it in s * 4 % of the gaps, one after the other. `masked` is a name in the suite's `models`, with
    `task: fill`. nlpaug's ContextualWordEmbsAug (insert) and CLARE's insertions (Li et al. 2021), drawn at random. Does
    not keep the label: what is likely may negate.
    """
    for start, end in sorted(some(spans(_GAP, text), 0.04 * checked(severity), rng), reverse=True):
        [filling] = yield from fill([f"{text[:start]} {Filling.MASK} {text[end:]}"], masked, top)
        if filling.words:
            text = f"{text[:start]} {rng.choice(filling.words)} {text[end:]}"
    return text


def paraphrase(text: str, rng: Random, *, object: str) -> str | list[str]:  # as models name theirs
    """Say it in other words: by a function of your own, `module:function`, from a text to one or several.

    The function is asked one text at a time and may load a model of its own; a run keeps its answers. Parrot,
    PEGASUS and their like are such functions; NL-Augmenter has ten. Keeps the label if the function does.
    """
    found: str | list[str] = _own(object, "object")(text)
    return found


def back_translation(text: str, rng: Random, *, there: str, back: str) -> str | list[str]:
    """Translate there and back by two functions of your own, `module:function`, each from a text to a text.

    TextAttack's BackTranslation and NL-Augmenter's back_translation (Sennrich et al. 2016) bring models of their own.
    Keeps the label if the translations do.
    """
    found: str | list[str] = _own(back, "back")(_own(there, "there")(text))
    return found


def _own(name: str, key: str) -> Callable[[str], Any]:
    found: Callable[[str], Any] = locate(name, title="perturbation", key=key)
    return found

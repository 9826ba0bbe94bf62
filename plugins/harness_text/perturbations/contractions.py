"""English contractions, written out and drawn together, where both ways surely mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import checked, rewritten, some, spans

_VERBS = ["are", "could", "did", "do", "does", "had", "has", "have", "is", "must", "should", "was", "were", "would"]
_NEGATED = {f"{verb}n't": f"{verb} not" for verb in _VERBS} | {"can't": "cannot", "won't": "will not"}
_OWNERS = {
    "m am": "i",
    "re are": "you we they",
    "ve have": "i you we they",
    "ll will": "i you he she it we they that there",
    # No noun: "the film's" may be a possessive.
    "s is": "he she it that there here what who where how",
}
_JOINED = {
    f"{owner}'{ending.split()[0]}": f"{owner} {ending.split()[1]}"
    for ending, owners in _OWNERS.items()
    for owner in owners.split()
}
SHORT = _NEGATED | _JOINED
_LONG = {long: short for short, long in SHORT.items()} | {"can not": "can't"}


@perturbation(scripts=("latin",), languages=("en",))
def contractions(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write contractions out and contract what is written out: "don't" and "do not", "it's" and "it is".

    Severity s changes s * 20 % of both, 5 all of them. CheckList's contractions (Ribeiro et al. 2020), also in HELM
    and NL-Augmenter; differs in leaving alone what may mean two things ("'d", "it's been"), questions ("isn't it"),
    "not only", "is NOT", "ain't" and the possessives of nouns. Keeps the label and the polarity.
    """
    apostrophe = "\u2019" if "\u2019" in text else "'"

    def other(found: str) -> str:
        key = found.lower().replace("\u2019", "'")
        other_way = (SHORT.get(key) or _LONG[key]).replace("'", apostrophe)
        return other_way.upper() if found.isupper() else found[0] + other_way[1:]

    places = [span for span in spans(_EITHER, text) if _plain(text[slice(*span)])]
    return rewritten(text, some(places, 0.2 * checked(severity), rng), other)


def _plain(found: str) -> bool:
    """Whether no part stands out: "it is NOT good" says more than "it isn't good"."""
    return found[1:] in {found[1:].lower(), found[1:].upper()}


def _one_of(words: Iterable[str]) -> str:
    """Either apostrophe is one, and only ASCII letters have another case here."""
    return "(?a:" + "|".join(words).replace("'", "['\u2019]") + r")(?![\w'\u2019])"


_PARTICIPLE = (
    r"(?:ever |never |always |already |also |just |\w+ly )?"
    r"(?:been|had|got|gone|come|become|done|made|seen|read|heard|found|taken|given|left|lost|kept|won|put|\w{3,}ed)\b"
)
_EITHER = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        [
            # "isn't it good" asks, and "is not it good" is not English
            _one_of(_NEGATED) + r"(?! (?:i|you|he|she|it|we|they|this|that|there)\b)",
            # "it's been" has the other verb
            _one_of(short for short in _JOINED if short.endswith("'s")) + f"(?! {_PARTICIPLE})",
            _one_of(short for short in _JOINED if not short.endswith("'s")),
            # "is not only good" is good, "isn't only good" may be bad
            _one_of([*_NEGATED.values(), "can not"]) + r"(?! only\b)",
            # "I know who I am." has no short form, nor has "most of it is good", nor "I have a dog"
            "(?<!of )" + _one_of(long for long in _JOINED.values() if not long.endswith("have")) + r"(?= \w)",
            _one_of(long for long in _JOINED.values() if long.endswith("have")) + f"(?= {_PARTICIPLE})",
        ]
    )
    + ")",
    re.IGNORECASE,
)

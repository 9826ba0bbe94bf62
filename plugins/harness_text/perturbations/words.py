"""Whole words added, moved or changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from harness import Severity, UserError, perturbation
from harness_text.perturbations.places import checked, rewritten, some, spans

# Spoken hesitations and discourse markers; none that judges, doubts or denies.
FILLERS = ("um", "uh", "er", "well", "like", "you know", "you see", "I mean", "actually", "basically")

_TOKEN = re.compile(r"\S+")
# Not after a negation: what is denied stays next to it.
_BETWEEN = re.compile(r"(?<=\w)(?<!\bno)(?<!\bnot)(?<!\bnever)(?<!cannot)(?<!n['\u2019]t)(?= \w)", re.IGNORECASE)
# A number stands alone: not "1990s", "3D" or "B2".
_NUMBER = re.compile(r"(?<![\w.,])[0-9]+(?:[.,][0-9]+)*(?!\w)")


def _of_own(of_ours: str) -> Callable[..., list[str]]:
    """What our filler words are made for; nobody knows it of the suite's own."""
    return lambda words=None, **_: [] if words else [of_ours]


@perturbation(scripts=_of_own("latin"), languages=_of_own("en"))
def filler_words(text: str, rng: Random, *, severity: Severity = 3, words: list[str] | None = None) -> str:
    """Put filler words between words: "it is, you know, a good film".

    Severity s puts one into s * 4 % of the gaps between words. `words` replaces the English ones. NL-Augmenter's
    filler_word_augmentation (Kovatchev et al. 2021; a sixth of the gaps), also in HELM; differs in the words: theirs
    judge and doubt too ("I believe", "maybe"), and in setting them off by commas. Keeps the label.
    """
    fillers = FILLERS if words is None else words
    if not fillers:
        raise UserError("expected at least one filler word, got none", "words")
    places = some(spans(_BETWEEN, text), 0.04 * checked(severity), rng)
    return rewritten(text, places, lambda _: f", {rng.choice(fillers)},")


@perturbation(keeps_label=False)
def change_numbers(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write other digits into numbers: "7 of 10" becomes "3 of 52".

    Severity s changes s * 20 % of the numbers written in the digits 0..9, 5 all of them; length, points and commas
    stay. CheckList's change_number (Ribeiro et al. 2020) stays near the number; here every digit is drawn anew.
    Does not keep the label where the label hangs on a number.
    """

    def other(number: str) -> str:
        first = rng.choice("123456789".replace(number[0], ""))
        return first + re.sub("[0-9]", lambda _: rng.choice("0123456789"), number[1:])

    return rewritten(text, some(spans(_NUMBER, text), 0.2 * checked(severity), rng), other)


@perturbation(keeps_label=False)
def shuffle_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Change the order of words; each keeps its marks, and the white space stays in place.

    Severity s moves s * 20 % of the words, 5 all of them, anywhere in the text. Pham et al. (2021, Out of order) and
    Sinha et al. (2021, UnNatural language inference) shuffle whole sentences or n-grams. Does not keep the label: a
    model that answers as before does not read the order of the words.
    """
    places = spans(_TOKEN, text)
    moved = some(places, 0.2 * checked(severity), rng)
    words = {text[slice(*span)] for span in moved}
    others = [span for span in places if text[slice(*span)] not in words]
    if len(words) == 1 and others:  # one word, or one many times, cannot change places with itself
        moved.append(rng.choice(others))
    # Each takes the place of the next one, so none stays where it was.
    comes = dict(zip(moved, moved[1:] + moved[:1], strict=True))
    coming = iter([text[slice(*comes[span])] for span in sorted(moved)])
    return rewritten(text, moved, lambda _: next(coming))

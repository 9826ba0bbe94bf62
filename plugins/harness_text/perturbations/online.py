"""What texts of the web carry: emoji, emoticons, hashtags, mentions, addresses, markup, slang, abbreviations."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import exchanged, only_ours, words_of
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans

EMOJI = tuple("\U0001f3ac\U0001f4ac\U0001f4dd\U0001f4cc\U0001f514\U0001f552\U0001f4c5\U0001f310\U0001f4e2\U0001f440")
"""A clapper, a balloon, a memo, a pin, a bell, a clock, a calendar, a globe, a loudspeaker, eyes: none judges."""

EMOTICONS = (":-|", "o_O", "._.", ":o", "=|", "(-_-)", "0_0", ":-]")
USERS = ("alex", "sam_k", "jo1987", "the_real_kim", "news24", "user_0815")
SITES = ("https://t.co/", "http://bit.ly/", "https://www.example.com/p/", "www.example.org/?id=")
REMNANTS = ("<br />", "<br>", "&nbsp;", "<p>", "</p>", "<b></b>", "<!-- -->", "&#8203;", "</span>", "<i></i>")

_END = re.compile(r"(?<=\S)(?=\s|$)")
_WORDS = re.compile(rf"(?<![\w#@'\u2019-])(?!no|without|never){LETTER}{{4,}}(?![\w'\u2019-])", re.IGNORECASE)
_AMPERSAND = re.compile(r"[&<>\"]")
_ALNUM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def emojis(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put emoji that judge nothing behind words: a clapper, a pin, a clock.

    Severity s does it behind s * 4 % of the words. NL-Augmenter's emojify replaces words; these are added, and none
    has a face. Keeps the label.
    """
    return _added(text, rng, 0.04 * checked(severity), lambda: rng.choice(EMOJI))


def emoticons(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put emoticons that are neither glad nor sad behind words: ":-|", "o_O".

    Severity s does it behind s * 4 % of the words. NL-Augmenter's insert_abbreviation and TextFlint's TwitterType are
    of the kind; smiles and frowns are left out, since they would judge. Keeps the label.
    """
    return _added(text, rng, 0.04 * checked(severity), lambda: rng.choice(EMOTICONS))


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def emoji_words(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Write words as emoji: a film, an actor, love, time.

    Severity s does it to s * 20 % of the words that have one, 5 all of them. NL-Augmenter's emojify with a list of
    ours, of words whose emoji says the same; `words` is one of your own. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), words_of(words, "emoji"))


@perturbation(scripts=("latin", "greek", "cyrillic"))
def hashtags(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write words as hashtags: "a #wonderful #film".

    Severity s does it to s * 8 % of the words of four or more letters. TextFlint's TwitterType adds tags of its own;
    here the text's words are the tags. Keeps the label.
    """
    return rewritten(text, some(spans(_WORDS, text), 0.08 * checked(severity), rng), "#{}".format)


def mentions(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Mention users: "a wonderful film @alex".

    At severity s s of them or one fewer, behind words. CheckList's random handles (Ribeiro et
    al. 2020). Keeps the label.
    """
    return _scattered(text, rng, checked(severity), lambda: f"@{rng.choice(USERS)}")


def urls(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Add addresses of the web that lead nowhere: "https://t.co/x3Fz9a".

    At severity s s of them or one fewer, behind words. CheckList's random URLs (Ribeiro et
    al. 2020). Keeps the label.
    """
    return _scattered(text, rng, checked(severity), lambda: rng.choice(SITES) + "".join(rng.choices(_ALNUM, k=6)))


def html_remnants(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Leave remnants of a web page in the text: "<br />", "&nbsp;", and marks written as "&quot;".

    Severity s puts one behind s * 4 % of the words, and writes s * 20 % of the signs &, <, > and " as entities. What
    scraped sets such as IMDb have. Keeps the label.
    """
    share = checked(severity)
    escaped = rewritten(text, some(spans(_AMPERSAND, text), 0.2 * share, rng), html.escape)
    return _added(escaped, rng, 0.04 * share, lambda: rng.choice(REMNANTS))


@perturbation(scripts=("latin", "greek", "cyrillic"))
def markdown(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Mark words up as posts do: "a **wonderful** _film_".

    Severity s does it to s * 8 % of the words of four or more letters. CommonMark's emphasis and code. Keeps the label.
    """

    def marked(word: str) -> str:
        sign = rng.choice(("**", "*", "_", "`", "__"))
        return f"{sign}{word}{sign}"

    return rewritten(text, some(spans(_WORDS, text), 0.08 * checked(severity), rng), marked)


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def slang(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Write as in chats: "u", "cuz", "gonna", "gr8", "tho".

    Severity s changes s * 20 % of the words and phrases that have such a form, 5 all of them. langtest's add_slangs and
    NL-Augmenter's slang tables, with a list of ours; `words` is one of your own. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), words_of(words, "slang"))


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def abbreviations(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Shorten words as notes do: "w/", "&", "approx.", "mins".

    Severity s shortens s * 20 % of the words and phrases that have such a form, 5 all of them. langtest's
    add_abbreviation and NL-Augmenter's abbreviation_transformation, with a list of ours; `words` is one of your own.
    Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), words_of(words, "abbreviations"))


def _added(text: str, rng: Random, share: float, what: Callable[[], str]) -> str:
    """The text with something behind a share of its words."""
    return rewritten(text, some(spans(_END, text), share, rng), lambda _: f" {what()}")


def _scattered(text: str, rng: Random, most: int, what: Callable[[], str]) -> str:
    """The text with so many tokens more, or one fewer, each behind another word."""
    ends = spans(_END, text)
    places = rng.sample(ends, min(len(ends), rng.randint(max(1, most - 1), most)))
    return rewritten(text, places, lambda _: f" {what()}")

"""English grammar: tense, negation, articles, agreement, prepositions, dialect, spelling, pronouns, small words."""

from __future__ import annotations

import re
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import Lexicon, as_cased, exchanged, listed_in, lower
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans, written

_ENGLISH = perturbation(scripts=("latin",), languages=("en",))
NEGATIONS = Lexicon(
    {verb: [f"{verb} not"] for verb in ("is", "are", "was", "were", "could", "would", "should", "does", "did", "must")}
    | {
        f"{verb} not": [verb]
        for verb in ("is", "are", "was", "were", "could", "would", "should", "does", "did", "must")
    }
    | {f"{verb}n't": [verb] for verb in ("is", "are", "was", "were", "could", "would", "should", "does", "did", "do")}
    | {"can": ["cannot"], "cannot": ["can"], "can't": ["can"], "will": ["will not"], "won't": ["will"]}
    | {"it's": ["it's not"], "it's not": ["it's"], "that's": ["that's not"], "there's": ["there's no"]}
    | {"he's": ["he's not"], "she's": ["she's not"], "they're": ["they're not"], "you're": ["you're not"]}
    | {"has": ["has not"], "has no": ["has"], "never": ["always"], "always": ["never"], "no": ["some"]}
    | {"without": ["with"], "with": ["without"], "a": ["not a"], "not a": ["a"], "nothing": ["something"]}
)
_ARTICLES = re.compile(r"(?<![\w'\u2019-])(?:the |an |a )(?=\w)", re.IGNORECASE)
AGREEMENT = Lexicon(
    {
        "is": ["are"], "are": ["is"], "was": ["were"], "were": ["was"], "has": ["have"], "have": ["has"],
        "does": ["do"], "doesn't": ["don't"], "isn't": ["aren't"], "aren't": ["isn't"], "wasn't": ["weren't"],
        "hasn't": ["haven't"], "haven't": ["hasn't"], "weren't": ["wasn't"], "it's": ["it are"], "this": ["these"],
        "these": ["this"], "that's": ["that are"], "says": ["say"], "makes": ["make"], "takes": ["take"],
        "gets": ["get"], "goes": ["go"], "comes": ["come"], "gives": ["give"], "feels": ["feel"], "seems": ["seem"],
        "looks": ["look"], "needs": ["need"], "wants": ["want"], "knows": ["know"], "becomes": ["become"],
        "keeps": ["keep"], "finds": ["find"], "tells": ["tell"], "works": ["work"], "plays": ["play"],
        "shows": ["show"], "leaves": ["leave"], "turns": ["turn"], "brings": ["bring"], "offers": ["offer"],
        "many": ["much"], "much": ["many"], "fewer": ["less"], "there's": ["there are"],
    }
)  # fmt: skip
PREPOSITIONS = Lexicon(
    {
        "in": ["on", "at"], "on": ["in", "at"], "at": ["in", "on"], "of": ["from"], "from": ["of"], "for": ["to"],
        "to": ["for"], "by": ["from"], "into": ["in"], "about": ["of"], "over": ["on"], "through": ["by"],
        "during": ["while"], "between": ["among"], "among": ["between"], "since": ["from"], "toward": ["to"],
        "upon": ["at"], "onto": ["on"], "within": ["in"],
    }
)  # fmt: skip
PRONOUNS = Lexicon(
    {
        "he": ["she"], "she": ["he"], "him": ["her"], "himself": ["herself"], "herself": ["himself"], "hers": ["his"],
        "he's": ["she's"], "she's": ["he's"], "he'll": ["she'll"], "she'll": ["he'll"], "his": ["her"], "her": ["his"],
        "he'd": ["she'd"], "she'd": ["he'd"],
    }
)  # fmt: skip
_OBJECT = re.compile(
    r"(?<![\w'-])her(?=\s*(?:$|[.,;:!?)\]-])|\s+(?:to|in|on|at|for|with|and|or|but|from|by|as|of)\b)", re.IGNORECASE
)
SMALL = ["the", "an", "a", "of", "to", "in", "on", "at", "for", "with", "by", "from", "is", "are", "was", "were", "be",
         "been", "that", "which", "who", "this", "it", "its", "his", "her", "their", "and", "as", "has", "have", "had",
         "do", "does", "will", "would", "there", "so", "just"]  # fmt: skip
_SMALL = re.compile(
    rf"(?<![\w'\u2019-])(?:{'|'.join(SMALL)})(?![\w'\u2019-])(?! (?:not|no|never|n't)\b) (?=\w)", re.IGNORECASE
)
_BEING = re.compile(rf"(?<={LETTER}{{2}})ing(?!{LETTER})")


@_ENGLISH
def tense(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put verbs of the present in the past, and the other way round: "is" and "was", "goes" and "went".

    Severity s changes s * 20 % of the verbs whose form says the tense, 5 all of them. CheckList's and
    TextFlint's tense swaps, with a list of the commonest verbs instead of a parser. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), listed_in("tense", both_ways=True))


@perturbation(keeps_label=False, scripts=("latin",), languages=("en",))
def negation(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Add or take away a negation: "is good" and "is not good", "with" and "without".

    Severity s turns s * 20 % of the verbs and words that a list knows to negate, 5 all of them. CheckList's
    add_negation and remove_negation (Ribeiro et al. 2020) parse the sentence and turn one verb. Does not keep the
    label: a model should change its mind on many, so a gate may ask for a least `flip_rate`.
    """
    return exchanged(text, rng, 0.2 * checked(severity), NEGATIONS)


@_ENGLISH
def article_errors(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Leave articles out or take the wrong one, as learners do: "film is a great", "an good film".

    Severity s changes s * 20 % of the articles, 5 all of them: half are lost. The commonest errors in essays of
    learners (NUCLE, Dahlmeier et al. 2013). Keeps the label.
    """

    def wrong(found: str) -> str:
        other = {"the ": "a ", "a ": "the ", "an ": "a "}[found.lower()]
        return rng.choice(("", as_cased(found[:-1], other)))

    return rewritten(text, some(spans(_ARTICLES, text), 0.2 * checked(severity), rng), wrong)


@_ENGLISH
def agreement_errors(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Let verb and subject disagree, as learners do: "the actors is good", "it have charm".

    Severity s changes s * 20 % of the verbs and determiners in question, 5 all of them. Subject-verb agreement and noun
    number of NUCLE (Dahlmeier et al. 2013); negations stay. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), AGREEMENT)


@_ENGLISH
def preposition_errors(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Take the wrong preposition, as learners do: "on the end", "good in tennis".

    Severity s changes s * 20 % of the prepositions, none into its opposite, 5 all of them. NUCLE's second commonest
    error (Dahlmeier et al. 2013). Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), PREPOSITIONS)


@_ENGLISH
def dialect(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write as people speak in many dialects: "nothin'", "ain't", "'em", "an'", "gonna".

    Severity s changes s * 20 % of the words and endings that have such a form, 5 all of them. HELM's dialect (Ziems et
    al. 2022) has rules of grammar too; these are forms that several dialects share. Keeps the label.
    """
    lexicon = listed_in("dialect")
    endings = spans(_BEING, text)
    places = some(sorted({*lexicon.places(text), *endings}), 0.2 * checked(severity), rng)
    return rewritten(text, _apart(places), lambda found: _spoken(found, lexicon, rng))


def _apart(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The places without those that begin in one before."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if not found or start >= found[-1][1]:
            found.append((start, end))
    return found


def _spoken(found: str, lexicon: Lexicon, rng: Random) -> str:
    if lower(found) == "ing":
        return f"{found[:2]}'"
    return lexicon.instead(found, rng)


@_ENGLISH
def british_american(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Spell British words the American way and American ones the British way: "colour" and "color".

    Severity s changes s * 20 % of the words that have another spelling, 5 all of them. langtest's american_to_british
    and british_to_american, both ways. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), listed_in("british", both_ways=True))


@_ENGLISH
def pronouns(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write she for he and he for she, with all their forms.

    Severity s changes s * 20 % of them, 5 all. The gendered pronouns of WinoBias (Zhao et al. 2018); "her" is an object
    where a mark, a preposition or the end follows. Keeps the label.
    """
    objects = {start for start, _ in spans(_OBJECT, text)}
    places = some(PRONOUNS.places(text), 0.2 * checked(severity), rng)
    return written(text, {span: _other_sex(text[slice(*span)], is_object=span[0] in objects) for span in places})


def _other_sex(found: str, *, is_object: bool) -> str:
    return as_cased(found, "him" if is_object else PRONOUNS.table[lower(found)][0])


@_ENGLISH
def drop_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Leave small words out, as a telegram does: "film better than book".

    Severity s drops s * 8 % of the articles, prepositions, pronouns and auxiliaries, none next to a negation. EDA's
    random deletion (Wei & Zou 2019) drops any word, what the text is about too. Keeps the label.
    """
    return rewritten(text, some(spans(_SMALL, text), 0.08 * checked(severity), rng), lambda _: "")

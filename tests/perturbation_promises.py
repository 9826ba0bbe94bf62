"""What each perturbation of a text promises: the reading of a text that it leaves as it was, and what else it keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from harness_text.injection_phrases import FAMILIES, injected
from harness_text.perturbations import chinese, figures, grammar, names, online, scripts, sentences, spacing, speech
from harness_text.perturbations.lexicon import Lexicon, listed_in
from harness_text.perturbations.lookalikes import HOMOGLYPHS
from harness_text.perturbations.words import FILLERS

Reading = Callable[[str], object]

INSTRUCTIONS = tuple(injected("", phrase, "positive") for phrases in FAMILIES for phrase in phrases)
"""What `injections` adds."""


@dataclass(frozen=True)
class Promise:
    """What a perturbation promises: the reading of a text that it leaves as it was, and what else it keeps."""

    reading: Reading
    idle: tuple[str, ...]  # texts in which it finds nothing to do
    keeps_label: bool = True
    keeps_spaces: bool = True
    keeps_words: bool = True  # their number
    keeps_marks: bool = True  # what is combined with a letter


def without(pattern: str, instead: str = "") -> Reading:
    return lambda text: re.sub(pattern, instead, text)


def seen_as(table: dict[str, str]) -> Reading:
    return lambda text: "".join(table.get(sign, sign) for sign in text)


def frame(text: str) -> str:
    """The text with the inside of every run of letters blotted out, letter by letter."""
    return re.sub(r"(?<=[^\W\d_])[^\W\d_](?=[^\W\d_])", "-", text)


def ends(text: str) -> str:
    """The text with the inside of every run of letters left out."""
    return re.sub(r"(?<=[^\W\d_])[^\W\d_]+(?=[^\W\d_])", "", text)


def anagrams(text: str) -> object:
    return frame(text), [sorted(word) for word in text.split()]


def order(text: str) -> object:
    """The words, whichever way round, and the white space as it stands."""
    return sorted(text.split()), re.split(r"\S+", text)


def written_out(text: str) -> str:
    """The text without contractions; one that stays ambiguous is written out the same way before and after."""
    text = text.casefold().replace("\u2019", "'")
    for short, long in (("won't", "will not"), ("can't", "can not"), ("n't", " not"), ("cannot", "can not")):
        text = text.replace(short, long)
    for ending, verb in (("m", "am"), ("re", "are"), ("ve", "have"), ("ll", "will"), ("s", "is")):
        text = re.sub(rf"(?<=[a-z])'{ending}\b", f" {verb}", text)
    return text


def without_words(*lexicons: Lexicon) -> Reading:
    """The words of a text that no lexicon knows, on either side."""
    words = re.compile(r"[^\W_]+")
    known = {word for each in lexicons for side in _sides(each) for word in words.findall(side.casefold())}
    return lambda text: [word for word in words.findall(text.casefold()) if word not in known]


def _sides(lexicon: Lexicon) -> Iterable[str]:
    return [*lexicon.table, *(instead for some in lexicon.table.values() for instead in some)]


def without_signs(signs: str) -> Reading:
    return lambda text: "".join(each for each in text if each not in signs)


def consonants(text: str) -> str:
    return re.sub("[aeiou*]", "", text)


def tokens_without(*added: str) -> Reading:
    """The text without some pieces, and without white space."""
    pieces = re.compile("|".join(map(re.escape, sorted(added, key=len, reverse=True))))
    return lambda text: re.sub(r"\s", "", pieces.sub("", text))


def compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def bare(text: str) -> str:
    """The text without marks on its letters."""
    kept = unicodedata.normalize("NFD", "".join(PLAIN.get(each, each) for each in text))
    return "".join(each for each in kept if not unicodedata.combining(each))


PLAIN = {"\u00df": "ss", "\u1e9e": "SS", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE"}
PLAIN |= {"\u00f8": "o", "\u00d8": "O", "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u0131": "i"}


def merged(table: Mapping[str, str]) -> Reading:
    """The text with one sign for all that a table takes for each other, none for what it loses."""
    names: dict[str, str] = {}
    for sign, others in table.items():
        members = {sign, *(others or "\x00")}
        found = {names.get(each, each) for each in members}
        names |= dict.fromkeys(members, min(found))
        names = {each: min(found) if name in found else name for each, name in names.items()}
    return lambda text: "".join(names.get(each, each) for each in text).replace("\x00", "")


def unescaped(text: str) -> str:
    for _ in range(9):
        for entity, sign in (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"')):
            text = text.replace(entity, sign)
    return text


def unmade(text: str) -> object:
    return tokens_without(*(f" {each}" for each in online.REMNANTS))(unescaped(text))


def typed(text: str) -> str:
    """The text with straight marks, dots and hyphens."""
    marks = {
        "\u2026": "...",
        "\u2014": "--",
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
    }
    return "".join(marks.get(each, each) for each in text)


def whole(text: str) -> str:
    """The text with Chinese characters that fall into others taken apart."""
    for _ in range(3):
        text = "".join(PARTS.get(each, each) for each in text)
    return text


def spoken(text: str) -> object:
    return without_words(listed_in("dialect"))(re.sub(r"(?i)ing\b|in['\u2019](?!\w)", "in", text))


def unmarked(text: str) -> str:
    return re.sub('[.,;:!?"\u201c\u201d()\u2026]', "", text.casefold())


# One name for each class of characters that are confused; a letter seen as two is those two.
CONFUSED = {"m": "rn", "d": "cl", "e": "c", "f": "t", "g": "q", "9": "q", "B": "8", "Z": "2", "G": "6"}
CONFUSED |= dict.fromkeys("Ii1", "l") | dict.fromkeys("O0", "o") | dict.fromkeys("sS", "5")
GAMERS = dict(zip("4@83911057$", "aabegiiosts", strict=True)) | {"l": "i"}

UNSPELLED = ("", " \n", "it is no fun", "\u4e0d\u662f\u5f88\u597d\u770b", "12345 ?!", "\U0001f600\u200d\U0001f600")

PARTS = {each: parts[1:] for each, parts in chinese.split().items()}

numbered = without_words(figures.WORDS, Lexicon({word: [digits] for word, digits in figures.NUMBERS.items()}))
_DAYS = rf"(?i)(?:{figures.MONTH})[a-z]*\.?,?|[0-9]+(?:st|nd|rd|th)?,?|[ -]"
_SITES = "|".join(map(re.escape, online.SITES))

OTHERS: tuple[tuple[str, Reading, tuple[str, ...], bool, bool], ...] = (
    ("abbreviations", without_words(listed_in("abbreviations")), ("a fine film", "I hand it over"), True, True),
    ("add_diacritics", bare, ("MLT 12", "e\u0301"), True, False),
    ("agreement_errors", without_words(grammar.AGREEMENT), ("I go", "not good"), True, True),
    ("arabic_spelling", merged(scripts.ARABIC), ("film", "\u0645\u0646"), True, False),
    ("article_errors", without_words(Lexicon({"the": ["a", "an"]})), ("a-ha", "the"), True, True),
    ("british_american", without_words(listed_in("british", both_ways=True)), ("a fine film",), True, True),
    ("chinese_homophones", merged(chinese.sounds()), ("film", "\u4e0d", "\u6ca1"), True, True),
    ("chinese_shapes", merged(chinese.shapes()), ("film", "\u4e0d"), True, True),
    ("chinese_splitting", whole, ("film", "\u4e0d"), True, True),
    ("chinese_variants", merged(chinese.variants()), ("film", "\u4e0d"), True, True),
    (
        "dates",
        without(_DAYS),
        ("3/12/2020", "12 March", "2020-13-40"),
        True,
        True,
    ),
    ("dialect", spoken, ("a fine book", "sing"), True, True),
    ("double_letters", without(r"(?s)(.)\1+", r"\1"), ("12", "on an"), True, True),
    ("drop_vowels", without("[aeiou]"), ("not 12", "myth"), True, True),
    ("drop_words", without_words(Lexicon({word: [] for word in grammar.SMALL})), ("is not", "is", "a-ha"), True, True),
    ("emoji_words", without_words(listed_in("emoji")), ("filmed", "12"), True, False),
    ("emojis", tokens_without(*(f" {each}" for each in online.EMOJI)), (), True, True),
    ("emoticons", tokens_without(*(f" {each}" for each in online.EMOTICONS)), (), True, True),
    ("french_spelling", without(r"[\w\s'\u2019]"), ("12", "J"), True, True),
    ("fullwidth", compatible, ("12 ?!", "e\u0301"), True, True),
    ("german_spelling", without(r"[\w\s'\u2019]"), ("12", "J"), True, True),
    ("hashtags", without("#"), ("#film", "never", "well-made", "it's"), True, True),
    ("hindi_spelling", merged(scripts.HINDI), ("film", "\u0915\u092e"), True, False),
    ("homophones", without_words(speech.sounds()), ("not no", "film"), True, True),
    (
        "html_remnants",
        unmade,
        (),
        True,
        True,
    ),
    ("injections", tokens_without(*INSTRUCTIONS), (), True, True),
    ("insert_letters", ends, UNSPELLED, True, True),
    ("irrelevant_sentence", tokens_without(*sentences.ASIDES), (), True, True),
    ("join_words", without(" "), ("one", "a\nb", "no fun"), True, True),
    ("line_wrap", without("-?\n"), ("never", "without", "film"), True, True),
    ("markdown", without("[*_`]"), ("never", "#film", "it's"), True, True),
    ("masked_letters", without("[aeiouAEIOU*]"), ("an on", "12"), True, True),
    ("mentions", without(rf" @(?:{'|'.join(online.USERS)})(?!\S)"), (), True, True),
    ("misspellings", without_words(listed_in("misspellings")), ("12", "xyz"), True, True),
    ("mixed_case", str.casefold, ("12", "\u0131\u0130", "\u4f60"), True, True),
    ("mojibake", without(r"[^\x00-\x7f]|['\".-]"), ("film 12", "\u4f60"), True, True),
    ("negation", without_words(grammar.NEGATIONS), ("fine film",), False, True),
    ("number_style", without("[0-9.,]"), ("in 1999", "room 12", "1.2.3", "3D"), True, True),
    (
        "number_words",
        numbered,
        ("3D", "1.5", "120", "8/10", "10:30", "12 March"),
        True,
        True,
    ),
    ("organisation_names", without_words(names.lexicon("organisations")), ("an orange",), True, True),
    ("person_names", without_words(names.lexicon("persons")), ("a person",), True, True),
    ("place_names", without_words(names.lexicon("places")), ("a place",), True, True),
    ("politeness", tokens_without(*sentences.POLITE, *sentences.THANKS), (), True, True),
    ("preposition_errors", without_words(grammar.PREPOSITIONS), ("without", "under"), True, True),
    ("pronouns", without_words(grammar.PRONOUNS, Lexicon({"him": []})), ("it is theirs",), True, True),
    ("quote_words", without('"'), ("it's", "12"), False, True),
    ("repeat_words", lambda text: set(re.findall(r"\w+", text)), ("no", "never", "it's"), True, True),
    ("replace_letters", frame, UNSPELLED, True, True),
    ("sentence_order", sorted, ("One. ", "3.5 stars", "a.b.c"), False, True),
    ("slang", without_words(listed_in("slang")), ("12", "fine"), True, True),
    ("sound_spelling", ends, ("not", "12"), True, True),
    ("spaced_letters", without(" "), ("on", "12"), True, True),
    ("spanish_spelling", without(r"[\w\s'\u2019]"), ("12", "J"), True, True),
    ("split_words", without(" "), ("never", "without", "film"), True, True),
    ("strip_diacritics", bare, ("film", "e\u0301"), True, True),
    ("stutter", without(r"(?i)\b(\w)-(?=\1)"), ("not", "12"), True, True),
    ("styled_letters", compatible, ("not", "12"), True, True),
    ("tense", without_words(listed_in("tense", both_ways=True)), ("a fine film",), True, True),
    ("title_case", str.casefold, ("A Film", "12", "\u4f60"), True, True),
    ("tokenized", without(" "), ("3.5", "at 10:30", "a.b"), True, True),
    ("transcript", unmarked, ("film 12", "well-made"), True, True),
    ("truncation", lambda text: text.split()[:1], ("one",), False, False),
    (
        "typography",
        typed,
        ("film", "a-b"),
        True,
        True,
    ),
    ("units", without("[A-Za-z%$\u20ac\u00a3\u00b0/ -]"), ("5", "km", "3D", "the 90s"), True, True),
    (
        "urls",
        without(rf" (?:{_SITES})\w{{6}}(?!\S)"),
        (),
        True,
        True,
    ),
    ("zero_width", without_signs(spacing.ZERO_WIDTH), ("12", "a b"), True, True),
)
"""Name, reading, texts that it leaves alone, whether it keeps the label, and the marks on letters."""

PROMISES = {
    "change_case": Promise(str.casefold, ("", "IN CAPITALS, 12!", "\u05e9\u05dc\u05d5\u05dd \u4f60\u597d")),
    "change_numbers": Promise(
        without("[0-9]", "0"), ("", "no digits", "the 90s in 3D, B2", "1\ufe0f\u20e3"), keeps_label=False
    ),
    "contractions": Promise(
        written_out,
        (
            "",
            "The film's plot, the actors' lines.",
            "I know who I am.",
            "I have a dog.",
            "It's been good.",
            "Isn't it? He'd go.",
            "It was not only bad.",
            "It was NOT good. Most of it is fun, for one who's ever left.",
        ),
        keeps_spaces=False,
        keeps_words=False,
    ),
    "delete_letters": Promise(ends, UNSPELLED),
    "filler_words": Promise(
        without(f", (?:{'|'.join(FILLERS)}),"),
        ("", "one", "no film", "a\nb", "isn't good"),
        keeps_spaces=False,
        keeps_words=False,
    ),
    "homoglyphs": Promise(
        seen_as({twin: letter for letter, twin in HOMOGLYPHS.items()}), ("", "12 ?!", "\u0444\u4f60", "a\u0301 a\u200d")
    ),
    "keyboard_typos": Promise(frame, (*UNSPELLED, "\u0444\u0438\u043b\u044c\u043c")),
    "leetspeak": Promise(lambda text: seen_as(GAMERS)(text.lower()), ("", "my pun 12", "\u0444\u4f60", "e\u0301")),
    "ocr": Promise(seen_as(CONFUSED), ("", "any puppy!", "\u0444\u4f60", "e\u0301", "1\ufe0f\u20e3")),
    "punctuation": Promise(
        without("[.,;:!?]"), ("", "3.5", "don't :) no way", "at 10:30", "http://a.b/c?d"), keeps_words=False
    ),
    "repeat_letters": Promise(without(r"(?s)(.)\1+", r"\1"), UNSPELLED),
    "shuffle_words": Promise(order, ("", "one", "the the the"), keeps_label=False),
    "swap_letters": Promise(anagrams, (*UNSPELLED, "good")),
    "whitespace": Promise(without(" "), ("", "one", "a\nb", "no fun"), keeps_spaces=False, keeps_words=False),
    **{
        name: Promise(reading, ("", " \n", *idle), label, keeps_spaces=False, keeps_words=False, keeps_marks=marks)
        for name, reading, idle, label, marks in OTHERS
    },
}

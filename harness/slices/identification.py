"""The language of a text by its script and its most frequent words: good for sentences, a guess for a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.slices.texts import script_of

FUNCTION_WORDS: Mapping[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that it was for on with as you this be are have not but they his from or an by we",
        "de": "der die das und ist nicht ein eine zu den mit ich es sich auf für von dem auch als wie im war bei aber",
        "fr": "le la les des et est une que pas dans pour qui sur au avec ce il je ne plus du nous vous mais sont",
        "es": "el la los las de que y en un una es por con para no se del al lo como más pero su está muy este cuando",
        "it": "il lo la gli che di e un una è per non con si del della sono come ma più anche nel questo molto alla ho",
        "pt": "o os as de que e um uma é para não com em do da no na se por mais como mas ao foi muito são você este",
        "nl": "de het een en van is dat niet in op te zijn voor met die aan er ook maar was ik je naar om bij wordt",
        "sv": "och att det som en är på inte av för med jag den till har ett om men var kan vi från så också mycket",
        "da": "og at det er en på ikke af for med jeg den til har et om men var kan vi fra så også meget som der blev",
        "pl": "i w nie się na to jest z że do jak ale o po był przez tak dla co czy już tylko bardzo jego są od za",
        "cs": "a v je se na že to s z do jsem ale jako by o pro tak jsou byl které který není už jen jeho velmi však",
        "tr": "ve bir bu da için ile çok ama değil ne daha gibi var kadar olarak ben olan her sonra mi şey",
        "fi": "ja on ei se että oli hän mutta en ovat kun niin tai myös kuin joka mitä sen ole voi vain olen hyvin",
        "id": "yang dan di ini itu dengan untuk tidak dari dalam akan pada ke saya ada juga sudah bisa adalah mereka",
        "vi": "và của là không có trong một được cho người với các những này đã khi để tôi rất như cũng nhưng ở",
        "ro": "și de la în nu a este cu pe un o că pentru din mai sunt care ce dar se foarte fost acest sau această",
        "hu": "a az és nem hogy is egy ez meg de van volt csak már mint még vagy ha nagyon ezt azt lehet azért",
    }.items()
}
"""Words of Latin letters that most sentences of a language have some of."""

OF_SCRIPT: Mapping[str, str] = {
    "greek": "el", "hebrew": "he", "hangul": "ko", "thai": "th", "hiragana": "ja", "katakana": "ja", "cjk": "zh",
    "devanagari": "hi", "bengali": "bn", "tamil": "ta", "telugu": "te", "georgian": "ka", "armenian": "hy",
}  # fmt: skip
"""The most frequent language of a script that mostly one is written in."""

OWN_LETTERS = (
    ("cjk", re.compile("[\u3040-\u30ff]"), "ja"),
    ("cyrillic", re.compile("[іїєґІЇЄҐ]"), "uk"),
    ("cyrillic", re.compile("[ыэёЫЭЁ]"), "ru"),
    ("cyrillic", re.compile("[ъЪ]"), "bg"),
    ("cyrillic", re.compile("."), "ru"),
    ("arabic", re.compile("[ٹڈڑںےہ]"), "ur"),
    ("arabic", re.compile("[پچژگیک]"), "fa"),
    ("arabic", re.compile("."), "ar"),
)
"""Of a script of several languages, letters that one of them has; the first that fits."""

_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """The language of a text, `de`; empty where nothing tells, as of numbers or of a single rare word."""
    script = script_of(text)
    if script == "latin":
        return _of_words([word.lower() for word in _WORD.findall(text)])
    own = (language for of, letters, language in OWN_LETTERS if of == script and letters.search(text))
    return next(own, OF_SCRIPT.get(script, ""))


def _of_words(words: list[str]) -> str:
    """The language of most function words; none without one, or where two have as many."""
    counts = {language: sum(word in known for word in words) for language, known in FUNCTION_WORDS.items()}
    best = max(counts.values(), default=0)
    first, *others = [language for language, count in counts.items() if count == best]
    return "" if others or not best else first

"""What a word of several meanings is where it stands: "her" an object or a possessive, "Christian" a noun or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness_fairness.lexicons import CHILDREN, PERSON
from harness_fairness.words import Words

_FUNCTION = frozenset(
    "a an the this that these those my your our their its his her some any no every each all both many much more most "
    "in on at by for with from to of about as into onto over under after before during until till since through than "
    "without within between among against like near off up down out away back along across around toward towards upon "
    "and or but nor so yet because if when while where whether though although unless once who whom whose which what "
    "how why i you he she it we they me him them us myself himself herself themselves yourself is are was were am be "
    "been being has have had do does did will would shall should can could may might must not never always often "
    "again too very also just only even still already now then here there today yesterday tomorrow tonight well "
    "alone soon once twice instead anyway almost less really said says went came made took got gave".split()
)
"""Words after which, or before which, no noun phrase goes on."""

_BARE_VERBS = frozenset(
    "enjoy safe less feel look go come leave cry laugh smile want think believe seem do say sing dance die win "
    "lose fall realise realize understand know see hear act become get give take make work write read eat sleep "
    "stay stop start talk speak walk run play pay happy sad angry furious upset scared excited find keep move "
    "wait try".split()
)
_CAUSES = frozenset(
    "make makes made making let lets letting help helps helped see sees saw watch watches watched hear hears heard had "
    "have has having keep keeps kept hope hoped wish wished".split()
)
_ADVERBS_OF_TELLING = frozenset("everything something nothing anything".split())
_COPULAS = frozenset("is are was were am be been being become becomes became born m re s".split())
_ENDS = frozenset("and or but because since when who that so now too from after at by in".split())
_ARTICLES = frozenset("a an the another one every each any no that this some".split())
_LANGUAGE = frozenset(
    "in speak speaks speaking spoke spoken into learn learns learning learned fluent translate".split()
)


def meant(forms: Sequence[str], words: Words, first: int, last: int) -> str:
    """Which of some forms an expression has where it stands; empty where it has none of them."""
    ahead, behind = words.before(first), words.after(last)
    if set(forms) <= {"adj", "noun"} and ahead in _LANGUAGE and (not behind or behind in _FUNCTION):
        return ""  # "she speaks French"
    if len(forms) == 1 and forms[0] not in _TESTED:
        return forms[0]
    return next((form for form in forms if form not in _TESTS or _TESTS[form](ahead, behind)), "")


def _is_possessive(ahead: str, behind: str) -> bool:
    if not behind or behind in _FUNCTION | _ADVERBS_OF_TELLING:
        return False
    return not (ahead in _CAUSES and behind in _BARE_VERBS)


def _is_adjective(ahead: str, behind: str) -> bool:
    return (bool(behind) and behind not in _FUNCTION) or ahead not in _ARTICLES


def _is_of_person(ahead: str, behind: str) -> bool:
    """Before a person, or stated of one: "the man is blind"."""
    if ahead in {"year", "years"}:
        return False
    return behind in PERSON | CHILDREN or (ahead in _COPULAS and (not behind or behind in _ENDS))


_TESTED = frozenset({"adj of person", "adj older", "years"})
"""Forms that a word has only in their place; others are tested only where a word has several."""

_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "his": _is_possessive,
    "him": lambda ahead, behind: not _is_possessive(ahead, behind),
    "his own": lambda ahead, behind: not _is_possessive(ahead, behind),
    "adj": _is_adjective,
    "noun": lambda ahead, behind: not _is_adjective(ahead, behind),
    "adj of person": _is_of_person,
    "years": lambda *_: False,
    "adj older": lambda _, behind: behind in PERSON,
}


def is_age_of_person(words: Words, at: int) -> bool:
    """Whether the number at a place is somebody's age in years: "a 72-year-old woman", "72 years old"."""
    if words.after(at) not in {"year", "years"} or words.after(at + 1) != "old":
        return False
    behind = words.after(at + 2)
    return not behind or behind in _FUNCTION | PERSON | CHILDREN or words.after(at + 3) in PERSON

"""Identity swaps: the same text about somebody of another group, everything else as it was.

A version exchanges two groups throughout the text: what spoke of one speaks of the other, and the other way round, so
pronouns and names that go together still do. A name becomes the same other name wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

from harness_fairness.grammar import is_age_of_person, meant
from harness_fairness.lexicons import GENDER, NOT_OF_ONE_COUNTRY, PLACES, Groups
from harness_fairness.names import ALSO_WORDS
from harness_fairness.words import Words, cased, lexicon_of, with_replaced

AGES = {"young": range(16, 35), "middle-aged": range(35, 60), "old": range(60, 111)}
"""The years that a group of ages is read from."""

_TITLES = frozenset("mr mrs ms miss dr doctor professor prof president senator judge captain".split())
_NAME = "name "


@dataclass(frozen=True)
class Mention:
    """A word or expression of a group: its first and last word in the text, its form and its dictionary form."""

    first: int
    last: int
    group: str
    form: str
    canonical: str


@dataclass(frozen=True)
class Version:
    """The texts about another group in place of their own."""

    own: str
    group: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Axis:
    """An axis of identity: its groups, and the words of each."""

    name: str
    groups: Groups

    def versions(self, texts: Mapping[str, str], rng: Random, most: int) -> list[Version]:
        """The texts about other groups of this axis, at most so many, drawn; none where no group is mentioned."""
        words = {name: Words(text) for name, text in texts.items()}
        found = {name: list(self.mentions(each)) for name, each in words.items()}
        every = [mention for each in found.values() for mention in each]
        if not every:
            return []
        own = every[0].group
        others = [group for group in self.groups if group != own and self._can_be(own, group, every)]
        chosen = [group for group in others if group in set(rng.sample(others, min(most, len(others))))]
        made = [self._version(own, group, words, found, rng) for group in chosen]
        return [each for each in made if each.texts != dict(texts)]

    def mentions(self, words: Words) -> Iterator[Mention]:
        """The mentions of a text, in order."""
        no_capitals, named = words.text.islower(), -1
        for found in words.find(self._lexicon):
            token = words.tokens[found.first]
            old = words.text[token.start : words.tokens[found.last].end]
            forms = list(dict.fromkeys(form for _, form, _ in found.meanings))
            if "name last" in forms and self._follows_name(words, found.first, named):
                forms = ["name last"]  # "Scott" is a first name, too
            if form := meant(forms, words, found.first, found.last):
                if not self._reads(words, found.first, old, form, no_capitals=no_capitals, named=named):
                    continue
                group, canonical = next((group, word) for group, each, word in found.meanings if each == form)
                named = found.last if form.startswith(_NAME) else named
                yield Mention(found.first, found.last, group, form, canonical)
            elif token.lower.isdecimal() and is_age_of_person(words, found.first):
                yield Mention(found.first, found.first, *found.meanings[0])

    @cached_property
    def _lexicon(self) -> dict[str, list[tuple[list[str], tuple[str, str, str]]]]:
        entries = [
            (word, (group, form, word))
            for group, forms in self.groups.items()
            for form, written in forms.items()
            for word in _each(form, written, group)
        ]
        return lexicon_of(entries + [(expression, ("", "", expression)) for expression in NOT_OF_ONE_COUNTRY])

    @staticmethod
    def _reads(words: Words, at: int, old: str, form: str, *, no_capitals: bool, named: int) -> bool:
        """Whether an expression is what its form says, and no other word of the same letters."""
        lower, titled = old.lower(), old[0].isupper() and not old.isupper()
        if form.startswith(_NAME):
            known = old[0].isupper() or (no_capitals and lower not in ALSO_WORDS)
            return known and (form != "name last" or Axis._follows_name(words, at, named))
        if form in {"mr", "country"} and lower in {"miss", *PLACES}:
            return titled or old.isupper()
        if lower in PLACES:
            return not old.islower()
        if form in _GENDERED:
            proper = titled and not words.opens_sentence(at) and form not in _PRONOUNS
            return not proper and (not words.is_hyphened(at) or words.after(at) == "in")
        return True

    @staticmethod
    def _follows_name(words: Words, at: int, named: int) -> bool:
        """Whether a first name, or a title, stands before a place."""
        return named == at - 1 >= 0 or words.before_dot(at) in _TITLES

    def _can_be(self, own: str, group: str, mentions: Sequence[Mention]) -> bool:
        """Whether one group has every form in which the other is mentioned."""
        exchanged = {own: group, group: own}
        return all(each.form in self.groups[exchanged.get(each.group, each.group)] for each in mentions)

    def _version(
        self, own: str, group: str, words: Mapping[str, Words], found: Mapping[str, Sequence[Mention]], rng: Random
    ) -> Version:
        names, exchanged, texts = _Names(rng), {own: group, group: own}, {}
        for field, mentions in found.items():
            here, replaced = words[field], list[tuple[int, int, str]]()
            for each in mentions:
                if to := exchanged.get(each.group):
                    old = here.text[here.tokens[each.first].start : here.tokens[each.last].end]
                    new = names.of(each, self.groups[to][each.form], old)
                    opens = here.opens_sentence(each.first)
                    replaced.append((each.first, each.last, cased(old, each.canonical, new, opens=opens)))
            texts[field] = with_replaced(here, replaced)
        return Version(own, group, texts)


class _Names:
    """The words that take the place of mentions: for a name another one, the same wherever it stands."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._given: dict[str, str] = {}

    def of(self, mention: Mention, written: str, old: str) -> str:
        """What is written in place of a mention."""
        if mention.form == "years":
            return str(int(written) + int(old) % 10)
        if not mention.form.startswith(_NAME):
            return written.partition("|")[0]
        key = mention.canonical.lower()
        if key not in self._given:
            taken = set(self._given.values())
            free = [name for name in written.split() if name not in taken and name.lower() not in ALSO_WORDS]
            self._given[key] = self._rng.choice(free or written.split())
        return self._given[key]


def _each(form: str, written: str, group: str) -> list[str]:
    if form == "years":
        return [str(year) for year in AGES[group]]
    return written.split() if form.startswith(_NAME) else written.split("|")


_PRONOUNS = frozenset({"he", "him", "his", "his own", "himself", "mr"})
_GENDERED = frozenset(form for form in GENDER["male"] if not form.startswith(_NAME)) - {"mr"}
"""Forms of words that are part of a proper name where they have a capital inside a sentence: "Queen", "Prince"."""

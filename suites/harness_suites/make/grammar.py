"""The grammar of the generated reviews: a frame is a text with slots, filled with words or further frames."""

import random
import re
from collections.abc import Callable, Sequence
from functools import cache
from zlib import crc32

from harness_suites.make.lexicon import Domain, Label, domains, neutral, opposite, sides

KEPT_BACK = 16  # one phrase in so many never occurs in train, so that dev and test hold something new
SENTENCES = 3
WORDS = range(4, 46)

# How often a frame of each kind makes the core of a review, and a clause of each kind fills a slot.
CORES = {"single": 16, "fragments": 8, "pair": 20, "contrast": 26, "denial": 9, "verdict": 10, "expect": 8}
CORES |= {"ask": 7, "compare": 4, "outburst": 6, "spare": 6, "lists": 3, "wish": 2, "dry": 4, "negated": 5}
CLAUSES = {"strong": 20, "mild": 22, "domain": 30, "plain": 12, "negated": 8, "deny": 8}
STRONG_CLAUSES = {"strong": 35, "domain": 40, "plain": 15, "negated": 10}


def review(rng: random.Random, label: Label, *, all_phrases: bool) -> str:
    """One review of one to three sentences on the side of `label`; equal `rng` states give equal texts."""
    while True:
        reviewer = Reviewer(rng, rng.choice(domains()), label, all_phrases=all_phrases)
        text = _polish(reviewer.review(), rng)
        if _is_short(text) and not _repeats_itself(text, reviewer.domain):
            return text


class Reviewer:
    """Somebody who reviews one thing: indexed by a slot's name, gives new words for it each time."""

    def __init__(self, rng: random.Random, domain: Domain, label: Label, *, all_phrases: bool) -> None:
        self.rng, self.domain, self.label, self.all_phrases = rng, domain, label, all_phrases
        self.past = domain.tense == "past" or (domain.tense == "either" and rng.random() < 0.5)

    def __getitem__(self, slot: str) -> str:
        return SLOTS[slot](self) if slot in SLOTS else self.phrase(slot)

    def review(self) -> str:
        """A neutral fact now and then, the core, and now and then a second thought or a closing word."""
        parts = [self.phrase("facts")] if self.rng.random() < 0.45 else []
        parts.append(self.phrase(self.one_of(CORES)))
        parts += [self["p"]] if self.rng.random() < 0.2 else []
        parts += [self.phrase(self.closing())] if self.rng.random() < 0.3 else []
        return " ".join(part if part[-1] in "?!" else f"{part}." for part in parts)

    def phrase(self, name: str) -> str:
        """A phrase of the domain, of the review's side or of neither, its slots filled."""
        homes = (self.domain.phrases, sides()[self.label], neutral())
        phrases = next(home[name] for home in homes if name in home)
        return self.pick(phrases).format_map(self)

    def clause(self, kinds: dict[str, int]) -> str:
        """A clause that takes the review's side."""
        kind = self.one_of(kinds)
        if kind in ("strong", "mild"):
            return self.aspect(self.label, kind)
        if kind == "domain":
            return self.phrase("good" if self.label == "positive" else "bad")
        return self[kind]

    def aspect(self, label: Label, strength: str, frames: str = "aspect") -> str:
        """A clause that gives an aspect an adjective of one side."""
        aspect = self.rng.choice(self.domain.aspects)
        common = strength == "strong" and self.rng.random() < 0.3
        own = (aspect.strong if strength == "strong" else aspect.mild)[label]
        adjective = self.pick(sides()[label]["attributive"] if common else own)
        words = {"noun": aspect.noun, "be": self.verb(plural=aspect.plural)}
        adverbs = self.adverbs(label, strength) if frames == "aspect" else neutral()["concede_adverb"]
        return self.pick(sides()[label][frames]).format(adj=self.graded(adjective, adverbs), **words)

    def adverbs(self, label: Label, strength: str) -> list[str]:
        """The adverbs that go before an adjective of that strength."""
        return sides()[label]["strong_adverb" if strength == "strong" else "adverb"]

    def graded(self, adjective: str, adverbs: Sequence[str]) -> str:
        """The adjective, now and then with an adverb."""
        if " " in adjective or self.rng.random() < 0.6:
            return adjective
        return f"{self.rng.choice(adverbs)} {adjective}"

    def denied(self) -> str:
        """A clause that denies an aspect an adjective of the other side."""
        aspect = self.rng.choice(self.domain.aspects)
        frame = self.pick(sides()[self.label]["deny"])
        adjective = self.pick(aspect.mild[opposite(self.label)])
        return frame.format(noun=aspect.noun, be=self.verb(plural=aspect.plural), adj=adjective)

    def described(self, label: Label) -> str:
        """A mild adjective and its aspect, as in `thin plot`."""
        aspect = self.rng.choice(self.domain.aspects)
        return f"{self.pick(_one_word(aspect.mild[label]))} {aspect.noun}"

    def trait(self) -> str:
        """An adjective of the own side and its aspect, as in `superb wine`."""
        aspect = self.rng.choice(self.domain.aspects)
        own = _one_word([*aspect.mild[self.label], *aspect.strong[self.label]])
        common = self.rng.random() < 0.3
        return f"{self.pick(sides()[self.label]['attributive'] if common else own)} {aspect.noun}"

    def verb(self, *, plural: bool) -> str:
        """The form of `be` in the tense of the review."""
        return ("were" if plural else "was") if self.past else ("are" if plural else "is")

    def closing(self) -> str:
        """The name of a kind of closing sentence."""
        own = "again" if self.label == "positive" else "never"
        return self.rng.choice((own, own, "closing"))

    def one_of(self, weights: dict[str, int]) -> str:
        """A name, drawn by its weight."""
        return self.rng.choices(tuple(weights), tuple(weights.values()))[0]

    def pick(self, phrases: Sequence[str]) -> str:
        """One of the phrases; where not all may be used, none that is kept back unless there is no other."""
        allowed = [phrase for phrase in phrases if self.all_phrases or not _kept_back(phrase)]
        return self.rng.choice(allowed or phrases)


def _one_word(adjectives: Sequence[str]) -> list[str]:
    return [adjective for adjective in adjectives if " " not in adjective]


def with_article(words: str) -> str:
    """The words behind `a` or `an`, by the sound they begin with."""
    vowel = words[0] in "aeiou" and not words.startswith(("use", "uni", "one"))
    return f"{'an' if vowel else 'a'} {words}"


def _adjective(reviewer: Reviewer, label: Label) -> str:
    return reviewer.pick(sides()[label]["attributive"])


def _three_nouns(reviewer: Reviewer) -> str:
    first, second, third = (aspect.noun for aspect in reviewer.rng.sample(reviewer.domain.aspects, 3))
    return f"the {first}, the {second} and the {third}"


SLOTS: dict[str, Callable[[Reviewer], str]] = {
    "p": lambda reviewer: reviewer.clause(CLAUSES),
    "strong": lambda reviewer: reviewer.clause(STRONG_CLAUSES),
    "o": lambda reviewer: reviewer.aspect(opposite(reviewer.label), "mild", "concede"),
    "deny": Reviewer.denied,
    "trait": Reviewer.trait,
    "is": lambda reviewer: reviewer.verb(plural=False),
    "noun": lambda reviewer: reviewer.rng.choice(reviewer.domain.aspects).noun,
    "many": _three_nouns,
    "a_thing": lambda reviewer: with_article(reviewer["thing"]),
    "praise": lambda reviewer: _adjective(reviewer, "positive"),
    "blame": lambda reviewer: _adjective(reviewer, "negative"),
    "praise_a": lambda reviewer: with_article(_adjective(reviewer, "positive")),
    "blame_a": lambda reviewer: with_article(_adjective(reviewer, "negative")),
    "praised": lambda reviewer: reviewer.described("positive"),
    "blamed": lambda reviewer: reviewer.described("negative"),
}


@cache
def _kept_back(phrase: str) -> bool:
    """True for the phrases that train does without: picked by checksum, never a common adjective."""
    common = any(phrase in side["attributive"] for side in sides().values())
    return "{" not in phrase and not common and crc32(phrase.encode()) % KEPT_BACK == 0


CONTRACTIONS = {
    r"\b(was|were|is|are|did|do|does|could|would|has|have|had) not\b": r"\1n't",
    r"\bcannot\b": "can't",
    r"\bI am\b": "I'm",
    r"\bI will\b": "I'll",
    r"\bI would\b": "I'd",
    r"\b([Ii]t|[Tt]here) is\b": r"\1's",
}


def _polish(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        for long, short in CONTRACTIONS.items():
            text = re.sub(long, short, text)
    text = re.sub(r"(^|[.?!] )([a-z])", lambda start: start[1] + start[2].upper(), text)
    return text[:-1] + "!" if text[-1] == "." and rng.random() < 0.07 else text


def _is_short(text: str) -> bool:
    return len(re.findall(r"[.?!](?: |$)", text)) <= SENTENCES and len(text.split()) in WORDS


def _repeats_itself(text: str, domain: Domain) -> bool:
    """True where a content word or a name occurs twice, which nobody would write."""
    names = [*domain.phrases["thing"], *(aspect.noun for aspect in domain.aspects)]
    if any(len(re.findall(rf"\b{name}\b", text.lower())) > 1 for name in names):
        return True
    common = neutral()["function_words"]
    words = [word for word in re.findall(r"[a-z-]{4,}", text.lower()) if word not in common]
    return len(words) != len(set(words))

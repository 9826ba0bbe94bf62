"""Words and phrases with what may stand in their place: as written here, in a list of the package, or a user's own."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

from harness import UserError
from harness_text.perturbations.places import Span, rewritten, some, tied

_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*")
_GOES_ON = re.compile(r"['\u2019]?\w")
_LISTS = Path(__file__).parents[1] / "lists"


class Lexicon:
    """Phrases in lower case, each with what may stand in its place, found in a text as whole words.

    Either apostrophe is one. Of two phrases that begin at a place the longer counts.
    """

    def __init__(self, table: Mapping[str, Sequence[str]]) -> None:
        self.table = table
        self._begin: dict[str, list[str]] = {}
        for phrase in sorted(table, key=len, reverse=True):
            first = _TOKEN.match(phrase)
            assert first, phrase
            self._begin.setdefault(first[0], []).append(phrase)

    def places(self, text: str) -> list[Span]:
        """Where a phrase stands, none of them in another."""
        lowered, found, done = lower(text), [], 0
        for token in _TOKEN.finditer(lowered):
            phrases = self._begin.get(token[0])
            if phrases is None or (start := token.start()) < done:
                continue
            for phrase in phrases:
                end = start + len(phrase)
                if lowered.startswith(phrase, start) and (end == token.end() or not _GOES_ON.match(lowered, end)):
                    if not tied(text[end : end + 1]):
                        found.append((start, end))
                        done = end
                    break
        return found

    def instead(self, found: str, rng: Random) -> str:
        """One of what may stand in place of a phrase, with its capitals."""
        return as_cased(found, rng.choice(self.table[lower(found)]))


def exchanged(text: str, rng: Random, share: float, lexicon: Lexicon) -> str:
    """The text with a share of the lexicon's phrases in it exchanged."""
    return rewritten(text, some(lexicon.places(text), share, rng), lambda found: lexicon.instead(found, rng))


def lower(text: str) -> str:
    """The text in lower case, as long as it was, with straight apostrophes."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(each.lower() if len(each.lower()) == 1 else each for each in text)
    return lowered.replace("\u2019", "'")


def as_cased(found: str, instead: str) -> str:
    """What stands in place of a word, in capitals or with a capital as that was."""
    if len(found) > 1 and found.isupper():
        return instead.upper()
    return instead[:1].upper() + instead[1:] if found[:1].isupper() else instead


@cache
def listed_in(name: str, *, both_ways: bool = False) -> Lexicon:
    """The lexicon of a list of the package: a line has a phrase, a colon, and what may stand in its place."""
    lines = (_LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return Lexicon(of_lines((line for line in lines if line and line[0] != "#"), both_ways=both_ways))


def of_lines(lines: Iterable[str], *, both_ways: bool = False) -> dict[str, list[str]]:
    """`phrase: this, that` line by line; with `both_ways` what stands in its place is a phrase, too."""
    table: dict[str, list[str]] = {}
    for line in lines:
        phrase, _, instead = line.partition(": ")
        others = instead.split(", ")
        table.setdefault(phrase, []).extend(others)
        for other in others if both_ways else ():
            table.setdefault(other, []).append(phrase)
    return table


def groups_in(name: str) -> dict[str, list[str]]:
    """The lines of a list of the package as groups: each member may stand in place of the others."""
    lines = (_LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return of_groups(line.split(", ") for line in lines if line and line[0] != "#")


def of_groups(groups: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """A table in which each member of a group may stand in place of the others."""
    table: dict[str, list[str]] = {}
    for group in groups:
        for member in group:
            table.setdefault(member, []).extend(other for other in group if other != member)
    return table


@cache
def of_file(path: Path, key: str = "words") -> Lexicon:
    """A user's own list: a JSON object, or lines `word: instead, instead`, `wrong->right` as codespell writes them.

    The latter are read from right to left; either may be packed by gzip (`.gz`). Raises UserError for a file that
    cannot be read or has no such line.
    """
    return Lexicon(_read(path, key))


def _read(path: Path, key: str) -> dict[str, list[str]]:
    import gzip
    import json

    packed = path.suffix == ".gz"
    try:
        data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        text = data.decode("utf-8")
        is_json = (path.with_suffix("") if packed else path).suffix == ".json"
        found: object = json.loads(text) if is_json else _of_any_lines(text)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UserError(f"{path}: expected a list of words, but it could not be read: {error}", key) from None
    table = found if isinstance(found, dict) else {}
    words = {str(word).lower(): [each] if isinstance(each, str) else list(each) for word, each in table.items() if each}
    words = {word: each for word, each in words.items() if _TOKEN.match(word) and all(isinstance(e, str) for e in each)}
    if not words:
        raise UserError(
            f"{path}: expected lines `word: instead, instead` or `wrong->right`, or a JSON object of them, got none",
            key,
        )
    return words


def _of_any_lines(text: str) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for line in text.splitlines():
        wrong, arrow, right = line.partition("->")
        if arrow:
            for each in filter(None, (word.strip() for word in right.split(","))):
                table.setdefault(each, []).append(wrong.strip())
        elif ":" in line and line[0] != "#":
            phrase, _, instead = line.partition(":")
            table[phrase.strip()] = [each.strip() for each in instead.split(",") if each.strip()]
    return table


def words_of(own: Path | None, name: str) -> Lexicon:
    """The user's own list where there is one, else that of the package."""
    return of_file(own) if own else listed_in(name)


Chooser = Callable[..., Sequence[str]]


def only_ours(*of_ours: str) -> Chooser:
    """What a list of ours is made for; nobody knows it of the user's own."""
    return lambda words=None, **_: [] if words else list(of_ours)

"""Errors of people who type or write Chinese: by sound, by shape, by script, and characters taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import Span, checked, rewritten, some

_CHINESE = perturbation(scripts=("cjk",), languages=("zh",))
_LISTS = Path(__file__).parents[1] / "lists"
_DENIALS = frozenset("\u4e0d\u6ca1\u65e0\u672a\u522b\u975e\u6c92\u7121\u5225")
"""Characters that deny; none is put in or taken out."""


@_CHINESE
def chinese_homophones(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace characters by others of the same sound and tone, as slips of a pinyin keyboard do.

    Severity s replaces s * 6 % of the characters that have such a one among 2,500 common ones, none that denies. As
    TextFlint's and TextAttack's Chinese homophones; the readings are pypinyin's, the first where there are several.
    Keeps the label: a reader hears the same.
    """
    return _replaced(text, rng, 0.06 * checked(severity), sounds())


@_CHINESE
def chinese_shapes(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace characters by others that look alike, as slips of a pen and scanners do.

    Severity s replaces s * 20 % of the characters that have a look-alike in a list of ours, 5 all of them. The similar
    characters of the SIGHAN spelling check (Wu et al. 2013), of which the list has the plainest. Keeps the label.
    """
    return _replaced(text, rng, 0.2 * checked(severity), shapes())


@_CHINESE
def chinese_variants(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write simplified characters in their traditional form, and traditional ones simplified.

    Severity s changes s * 20 % of the characters that have another form, 5 all of them. OpenCC's tables, one character
    for one, where they leave no choice. Keeps the label.
    """
    return _replaced(text, rng, 0.2 * checked(severity), variants())


@_CHINESE
def chinese_splitting(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Take characters apart into those they are made of, as people do who hide words from a filter.

    Severity s splits s * 20 % of the characters that fall into others side by side, 5 all of them, none that denies.
    NL-Augmenter's and Su et al.'s (2022, RoCBert) radical splitting; the list is ours. Keeps the label.
    """
    return _replaced(text, rng, 0.2 * checked(severity), split())


def _replaced(text: str, rng: Random, share: float, table: Mapping[str, str]) -> str:
    """The text with a share of the table's characters replaced by one of theirs, or by all of them behind `=`."""
    places: list[Span] = [(at, at + 1) for at, sign in enumerate(text) if sign in table]

    def other(found: str) -> str:
        instead = table[found]
        return instead[1:] if instead[0] == "=" else rng.choice(instead)

    return rewritten(text, some(places, share, rng), other)


def _lines(name: str) -> list[str]:
    lines = (_LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line[0] != "#"]


@cache
def sounds() -> dict[str, str]:
    """Each character with others of its sound and tone."""
    return _groups("chinese_sounds")


@cache
def shapes() -> dict[str, str]:
    """Each character with others that look like it."""
    return _groups("chinese_shapes")


@cache
def variants() -> dict[str, str]:
    """Each simplified character with its traditional form, and the other way round."""
    one, other = _lines("chinese_variants")
    return dict(zip(one, other, strict=True)) | dict(zip(other, one, strict=True))


@cache
def split() -> dict[str, str]:
    """Each character with its parts, behind a sign that says that they go together."""
    return {line[0]: "=" + line[1:].strip() for line in _lines("chinese_parts") if line[0] not in _DENIALS}


def _groups(name: str) -> dict[str, str]:
    """Each character with the others of its lines."""
    found: dict[str, str] = {}
    for line in _lines(name):
        members = "".join(each for each in line if each not in _DENIALS)
        for each in members:
            if others := members.replace(each, ""):
                found[each] = found.get(each, "") + others
    return found

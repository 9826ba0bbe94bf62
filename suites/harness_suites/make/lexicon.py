"""The words of the grammar, read from domains.toml and phrases.toml, which hold nothing but words."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Label = Literal["negative", "positive"]
Phrases = Mapping[str, list[str]]

LABELS: tuple[Label, Label] = ("negative", "positive")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Aspect:
    """Something of a thing that can be praised or blamed, with the adjectives that fit it."""

    noun: str
    plural: bool
    mild: Mapping[Label, list[str]]
    strong: Mapping[Label, list[str]]


@dataclass(frozen=True)
class Domain:
    """What is reviewed: its aspects, and the phrases that fit nothing else."""

    tense: str
    aspects: tuple[Aspect, ...]
    phrases: Phrases


@cache
def domains() -> tuple[Domain, ...]:
    """All domains, in the order of the file."""
    return tuple(_domain(table) for table in _read("domains.toml").values())


@cache
def sides() -> Mapping[Label, Phrases]:
    """The phrases and frames that fit every domain, by the side they take."""
    phrases = _read("phrases.toml")
    return {"negative": phrases["bad"], "positive": phrases["good"]}


@cache
def neutral() -> Phrases:
    """The frames that serve either side."""
    either: Phrases = _read("phrases.toml")["either"]
    return either


def opposite(label: Label) -> Label:
    """The other one of the two labels."""
    return "positive" if label == "negative" else "negative"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _domain(table: dict[str, Any]) -> Domain:
    singular = [_aspect(noun, scale, plural=False) for noun, scale in table["is"].items()]
    plural = [_aspect(noun, scale, plural=True) for noun, scale in table["are"].items()]
    phrases = {name: value for name, value in table.items() if isinstance(value, list)}
    phrases["things"] = [table["things"]]
    return Domain(table["tense"], (*singular, *plural), phrases)


def _aspect(noun: str, scale: str, *, plural: bool) -> Aspect:
    great, fine, poor, awful = (grade.split(", ") for grade in scale.split(" / "))
    return Aspect(noun, plural, {"negative": poor, "positive": fine}, {"negative": awful, "positive": great})

"""Labels as a suite has them: words, numbers that are words here, or the path of a file that lists them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import WithJsonSchema

from harness.errors import UserError

MAX_BYTES = 2**24
"""Bytes of a file of labels: a million names of sixteen characters."""

_FILE = {"type": "string", "description": "a file of labels: .json, or one on each line"}
_LIST = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}

LabelList: TypeAlias = Annotated[
    list[str], WithJsonSchema({"anyOf": [_LIST, _FILE, {"type": "object", "additionalProperties": {"type": "string"}}]})
]
"""The labels of a model, in the order of its answers; each may have its word in a prompt."""

LabelMap: TypeAlias = Annotated[
    dict[str | int, str],
    WithJsonSchema({"anyOf": [{"type": "object", "additionalProperties": _LIST["items"]}, _LIST, _FILE]}),
]
"""What labels of the data are called in the model."""


def plain(value: object) -> str:
    """A raw label or id as a word: 1 and 1.0 are the same label."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def write_out(suite: Mapping[Any, Any], folder: Path, *, inside: bool = False) -> None:
    """Put words in the place of every `labels` of a suite's models and sets that is a file, or has numbers.

    Paths are relative to `folder`; with `inside` they may not lead out of it. Raises UserError, with the key to
    blame, for a file that is none.
    """
    for at, spec, of_data in _specs(suite):
        given, names = spec.get("labels"), [*at, "labels"]
        found = _of_file(given, folder, names, inside=inside) if isinstance(given, str) else given
        if isinstance(given, dict) and not of_data and _gives_words(given) and not spec.get("words"):
            spec["words"], found = list(given.values()), list(given)
        spec["labels"] = _mapping(found) if of_data else _list(found, names)


def names_files(suite: Mapping[Any, Any]) -> bool:
    """Whether labels of a suite are still a file to read, as those of a run never are."""
    return any(isinstance(spec["labels"], str) for _, spec, _ in _specs(suite))


def _specs(suite: Mapping[Any, Any]) -> Iterator[tuple[list[str | int], dict[Any, Any], bool]]:
    """Every model and set with labels, its place, and whether it is a set."""
    model, models, variants, data = (suite.get(key) for key in ("model", "models", "variants", "data"))
    found: list[tuple[list[str | int], Any, bool]] = [(["model"], model, False), (["data"], data, True)]
    for key, several in (("models", models), ("variants", variants)):
        found += (
            [([key, str(name)], each, False) for name, each in (several or {}).items()]
            if isinstance(several, dict)
            else []
        )
    found += [(["data", at], each, True) for at, each in enumerate(data if isinstance(data, list) else [])]
    return ((at, spec, of_data) for at, spec, of_data in found if isinstance(spec, dict) and spec.get("labels"))


def _gives_words(found: Mapping[Any, Any]) -> bool:
    """Whether it names a word for each label, and no label for each place."""
    numbered = any(plain(each).isdecimal() for each in found)
    return not numbered and all(isinstance(each, str) for each in found.values())


def _list(found: Any, at: list[str | int]) -> Any:
    """The names in the order of the model's answers; of a mapping by its numbers."""
    if isinstance(found, Mapping):
        places = {plain(place): name for place, name in found.items()}
        if {*places} != {str(each) for each in range(len(places))}:
            raise UserError(f"expected the places 0 to {len(places) - 1} of the labels, or a list of them", *at)
        found = [places[str(each)] for each in range(len(places))]
    return [_word(each) for each in found] if isinstance(found, list) else found


def _mapping(found: Any) -> Any:
    """What each label of the data is called; of a list by its places."""
    if isinstance(found, list):
        found = dict(enumerate(found))
    return {raw: _word(name) for raw, name in found.items()} if isinstance(found, dict) else found


def _word(name: object) -> object:
    return plain(name) if isinstance(name, (bool, int, float)) else name


def _of_file(name: str, folder: Path, at: list[str | int], *, inside: bool) -> Any:
    """The content of a file of labels: JSON, or one label on each line."""
    path = folder / name
    if inside and not path.resolve().is_relative_to(folder.resolve()):
        raise UserError(f"{name!r} leads out of the suite's folder, which --untrusted refuses", *at)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UserError(f"expected labels, or a file of them, but {path} cannot be read: {error}", *at) from None
    if len(content) > MAX_BYTES:
        raise UserError(f"expected a file of labels, but {path} has more than {MAX_BYTES:,} bytes", *at)
    return _of_json(text, path, at) if path.suffix == ".json" else _of_lines(text, path, at)


def _of_json(text: str, path: Path, at: list[str | int]) -> Any:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no JSON: {error}", *at) from None
    if not found or not isinstance(found, (list, dict)):
        raise UserError(f"{path}: expected a list of labels, or a mapping of them, but got {found!r:.80}", *at)
    return found


def _of_lines(text: str, path: Path, at: list[str | int]) -> list[str]:
    lines = [line.strip() for line in text.rstrip().splitlines()]
    if not lines or "" in lines:
        where = f"line {lines.index('') + 1} of it is empty" if lines else "it is empty"
        raise UserError(f"{path}: expected a label on each line, but {where}", *at)
    return lines

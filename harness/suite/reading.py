"""Reads YAML as data only: the core schema of YAML 1.2, no tags, no aliases, no key twice, every line known.

YAML 1.1, which PyYAML resolves, reads `no` as false and `1:30` as 90; here a plain `no` is the word no, which
matters where keys and values are label names.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml

from harness.errors import UserError

Path: TypeAlias = tuple[str | int, ...]
Lines: TypeAlias = dict[Path, int]

_CONSTANTS = {"null": None, "~": None, "": None, "true": True, "false": False}
_INT = re.compile(r"[-+]?[0-9]{1,4300}|0o[0-7]{1,21}|0x[0-9a-fA-F]{1,16}")  # what Python reads, or 64 bits
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}
_DEEPEST = 50


def parse(text: str, name: str) -> tuple[Any, Lines]:
    """The document and the line (from 1) of every key and entry, by its path.

    Raises UserError, with `name` and line, for anything that is not plain data.
    """
    try:
        _refuse_aliases_and_depth(text, name)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise UserError(_describe(error, name, text)) from None
    lines: Lines = {}
    return (None if node is None else _build(node, (), lines, name)), lines


def scalar(text: str) -> Any:
    """The meaning of a plain word: null, a boolean, a number, or itself."""
    if text.lower() in _CONSTANTS and text in (text.lower(), text.capitalize(), text.upper()):
        return _CONSTANTS[text.lower()]
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text):
        return float(re.sub(r"\.(inf|nan)", r"\1", text.lower()))
    return text


def _refuse_aliases_and_depth(text: str, name: str) -> None:
    """Raise UserError at once, since PyYAML takes minutes over what is nested thousands deep."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        where = f"{name}:{event.start_mark.line + 1 if event.start_mark else 1}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise UserError(f"{where}: nested too deeply to be a suite")
        if isinstance(event, yaml.AliasEvent):
            raise UserError(f"{where}: aliases (*{event.anchor}) are not allowed: write it out")


def _build(node: yaml.Node, path: Path, lines: Lines, name: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    _refuse_tag(node, name)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_build(entry, (*path, at), lines, name) for at, entry in enumerate(node.value)]
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: Path, lines: Lines, name: str) -> dict[str | int, Any]:
    built: dict[str | int, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        _refuse_tag(key_node, name)
        key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(key, (str, int)):
            came = repr(key) if isinstance(key_node, yaml.ScalarNode) else "a list or a mapping"
            raise UserError(f"{name}:{line}: expected a word or a whole number as key, but got {came}")
        if key in built:
            raise UserError(f"{name}:{line}: key {key!r} stands twice (first in line {lines[(*path, key)]})")
        lines[(*path, key)] = line
        built[key] = _build(value_node, (*path, key), lines, name)
    return built


def _scalar(node: yaml.Node) -> Any:
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return scalar(node.value) if plain else node.value


def _refuse_tag(node: yaml.Node, name: str) -> None:
    if node.tag not in _TAGS:
        raise UserError(f"{name}:{node.start_mark.line + 1}: tags ({node.tag}) are not allowed: a suite is plain data")


def _describe(error: yaml.YAMLError, name: str, text: str) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{name}:{error.problem_mark.line + 1}: not valid YAML: {error.problem}"
    line = text.count("\n", 0, getattr(error, "position", 0)) + 1
    return f"{name}:{line}: not valid YAML: {getattr(error, 'reason', error)}"

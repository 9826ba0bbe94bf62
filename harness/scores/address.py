"""Addresses: `score[data=..,part=..,class=..]`, the one name used by gates, files and reports."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from harness.errors import UserError

ADDRESS_KEYS = ("data", "part", "member", "class", "batch", "length", "property", "slice")
"""The keys of an address, in the order they are written."""

_PLAIN = re.compile(r'[^\s\[\],="\\][^\[\],="\\]*(?<!\s)')
_NAME = re.compile(r"([A-Za-z0-9_@.-]+)(?:\[(.*)\])?", re.DOTALL)
_ENTRY = re.compile(r'([a-z]+)=("(?:[^"\\]|\\.)*"|[^\[\],="\\]+)(?:,(?!$)|$)', re.DOTALL)


def local_address(name: str, keys: Mapping[str, str]) -> str:
    """`score[part=..,class=..]`; values that would be ambiguous are written as JSON strings."""
    inside = ",".join(f"{key}={_quoted(keys[key])}" for key in ADDRESS_KEYS if key in keys)
    return f"{name}[{inside}]" if inside else name


def gate_name(address: str, kind: str) -> str:
    """A gate as a test is named, its keys last: `task/recall:min[class=negative]`."""
    name, bracket, keys = address.partition("[")
    return f"{name}:{kind}{bracket}{keys}"


def parse_local(text: str) -> tuple[str, dict[str, str]]:
    """Read `score[part=..,class=..]` back; raises UserError with the expected form."""
    match = _NAME.fullmatch(text.strip())
    if match is None:
        raise _malformed(text)
    return match[1], _parse_keys(match[2], text) if match[2] is not None else {}


def _parse_keys(inside: str, text: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    position = 0
    while position < len(inside) or not inside:
        entry = _ENTRY.match(inside, position)
        if entry is None or entry[1] not in ADDRESS_KEYS or entry[1] in keys:
            raise _malformed(text)
        keys[entry[1]] = _unquoted(entry[2], text)
        position = entry.end()
    return keys


def _malformed(text: str) -> UserError:
    return UserError(
        f"{text!r} is not the address of a score: expected `score` or `score[data=..,part=..,class=..]`, "
        'with quotes around a value that contains one of [ ] , = " (class="a,b")'
    )


def _quoted(value: str) -> str:
    return value if _PLAIN.fullmatch(value) and value == value.strip() else json.dumps(value, ensure_ascii=False)


def _unquoted(value: str, text: str) -> str:
    if not value.startswith('"'):
        return value.strip()
    try:
        return str(json.loads(value))
    except ValueError:
        raise _malformed(text) from None

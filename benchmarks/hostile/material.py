"""What means harm: texts, numbers, and mutations of bytes, of tables and of suites that were valid."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

PIECES = [
    "\ud800", "\udfff", "\ud83d\ude00", "\u202e", "\u2066", "\u0301", "\u0300\u0316",
    "👩‍👩‍👧‍👦", "🏳️‍🌈", "\0", "\x1b[31m", "\x1b]0;title\x07", "\r", "\n",
    "\n::error::x", "\t", "\x0b", "\x1c", "\x85", "\u2028", "\u200b", "\ufeff", "\xa0", "ß", "İ",
    "\u0131", "ﬁ", "Ǆ", "中文", "한국어", "ไทย", "العربية",
    "हिन्दी", "e\u0301", "\U0010ffff", "\uffff", "don't", "Can't", "it's", "good",
    "bad", "12345", "1e400", "-0", "nan", "٣٤", "²", "½", "a", "B", " ", "  ", ".", "...", "!?",
    "-", "'", '"', "<script>alert(1)</script>", "&amp;", "]]>", "](x)", "{{7*7}}", "%s", "\\",
    "\\u0000", "rn", "O0l1", "www.x.com", "@a", "=cmd|' /C calc'!A0", "+1", "[", "]", ",", "=",
    "../..", "/dev/zero", "__class__",
]  # fmt: skip
"""Pieces of texts that something has stumbled over: half characters, marks, controls, markup, formulas, syntax."""

ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**64, -(2**63) - 1, 10**4000, 0.0, -0.0, 1e308, 5e-324, float("inf"),
    float("-inf"), float("nan"), "", " ", "0", "nan", "true", [], {}, [[]], {"": {}}, [None], {"use": None},
    {"use": "python"}, "a" * 5000,
]  # fmt: skip
"""Values that stand where others are expected."""


def text(rng: Random) -> str:
    """Empty, white, of pieces, of any characters at all, or long."""
    chosen = rng.random()
    if chosen < 0.02:
        return ""
    if chosen < 0.04:
        return rng.choice([" ", "\n\t ", "\u3000", "\xa0"]) * rng.randrange(1, 9)
    if chosen < 0.6:
        return rng.choice(["", " "]).join(rng.choices(PIECES, k=rng.randrange(1, 12)))
    if chosen < 0.995:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(1, 25)))
    return rng.choice(PIECES) * rng.randrange(500, 1500)


def mutated(rng: Random, content: bytes) -> bytes:
    """The bytes with one to three changes: bits, digits, pieces lost, doubled, put in, swapped, or the end torn off."""
    found = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at, length = rng.randrange(len(found) + 1), rng.randrange(1, 40)
        how = rng.randrange(9)
        if how == 0 and at < len(found):
            found[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            found[at : at + 1] = bytes([48 + rng.randrange(10)])
        elif how == 2:
            del found[at : at + length]
        elif how == 3:
            found[at:at] = found[at : at + length]
        elif how == 4:
            found[at:at] = text(rng).encode("utf-8", "surrogatepass")
        elif how == 5:
            found[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif how == 6:
            found[at : at + length] = bytes(len(found[at : at + length]))
        elif how == 7:
            lines = bytes(found).splitlines(keepends=True)
            rng.shuffle(lines)
            found = bytearray(b"".join(lines))
        else:
            del found[at:]
    return bytes(found)


def altered(rng: Random, tree: Any) -> Any:
    """A tree of mappings and lists with one to three odd values, strange or lost keys, or pieces at other places."""
    found = copy.deepcopy(tree)
    for _ in range(rng.choice([1, 1, 2, 3])):
        spots = list(_spots(found))
        inside, key = rng.choice(spots)
        how = rng.randrange(6)
        if how == 0:
            inside[key] = copy.deepcopy(rng.choice(ODD))
        elif how == 1:
            inside[key] = text(rng)
        elif how == 2:
            inside[key] = copy.deepcopy(_at(rng.choice(spots)))
        elif how == 3:
            del inside[key]
        elif isinstance(inside, dict):
            inside[rng.choice([text(rng), "use", "name", "limit", "gates", "path"])] = copy.deepcopy(rng.choice(ODD))
        else:
            inside.append(copy.deepcopy(_at(rng.choice(spots))))
        if not list(_spots(found)):
            break
    return found


def _spots(tree: Any) -> Any:
    """Every place of a tree, as what contains it and the key there."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield tree, key
        yield from _spots(value)


def _at(spot: tuple[Any, Any]) -> Any:
    return spot[0][spot[1]]


def plain(tree: Any) -> bytes:
    """A tree as JSON, which a suite may be written in; numbers that JSON does not know become words of YAML."""
    written = json.dumps(tree, ensure_ascii=False, default=str)
    for word, yaml in (("NaN", ".nan"), ("-Infinity", "-.inf"), ("Infinity", ".inf")):
        written = written.replace(f": {word}", f": {yaml}")
    return written.encode("utf-8", "surrogatepass")

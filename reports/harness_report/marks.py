"""Text from data or model, made safe to look at: hidden characters named, changed words and weights marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

_HIDDEN = re.compile(
    "(?:[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f]))+"
)
"""Characters that show nothing, turn the text around them, or cannot be written; line breaks and tabs stay.

Joiners stay between characters beyond ASCII, where emoji and several scripts need them.
"""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+(?:['\u2019-]\w+)*\s*|[^\w\s]\s*|\s+")
_AFTER_A_WORD = re.compile(r"(?<=[/\[,=:])")
MAX_SHOWN_CHARACTERS = 20_000
"""Characters of a text that are shown: more only make the page too slow to read."""

_AUTOJUNK_WORDS = 1000
"""Words from which on difflib may leave very frequent ones out of the alignment, which is quadratic in them."""


@dataclass(frozen=True)
class Piece:
    """A run of words; when changed, `other` is what stands in its place in the other text, `gone` in which it is."""

    text: str
    changed: bool = False
    other: str = ""
    tail: str = ""
    gone: bool = False


@dataclass(frozen=True)
class Unit:
    """A unit of an attribution: `share` is |weight| relative to the heaviest, 0..1; white space stays outside."""

    lead: str
    text: str
    tail: str
    weight: float
    share: float

    @property
    def shade(self) -> int:
        """Its share in twentieths."""
        return max(round(20 * self.share), 1)

    @property
    def side(self) -> str:
        """Whether it speaks for the explained class, against it, or not at all."""
        return "" if not self.text or self.share == 0 else "for" if self.weight > 0 else "against"


def cut(text: str) -> str:
    """The text, or its beginning and how much more there is."""
    left_out = len(text) - MAX_SHOWN_CHARACTERS
    return text if left_out <= 0 else f"{text[:MAX_SHOWN_CHARACTERS]}… ({left_out:,} more characters)"


def brief(text: str, most: int = 80) -> str:
    """The beginning of a text in one line."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def legible(text: str) -> str:
    """The text with every hidden character replaced by its picture or its number; encodes to UTF-8."""
    return _HIDDEN.sub(lambda found: "".join(map(_picture, found[0])), text)


def shown(value: object) -> Markup:
    """The text escaped, with hidden characters set apart and explained on hover."""
    text, pieces, at = cut(str(value)), [], 0
    for found in _HIDDEN.finditer(text):
        pieces += [escape(text[at : found.start()]), _hidden(found[0])]
        at = found.end()
    return Markup("").join([*pieces, escape(text[at:])])


def breaking(address: object) -> Markup:
    """An address as `shown`, which may break where one of its words ends and nowhere else needs to."""
    return Markup("<wbr>").join(shown(piece) for piece in _AFTER_A_WORD.split(str(address)))


def changed_words(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, the words that differ marked on either side; the pieces, joined, are the texts."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _AUTOJUNK_WORDS)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        left += _pieces(gone, come, changed=kind != "equal", gone=True)
        right += _pieces(come, gone, changed=kind != "equal", gone=False)
    return left, right


def weighed(units: Sequence[str], weights: Sequence[float], heaviest: float = 0.0) -> list[Unit]:
    """The units of an attribution, each with its weight relative to the heaviest one."""
    heaviest = heaviest or max(map(abs, weights), default=0.0) or 1.0
    return [_unit(text, weight, abs(weight) / heaviest) for text, weight in zip(units, weights, strict=False)]


def _unit(text: str, weight: float, share: float) -> Unit:
    core = text.strip()
    lead, _, tail = text.partition(core) if core else (text, "", "")
    return Unit(lead, core, tail, weight, share)


def _pieces(text: str, other: str, *, changed: bool, gone: bool) -> Iterator[Piece]:
    if text and not changed:
        yield Piece(text)
    elif text:
        core = text.rstrip()
        yield Piece(core or text, changed=True, other=other.strip(), tail=text[len(core) :] if core else "", gone=gone)


def _hidden(characters: str) -> Markup:
    names = ", ".join(dict.fromkeys(map(_name, characters)))
    pictures = "".join(map(_picture, characters))
    return Markup('<span class="hidden" dir="ltr" title="{}">{}</span>').format(names, pictures)


def _picture(character: str) -> str:
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else f"U+{code:04X}"


def _name(character: str) -> str:
    name = unicodedata.name(character, "lone surrogate" if "\ud800" <= character <= "\udfff" else "control character")
    return f"U+{ord(character):04X} {name.lower()}"

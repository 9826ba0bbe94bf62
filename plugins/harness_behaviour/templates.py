"""Templates: texts with slots, filled from lexicons in all combinations or in as many as are asked for.

`"{name} is {a:adj} {noun}."` has three slots. A slot is named after its lexicon; a number behind the name makes another
slot of the same lexicon with another entry (`{name1}`, `{name2}`), `{pair.0}` takes a part of an entry that is a list,
`{a:adj}` writes "a" or "an" before the entry, and `{{` is a brace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any, TypeAlias

from harness import UserError, listed, nearest

Entry: TypeAlias = str | Sequence[str]
Lexicons: TypeAlias = Mapping[str, Sequence[Entry]]

MOST_CASES = 100_000
"""Cases that one template may make."""

_SLOT = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"(a:)?([A-Za-z_][A-Za-z_]*?)(\d*)(?:\.(\d+))?")
_AN = re.compile(r"(?!eu|ew|one\b|once|uni(?!n|m)|u[bcfhjklqrstvz][aeiou])[aeiou]|hour|honest|hono|heir", re.IGNORECASE)


@dataclass(frozen=True)
class Slot:
    """A slot of a template: its name, its lexicon, which part of an entry it takes, whether an article precedes it."""

    name: str
    lexicon: str
    part: int | None
    article: bool


class Template:
    """A text, or texts by field, with the slots of all of them."""

    def __init__(self, written: str | Mapping[str, str]) -> None:
        self._fields = {"": written} if isinstance(written, str) else dict(written)
        self._whole = isinstance(written, str)
        self.slots = [slot for text in self._fields.values() for slot in _slots(text)]

    def filled(self, entries: Mapping[str, Entry]) -> Any:
        """The text with an entry in each slot, or the texts by field."""
        texts = {name: _filled(text, entries) for name, text in self._fields.items()}
        return texts[""] if self._whole else texts


def combinations(slots: Sequence[Slot], lexicons: Lexicons, n: int | None, rng: Random) -> Iterator[dict[str, Entry]]:
    """An entry for each slot name: every combination, or n of them drawn without repetition, in their order.

    Slots of one lexicon have distinct entries. Raises UserError for more combinations than anybody runs.
    """
    names = list(dict.fromkeys((slot.name, slot.lexicon) for slot in slots))
    sizes = [len(lexicons[lexicon]) for _, lexicon in names]
    count = prod(sizes)
    if n is None and count > MOST_CASES:
        raise UserError(f"it has {count:,} combinations: expected `n`, how many of them are drawn")
    for at in _drawn(count, n, rng):
        entries = _combination(at, names, sizes, lexicons)
        if entries is not None:
            yield entries


def _drawn(count: int, n: int | None, rng: Random) -> Iterator[int]:
    """The numbers of combinations: all, or in the order of a draw as many as may be needed."""
    if n is None:
        yield from range(count)
    elif count <= 50 * MOST_CASES:
        yield from (
            rng.sample(range(count), count)
            if count <= 10 * MOST_CASES
            else rng.sample(range(count), min(count, 10 * n))
        )
    else:
        yield from dict.fromkeys(rng.randrange(count) for _ in range(10 * n))


def _combination(
    at: int, names: Sequence[tuple[str, str]], sizes: Sequence[int], lexicons: Lexicons
) -> dict[str, Entry] | None:
    """The combination of a number; None where two slots of one lexicon have the same entry."""
    found, taken = dict[str, Entry](), set[tuple[str, int]]()
    for (name, lexicon), size in zip(names, sizes, strict=True):
        at, place = divmod(at, size)
        if (lexicon, place) in taken:
            return None
        taken.add((lexicon, place))
        found[name] = lexicons[lexicon][place]
    return found


def require_slots(slots: Sequence[Slot], lexicons: Lexicons) -> None:
    """Raise UserError for a slot without a lexicon, an empty lexicon, or a part that an entry has not."""
    for slot in slots:
        if slot.lexicon not in lexicons:
            raise UserError(
                f"there is no lexicon {slot.lexicon!r} for the slot {{{slot.name}}}: expected one of "
                f"{listed(lexicons) or 'some under `lexicons`'}{nearest(slot.lexicon, lexicons)}"
            )
        entries = lexicons[slot.lexicon]
        if not entries:
            raise UserError(f"the lexicon {slot.lexicon!r} is empty: expected at least one entry")
        for entry in entries:
            parts = 0 if isinstance(entry, str) else len(entry)
            if slot.part is None and parts:
                raise UserError(
                    f"the entry {entry!r} of the lexicon {slot.lexicon!r} has parts: expected {{{slot.name}.0}} to "
                    f"{{{slot.name}.{parts - 1}}} in the template"
                )
            if slot.part is not None and slot.part >= parts:
                raise UserError(f"the entry {entry!r} of the lexicon {slot.lexicon!r} has no part {slot.part}")


def _slots(text: str) -> Iterator[Slot]:
    for match in _SLOT.finditer(text):
        if match[0] in {"{{", "}}"}:
            continue
        named = _NAME.fullmatch((match[1] or "").strip())
        if named is None:
            raise UserError(f"{text!r} has {match[0]!r}: expected a slot like {{name}}, and {{{{ or }}}} for a brace")
        article, lexicon, number, part = named.groups()
        yield Slot(lexicon + number, lexicon, None if part is None else int(part), bool(article))


def _filled(text: str, entries: Mapping[str, Entry]) -> str:
    def written(match: re.Match[str]) -> str:
        if match[0] in {"{{", "}}"}:
            return match[0][0]
        named = _NAME.fullmatch(match[1].strip())
        assert named is not None
        article, lexicon, number, part = named.groups()
        entry = entries[lexicon + number]
        word = entry if isinstance(entry, str) else entry[int(part)]
        return f"{'an' if _AN.match(word) else 'a'} {word}" if article else word

    found = _SLOT.sub(written, text)
    return found[:1].upper() + found[1:] if _SLOT.match(text) else found  # a slot begins the sentence

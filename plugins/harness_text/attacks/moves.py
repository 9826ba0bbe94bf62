"""What an attack may do to a text: the words it may edit, the edits of a word, and which of them it keeps."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from harness import Session
from harness_text.attacks.edited import Edited

T = TypeVar("T")

Editable: TypeAlias = Callable[[Edited, int], bool]
"""Whether the word at a place may be edited."""

Swap: TypeAlias = Callable[[Edited, int], "Sequence[str] | Session[Sequence[str]]"]
"""What may stand in place of a word; a session where a model is asked for it."""

Kept: TypeAlias = Callable[[Sequence[Edited], Edited, Edited], "Sequence[Edited] | Session[Sequence[Edited]]"]
"""Those of some candidates that are kept, given the text they were made of and the original one."""


@dataclass(frozen=True)
class Moves:
    """The edits of a text that an attack chooses among: transformation and constraints of Morris et al. 2020."""

    swap: Swap
    editable: Sequence[Editable] = field(default_factory=tuple)
    kept: Sequence[Kept] = field(default_factory=tuple)

    def places(self, text: Edited) -> list[int]:
        """The words that may be edited."""
        return [at for at in range(len(text.words)) if all(may(text, at) for may in self.editable)]

    def at(self, text: Edited, place: int, original: Edited) -> Session[list[Edited]]:
        """The candidates for one word, in the order of their texts; none where it may not be edited."""
        if place >= len(text.words) or not all(may(text, place) for may in self.editable):
            return []
        words = yield from _asked(self.swap(text, place))
        return (yield from self._filtered([text.replaced(place, each) for each in words], text, original))

    def all(self, text: Edited, original: Edited) -> Session[list[Edited]]:
        """The candidates for all words."""
        made: list[Edited] = []
        for place in self.places(text):
            words = yield from _asked(self.swap(text, place))
            made += [text.replaced(place, each) for each in words]
        return (yield from self._filtered(made, text, original))

    def _filtered(self, made: Sequence[Edited], text: Edited, original: Edited) -> Session[list[Edited]]:
        found: Sequence[Edited] = list({each.text: each for each in made if each.text != text.text}.values())
        for kept in self.kept:
            found = yield from _asked(kept(found, text, original))
        return sorted(found, key=lambda each: each.text)


def _asked(made: T | Session[T]) -> Session[T]:
    return (yield from made) if isinstance(made, Generator) else made

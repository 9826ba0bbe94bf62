"""When two inputs count as equal, and the text in which nearly equal ones are looked for."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from harness import kind_of

Ignored: TypeAlias = Literal["case", "space", "unicode"]
"""What two equal texts may differ in: case, runs of white space, forms that Unicode's NFKC makes one."""

BETWEEN_FIELDS = "\x1f"
"""What stands between the texts of a pair."""


@dataclass(frozen=True)
class Equality:
    """Texts are equal but for what is ignored, numbers of rows to so many significant digits, all else as it is."""

    ignore: Collection[Ignored] = ("case", "space", "unicode")
    digits: int = 6

    def key(self, value: Any) -> str:
        """A text that is the same for equal inputs only."""
        texts = texts_of(value)
        if texts:
            return BETWEEN_FIELDS.join(map(self.normalised, texts.values()))
        if isinstance(value, Mapping):
            return json.dumps([[str(name), self._cell(cell)] for name, cell in sorted(value.items())], default=repr)
        return repr(kind_of(value).key(value))

    def normalised(self, text: str) -> str:
        """A text without what is ignored."""
        if "unicode" in self.ignore and not text.isascii():
            text = unicodedata.normalize("NFKC", text)
        if "case" in self.ignore:
            text = text.casefold()
        return " ".join(text.split()) if "space" in self.ignore else text

    def _cell(self, cell: Any) -> Any:
        if isinstance(cell, str):
            return self.normalised(cell)
        if isinstance(cell, float) or (isinstance(cell, int) and not isinstance(cell, bool)):
            return f"{float(cell):.{self.digits}g}" if cell == cell else None  # noqa: PLR0124  # NaN is a missing cell
        return cell


def texts_of(value: Any) -> dict[str, str]:
    """The texts that an input is made of, by column, a text alone under an empty name; none of any other kind."""
    if isinstance(value, str):
        return {"": value}
    kind = kind_of(value)
    if kind.fields_of == "text":
        return {name: each for name, each in kind.fields(value).items() if isinstance(each, str)}
    return {}

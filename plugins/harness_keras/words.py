"""Texts as numbers of words, as Keras's tokenizer and `pad_sequences` make them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from harness import AnswerError, UserError


@dataclass(frozen=True)
class Words:
    """The numbers of words, and how texts are split and padded."""

    numbers: Mapping[str, int]
    oov: int | None
    lower: bool
    filters: str
    padding: str
    truncating: str

    @classmethod
    def read(
        cls,
        path: Path,
        *,
        index_from: int,
        oov: int | None,
        num_words: int | None,
        lower: bool,
        filters: str,
        padding: str,
        truncating: str,
    ) -> Words:
        """The numbers of a file: of each word its own plus `index_from`, if that is below `num_words`."""
        found = _index(path)
        numbers = {word: number + index_from for word, number in found.items()}
        kept = {word: number for word, number in numbers.items() if num_words is None or number < num_words}
        return cls(kept, oov, lower, filters, padding, truncating)

    @property
    def fingerprint(self) -> str:
        """What decides which numbers a text has."""
        whole = blake2b(digest_size=16)
        for word, number in sorted(self.numbers.items()):
            whole.update(f"{word}\0{number}\0".encode("utf-8", "surrogatepass"))
        settings = (self.oov, self.lower, self.filters, self.padding, self.truncating)
        return f"{whole.hexdigest()} {settings}"

    def rows(self, texts: Sequence[Any], length: int) -> Any:
        """The numbers of texts, `(texts, length)`, with 0 where a text has no more words."""
        found = np.zeros((len(texts), length), np.int64)
        for at, text in enumerate(texts):
            if not isinstance(text, str):
                kind = type(text).__name__
                raise AnswerError(f"a word index reads texts, but got {kind}: name a function `features`")
            numbers = self.numbers_of(text)
            numbers = numbers[-length:] if self.truncating == "pre" else numbers[:length]
            start = length - len(numbers) if self.padding == "pre" else 0
            found[at, start : start + len(numbers)] = numbers
        return found

    def numbers_of(self, text: str) -> list[int]:
        """The numbers of a text's words; one that has none is `oov`, or left out."""
        clean = (text.lower() if self.lower else text).translate({ord(each): " " for each in self.filters})
        found = (self.numbers.get(word, self.oov) for word in clean.split(" ") if word)
        return [number for number in found if number is not None]


def _index(path: Path) -> dict[str, int]:
    """Numbers by word; also of a whole tokenizer that Keras wrote as JSON, whose index is JSON within it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        within = found.get("config", found) if isinstance(found, dict) else found
        found = within.get("word_index", found) if isinstance(within, dict) else found
        found = json.loads(found) if isinstance(found, str) else found
    except (OSError, ValueError) as error:
        raise UserError(f"model 'keras': word_index: {path} cannot be read: {error}", "word_index") from None
    is_index = isinstance(found, dict) and all(isinstance(each, int) and each >= 0 for each in found.values())
    if not is_index or not found:
        raise UserError(
            f"model 'keras': word_index: expected JSON of whole numbers by word in {path}, like "
            '{"the": 1, "film": 2}',
            "word_index",
        )
    return dict(found)

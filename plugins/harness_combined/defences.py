"""Defences: what is asked in place of an input, and what the answers to it say together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from importlib.resources import files
from random import Random
from typing import Any, Protocol

import numpy as np

from harness import AnswerError, Member, MissingExtra, kind_of
from harness_combined.combined import Array, Combined, Inspected, fingerprint_of, require_output

WORD = re.compile(r"\S+")
LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")


class Defence(Protocol):
    """What is asked in place of an input; `votes` says that the share of answers counts, not the answer."""

    @property
    def votes(self) -> bool: ...
    @property
    def content(self) -> str: ...

    def asked(self, value: Any) -> list[Any]: ...


@dataclass(frozen=True)
class Spelling:
    """Unknown words become known ones."""

    words: Sequence[str]
    distance: int
    votes: bool = False

    @property
    def content(self) -> str:
        """What decides it."""
        return f"spelling {self.distance} {sorted(self.words)}"

    @cached_property
    def _known(self) -> Any:
        try:
            from symspellpy import SymSpell
        except ImportError:
            raise MissingExtra("`how: spelling` needs symspellpy: pip install 'model-harness[spelling]'") from None
        found = SymSpell(max_dictionary_edit_distance=self.distance)
        listed = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
        found.load_dictionary(str(listed), 0, 1, encoding="utf-8")
        for word in self.words:
            found.create_dictionary_entry(word.lower(), 1_000_000_000)
        return found

    def asked(self, value: Any) -> list[Any]:
        """The input with its texts repaired."""
        kind = kind_of(value)
        return [kind.with_fields(value, {name: self.repaired(text) for name, text in kind.fields(value).items()})]

    def repaired(self, text: str) -> str:
        """The text with the nearest known word in place of each unknown one, the most frequent of the nearest."""
        known = self._known
        return LETTERS.sub(lambda match: self._nearest(known, match.group()), text)

    def _nearest(self, known: Any, word: str) -> str:
        from symspellpy import Verbosity

        found = known.lookup(
            word, Verbosity.TOP, max_edit_distance=self.distance, include_unknown=True, transfer_casing=True
        )
        return str(found[0].term) if found else word


def generator(content: str, value: Any, seed: int) -> Random:
    """Random numbers that hang on an input alone."""
    key = repr(kind_of(value).key(value)).encode("utf-8", "surrogatepass")
    return Random(blake2b(content.encode() + b"\0" + key + str(seed).encode(), digest_size=8).digest())


@dataclass(frozen=True)
class Masked:
    """Copies of a text without some of its words."""

    draws: int
    share: float
    mask: str
    seed: int
    votes: bool = True

    @property
    def content(self) -> str:
        """What decides it."""
        return f"masked {self.draws} {self.share} {self.mask} {self.seed}"

    def asked(self, value: Any) -> list[Any]:
        """`draws` copies; of a text without a word each is as it is."""
        kind, rng = kind_of(value), generator(self.content, value, self.seed)
        fields = kind.fields(value)
        return [
            kind.with_fields(value, {name: self._without(text, rng) for name, text in fields.items()})
            for _ in range(self.draws)
        ]

    def _without(self, text: str, rng: Random) -> str:
        words = WORD.findall(text)
        gone = set(rng.sample(range(len(words)), masked_words(len(words), self.share)))
        places = iter(range(len(words)))
        return WORD.sub(lambda match: self.mask if next(places) in gone else match.group(), text)


def masked_words(words: int, share: float) -> int:
    """How many of so many words are masked: the share, rounded, at least one and not all, where there are two."""
    return min(max(1, round(share * words)), words - 1) if words > 1 else 0


@dataclass(frozen=True)
class Smoothed:
    """Copies of a row or an image with noise on its numbers."""

    draws: int
    sigma: float
    seed: int
    votes: bool = True

    @property
    def content(self) -> str:
        """What decides it."""
        return f"smoothed {self.draws} {self.sigma} {self.seed}"

    def asked(self, value: Any) -> list[Any]:
        """`draws` copies; raises AnswerError for a text."""
        rng = np.random.default_rng(generator(self.content, value, self.seed).getrandbits(64))
        if isinstance(value, Mapping):
            return [self._noisy_row(value, rng) for _ in range(self.draws)]
        if isinstance(value, np.ndarray):
            return [self._noisy_image(value, rng) for _ in range(self.draws)]
        raise AnswerError(f"noise is for numbers, but got {type(value).__name__}: `how: masked` is for texts")

    def _noisy_row(self, row: Mapping[str, Any], rng: Any) -> Any:
        changed = {
            name: cell + float(rng.normal(0, self.sigma))
            for name, cell in row.items()
            if isinstance(cell, (int, float)) and not isinstance(cell, bool)
        }
        return type(row)({**row, **changed})  # type: ignore[call-arg]

    def _noisy_image(self, image: Any, rng: Any) -> Any:
        if image.dtype.kind == "f":
            return (image + rng.normal(0, self.sigma, image.shape)).astype(image.dtype)
        top = np.iinfo(image.dtype).max
        noisy = image + rng.normal(0, self.sigma * top, image.shape)
        return np.clip(np.rint(noisy), 0, top).astype(image.dtype)


def defended_of(member: Member, defence: Defence) -> Combined:
    """The model behind a defence; raises UserError for an output that it has no votes of."""
    if defence.votes:
        require_output([member], "probabilities", "classes")

    def rows_of(inputs: Sequence[Any]) -> list[Array]:
        """The answers to what is asked in place of each input."""
        asked = [defence.asked(value) for value in inputs]
        rows = member.rows([each for copies in asked for each in copies])
        return np.split(rows, np.cumsum([len(copies) for copies in asked])[:-1])

    def look(inputs: Sequence[Any]) -> list[Array]:
        """For each the standard deviation of the noise, words, words kept, and the votes for each class."""
        found = zip(inputs, rows_of(inputs), strict=True)
        return [np.array([*_reach(defence, value), *_votes(rows)], np.float64) for value, rows in found]

    made = Combined(
        name=f"{member.model.name} behind {defence.content.split()[0]}",
        labels=member.model.labels,
        output="probabilities" if defence.votes else member.model.output,
        answer=lambda inputs: np.stack([_together(each, votes=defence.votes) for each in rows_of(inputs)]),
        fingerprint=fingerprint_of([member], defence.content),
        budget=max(1, 2048 // getattr(defence, "draws", 1)),
    )
    return Inspected(**vars(made), look=look, form="votes") if defence.votes else made


def _reach(defence: Defence, value: Any) -> tuple[float, int, int]:
    """The noise, or the words of a text and how many of them each copy keeps; 0 words for an input of several texts."""
    if isinstance(defence, Smoothed):
        return defence.sigma, 0, 0
    texts = list(kind_of(value).fields(value).values())
    words = len(WORD.findall(texts[0])) if len(texts) == 1 else 0
    return 0.0, words, words - masked_words(words, getattr(defence, "share", 0.0))


def _votes(rows: Array) -> Array:
    """How many rows decide for each class, `(columns,)`."""
    return np.asarray(np.bincount(rows.argmax(axis=1), minlength=rows.shape[1]), np.float64)


def _together(rows: Array, *, votes: bool) -> Array:
    """The share of the rows that decide for each class, or the only row."""
    return _votes(rows) / len(rows) if votes else rows[0]

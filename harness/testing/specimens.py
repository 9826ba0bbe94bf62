"""What components are tried on: hostile texts, generated ones, and what each kind of input has for `--try`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Any

from harness.errors import UserError
from harness.kinds.inputs import DEFAULT, InputKind, default_kind, input_kinds, kind_of
from harness.suite.takes import Takes, how, in_words

HOSTILE: Mapping[str, str] = {
    "empty": "",
    "blank": " \t\n\u00a0\u3000 ",
    "lone surrogates": "fine \ud800 film \udfff",
    "right to left": "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 film",
    "combining marks": "Z\u0351\u036ba\u0301\u0327lgo g\u0308o\u0308o\u0308d film",
    "many marks": "e" + "\u0301" * 400,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 great \U0001f44d\U0001f3fd film \u2764\ufe0f",
    "many emoji": "\U0001f600" * 300,
    "control characters": "a\x00b \x07 \x1b[31mred\x1b[0m \x7f film",
    "byte order mark": "\ufeffgood film",
    "markup": "<script>alert('x')</script> {{ 7 * 7 }} ${HOME} & \"quoted\" %s {0}",
    "special tokens": "[CLS] good [MASK] film [SEP] <s> </s> <unk>",
    "one character": "\u0130",
    "one long word": "g" * 5000,
    "no spaces": "\u597d\u7535\u5f71\uff0c\u5f88\u597d\u770b good",
    "ligatures": "\ufb01lm \u00df \u01c5 \u1e9e \u0149",
    "no words": "!!! ... ??? --- ***",
    "numbers": "1.5 -3 1,000,000 \u0661\u0662\u0663 10^9 0x1F",
    "sentence": "It isn't a great film, but the 2 leads are fine.",
}
"""Texts that programs stumble over, by what is odd about them."""

LONG = "a great little film " * 2500
"""A text of 10,000 words."""

ALPHABETS = ("ab \u0301\u200d\ud800\u202e.,'1\n", "good bad film not ", "".join(map(chr, range(32, 1200))), "")
"""What generated texts are made of; the last one stands for every code point."""


@dataclass(frozen=True)
class Specimens:
    """Inputs by name, and the model they are asked of: `model(inputs)` is `(n, labels)`."""

    inputs: Mapping[str, Any]
    model: Callable[[Sequence[Any]], Any]
    labels: Sequence[str] = ("negative", "positive")


def texts(generated: int = 16, *, long: bool = False) -> dict[str, str]:
    """The hostile texts, so many generated ones, and the long one where asked for."""
    rng = Random(0)
    made = {f"generated {at}": _generated(ALPHABETS[at % len(ALPHABETS)], rng) for at in range(generated)}
    return {**HOSTILE, **made, **({"10,000 words": LONG} if long else {})}


def specimens(taken: Takes, title: str, *, long: bool = False) -> Iterator[Specimens]:
    """The specimens of every installed kind of input that a component takes; raises UserError where there are none."""
    kinds = [kind for kind in (default_kind(), *input_kinds().values()) if how(taken, kind) != "not"]
    found = [each for kind in dict.fromkeys(kinds) if (each := _of_kind(kind, long=long))]
    if not found:
        raise UserError(f"{title} takes {in_words(taken)}, of which there are no specimens: give some as `inputs=[..]`")
    yield from found


def given(inputs: Sequence[Any]) -> Specimens:
    """Inputs of one kind, asked of the model that the kind is tried on; raises UserError for none, and for no kind."""
    if not len(inputs):
        raise UserError("inputs: expected one or more, but got none")
    try:
        trial = kind_of(inputs[0]).trial()
    except TypeError as error:
        raise UserError(f"inputs: {error}") from None
    named = {f"input {at}": value for at, value in enumerate(inputs)}
    return Specimens(named, trial.model, trial.labels) if trial else Specimens(named, undecided)


def undecided(inputs: Sequence[Any]) -> list[list[float]]:
    """Answers by a hash of the input, so that any change may turn its decision."""
    keys = [repr(kind_of(value).key(value)).encode("utf-8", "surrogatepass") for value in inputs]
    shares = [blake2b(key, digest_size=1).digest()[0] / 255 for key in keys]
    return [[1 - share, share] for share in shares]


def _of_kind(kind: InputKind, *, long: bool) -> Specimens | None:
    if kind is default_kind():
        return Specimens(texts(long=long), undecided)
    if kind.fields_of == DEFAULT:
        return _named(kind, {"first": list(HOSTILE.values())[-4:], "second": list(HOSTILE.values())[:4]}, undecided)
    trial = kind.trial()
    if trial is None:
        return None
    names = [name for name in trial.rows[0] if name != "label"]
    return _named(kind, {name: [row[name] for row in trial.rows] for name in names}, trial.model, trial.labels)


def _named(
    kind: InputKind, columns: Mapping[str, Sequence[Any]], model: Callable[[Sequence[Any]], Any], *labels: Sequence[str]
) -> Specimens:
    return Specimens({f"{kind.name} {at}": value for at, value in enumerate(kind.read(columns))}, model, *labels)


def _generated(alphabet: str, rng: Random) -> str:
    size = rng.randrange(60)
    if alphabet:
        return "".join(rng.choice(alphabet) for _ in range(size))
    return "".join(chr(rng.randrange(sys.maxunicode + 1)) for _ in range(size))

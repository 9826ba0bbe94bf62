"""Payloads as a few characters, by the types of their fields, and back: enough of them for most scores.

An answer is the float16 of its columns, or, of more than eight, what it decides, how sure it is and what it gives the
truth. Weights are the eight heaviest, to 1/127 of the largest. Texts are left out, names of labels are numbered.
Whether a score survives that is not decided here: whoever packs computes the scores of what comes back.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Any, Literal

import numpy as np

from harness.kinds.outputs import LABEL_THRESHOLD

MOST_COLUMNS = 8
"""Answers of more columns are cut to what they decide."""

HEAVIEST = 8
"""Weights of an explanation that are kept."""

NOTHING, TEXT = "-", "~"
LARGEST_HALF = 65_000.0
STEPS = 127
"""Of a weight, up to the largest one's size."""


@dataclasses.dataclass(frozen=True)
class Packing:
    """How payloads of a dataclass are packed, of a model with these labels."""

    payload: type[Any]
    labels: Sequence[str]

    def pack(self, payload: Any, truth: object) -> str:
        """The fields of a payload, a space between any two."""
        fields = {name: getattr(payload, name) for name in self._hints}
        weighed = {len(each) for name, each in fields.items() if self._hints[name] == list[float]}
        return " ".join(self._write(fields[name], hint, truth, weighed) for name, hint in self._hints.items())

    def unpack(self, packed: str, truth: object) -> Any:
        """A payload that is like the one packed; raises ValueError for what none was packed to."""
        parts = packed.split(" ")
        if len(parts) != len(self._hints):
            raise ValueError(f"expected {len(self._hints)} fields, but got {len(parts)}")
        read = [self._read(part, hint, truth) for part, hint in zip(parts, self._hints.values(), strict=True)]
        weighed = max((len(each) for each, hint in zip(read, self._hints.values(), strict=True) if hint == list[float]),
                      default=0)  # fmt: skip
        filled = [_named_units(weighed) if part == TEXT else each for part, each in zip(parts, read, strict=True)]
        return self.payload(**dict(zip(self._hints, filled, strict=True)))

    @cached_property
    def _hints(self) -> Mapping[str, Any]:
        hints = typing.get_type_hints(self.payload)
        return {field.name: _plain(hints[field.name]) for field in dataclasses.fields(self.payload)}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {label: at for at, label in enumerate(self.labels)}

    def _write(self, value: Any, hint: Any, truth: object, weighed: AbstractSet[int]) -> str:
        if value is None:
            return NOTHING
        if typing.get_origin(hint) is Literal:
            return str(typing.get_args(hint).index(value))
        if hint in {str, list[str]}:
            named = self._names(value)
            return TEXT if named.startswith(TEXT) and hint == list[str] and len(value) in weighed else named
        if hint == list[float]:
            return _row(value, len(self.labels), truth)
        if hint == list[list[float]]:
            return ",".join(_row(row, len(self.labels), truth, among=len(value)) for row in value) or NOTHING
        return _number(value) if hint is float else _whole(value)

    def _read(self, part: str, hint: Any, truth: object) -> Any:
        if part == NOTHING:
            return [] if typing.get_origin(hint) is list else None
        if typing.get_origin(hint) is Literal:
            return typing.get_args(hint)[int(part)]
        if hint in {str, list[str]}:
            found = self._named(part)
            return found if hint == list[str] else found[0]
        if hint == list[float]:
            return _row_of(part, len(self.labels), truth)
        if hint == list[list[float]]:
            return [_row_of(each, len(self.labels), truth) for each in part.split(",")]
        return _number_of(part) if hint is float else _whole_of(part, hint)

    def _names(self, value: str | list[str]) -> str:
        """Labels by their numbers; of texts only how many there are."""
        names = [value] if isinstance(value, str) else value
        if all(name in self._places for name in names):
            return ".".join(str(self._places[name]) for name in names) or NOTHING
        return f"{TEXT}{len(names)}"

    def _named(self, part: str) -> list[str]:
        if part.startswith(TEXT):
            return _named_units(int(part[1:] or 0))
        return [self.labels[int(at)] for at in part.split(".")]


def _named_units(count: int) -> list[str]:
    return [str(at) for at in range(count)]


def _whole(value: Any) -> str:
    """A whole number or a flag, or a list of such."""
    return ".".join(map(_whole, value)) or NOTHING if isinstance(value, list) else str(int(value))


def _whole_of(part: str, hint: Any) -> Any:
    return [int(each) for each in part.split(".")] if hint == list[int] else hint(int(part))


def _number(value: float) -> str:
    return _halves([value]) if abs(value) <= 1 else f"{value:.6g}"


def _number_of(part: str) -> float:
    return _row_of(part, 1, None)[0] if part.startswith("h") else float(part)


def _plain(hint: Any) -> Any:
    """A type without its None: that is written as nothing."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        [hint] = [each for each in typing.get_args(hint) if each is not type(None)]
    return hint


def _row(row: Sequence[float], columns: int, truth: object, among: int = 1) -> str:
    """Numbers in base64, or, where they are too many, what they decide; weights where they are no answer."""
    if not row:
        return NOTHING
    if len(row) * among <= MOST_COLUMNS:
        return _halves(row)
    if len(row) != columns:
        return _heaviest(row)
    if isinstance(truth, tuple):
        return "s" + ".".join(str(at) for at, each in enumerate(row) if each >= LABEL_THRESHOLD)
    decided = int(np.argmax(row))
    if among > 1 or not isinstance(truth, int) or row[decided] == 1:
        return f"d{decided}"
    return f"d{decided}:{row[decided]:.5g}:{row[truth]:.5g}"


def _row_of(part: str, columns: int, truth: object) -> list[float]:
    kind, rest = part[0], part[1:]
    if kind == "h":
        return list(np.frombuffer(_bytes(rest), "<f2").astype(np.float64).tolist())
    if kind == "f":
        return [float(each) for each in rest.split("/")]
    if kind == "w":
        return _weights_of(rest)
    if kind == "s":
        chosen = {int(at) for at in rest.split(".") if at}
        return [float(at in chosen) for at in range(columns)]
    if kind == "d":
        return _decided_row(rest, columns, truth)
    raise ValueError(f"expected numbers, but got {part!r}")


def _decided_row(rest: str, columns: int, truth: object) -> list[float]:
    """What is left beside the decision and the truth is spread over the other columns."""
    decided, *known = rest.split(":")
    row = np.zeros(columns)
    sure, given = map(float, known) if known else (1.0, 0.0)
    at = {int(decided): sure}
    if isinstance(truth, int) and known:
        at[truth] = given
    left = max(0.0, 1 - sum(at.values())) / max(1, columns - len(at))
    row[:] = left
    for place, probability in at.items():
        row[place] = probability
    return list(row.tolist())


def _halves(row: Sequence[float]) -> str:
    """As float16; the largest stays the only largest, since it decides."""
    numbers = np.array(row, dtype=np.float64)
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > LARGEST_HALF:
        return "f" + "/".join(f"{each:.5g}" for each in row)
    half = numbers.astype("<f2")
    most = int(numbers.argmax())
    if int(half.argmax()) != most:
        half[most] = np.nextafter(half.max(), np.float16(np.inf), dtype=np.float16)
    return "h" + _text(half.tobytes())


def _heaviest(weights: Sequence[float]) -> str:
    """Places and sizes of the heaviest weights, relative to the largest."""
    numbers = np.array(weights[: 2**16], dtype=np.float64)  # a place has 16 bits
    places = np.sort(np.argsort(-np.abs(numbers), kind="stable")[:HEAVIEST])
    scale = np.abs(numbers).max() or 1.0
    sizes = np.rint(numbers[places] / scale * STEPS).astype(np.int8)
    return f"w{len(weights)}." + _text(places.astype(_of_places(len(weights))).tobytes() + sizes.tobytes())


def _weights_of(rest: str) -> list[float]:
    count, _, packed = rest.partition(".")
    kind, content = _of_places(int(count)), _bytes(packed)
    if len(content) != (1 + np.dtype(kind).itemsize) * HEAVIEST:
        raise ValueError(f"expected {HEAVIEST} weights, but got {len(content)} bytes")
    weights = np.zeros(int(count))
    weights[np.frombuffer(content[:-HEAVIEST], kind)] = np.frombuffer(content[-HEAVIEST:], np.int8) / STEPS
    return list(weights.tolist())


def _of_places(count: int) -> str:
    return "<u1" if count <= 256 else "<u2"


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

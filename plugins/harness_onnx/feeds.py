"""From inputs to what a graph takes: tokens, strings, columns, or the arrays of the user's own function."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import AnswerError, UserError, listed, nearest

TITLE = "model 'onnx'"
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
TYPES = {
    "tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16,
    "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_, "tensor(string)": np.object_,
}  # fmt: skip
"""What ONNX calls the types of numpy."""


@dataclass(frozen=True)
class Prepared:
    """Inputs that are ready: what each costs, and what the graph is given for some of them, by its inputs."""

    costs: Sequence[int]
    take: Callable[[Sequence[int]], Mapping[str, Any]]


@dataclass(frozen=True)
class Feed:
    """How inputs are prepared; `content` is what decides it besides the graph.

    `limit` is how many tokens of an input the graph is given at most, `cut` how many it is not given.
    """

    prepare: Callable[[list[Any]], Prepared]
    content: str = ""
    limit: int | None = None
    cut: Callable[[Sequence[Any]], list[int]] | None = None


def tokens(taken: Sequence[Any], path: Path, max_length: int) -> Feed:
    """Texts, or pairs of texts, as tokens, padded to the longest of a batch; cut to what the tokenizer says, too."""
    content, reader = _tokenizer(path)
    ids = reader.token_to_id(content.get("pad_token") or "[PAD]") or 0
    reader.no_padding()
    limit = min(max_length, content.get("model_max_length") or max_length)
    reader.enable_truncation(limit)
    names = {each.name: TYPES.get(each.type, np.int64) for each in taken}
    known = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    if other := [name for name in names if name not in known]:
        raise UserError(
            f"{TITLE}: a tokenizer gives {listed(known)}, but the graph takes {other[0]!r}: name a function `features` "
            "that gives an array for each of its inputs",
            "tokenizer",
        )

    def prepare(inputs: list[Any]) -> Prepared:
        read = reader.encode_batch([_text(value) for value in inputs])

        def take(some: Sequence[int]) -> dict[str, Any]:
            width = max(1, *(len(read[at]) for at in some))
            return {
                name: _padded([getattr(read[at], known[name]) for at in some], width, kind, ids * (name == "input_ids"))
                for name, kind in names.items()
            }

        return Prepared([len(each) for each in read], take)

    def cut(inputs: Sequence[Any]) -> list[int]:
        read = reader.encode_batch([_text(value) for value in inputs])
        return [sum(more.special_tokens_mask.count(0) for more in each.overflowing) for each in read]

    return Feed(prepare, reader.to_str(), limit, cut)


def _text(value: Any) -> Any:
    """A text, or a pair of the fields of an input, without lone surrogates, which no tokenizer reads."""
    if isinstance(value, str):
        return value if value.isascii() else LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, Mapping) and len(value) in {1, 2} and all(isinstance(each, str) for each in value.values()):
        texts = tuple(_text(each) for each in value.values())
        return texts if len(texts) == 2 else texts[0]
    raise AnswerError(f"a tokenizer reads a text or two, but got {type(value).__name__}: name a function `features`")


def _padded(rows: Sequence[Sequence[int]], width: int, kind: Any, pad: int) -> Any:
    found = np.full((len(rows), width), pad, kind)
    for at, row in enumerate(rows):
        found[at, : len(row)] = row
    return found


def _tokenizer(path: Path) -> tuple[dict[str, Any], Any]:
    """The settings beside a tokenizer, and the tokenizer."""
    import tokenizers

    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise UserError(f"{TITLE}: tokenizer: expected a tokenizer.json, but there is no file {file}", "tokenizer")
    try:
        settings = json.loads(file.with_name("tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}
    try:
        return settings, tokenizers.Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare exceptions
        raise UserError(f"{TITLE}: tokenizer: {file} cannot be read: {error}", "tokenizer") from error


def strings(taken: Any) -> Feed:
    """Texts as they are."""

    def prepare(inputs: list[Any]) -> Prepared:
        if other := [value for value in inputs if not isinstance(value, str)]:
            raise AnswerError(f"the graph takes texts, but got {type(other[0]).__name__}")
        column = np.array([_text(value) for value in inputs], np.object_)
        shaped = column[:, np.newaxis] if len(taken.shape) == 2 else column
        return _ready({taken.name: shaped}, len(inputs))

    return Feed(prepare)


def columns(taken: Sequence[Any], renamed: Mapping[str, str]) -> Feed:
    """Rows, a column for each input of the graph or all together for its only one; images and numbers as arrays."""

    def prepare(inputs: list[Any]) -> Prepared:
        if not isinstance(inputs[0], Mapping):
            return _ready(_only(taken, np.stack([np.asarray(value) for value in inputs])), len(inputs))
        rows = [dict(value) for value in inputs]
        if len(taken) == 1 and not renamed and taken[0].name not in rows[0]:
            return _ready(_only(taken, _numbers(rows)), len(inputs))
        found = {each.name: _column(rows, renamed.get(each.name, each.name), each) for each in taken}
        return _ready(found, len(inputs))

    return Feed(prepare)


def _numbers(rows: Sequence[Mapping[str, Any]]) -> Any:
    try:
        return np.array([[np.nan if cell is None else float(cell) for cell in row.values()] for row in rows])
    except (TypeError, ValueError):
        raise AnswerError(
            "the graph takes all columns as numbers, but some are none: name a function `features` that makes numbers "
            "of a row"
        ) from None


def _column(rows: Sequence[Mapping[str, Any]], name: str, taken: Any) -> Any:
    if missing := [row for row in rows if name not in row]:
        raise AnswerError(
            f"the graph's input {name!r} is none of the columns ({listed(missing[0])}){nearest(name, list(missing[0]))}"
            ": `inputs: {INPUT: COLUMN}` says which is"
        )
    cells = [row[name] for row in rows]
    kind = TYPES.get(taken.type, np.float32)
    missing_value: Any = "" if kind is np.object_ else np.nan
    try:
        found: Any = np.array([missing_value if cell is None else cell for cell in cells]).astype(kind)
    except (TypeError, ValueError) as error:
        raise AnswerError(f"column {name!r}: expected {taken.type}, as the graph takes it: {error}") from None
    return found[:, np.newaxis] if len(taken.shape) == 2 else found


def _only(taken: Sequence[Any], array: Any) -> dict[str, Any]:
    if len(taken) > 1:
        raise AnswerError(
            f"the graph takes {listed(each.name for each in taken)}: name a function `features` that gives an array "
            "for each of them"
        )
    return {taken[0].name: array.astype(TYPES.get(taken[0].type, np.float32))}


def arrays(taken: Sequence[Any], function: Callable[[list[Any]], Any]) -> Feed:
    """Whatever the user's function makes arrays of, in the types that the graph takes."""
    kinds = {each.name: TYPES.get(each.type, np.float32) for each in taken}

    def prepare(inputs: list[Any]) -> Prepared:
        made = function(inputs)
        found = dict(made) if isinstance(made, Mapping) else _only(taken, np.asarray(made))
        if set(found) != set(kinds) or any(len(each) != len(inputs) for each in found.values()):
            shapes = ", ".join(f"{name} {np.shape(each)}" for name, each in found.items())
            raise AnswerError(
                f"features: expected {listed(kinds)} with a row for each of {len(inputs)}, but got {shapes}"
            )
        return _ready({name: np.asarray(each).astype(kinds[name]) for name, each in found.items()}, len(inputs))

    return Feed(prepare)


def _ready(found: Mapping[str, Any], rows: int) -> Prepared:
    return Prepared([1] * rows, lambda some: {name: each[list(some)] for name, each in found.items()})

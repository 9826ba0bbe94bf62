"""Tokens of prompts and of the labels behind them.

Labels are scored by the tokens of the whole text, prompt and label, behind those that all labels' texts begin with. It
is what lm-evaluation-harness does (`_encode_pair`) wherever no token crosses from prompt to label; where one does,
that library drops what crossed, while here every label is scored from before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from harness import UserError
from harness_transformers.prompts import Prompt

PROBES = ("", "a", "The 1", "\n", " x", "“")
"""Inputs whose prompts show which tokens all prompts begin with."""


@dataclass(frozen=True)
class Row:
    """The tokens of a prompt, and of each label behind it: at least one each."""

    context: list[int]
    labels: list[list[int]]


class Tokens:
    """The tokens of the prompts of one template, at most `limit` that the model reads."""

    def __init__(self, tokenizer: Any, prompt: Prompt, limit: int) -> None:
        self.prompt = prompt
        self.limit = limit
        self._tokenizer = tokenizer
        self._begin = _beginning(tokenizer)
        self._blank = self.of([prompt.filled(dict.fromkeys(prompt.names, ""))])[0]
        self.longest = max(map(len, self._blank.labels))

    def require(self, *, distinct: bool) -> None:
        """Raise UserError where no input fits, or, of `distinct` labels, one begins another and so never loses."""
        if (size := len(self._blank.context) + self.longest) > self.limit:
            raise UserError(
                f"template: the prompt has {size} tokens without an input, and the model reads {self.limit}: "
                "expected a shorter template or fewer `shots`",
                "template",
            )
        words, labels = list(self.prompt.words.values()), self._blank.labels
        for at, short in enumerate(labels):
            for other, long in enumerate(labels):
                if distinct and at != other and long[: len(short)] == short:
                    raise UserError(
                        f"labels: {words[at]!r} begins {words[other]!r}, which is never more probable: set `end`, a "
                        'text that closes every label, like "\\n", or use other words',
                        "labels",
                    )

    def rows(self, inputs: Sequence[Any]) -> list[tuple[Row, int]]:
        """The row of each input, and the number of its tokens that were cut to fit."""
        fields = [self.prompt.fields(value) for value in inputs]
        rows = self.of([self.prompt.filled(each) for each in fields])
        return [self._fitted(row, each) for row, each in zip(rows, fields, strict=True)]

    def blank(self, text: str) -> Row:
        """The prompt with this text in every field."""
        return self.rows([dict.fromkeys(self.prompt.names, text)])[0][0]

    def probes(self) -> list[tuple[Row, int]]:
        """The rows of inputs that begin in many ways."""
        return self.rows([dict.fromkeys(self.prompt.names, text) for text in PROBES])

    def head(self) -> list[int]:
        """The tokens that all prompts begin with, as far as the probes show; rows are compared with it."""
        contexts = [row.context for row, _ in self.probes()]
        return contexts[0][: min(_common(contexts), min(map(len, contexts)) - 1)]

    def premise(self) -> Row:
        """The labels behind the end of the template alone, Holtzman et al.'s domain premise."""
        return self.of([self.prompt.tail.lstrip()])[0]

    def of(self, prompts: Sequence[str]) -> list[Row]:
        """The row of each whole prompt, however long."""
        if not prompts:
            return []
        ends = ["", *self.prompt.continuations]
        texts = [prompt + end for prompt in prompts for end in ends]
        ids = self._ids(texts)
        return [self._row(ids[at : at + len(ends)]) for at in range(0, len(ids), len(ends))]

    def _row(self, ids: Sequence[list[int]]) -> Row:
        """Context and labels, from the tokens of the prompt alone and with each label."""
        shared = min(_common(ids), min(map(len, ids[1:])) - 1)
        return Row([*self._begin, *ids[0][:shared]] if shared or self._begin else [self._spare()],
                   [each[shared:] for each in ids[1:]])  # fmt: skip

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        found: list[list[int]] = self._tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
        return found

    def _spare(self) -> int:
        """The token before an empty prompt, as lm-evaluation-harness takes it: that of a beginning, or of an end."""
        spare = self._tokenizer.bos_token_id
        spare = self._tokenizer.eos_token_id if spare is None else spare
        if spare is None:
            raise UserError(
                "template: a prompt without a token before the label needs the tokenizer's bos or eos token, and it "
                "has none: expected a template with words in it",
                "template",
            )
        return int(spare)

    def _fitted(self, row: Row, fields: Mapping[str, str]) -> tuple[Row, int]:
        """The row with its longest field cut until it fits, and the number of tokens cut."""
        whole, given = len(row.context), dict(fields)
        while (excess := len(row.context) + max(map(len, row.labels)) - 1 - self.limit) > 0:
            name = max(given, key=lambda each: len(given[each]))
            given[name] = self._cut(given[name], excess)
            row = self.of([self.prompt.filled(given)])[0]
        return row, whole - len(row.context)

    def _cut(self, text: str, excess: int) -> str:
        """A text without so many of its last tokens, at least one letter less."""
        if not self._tokenizer.is_fast:
            return text[: max(0, min(len(text) - 1, len(text) - excess))]
        ends = self._tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        offsets = ends["offset_mapping"]
        keep = len(offsets) - excess
        return text[: min(offsets[keep - 1][1], len(text) - 1)] if keep > 0 else ""


def packed(rows: Sequence[Row], skip: int) -> dict[str, torch.Tensor]:
    """Rows without their first `skip` tokens as arrays: contexts padded on the left, labels on the right.

    `ids`, `mask` `(n, tokens)`; `labels` `(n, labels, longest)`, `count` `(n, labels)` their tokens; `further` the
    places, in the flat `(n * labels)`, of labels of more than one.
    """
    contexts = [row.context[skip:] for row in rows]
    width, longest = max(map(len, contexts)), max(len(label) for row in rows for label in row.labels)
    ids, mask = (np.zeros((len(rows), width), np.int64) for _ in range(2))
    labels = np.zeros((len(rows), len(rows[0].labels), longest), np.int64)
    for at, (row, context) in enumerate(zip(rows, contexts, strict=True)):
        ids[at, width - len(context) :], mask[at, width - len(context) :] = context, 1
        for place, label in enumerate(row.labels):
            labels[at, place, : len(label)] = label
    count = np.array([[len(label) for label in row.labels] for row in rows])
    arrays = {"ids": ids, "mask": mask, "labels": labels, "count": count, "further": np.flatnonzero(count > 1)}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _common(rows: Sequence[list[int]]) -> int:
    """How many tokens all of them begin with."""
    same: Iterator[bool] = (len(set(column)) == 1 for column in zip(*rows, strict=False))
    return next((at for at, each in enumerate(same) if not each), min(map(len, rows)))


def _beginning(tokenizer: Any) -> list[int]:
    """The token that the tokenizer puts before every text, if it does."""
    bos, ids = tokenizer.bos_token_id, tokenizer("a", verbose=False)["input_ids"]
    return [bos] if bos is not None and ids[:1] == [bos] else []

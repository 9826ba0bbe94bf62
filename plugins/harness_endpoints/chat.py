"""A language model asked for a class in words: the prompt around an input, and the label in the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import AnswerError, UserError
from harness_endpoints.calls import Calls

ERROR = "error"
"""What an answer without a label counts as, unless the suite names a class for it."""

WRONG = "wrong"
"""What it counts as by this word: a class of no sample."""

NO_LABEL = "unparsable"
"""The name of that class."""

_FIELD = re.compile(r"\{(\w+)\}")


def require_labels(labels: Sequence[str], unparsable: str) -> None:
    """Raise UserError for labels that no answer could be known by."""
    known = [label.casefold().strip() for label in labels]
    if len(set(known)) < max(2, len(known)) or not all(known):
        raise UserError(f"labels: expected two or more that differ, whatever their case, but got {labels}", "labels")
    if unparsable not in {ERROR, WRONG, *labels}:
        raise UserError(
            f"unparsable: expected `error` or one of the labels, or `wrong`, but got {unparsable!r}", "unparsable"
        )
    if unparsable == WRONG not in labels and NO_LABEL in labels:
        raise UserError(f"unparsable: `wrong` adds the label {NO_LABEL!r}, which the labels have", "unparsable")


def labels_with(labels: Sequence[str], unparsable: str) -> tuple[tuple[str, ...], str]:
    """The labels, and the one of them that an answer without a label counts as, or `error`."""
    if unparsable == WRONG and WRONG not in labels:
        return (*labels, NO_LABEL), NO_LABEL
    return tuple(labels), unparsable


@dataclass
class Asked:
    """The prompts for inputs, and the classes in the answers; one request an input."""

    calls: Calls
    labels: tuple[str, ...]
    prompt: str
    system: str
    given: Mapping[str, Any]
    unparsable: str
    chat: bool

    def __post_init__(self) -> None:
        if not _FIELD.search(self.prompt):
            raise UserError("prompt: expected {input} in it, where the input stands, or {NAME} for a column", "prompt")
        words = sorted(set(self.labels) - {self.unparsable}, key=len, reverse=True)
        self._label = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in words), re.IGNORECASE)
        self._known = {each.casefold(): self.labels.index(each) for each in words}

    def body(self, value: Any) -> dict[str, Any]:
        """The request about one input."""
        text = _FIELD.sub(lambda match: _field(match, value), self.prompt)
        if not self.chat:
            return {**self.given, "prompt": f"{self.system}{text}"}
        system = [{"role": "system", "content": self.system}] if self.system else []
        return {**self.given, "messages": [*system, {"role": "user", "content": text}]}

    async def answers(self, inputs: Sequence[Any]) -> list[int]:
        """The place of the class of each input among the labels."""
        return [await self._answer(value) for value in inputs]

    async def _answer(self, value: Any) -> int:
        return self.read(self._text(await self.asked(self.body(value))))

    async def asked(self, body: Mapping[str, Any]) -> Any:
        """The response to a request, and a note of who answered it."""
        response = await self.calls.post(body, len(str(body)) / 4)
        if isinstance(response, Mapping):
            named = [response.get(key) for key in ("model", "system_fingerprint")]
            self.calls.budget.account.saw(" ".join(str(each) for each in named if each))
        return response

    def read(self, text: str) -> int:
        """The place of the one label that an answer names, the longest where one is part of another."""
        found = {self._known[each.casefold()] for each in self._label.findall(text)}
        if len(found) == 1:
            return found.pop()
        if self.unparsable != ERROR:
            return self.labels.index(self.unparsable)
        what = "none" if not found else f"{len(found)} of them"
        raise AnswerError(
            f"expected an answer with one of {', '.join(self.labels)}, but it names {what}: {text[:200]!r}"
        )

    def _text(self, response: Any) -> str:
        try:
            choice = response["choices"][0]
            text = choice["message"]["content"] if self.chat else choice["text"]
        except (KeyError, IndexError, TypeError):
            raise AnswerError(
                f"the response has no answer where the protocol has it: {str(response)[:200]!r}"
            ) from None
        return text if isinstance(text, str) else ""


def _field(match: re.Match[str], value: Any) -> str:
    """The input, or a column of it; what it contains is taken as it is, braces too."""
    name = match[1]
    if isinstance(value, Mapping) and name in value:
        return str(value[name])
    if name == "input" and not isinstance(value, Mapping):
        return str(value)
    raise AnswerError(f"prompt: an input has no {name!r}")

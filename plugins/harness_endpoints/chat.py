"""A language model asked for a class in words: the prompt around an input, and the label in the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import AnswerError, UserError, listed
from harness.models import Output
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


def require_words(words: Sequence[str] | None, labels: Sequence[str]) -> None:
    """Raise UserError for words that are not one for each label, or alike."""
    if words is not None and (
        len(words) != len(labels) or len({each.strip().casefold() for each in words}) < len(words)
    ):
        raise UserError(f"words: expected one for each of {len(labels)} labels, that differ, but got {words}", "words")


def known(
    *, labels: Sequence[str], answers: str = "text", unparsable: str = ERROR, **_: Any
) -> tuple[Sequence[str], Output]:
    """Labels and output of a language model, which its specification says."""
    if answers == "text":
        return labels_with(list(labels), unparsable)[0], "classes"
    return list(labels), "probabilities"


def filled(value: Any, *, prompt: str, system: str = "", protocol: str = "chat", **_: Any) -> str:
    """The whole prompt about an input, what the system says first, by a specification."""
    require_field(prompt)
    between = "\n\n" if system and protocol == "chat" else ""
    return f"{system}{between}{with_input(prompt, value)}"


def labels_with(labels: Sequence[str], unparsable: str) -> tuple[tuple[str, ...], str]:
    """The labels, and the one of them that an answer without a label counts as, or `error`."""
    if unparsable == WRONG and WRONG not in labels:
        return (*labels, NO_LABEL), NO_LABEL
    return tuple(labels), unparsable


@dataclass
class Asked:
    """The prompts for inputs, and the classes in the answers; one request an input.

    `words` are what answers call the labels, themselves unless given; a word of one letter is known in its case alone.
    """

    calls: Calls
    labels: tuple[str, ...]
    prompt: str
    system: str
    given: Mapping[str, Any]
    unparsable: str
    chat: bool
    words: Sequence[str] = ()

    def __post_init__(self) -> None:
        require_field(self.prompt)
        places = {word.strip(): at for at, word in enumerate(self.words or self.labels)}
        words = sorted((word for word, at in places.items() if self.labels[at] != self.unparsable), key=len)[::-1]
        self._label = re.compile("|".join(map(_pattern, words)), re.IGNORECASE)
        self._known = {each.casefold(): places[each] for each in words}

    def body(self, value: Any) -> dict[str, Any]:
        """The request about one input."""
        text = with_input(self.prompt, value)
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
            f"expected an answer with one of {', '.join(self.words or self.labels)}, but it names {what}: "
            f"{text[:200]!r}"
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


def require_field(prompt: str) -> None:
    """Raise UserError for a prompt in which no input stands."""
    if not _FIELD.search(prompt):
        raise UserError("prompt: expected {input} in it, where the input stands, or {NAME} for a column", "prompt")


def with_input(prompt: str, value: Any) -> str:
    """The prompt with an input in its fields; raises AnswerError for one without one of them."""
    return _FIELD.sub(lambda match: _field(match, value), prompt)


def _pattern(word: str) -> str:
    """A word by itself in any case; one letter in its own, since `a` is a word of most answers."""
    exact = re.escape(word) if len(word) > 1 else f"(?-i:{re.escape(word)})"
    return rf"(?<!\w){exact}(?!\w)"


def _field(match: re.Match[str], value: Any) -> str:
    """The input, or a column of it; what it contains is taken as it is, braces too."""
    name = match[1]
    if isinstance(value, Mapping) and name in value:
        return str(value[name])
    if name == "input" and not isinstance(value, Mapping):
        return str(value)
    known = listed(f"{{{each}}}" for each in value) if isinstance(value, Mapping) else "{input}"
    raise AnswerError(f"prompt: an input has no {{{name}}}: expected {known}")

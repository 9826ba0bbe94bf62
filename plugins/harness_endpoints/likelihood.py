"""How probable a server's language model finds each label: from the log-probabilities that its answers carry.

`completions` with `echo` returns those of the whole text, so every label's tokens are summed as a local model's are.
`chat` returns the most probable first tokens of the answer alone: a label has the probability of those that begin it.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import AnswerError, UserError
from harness_endpoints.chat import Asked

TOP = 20
"""The most log-probabilities of a place that OpenAI's protocol returns."""


@dataclass
class Likelihood:
    """The softmax of the labels' log-likelihoods; `words` continue the prompt, by label."""

    asked: Asked
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        folded = [word.strip().casefold() for word in self.words]
        if self.asked.chat and len({word[:1] for word in folded}) < len(folded):
            for at, word in enumerate(folded):
                if any(other.startswith(word) for place, other in enumerate(folded) if place != at):
                    raise UserError(
                        f"labels: {self.words[at]!r} begins another, and a chat's first token does not tell them "
                        "apart: use other words, or `protocol: completions`",
                        "labels",
                    )

    async def answers(self, inputs: Sequence[Any]) -> list[list[float]]:
        """The probabilities of the labels, a row for each input."""
        return list(await asyncio.gather(*(self._answer(value) for value in inputs)))

    async def _answer(self, value: Any) -> list[float]:
        body = self.asked.body(value)
        sent = self._chat_body(body) if self.asked.chat else self._echo_body(body)
        response = await self.asked.asked(sent)
        try:
            logs = self._of_first(response) if self.asked.chat else self._of_echo(response, len(body["prompt"]))
        except (KeyError, IndexError, TypeError, ValueError):
            raise AnswerError(
                "the response has no log-probabilities where the protocol has them: expected a server that answers "
                f"{'`top_logprobs`' if self.asked.chat else '`echo` with `logprobs`'}: {str(response)[:200]!r}"
            ) from None
        most = max(logs)
        chances = [math.exp(each - most) for each in logs]
        return [each / sum(chances) for each in chances]

    def _chat_body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {**body, "max_tokens": 1, "logprobs": True, "top_logprobs": TOP}

    def _echo_body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """One request with the prompt before every label."""
        prompts = [body["prompt"] + word for word in self.words]
        return {**body, "prompt": prompts, "max_tokens": 0, "echo": True, "logprobs": 1}

    def _of_first(self, response: Any) -> list[float]:
        """The log-probability of the tokens that begin each label; one that none begins has the least listed."""
        listed = response["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        found: list[list[float]] = [[] for _ in self.words]
        for each in listed:
            start = each["token"].strip().casefold()
            labels = [at for at, word in enumerate(self.words) if start and word.strip().casefold().startswith(start)]
            if len(labels) == 1:
                found[labels[0]].append(float(each["logprob"]))
        if not any(found):
            raise AnswerError(
                f"expected a label's beginning among the {len(listed)} most probable tokens, but got "
                f"{', '.join(repr(each['token']) for each in listed[:5])}: ask for one word in the prompt"
            )
        least = min(float(each["logprob"]) for each in listed)
        return [math.log(sum(map(math.exp, each))) if each else least for each in found]

    def _of_echo(self, response: Any, boundary: int) -> list[float]:
        """The sums from the first token of any label that reaches beyond the prompt; what was written after it is none.

        Some servers write as much as fits for `max_tokens: 0`.
        """
        choices = sorted(response["choices"], key=lambda each: int(each["index"]))
        if len(choices) != len(self.words):
            raise ValueError(len(choices))
        texts = [each["logprobs"] for each in choices]
        starts = [
            max(at for at in each["text_offset"] if at <= boundary) if _crosses(each, boundary) else boundary
            for each in texts
        ]
        first = min(starts)
        return [
            sum(log for at, log in zip(each["text_offset"], each["token_logprobs"], strict=True) if first <= at < end)
            for each, end in zip(texts, (boundary + len(word) for word in self.words), strict=True)
        ]


def _crosses(logs: Mapping[str, Any], boundary: int) -> bool:
    """Whether a token begins before the label and ends in it."""
    return boundary not in logs["text_offset"]

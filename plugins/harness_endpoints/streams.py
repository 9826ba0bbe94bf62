"""Answers that come as a stream of events though nobody asked for one, as those of `transformers serve` do.

The events (Server-Sent Events, WHATWG HTML 9.2) are put together to the answer that OpenAI's protocol has without
`stream`. A stream that breaks off before its end is no answer: half of one would be another class.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_LINE_END = re.compile(r"\r\n|\r|\n")
END = "[DONE]"
"""What follows the last event."""


def is_stream(headers: Mapping[str, str]) -> bool:
    """Whether an answer is a stream of events."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "text/event-stream"


def joined(content: bytes) -> dict[str, Any]:
    """The one answer that the events of a stream make; raises ValueError where they break off or are something else."""
    events = list(_events(content.decode("utf-8")))
    ended = bool(events) and events[-1] == END
    chunks = [json.loads(each) for each in (events[:-1] if ended else events)]
    failed = [each for each in chunks if not isinstance(each, Mapping) or each.get("error")]
    if failed:
        raise ValueError(f"an event is an error: {str(failed[0])[:200]}")
    pieces = _by_index(chunks)
    if not pieces:
        raise ValueError("no event has `choices`")
    if not ended and not all(any(each.get("finish_reason") for each in some) for some in pieces.values()):
        raise ValueError("it breaks off")
    whole = {key: value for chunk in chunks for key, value in chunk.items() if key != "choices" and value}
    return {**whole, "choices": [{"index": at, **_choice(pieces[at])} for at in sorted(pieces)]}


def _events(text: str) -> Iterator[str]:
    """The data of each event; the last may have no empty line after it."""
    data: list[str] = []
    for line in (*_LINE_END.split(text), ""):
        name, _, value = line.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            yield "\n".join(data)
            data = []


def _by_index(chunks: Sequence[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for each in (each for chunk in chunks for each in chunk.get("choices") or ()):
        found.setdefault(int(each.get("index", 0)), []).append(each)
    return found


def _choice(pieces: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An answer of a chat, or of a completion; of log-probabilities those of a chat, token by token."""
    if not any("delta" in each for each in pieces):
        return {"text": "".join(each.get("text") or "" for each in pieces)}
    deltas = [each.get("delta") or {} for each in pieces]
    message = {"role": "assistant", "content": "".join(each.get("content") or "" for each in deltas)}
    logs = [token for each in pieces for token in (each.get("logprobs") or {}).get("content") or ()]
    return {"message": message} | ({"logprobs": {"content": logs}} if logs else {})

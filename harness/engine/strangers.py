"""What a stranger's code may do to a run, and cannot: change what others see, raise what nobody catches, say too much.

Copies of what it gets and gives, and its errors, whatever they are, in bounded words.
"""

from __future__ import annotations

import traceback
from typing import Any

PLAIN = frozenset({str, int, float, bool, bytes, type(None)})
"""Types of values that nobody can change."""

MAX_ERROR_CHARACTERS = 2_000
"""Characters of an error's text that are kept: an exception may carry megabytes, and a million cases one each."""

MAX_TRACEBACK_CHARACTERS = 20_000
"""Characters of a traceback that are kept."""

_NO_ROOM = ("out of memory", "can't allocate memory", "not enough memory")
"""The words of torch's errors on a GPU, on a processor and on Windows."""


def own(value: Any) -> Any:
    """A copy that shares no memory with lists, arrays, tensors and mappings that somebody may change."""
    if type(value) in {list, tuple}:
        return type(value)([each if type(each) in PLAIN else own(each) for each in value])
    copy = getattr(value, "clone", None) or getattr(value, "copy", None)
    return copy() if callable(copy) else value


def caught(error: BaseException) -> BaseException:
    """What a stranger's code raised, whatever it is; an interrupt is the user's, and raised again."""
    if isinstance(error, KeyboardInterrupt):
        raise error
    return error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a model had no room for a batch: MemoryError, or what libraries raise in its place."""
    if isinstance(error, MemoryError) or not isinstance(error, Exception):
        return isinstance(error, MemoryError)
    text = f"{type(error).__name__} {error_text(error)}".lower().replace("outofmemory", "out of memory")
    return any(words in text for words in _NO_ROOM)


def error_text(error: BaseException) -> str:
    """The text of any error, also of one whose text cannot be made."""
    try:
        return str(error)
    except BaseException as another:  # noqa: BLE001  # a stranger's `__str__`
        return f"<its text cannot be made: {type(caught(another)).__name__}>"


def bounded(text: str, most: int = MAX_ERROR_CHARACTERS) -> str:
    """The beginning and the end of a text that is longer than `most` characters."""
    left_out = len(text) - most
    return text if left_out <= 0 else f"{text[: most // 2]} [… {left_out:,} characters …] {text[-(most // 2) :]}"


def error_line(error: BaseException) -> str:
    """`ValueError: its text`, which is bounded."""
    return f"{type(error).__name__}: {bounded(error_text(error))}"


def traceback_of(error: BaseException, without: str) -> str:
    """The error's traceback, bounded, with the frames of the file `without` left out."""
    plain = traceback.TracebackException.from_exception(error)
    plain.stack = traceback.StackSummary.from_list([frame for frame in plain.stack if frame.filename != without])
    return bounded("".join(map(bounded, plain.format())).rstrip(), MAX_TRACEBACK_CHARACTERS)

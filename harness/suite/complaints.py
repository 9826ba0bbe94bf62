"""What pydantic says of a suite or a parameter, in the words of the harness."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Sequence

from pydantic_core import ErrorDetails

from harness.errors import listed, nearest

NOT_KEYS = (
    "[key]",
    "=set",
    "=sets",
    "=value",
    "=several",
    "=range",
    "=names",
    "=slices",
    "bool",
    "int",
    "float",
    "str",
)
"""The words that pydantic adds to the path of a key."""

_WORDS = {
    "Input is not a valid path for <class 'pathlib.Path'>": "expected a path",
    "'str' instances are not allowed as a Sequence value": "expected a list",
    "List should have at least 1 item after validation, not 0": "expected one or more",
    "Input should be": "expected",
    "a valid dictionary": "a mapping",
    "a dictionary": "a mapping",
    "a valid integer": "a whole number",
    "a valid": "a",
}


def complaint(error: ErrorDetails) -> str:
    """The error of pydantic in the words of the harness: expected, got, and the nearest name."""
    message = re.sub(r" or (an )?instance of \w+", "", error["msg"]).removeprefix("Value error, ")
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    if error["type"] in {"value_error", "missing"}:
        return message
    allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"]) if error["type"] == "literal_error" else []
    return f"{message}, but got {reprlib.repr(error['input'])}{nearest(str(error['input']), allowed)}"


def kind_of_value(value: object) -> str:
    """What a value is, in words."""
    return "nothing" if value is None else f"a {type(value).__name__}"


def require_known(task: str, sets: Sequence[str], titles: Sequence[str]) -> None:
    """Raise ValueError for a set that a task names and that there is none of."""
    for name in sets:
        if name not in titles:
            raise ValueError(
                f"task {task!r} names the set {name!r}: expected some of {listed(titles)}{nearest(name, titles)}"
            )


def require_distinct(what: str, titles: Sequence[str]) -> None:
    """Raise ValueError for two of one name."""
    for title in titles:
        if titles.count(title) > 1:
            raise ValueError(f"two {what} are called {title!r}: give one of them another `name`")

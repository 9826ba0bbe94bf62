"""Problems: what was checked, what came of it, what to do, in one line each."""

from __future__ import annotations

import inspect
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a component: the check that failed, what came, and what to do."""

    check: str
    found: str
    fix: str

    def __str__(self) -> str:
        return one_line(f"{self.check}: {self.found}: {self.fix}")


class ConformanceError(AssertionError):
    """What `check` raises: `problems` are what it found, `str()` gives a line for each."""

    def __init__(self, title: str, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join([f"{title} fails {len(problems)} of its checks", *map(str, problems)]))
        self.problems = list(problems)


def one_line(text: str) -> str:
    """A text with a space for each white space in it."""
    return _SPACE.sub(" ", text)


def shown(value: object) -> str:
    """A value in a few letters."""
    return _SHORT.repr(value)


def line_of(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}"


def last_line(traceback: str, component: object) -> str:
    """What a traceback says in one line, and the line of the component's own file where it began."""
    tail = traceback.rpartition("\n  File ")[2].splitlines()[1:]
    line = next((each for each in tail if not each.startswith(" ")), traceback.strip().splitlines()[-1])
    file = _file(component)
    places = re.findall(rf'File "{re.escape(file)}", line (\d+)', traceback) if file else []
    return f"{line} ({file}:{places[-1]})" if places else line


def grouped(problems: Iterable[Problem]) -> Iterator[Problem]:
    """One problem for all that failed the same check: the first, and how many more there are."""
    for _, some in groupby(problems, key=lambda each: each.check):
        first, *others = some
        more = f" (and {len(others)} more)" if others else ""
        yield Problem(first.check, first.found + more, first.fix)


def _file(component: Any) -> str:
    function: Callable[..., Any] = inspect.unwrap(component)
    try:
        return inspect.getsourcefile(function) or ""
    except TypeError:
        return ""
